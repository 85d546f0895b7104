/**
 * What the user may set, where each value comes from, and what is refused.
 * Every default, unit and limit of the handler is defined here and nowhere else: an option that is
 * given wins over the environment, the environment over `envFile`, that over the default.
 *
 * @module
 */
import type { BaseHandlerOptions, FormatterFunction } from "@std/log/base-handler";
import { parse as parseDotenv } from "@std/dotenv/parse";
import type { DiagnosticsSink } from "../diagnostics.ts";
import type { AxonPushClient } from "../delivery/client.ts";
import { newTraceId } from "../record/context.ts";
import type { LogEvent } from "../record/event.ts";
import { mayRead, readVariable } from "../platform.ts";
import type { ExporterSettings } from "../delivery/exporter.ts";

/** A signal that ends a program, and that the handler can drain before. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGBREAK";

/** What happens to a record that finds the queue full. */
export type OverflowPolicy = "drop-oldest" | "drop-newest" | "block";

/** Options of {@linkcode AxonPushHandler}. Everything is optional where the environment says it. */
export interface AxonPushHandlerOptions extends BaseHandlerOptions {
  /** Makes the body of an event from the record. Without it the body is the message. */
  readonly formatter?: FormatterFunction;
  /**
   * Secret key (`ak_…`) or public token (`pt_…`) of the AxonPush organisation.
   *
   * Required, unless `client` or `endpoint` is given. Environment: `AXONPUSH_API_KEY`.
   */
  readonly apiKey?: string;
  /**
   * Organisation that the key belongs to. Required with an `ak_` key.
   *
   * Environment: `AXONPUSH_TENANT_ID`, then `AXONPUSH_ORG_ID`.
   */
  readonly tenantId?: string | number;
  /**
   * Channel that receives the events.
   *
   * Environment: `AXONPUSH_CHANNEL_ID`.
   *
   * @default {the organisation's default channel}
   */
  readonly channelId?: string | number;
  /**
   * Address of the AxonPush API.
   *
   * Environment: `AXONPUSH_BASE_URL`.
   *
   * @default {"https://api.axonpush.xyz"}
   */
  readonly baseUrl?: string | URL;
  /**
   * Deployment environment, such as `"production"`: sent as a header and as the resource attribute
   * `deployment.environment.name`.
   *
   * Environment: `AXONPUSH_ENVIRONMENT`.
   */
  readonly environment?: string;
  /**
   * A client to publish through, in place of `apiKey`, `tenantId` and `baseUrl`. It works on the
   * program's own thread, so `Deno.exit()` loses what is pending then.
   */
  readonly client?: AxonPushClient;
  /**
   * Path of a `.env` file to read variables from, below the environment and above the defaults.
   * Needs `--allow-read` for that file.
   */
  readonly envFile?: string | URL;
  /**
   * Who logs: `"app"` makes `app.log` events, `"agent"` makes `agent.log` events.
   *
   * @default {"app"}
   */
  readonly source?: "app" | "agent";
  /** Name of the service, sent as the resource attribute `service.name`. */
  readonly serviceName?: string;
  /** Version of the service, sent as the resource attribute `service.version`. */
  readonly serviceVersion?: string;
  /** Identifier of the agent that logs. */
  readonly agentId?: string;
  /**
   * Trace that the events belong to.
   *
   * @default {a random id of 32 hexadecimal characters for each handler}
   */
  readonly traceId?: string;
  /**
   * Prefixes of logger names whose records are not shipped, added to
   * {@linkcode DEFAULT_EXCLUDED_LOGGERS}, which cannot be taken away.
   *
   * @default {[]}
   */
  readonly excludeLoggers?: readonly string[];
  /**
   * `"background"` ships from a worker; `"sync"` returns from each log call only when the record is
   * delivered or counted as failed.
   *
   * @default {"background"}
   */
  readonly mode?: "background" | "sync";
  /**
   * `"events"` posts each record to `/event`; `"otlp"` posts batches to `/v1/logs`, which takes far
   * more records a second, but does not collapse what was sent twice.
   *
   * @default {"events"}
   */
  readonly protocol?: "events" | "otlp";
  /**
   * Most records of one OTLP request, 1 to 10,000.
   *
   * @default {512}
   */
  readonly batchSize?: number;
  /**
   * Longest time that an OTLP batch that is not full waits while another is in flight, in
   * milliseconds. With nothing in flight it does not wait.
   *
   * @default {1000}
   */
  readonly flushIntervalMs?: number;
  /**
   * `"gzip"` compresses the bodies of requests.
   *
   * @default {"none"}
   */
  readonly compression?: "none" | "gzip";
  /**
   * Where requests are posted, in place of `baseUrl` with `/event` or `/v1/logs`: an OpenTelemetry
   * Collector, say. No credentials are needed then, and none are sent but those given as options.
   */
  readonly endpoint?: string | URL;
  /** Headers to send besides our own; one of the same name takes the place of ours. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Most records that may wait or be in flight at a time, 1 to 1,000,000.
   *
   * @default {1000}
   */
  readonly queueSize?: number;
  /**
   * What happens to a record that finds the queue full. `"block"` makes the log call wait for room.
   *
   * @default {"drop-oldest"}
   */
  readonly overflowPolicy?: OverflowPolicy;
  /**
   * Most requests in flight at a time, 1 to 256.
   *
   * @default {32}
   */
  readonly concurrency?: number;
  /**
   * Longest time that the end of the program, `destroy()` and `close()` wait for pending records,
   * in milliseconds.
   *
   * @default {2000}
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * Longest time that one request may take, in milliseconds.
   *
   * Environment: `AXONPUSH_TIMEOUT`, in seconds.
   *
   * @default {30000}
   */
  readonly requestTimeoutMs?: number;
  /**
   * How often a record is sent again after the service answered that it may be: with 408, 429, 500,
   * 502, 503 or 504, and by OTLP with 429, 502, 503 or 504.
   *
   * Environment: `AXONPUSH_MAX_RETRIES`.
   *
   * @default {3}
   */
  readonly maxRetries?: number;
  /**
   * Names of attributes whose values are masked at every depth, added to the built-in ones.
   * Upper and lower case, `-` and `_` make no difference.
   *
   * Environment: `AXONPUSH_REDACT_KEYS`, separated by commas.
   *
   * @default {[]}
   */
  readonly redactKeys?: readonly string[];
  /**
   * Sees each event before it is queued. What it returns is shipped; what it drops by returning
   * nothing counts as filtered; when it throws, the record is not shipped and counts as failed.
   */
  readonly redact?: (event: LogEvent) => LogEvent | null | undefined;
  /**
   * Whether to add file, line, column and function of the log call. Costs several microseconds.
   *
   * @default {false}
   */
  readonly caller?: boolean;
  /**
   * Longest string that is shipped, in characters; longer ones are cut and marked.
   *
   * Environment: `AXONPUSH_MAX_CONTENT_LENGTH`.
   *
   * @default {4096}
   */
  readonly maxContentLength?: number;
  /**
   * Signals to drain at before they end the program, or `false` for a program that handles signals
   * with `Deno.addSignalListener` and awaits `close()` itself.
   *
   * @default {["SIGINT", "SIGTERM"]}
   */
  readonly signals?: readonly EndSignal[] | false;
  /**
   * Takes what the handler has to say about itself, rate-limited.
   *
   * @default {console.warn and console.error}
   */
  readonly diagnostics?: DiagnosticsSink;
}

