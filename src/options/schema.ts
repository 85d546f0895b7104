/**
 * What each option must be: one table with its rule, its default and its variables, and the errors
 * for what breaks a rule. It runs once for each handler, in the constructor.
 *
 * @module
 */
import type { AxonPushClient } from "../delivery/client.ts";
import type { AxonPushHandlerOptions } from "./options.ts";
import { EXIT_CODES } from "./signals.ts";

const ACTION = "Cannot create AxonPushHandler";
const SIGNALS: readonly unknown[] = Object.keys(EXIT_CODES);
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

/** The name of an option. */
export type OptionName = keyof AxonPushHandlerOptions;

/** All about an option. */
interface Rule {
  readonly kind: Kind;
  /** The default. An option without one may stay unset. */
  readonly fallback?: unknown;
  /** The variables that may hold it, the first one set wins. */
  readonly env?: readonly string[];
  /** Makes a value of a variable's text. */
  readonly parse?: (text: string) => unknown;
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
} as const satisfies Readonly<Record<OptionName, Rule>>;

/** The names of options that have a default. */
export type Defaulted = {
  [Name in OptionName]: (typeof TABLE)[Name] extends { readonly fallback: unknown } ? Name : never;
}[OptionName];

/** The rule of each option. */
export const RULES: Readonly<Record<OptionName, Rule>> = TABLE;

/** Returns a value that is what it must be, or refuses it, naming where it came from. */
export function check(
  name: OptionName,
  value: unknown,
  from: string = name,
  shown = value,
): unknown {
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

/** Refuses what is no time to wait for: 0 and `Infinity` are. */
export function checkTimeout(action: "flush" | "close", timeoutMs: unknown): void {
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return;
  throw new (typeof timeoutMs === "number" ? RangeError : TypeError)(
    `Cannot ${action} AxonPushHandler: 'timeoutMs' must be a number of milliseconds, not negative: ` +
      `current value is ${show(timeoutMs)}`,
  );
}

export function refuse(Refusal: ErrorConstructor, why: string, options?: ErrorOptions): never {
  throw new Refusal(`${ACTION}: ${why}`, options);
}

export function show(value: unknown): string {
  return Deno.inspect(value, { depth: 1, breakLength: Infinity, strAbbreviateSize: 80 });
}

/** Says which option was probably meant: the one that has most of the name's pairs of letters. */
export function suggestion(name: string): string {
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
