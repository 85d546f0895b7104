/**
 * Resolves the options: each value from the option, the environment, `envFile` or the default, in this
 * order, and then the settings that the other folders need. It runs once for each handler, in the
 * constructor.
 *
 * @module
 */
import type { ExporterSettings } from "../delivery/exporter_settings.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { resourceAttributes } from "../platform.ts";
import { newTraceId } from "../record/context.ts";
import { attempt } from "../record/errors.ts";
import { REDACTED } from "../record/redaction/mask_looks.ts";
import { Redactor } from "../record/redaction/redactor.ts";
import { checkOption, checkVariable, refuse, show, suggestion, withoutSecrets } from "./check.ts";
import { type Destination, destinationOf } from "./destination.ts";
import { type Environment, environment } from "./environment.ts";
import type { AxonPushHandlerOptions } from "./options.ts";
import { otelResource } from "./otel.ts";
import { type Defaulted, type OptionName, RULES } from "./schema.ts";
import { spoolOf } from "./spool.ts";

/** What a failing server answers. */
const FAILURES = Array.from({ length: 100 }, (_, i) => 500 + i);
const NAMES = Object.keys(RULES) as OptionName[];

/** The options with their defaults. */
type Resolved =
  & Omit<AxonPushHandlerOptions, Defaulted>
  & Required<Pick<AxonPushHandlerOptions, Defaulted>>;

/** The result of options, environment and defaults. */
export interface Settings extends Omit<Resolved, "traceId" | "channelId" | "spool"> {
  readonly traceId: string;
  readonly channelId?: string;
  readonly exporter: ExporterSettings;
  /** What was written for one destination must not go to another. Never holds a credential. */
  readonly destination: string;
  /** Directory of the spool, which may be read and written, if there is one. */
  readonly spool: string | undefined;
  /** What logs: the service and the process. */
  readonly resource: Readonly<Record<string, string>>;
  /** What there is to report about OpenTelemetry's variables, once. */
  readonly notices: readonly Diagnostic[];
}

/** Checks the options and fills them in. Throws what the constructor throws. */
export function resolveOptions(given: AxonPushHandlerOptions): Settings {
  const options = checkEach(given);
  checkTogether(options);
  const variables = environment(options.envFile);
  const configured: AxonPushHandlerOptions = Object.fromEntries(
    NAMES.map((name) => [name, options[name] ?? fromEnvironment(name, variables)]),
  );
  const resolved = Object.fromEntries(
    NAMES.map((name) => [name, configured[name] ?? RULES[name].fallback]),
  ) as unknown as Resolved;
  const { traceId, channelId, spool: _, ...others } = resolved;
  const spool = spoolOf(options, configured);
  const destination = destinationOf(options, configured, resolved.baseUrl, variables);
  const attributes = otelResource(variables);
  return {
    ...others,
    traceId: traceId ?? newTraceId(),
    ...channelId !== undefined && { channelId: String(channelId) },
    spool,
    exporter: exporterSettings(resolved, destination, spool !== undefined),
    destination: destination.name,
    resource: resourceOf(configured, masked(attributes.value, resolved.redactKeys)),
    notices: [...attributes.notices, ...destination.notices],
  };
}

/**
 * The service and the process that log, by the semantic conventions ("Service", "Deployment").
 * Precedence: options, variables, what was found out.
 */
function resourceOf(
  { serviceName, serviceVersion, environment }: AxonPushHandlerOptions,
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const named = {
    "service.name": serviceName,
    "service.version": serviceVersion,
    "deployment.environment.name": environment,
  };
  const resource: Record<string, string> = {};
  for (const part of [named, attributes, resourceAttributes()]) {
    for (const [name, value] of Object.entries(part)) {
      if (value !== undefined && !Object.hasOwn(resource, name)) resource[name] = value;
    }
  }
  return resource;
}