/** Options without a default: they may stay unset. */
type Unset =
  | ("formatter" | "apiKey" | "tenantId" | "baseUrl" | "endpoint" | "envFile" | "client")
  | ("channelId" | "environment" | "serviceName" | "serviceVersion" | "agentId" | "headers")
  | ("redact" | "diagnostics");

/** What the options, the environment and the defaults come to. */
export type Settings =
  & Required<Omit<AxonPushHandlerOptions, Unset>>
  & Pick<AxonPushHandlerOptions, Unset>
  & {
    /** What the transport needs, but for what the drain knows. */
    readonly transport: Omit<ExporterSettings, "retryUnreachable">;
  };

const ACTION = "Cannot create AxonPushHandler";
const SIGNALS: readonly unknown[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"];
/** The longest delay that a timer can take, in milliseconds. */
const MAX_DELAY = 2 ** 31 - 1;

/** What a value must be, in words and as a test, and the type of those that are out of range. */
type Kind = readonly [must: string, test: (value: unknown) => boolean, ranged?: true];

const text: Kind = ["a non-empty string", (value) => typeof value === "string" && value !== ""];
const id: Kind = [
  "a non-empty string or an integer",
  (value) => text[1](value) || Number.isSafeInteger(value),
];
const texts: Kind = [
  "an array of non-empty strings",
  (value) => Array.isArray(value) && value.every(text[1]),
];
const callable: Kind = ["a function", (value) => typeof value === "function"];
const address: Kind = ["an http: or https: URL without credentials and query", (value) => {
  const url = value instanceof URL || typeof value === "string" ? URL.parse(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) &&
    !(url.username || url.password || url.search);
}];
const oneOf = (...allowed: readonly string[]): Kind => [
  `one of ${allowed.map((item) => `"${item}"`).join(", ")}`,
  (value) => allowed.includes(value as string),
];
const integer = (least: number, most: number): Kind => [
  least === 1 ? `a positive integer up to ${most}` : `an integer from ${least} to ${most}`,
  (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  true,
];

/** All about an option. */
interface Rule {
  readonly kind: Kind;
  readonly fallback?: unknown;
  /** The variables that may hold it, the first one set wins. */
  readonly env?: readonly string[];
  /** Makes a value of a variable's text. */
  readonly parse?: (text: string) => unknown;
}

/** The one table of options. */
const RULES: { readonly [Name in keyof Required<AxonPushHandlerOptions>]: Rule } = {
  formatter: { kind: callable },
  apiKey: { kind: text, env: ["AXONPUSH_API_KEY"] },
  tenantId: { kind: id, env: ["AXONPUSH_TENANT_ID", "AXONPUSH_ORG_ID"] },
  channelId: { kind: id, env: ["AXONPUSH_CHANNEL_ID"] },
  baseUrl: { kind: address, env: ["AXONPUSH_BASE_URL"], fallback: "https://api.axonpush.xyz" },
  endpoint: { kind: address },
  headers: {
    kind: [
      "an object whose values are strings",
      (value) =>
        typeof value === "object" && value !== null &&
        Object.values(value).every((item) => typeof item === "string"),
    ],
  },
  environment: { kind: text, env: ["AXONPUSH_ENVIRONMENT"] },
  client: {
    kind: [
      "an object with events.publish(params)",
      (value) => typeof (value as AxonPushClient | null)?.events?.publish === "function",
    ],
  },
  envFile: {
    kind: ["a path or a file: URL", (value) => value instanceof URL || text[1](value)],
  },
  source: { kind: oneOf("app", "agent"), fallback: "app" },
  serviceName: { kind: text },
  serviceVersion: { kind: text },
  agentId: { kind: text },
  traceId: { kind: text },
  excludeLoggers: { kind: texts, fallback: [] },
  mode: { kind: oneOf("background", "sync"), fallback: "background" },
  protocol: { kind: oneOf("events", "otlp"), fallback: "events" },
  batchSize: { kind: integer(1, 10_000), fallback: 512 },
  flushIntervalMs: { kind: integer(1, MAX_DELAY), fallback: 1000 },
  compression: { kind: oneOf("none", "gzip"), fallback: "none" },
  queueSize: { kind: integer(1, 1_000_000), fallback: 1000 },
  overflowPolicy: { kind: oneOf("drop-oldest", "drop-newest", "block"), fallback: "drop-oldest" },
  concurrency: { kind: integer(1, 256), fallback: 32 },
  requestTimeoutMs: {
    kind: integer(1, MAX_DELAY),
    fallback: 30_000,
    env: ["AXONPUSH_TIMEOUT"],
    parse: (seconds) => Math.round(Number(seconds) * 1000),
  },
  maxRetries: {
    kind: integer(0, 100),
    fallback: 3,
    env: ["AXONPUSH_MAX_RETRIES"],
    parse: Number,
  },
  shutdownTimeoutMs: { kind: integer(0, MAX_DELAY), fallback: 2000 },
  redactKeys: {
    kind: texts,
    fallback: [],
    env: ["AXONPUSH_REDACT_KEYS"],
    parse: (list) => list.split(",").map((key) => key.trim()).filter(Boolean),
  },
  redact: { kind: callable },
  caller: { kind: ["true or false", (value) => typeof value === "boolean"], fallback: false },
  maxContentLength: {
    kind: integer(1, 65_536),
    fallback: 4096,
    env: ["AXONPUSH_MAX_CONTENT_LENGTH"],
    parse: Number,
  },
  signals: {
    kind: [`false or an array of ${SIGNALS.join(", ")}`, (value) =>
      value === false ||
      Array.isArray(value) && value.every((item) => SIGNALS.includes(item))],
    fallback: ["SIGINT", "SIGTERM"],
  },
  diagnostics: { kind: callable },
};

type OptionName = keyof typeof RULES;

/** Checks the options and fills them in. Throws what the constructor throws. */
export function resolveOptions(options: AxonPushHandlerOptions): Settings {
  if (typeof options !== "object" || options === null) {
    refuse(TypeError, `'options' must be an object: current value is ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      refuse(TypeError, `unknown option '${name}'${suggestion(name)}`);
    }
    if (value !== undefined) check(name as OptionName, value);
  }
  const { client, endpoint } = options;
  const needless = (["apiKey", "tenantId", "baseUrl", "endpoint"] as const)
    .filter((name) => options[name] !== undefined);
  if (client && needless.length > 0) {
    refuse(
      TypeError,
      `'client' brings its own credentials: leave out ${needless.join(", ")}, or 'client'`,
    );
  }
  if (client && (options.mode === "sync" || options.protocol === "otlp")) {
    refuse(
      TypeError,
      `'client' publishes single events from the program's own thread: ` +
        `leave it out, or mode "sync" and protocol "otlp"`,
    );
  }
  if (options.compression === "gzip" && options.protocol !== "otlp") {
    refuse(TypeError, `compression "gzip" needs protocol "otlp"`);
  }

  const file = options.envFile === undefined ? {} : readEnvFile(options.envFile);
  const fromEnvironment = (name: OptionName, { env = [], parse = (text) => text }: Rule) => {
    for (const variable of env) {
      const value = readVariable(variable) ?? file[variable];
      if (value?.trim()) return check(name, parse(value), variable, value);
    }
  };
  const names = Object.keys(RULES) as OptionName[];
  const resolved = Object.fromEntries(
    names.map((name) => [
      name,
      options[name] ?? fromEnvironment(name, RULES[name]) ?? RULES[name].fallback,
    ]),
  ) as Omit<Settings, "transport">;

  const { protocol, environment, channelId } = resolved;
  const otlp = protocol === "otlp";
  const route = `${String(resolved.baseUrl).replace(/\/+$/, "")}/${otlp ? "v1/logs" : "event"}`;
  return {
    ...resolved,
    traceId: resolved.traceId ?? newTraceId(),
    ...channelId !== undefined && { channelId: String(channelId) },
    transport: {
      protocol,
      url: String(endpoint ?? route),
      headers: sendable(
        ...Object.entries({
          ...client ? {} : credentials(endpoint ? options : resolved, endpoint !== undefined),
          ...environment !== undefined && { "X-Axonpush-Environment": environment },
          ...otlp && channelId !== undefined && { "X-Axonpush-Channel": String(channelId) },
        }),
        ...Object.entries(options.headers ?? {}),
      ),
      // By the service's contract, and for OTLP by its specification ("Failures").
      retryable: otlp ? [429, 502, 503, 504] : [408, 429, 500, 502, 503, 504],
      gzip: resolved.compression === "gzip",
      batchSize: otlp ? resolved.batchSize : 1,
      flushIntervalMs: resolved.flushIntervalMs,
      concurrency: resolved.concurrency,
      requestTimeoutMs: resolved.requestTimeoutMs,
      maxRetries: resolved.maxRetries,
    },
  };
}

/**
 * The headers that say who sends, by the kind of key. To another endpoint goes only what the
 * program itself says should go there, and nothing is missing.
 */
function credentials(
  { apiKey, tenantId }: Pick<AxonPushHandlerOptions, "apiKey" | "tenantId">,
  elsewhere: boolean,
): Record<string, string> {
  if (apiKey === undefined && elsewhere) return {};
  if (apiKey?.startsWith("pt_")) return { "X-Public-Token": apiKey };
  const missing = Object.entries({ apiKey, tenantId })
    .filter(([, value]) => value === undefined)
    .map(([name]) => ({ name, variable: RULES[name as OptionName].env![0]! }));
  if (apiKey === undefined || tenantId === undefined) {
    const told = missing.map(({ name, variable }) =>
      `'${name}' (${variable} is ${
        mayRead(variable) ? "unset" : "not readable: no env permission"
      })`
    );
    const denied = missing.map(({ variable }) => variable).filter((variable) => !mayRead(variable));
    refuse(
      TypeError,
      `missing ${told.join(" and ")}: pass it as an option, ` +
        (denied.length > 0
          ? `set the variable, or run with --allow-env=${denied.join(",")}`
          : "or set the variable"),
    );
  }
  return {
    "X-API-Key": apiKey,
    "x-axonpush-api-key": apiKey,
    "x-tenant-id": String(tenantId),
  };
}

/** What HTTP can carry in a header (RFC 9110, 5.1 and 5.5). */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Refuses headers that HTTP cannot carry, without showing what may be a credential. Of two with one
 * name, whatever its case, the later one counts.
 */
function sendable(...entries: readonly (readonly [string, string])[]): Record<string, string> {
  for (const [name, value] of entries) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      refuse(
        TypeError,
        `header '${name}' must be a name and a value that HTTP can carry: ` +
          `current value has a line break or a character beyond Latin-1`,
      );
    }
  }
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function readEnvFile(path: string | URL): Record<string, string> {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    refuse(
      TypeError,
      `cannot read 'envFile', no read permission: run with --allow-read=${path}`,
    );
  }
  try {
    const text = Deno.readTextFileSync(path);
    // The parser looks up $NAME in the environment where the file does not define it.
    const foreign = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)
      .filter((name) =>
        !mayRead(name) && !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text)
      );
    if (foreign.length > 0) throw new TypeError(`it refers to ${foreign}, which may not be read`);
    return parseDotenv(text);
  } catch (cause) {
    return refuse(TypeError, `cannot read 'envFile': current value is ${show(path)}`, { cause });
  }
}

