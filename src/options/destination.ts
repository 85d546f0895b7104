/**
 * Where requests go, and the headers that say who sends. It runs once for each handler, in the
 * constructor.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import { JSON } from "../json.ts";
import { mayReadVariable } from "../permissions.ts";
import { credentialsIn } from "../record/redaction/mask_diagnostics.ts";
import type { Environment } from "./environment.ts";
import type { AxonPushHandlerOptions } from "./options.ts";
import { otelDestination } from "./otel.ts";
import { refuse, show } from "./check.ts";
import { HEADER_NAME, HEADER_VALUE, type OptionName, parseAddress, RULES } from "./schema.ts";

/** Where requests go. */
export interface Destination {
  readonly url: string;
  /** Whether that is an endpoint of the user's, such as a Collector, and not AxonPush itself. */
  readonly isEndpoint: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Address, tenant, channel and environment as one text to compare: what was written for one
   * destination must not go to another. It holds no credential, so it may be stored.
   */
  readonly name: string;
  readonly notices: readonly Diagnostic[];
}

/** Headers that say what the body of a request is. They are not for the program to set. */
const OF_BODIES = ["content-type", "content-encoding", "content-length", "idempotency-key"];

/**
 * Where requests go.
 *
 * @param options The options that the program passed.
 * @param configured The same with the values of `AXONPUSH_` variables.
 * @param baseUrl The address of the service, used if there is no other destination.
 * @param variables OpenTelemetry's are read if neither an option nor an `AXONPUSH_` variable gives a
 *   destination. A key does: the service.
 */
export function destinationOf(
  options: AxonPushHandlerOptions,
  configured: AxonPushHandlerOptions,
  baseUrl: string | URL,
  variables: Environment,
): Destination {
  const { client, endpoint, headers: more = {} } = options;
  const { environment } = configured;
  const channelId = configured.channelId === undefined ? undefined : String(configured.channelId);
  const otlp = configured.protocol === "otlp";
  const isOpen = (endpoint ?? configured.baseUrl ?? configured.apiKey) === undefined;
  const otel = otlp && isOpen ? otelDestination(variables) : undefined;
  const elsewhere = parseAddress(endpoint) ?? otel?.value.url;
  const isEndpoint = elsewhere !== undefined;
  const route = `${parseAddress(baseUrl)!.replace(/\/+$/, "")}/${otlp ? "v1/logs" : "event"}`;
  const url = elsewhere ?? route;
  const who = isEndpoint ? options : configured;
  const ours = {
    ...client ? {} : credentials(who, isEndpoint),
    ...environment !== undefined && { "X-Axonpush-Environment": environment },
    ...otlp && channelId !== undefined && { "X-Axonpush-Channel": channelId },
  };
  const headers = sendable(ours, otel?.value.headers ?? {}, more);
  // Without one, the service would not know which channel is meant.
  if (headers["x-public-token"] && !isEndpoint && otlp && !headers["x-axonpush-channel"]) {
    refuse(
      TypeError,
      `a public token with protocol "otlp" needs 'channelId' (AXONPUSH_CHANNEL_ID): the service has ` +
        `no default channel for it`,
    );
  }
  return {
    url,
    isEndpoint,
    headers,
    name: JSON.stringify([storable(url), tenantOf(who), channelId, environment]),
    notices: otel?.notices ?? [],
  };
}

/** An address without credentials, and as different from others as before. */
function storable(url: string): string {
  return credentialsIn(url).reduce(
    (text, part) => text.replace(part, `#${fingerprint(part)}`),
    url,
  );
}

/** Identifies the tenant. A public token names no tenant but belongs to one. */
function tenantOf({ apiKey, tenantId }: AxonPushHandlerOptions): string | undefined {
  if (tenantId !== undefined) return String(tenantId);
  return apiKey?.startsWith("pt_") ? `token ${fingerprint(apiKey)}` : undefined;
}

/** A hash of 32 bits that distinguishes texts and reveals none of them (FNV-1a). */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The headers that say who sends, by the kind of key. Another endpoint gets only what the program
 * itself passed, and requires nothing.
 */
function credentials(
  { apiKey, tenantId, envFile }: AxonPushHandlerOptions,
  isEndpoint: boolean,
): Record<string, string> {
  if (apiKey === undefined && isEndpoint) return {};
  if (apiKey?.startsWith("pt_")) return { "X-Public-Token": apiKey };
  if (tenantId === undefined && isEndpoint) {
    refuse(
      TypeError,
      "missing 'tenantId': to an 'endpoint' only those credentials are sent that are options: " +
        "set it as one, or leave out 'apiKey'",
    );
  }
  if (apiKey === undefined || tenantId === undefined) {
    return refuseMissing({ apiKey, tenantId }, envFile);
  }
  return {
    "X-API-Key": apiKey,
    "x-axonpush-api-key": apiKey,
    "x-tenant-id": String(tenantId),
  };
}

/** Says which of the two is missing, and why no variable gives it. */
function refuseMissing(
  given: Readonly<Record<"apiKey" | "tenantId", unknown>>,
  envFile: AxonPushHandlerOptions["envFile"],
): never {
  const missing = (["apiKey", "tenantId"] as const).filter((name) => given[name] === undefined)
    .map((name) => ({ name, variable: RULES[name].env![0]! }));
  const problems = missing.map(({ name, variable }) =>
    `'${name}' (${variable} is ${
      envFile !== undefined
        ? `not in 'envFile', ${show(envFile) ?? "not shown"}`
        : mayReadVariable(variable)
        ? "unset"
        : "not readable: no env permission"
    })`
  );
  const denied = missing.map(({ variable }) => variable)
    .filter((variable) => !mayReadVariable(variable));
  return refuse(
    TypeError,
    `missing ${problems.join(" and ")}: set the option, or the variable` +
      (envFile !== undefined
        ? " there"
        : denied.length > 0
        ? ` and run with --allow-env=${denied.join(",")}`
        : "; a .env file is read with --env-file or 'envFile'"),
  );
}

/** The options that are sent as headers. */
const OPTION_OF: Readonly<Record<string, OptionName>> = {
  "X-API-Key": "apiKey",
  "X-Public-Token": "apiKey",
  "x-tenant-id": "tenantId",
  "X-Axonpush-Environment": "environment",
  "X-Axonpush-Channel": "channelId",
};

/**
 * The headers of a request: our own, and those that the program adds. Refuses what HTTP cannot carry,
 * without showing what may be a credential. Of two headers with the same name, whatever its case, the
 * later one counts.
 */
function sendable(
  ours: Readonly<Record<string, string>>,
  ...added: readonly Readonly<Record<string, string>>[]
): Record<string, string> {
  const others = added.flatMap((headers) => Object.entries(headers))
    .filter(([name]) => !OF_BODIES.includes(name.toLowerCase()));
  const entries = [...Object.entries(ours), ...others];
  for (const [name, value] of entries) {
    // Who writes "Authorization: Bearer …" in one piece has the credential in the name.
    if (!HEADER_NAME.test(name)) {
      refuse(
        TypeError,
        "the name of a header must be letters, digits and - alone, apart from the value: " +
          "current name has another character, and is not shown, as it may hold a credential",
      );
    }
    if (!HEADER_VALUE.test(value)) {
      const option = ours[name] === value ? OPTION_OF[name] : undefined;
      refuse(
        TypeError,
        `${
          option ? `'${option}', sent as header` : "header"
        } '${name}' must have a value that HTTP ` +
          `can carry: current value has a line break or a character beyond Latin-1`,
      );
    }
  }
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
