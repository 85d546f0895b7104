/**
 * What each option must be: one table with its rule, its default and its variables. Used in the
 * constructor, on the program's thread.
 *
 * @module
 */
import type { AxonPushClient } from "../delivery/client.ts";
import type { AxonPushHandlerOptions, EndSignal } from "./options.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { URL } = globalThis;

/** Signals that end a program, and the exit codes that stand for them where one cannot be sent. */
export const EXIT_CODES: Readonly<Record<EndSignal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGBREAK: 149,
};
const SIGNALS: readonly unknown[] = Object.keys(EXIT_CODES);
/** The longest delay that a timer can take, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** What a header may be named (RFC 9110, 5.1). */
export const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What its value may be (RFC 9110, 5.5). */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What a value must be. */
export interface Kind {
  /** In words, as they follow "must be". */
  readonly must: string;
  readonly test: (value: unknown) => boolean;
  /** Whether a number that fails the test is out of range, as opposed to of the wrong type. */
  readonly hasRange?: boolean;
  /** What was probably meant, if anything. */
  readonly meant?: (value: unknown) => string | undefined;
}

const text: Kind = {
  must: "a non-empty string",
  test: (value) => typeof value === "string" && value.trim() !== "",
};
const id: Kind = {
  must: "a non-empty string or an integer",
  test: (value) => text.test(value) || Number.isSafeInteger(value),
};
const texts: Kind = {
  must: "an array of non-empty strings",
  test: (value) => Array.isArray(value) && value.every(text.test),
};
const callable: Kind = { must: "a function", test: (value) => typeof value === "function" };
const bool: Kind = { must: "true or false", test: (value) => typeof value === "boolean" };
const address: Kind = {
  must: "an http: or https: URL without credentials or query",
  test: (value) => parseAddress(value) !== undefined,
  meant: withScheme,
};
const path: Kind = {
  must: "a path or a file: URL",
  test: (value) => value instanceof URL ? value.protocol === "file:" : text.test(value),
};
/** One of these strings. */
export const oneOf = (...allowed: readonly string[]): Kind => ({
  must: `one of ${allowed.map((item) => `"${item}"`).join(", ")}`,
  test: (value) => allowed.includes(value as string),
  meant: (value) => {
    const given = typeof value === "string" ? value.trim().toLowerCase().replaceAll("_", "-") : "";
    return allowed.find((item) => item === given);
  },
});
const integer = (least: number, most: number): Kind => ({
  must: least === 1 ? `a positive integer up to ${most}` : `an integer from ${least} to ${most}`,
  test: (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  hasRange: true,
});

/**
 * The address of a value in normal form: without blanks around it and without what is never sent, a
 * fragment or the mark of an empty query.
 */
export function parseAddress(value: unknown): string | undefined {
  const url = value instanceof URL || typeof value === "string" ? URL.parse(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username || url.password || url.search) return undefined;
  url.search = url.hash = "";
  return url.href;
}

/** The address that was meant by one without a scheme, such as `localhost:3000` or `http//localhost`. */
function withScheme(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const given = value.trim().replace(/^https?\/\//, "");
  if (!/^[\w[][^/@?#]*(\/[^@?#]*)?$/.test(given) || given.includes("://")) return undefined;
  // An address with a port of its own, or with a number for a name, is rarely behind TLS.
  const scheme = /^(localhost|[\d.]+|\[.*\]|[^/]+:(?!443\b)\d+)(:|\/|$)/.test(given)
    ? "http"
    : "https";
  const address = `${scheme}://${given}`;
  return parseAddress(address) && address;
}

/** The name of an option. */
export type OptionName = keyof AxonPushHandlerOptions;

/** The rule of an option. */
interface Rule {
  readonly kind: Kind;
  /** The default. An option without one may stay unset. */
  readonly fallback?: unknown;
  /** The variables that may hold it, in order of precedence. */
  readonly env?: readonly string[];
  /** Converts a variable's text to a value. */
  readonly parse?: (text: string) => unknown;
  /** What a variable must be, if that differs from the option. */
  readonly mustBe?: string;
}

/** The one table of options, with every default, unit and limit. */
const TABLE = {
  formatter: { kind: callable },
  apiKey: { kind: text, env: ["AXONPUSH_API_KEY"] },
  tenantId: { kind: id, env: ["AXONPUSH_TENANT_ID", "AXONPUSH_ORG_ID"] },
  channelId: { kind: id, env: ["AXONPUSH_CHANNEL_ID"] },
  baseUrl: { kind: address, env: ["AXONPUSH_BASE_URL"], fallback: "https://api.axonpush.xyz" },
  endpoint: { kind: address },
  headers: {
    kind: {
      must: "an object whose values are strings",
      // An instance of Headers or Map has no values of its own to be seen.
      test: (value) =>
        String(value) === "[object Object]" &&
        Object.values(value as object).every((item) => typeof item === "string"),
    },
  },
  environment: { kind: text, env: ["AXONPUSH_ENVIRONMENT"] },
  client: {
    kind: {
      must: "an object with events.publish(params)",
      test: (value) => typeof (value as AxonPushClient | null)?.events?.publish === "function",
    },
  },
  envFile: { kind: path },
  source: { kind: oneOf("app", "agent"), fallback: "app" },
  serviceName: { kind: text, env: ["OTEL_SERVICE_NAME"] },
  serviceVersion: { kind: text },
  agentId: { kind: text },
  traceId: { kind: text },
  excludeLoggers: { kind: texts, fallback: [] },
  mode: { kind: oneOf("background", "sync"), fallback: "background" },
  protocol: { kind: oneOf("events", "otlp"), fallback: "events" },
  batchSize: { kind: integer(1, 10_000), fallback: 512 },
  flushIntervalMs: { kind: integer(1, MAX_DELAY_MS), fallback: 1000 },
  compression: { kind: oneOf("none", "gzip"), fallback: "none" },
  queueSize: { kind: integer(1, 1_000_000), fallback: 1000 },
  overflowPolicy: { kind: oneOf("drop-oldest", "drop-newest", "block"), fallback: "drop-oldest" },
  concurrency: { kind: integer(1, 256), fallback: 256 },
  requestTimeoutMs: {
    kind: integer(1, MAX_DELAY_MS),
    fallback: 30_000,
    env: ["AXONPUSH_TIMEOUT"],
    parse: (seconds) => Math.round(Number(seconds) * 1000),
    mustBe: `a number of seconds from 0.001 to ${MAX_DELAY_MS / 1000}`,
  },
  maxRetries: {
    kind: integer(0, 100),
    fallback: 3,
    env: ["AXONPUSH_MAX_RETRIES"],
    parse: Number,
  },
  spool: { kind: path, env: ["AXONPUSH_SPOOL"] },
  spoolMaxBytes: {
    kind: integer(2 ** 20, 2 ** 40),
    fallback: 64 * 2 ** 20,
    env: ["AXONPUSH_SPOOL_MAX_BYTES"],
    parse: Number,
  },
  shutdownTimeoutMs: { kind: integer(0, MAX_DELAY_MS), fallback: 2000 },
  redactKeys: {
    kind: texts,
    fallback: [],
    env: ["AXONPUSH_REDACT_KEYS"],
    parse: (list) => list.split(",").map((key) => key.trim()).filter(Boolean),
  },
  redact: { kind: callable },
  caller: { kind: bool, fallback: false },
  maxContentLength: {
    kind: integer(1, 65_536),
    fallback: 4096,
    env: ["AXONPUSH_MAX_CONTENT_LENGTH"],
    parse: Number,
  },
  signals: {
    kind: {
      must: `false or an array of ${SIGNALS.join(", ")}`,
      test: (value) =>
        value === false || Array.isArray(value) && value.every((item) => SIGNALS.includes(item)),
    },
    fallback: ["SIGINT", "SIGTERM", "SIGHUP"],
  },
  diagnostics: { kind: callable },
} as const satisfies Readonly<Record<OptionName, Rule>>;

/** The names of options that have a default. */
export type Defaulted = {
  [Name in OptionName]: (typeof TABLE)[Name] extends { readonly fallback: unknown } ? Name : never;
}[OptionName];

/** The rule of each option. */
export const RULES: Readonly<Record<OptionName, Rule>> = TABLE;