/** Returns a value that is what it must be, or refuses it, naming where it came from. */
function check(name: OptionName, value: unknown, from: string = name, shown = value): unknown {
  const [must, test, ranged] = RULES[name].kind;
  if (test(value)) return value;
  const secret = name === "apiKey" || name === "headers" ||
    /[@?]/.test(String(shown)); // A URL may hold a password or a token.
  return refuse(
    ranged && typeof value === "number" ? RangeError : TypeError,
    `'${from}' must be ${must}: current value is ${
      secret ? `of type ${typeof value}, not shown` : show(shown)
    }`,
  );
}

function refuse(Refusal: ErrorConstructor, why: string, options?: ErrorOptions): never {
  throw new Refusal(`${ACTION}: ${why}`, options);
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 1, breakLength: Infinity, strAbbreviateSize: 80 });
}

/** Says which option was probably meant: the one that has most of the name's pairs of letters. */
function suggestion(name: string): string {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[_-]/g, "");
  const given = plain(name);
  if (/^level(name)?$/.test(given)) return ": the level is the first argument";
  const pairs = Array.from({ length: given.length - 1 }, (_, i) => given.slice(i, i + 2));
  const likeness = (known: string) =>
    pairs.filter((pair) => plain(known).includes(pair)).length / pairs.length;
  const known = Object.keys(RULES);
  const [likely] = known.toSorted((one, other) => likeness(other) - likeness(one));
  return likeness(likely!) > 0.6
    ? `: did you mean '${likely}'?`
    : `: known are ${known.join(", ")}`;
}