/** Attributes of a variable, without their secrets: these go with each record. */
function masked(
  attributes: Readonly<Record<string, string>>,
  redactKeys: readonly string[],
): Readonly<Record<string, string>> {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return attributes; // Nearly always, and to make what masks takes time.
  const redactor = new Redactor(redactKeys);
  return Object.fromEntries(entries.map(([name, value]) => {
    const isSecret = redactor.isName(name) && !redactor.isHarmless(name, value);
    return [name, isSecret ? REDACTED : redactor.mask(value)];
  }));
}

function exporterSettings(
  resolved: Resolved,
  { url, isEndpoint, headers }: Destination,
  isKept: boolean,
): ExporterSettings {
  const { protocol, flushIntervalMs, concurrency, requestTimeoutMs, maxRetries } = resolved;
  const otlp = protocol === "otlp";
  return {
    protocol,
    url,
    isEndpoint,
    headers,
    isKept,
    // By the specification of OTLP ("Failures"); on /event by the service's contract, and what gateways
    // answer in its place. What is on disk can wait for longer than a service that fails, in whatever
    // way.
    retryable: isKept
      ? [408, 425, 429, ...FAILURES]
      : otlp
      ? [429, 502, 503, 504]
      : [408, 425, 429, ...FAILURES.filter((status) => status !== 501 && status !== 505)],
    gzip: resolved.compression === "gzip",
    batchSize: otlp ? resolved.batchSize : 1,
    flushIntervalMs,
    concurrency,
    requestTimeoutMs,
    maxRetries,
    // A log call that waits for its record must return.
    retryUnreachable: resolved.mode === "background",
  };
}

function fromEnvironment(name: OptionName, variables: Environment): unknown {
  for (const variable of RULES[name].env ?? []) {
    const text = variables(variable);
    if (text !== undefined) return checkVariable(name, variable, text);
  }
}

/** A copy of the options, each of them known and valid. */
function checkEach(options: AxonPushHandlerOptions): AxonPushHandlerOptions {
  const kind = attempt(() => Object.prototype.toString.call(options)) ?? "unreadable";
  if (kind !== "[object Object]") {
    // A Map or a promise of options has none of them as a property, but holds what is not to be shown.
    const shown = typeof options === "object" && options !== null ? kind : show(options);
    refuse(TypeError, `'options' must be an object: current value is ${shown ?? typeof options}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(RULES, name)) {
      refuse(TypeError, `unknown option '${withoutSecrets(name)}'${suggestion(name)}`);
    }
  }
  const given = NAMES.map((name) => {
    try {
      return [name, options[name]] as const; // Inherited ones too: options may be an instance of a class.
    } catch (cause) {
      return refuse(TypeError, `cannot read the option '${name}': it throws`, { cause });
    }
  }).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) checkOption(name, value);
  return Object.fromEntries(given);
}

/** Refuses options that contradict each other. */
function checkTogether(options: AxonPushHandlerOptions): void {
  const { client, protocol } = options;
  const given = (names: readonly OptionName[]) =>
    names.filter((name) => options[name] !== undefined);
  const needless = given(["apiKey", "tenantId", "baseUrl", "endpoint"]);
  if (client && needless.length > 0) {
    refuse(
      TypeError,
      `'client' brings its own credentials: leave out ${needless.join(", ")}, or 'client'`,
    );
  }
  if (client && (options.mode === "sync" || protocol === "otlp")) {
    refuse(
      TypeError,
      `'client' publishes single events from the program's own thread: ` +
        `leave it out, or mode "sync" and protocol "otlp"`,
    );
  }
  if (protocol === "otlp") return;
  if (options.compression === "gzip") refuse(TypeError, `compression "gzip" needs protocol "otlp"`);
  const [alone] = given(["batchSize", "flushIntervalMs"]);
  if (alone) {
    refuse(
      TypeError,
      `'${alone}' needs protocol "otlp": with "events" each record is a request of its own`,
    );
  }
}
