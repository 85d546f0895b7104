/**
 * Checks what a program passed against the rules, and makes the errors for what breaks one: what
 * could not be done, what the value must be, what it is and, if that is clear, what was meant. It
 * runs in the constructor and in calls with a timeout.
 *
 * @module
 */
import { LogLevels } from "@std/log";
import { attempt } from "../record/errors.ts";
import { Redactor } from "../record/redaction/redactor.ts";
import { type Kind, oneOf, type OptionName, RULES } from "./schema.ts";

const ACTION = "Cannot create AxonPushHandler";

const LEVELS = Object.entries(LogLevels);
const level: Kind = {
  ...oneOf(...LEVELS.map(([name]) => name)),
  meant: (value) => {
    const given = String(value).trim().toUpperCase();
    return LEVELS.find(([name, number]) =>
      given === String(number) || given.startsWith(name) ||
      /^\w{3}/.test(given) && name.startsWith(given)
    )?.[0];
  },
};

// As they are when the package is loaded, whatever the program does to them later.
const { captureStackTrace } = Error;
const { URL } = globalThis;

/**
 * Calls a function. What it throws says that it was thrown where `caller` was called: Deno prints that
 * line, and the program's own says more than one in here.
 */
// deno-lint-ignore ban-types
export function blamingCallOf<T>(caller: Function, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    // Nothing where the program had replaced `Error` before.
    if (error instanceof Error) captureStackTrace?.(error, caller);
    throw error;
  }
}

/** Refuses a level that does not exist, or options in its place. */
export function checkLevel(value: unknown): void {
  if (level.test(value)) return;
  const isObject = typeof value === "object" && value !== null;
  const first = isObject ? "the level comes first, and then the options: " : "";
  refuseValue(level, TypeError, `${first}'levelName' must be ${level.must}`, value, isObject);
}

/** Returns an option's value, or refuses it. */
export function checkOption(name: OptionName, value: unknown): unknown {
  const { kind } = RULES[name];
  return checkKind(name, kind, kind.must, value, value);
}

/** Returns the value of a variable's text, or refuses it by the variable's name. */
export function checkVariable(name: OptionName, variable: string, text: string): unknown {
  const { kind, parse = (text) => text, mustBe = kind.must } = RULES[name];
  return checkKind(variable, kind, mustBe, parse(text), text, name);
}

function checkKind(
  from: string,
  kind: Kind,
  must: string,
  value: unknown,
  given: unknown,
  name: string = from,
): unknown {
  if (attempt(() => kind.test(value))) return value;
  const Refusal = kind.hasRange && typeof value === "number" ? RangeError : TypeError;
  const isSecret = name === "apiKey" || name === "headers";
  return refuseValue(kind, Refusal, `'${from}' must be ${must}`, given, isSecret);
}

/** Refuses a value, and shows it unless it may hold a secret. */
function refuseValue(
  kind: Kind,
  Refusal: ErrorConstructor,
  what: string,
  value: unknown,
  isSecret: boolean,
): never {
  const shown = isSecret ? undefined : show(value);
  const meant = shown && attempt(() => kind.meant?.(value));
  return refuse(
    Refusal,
    `${what}: current value is ${shown ?? `of type ${typeof value}, not shown`}` +
      (meant ? `: did you mean "${meant}"?` : ""),
  );
}

/** Refuses what cannot be a timeout; 0 and `Infinity` can. */
export function checkTimeout(action: "flush" | "close", timeoutMs: unknown): void {
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return;
  throw new (typeof timeoutMs === "number" ? RangeError : TypeError)(
    `Cannot ${action} AxonPushHandler: 'timeoutMs' must be a number of milliseconds, not negative: ` +
      `current value is ${show(timeoutMs) ?? `of type ${typeof timeoutMs}`}`,
  );
}

/** Throws what the constructor throws. */
export function refuse(Refusal: ErrorConstructor, why: string, options?: ErrorOptions): never {
  throw new Refusal(`${ACTION}: ${why}`, options);
}

/**
 * A value as text for an error, or nothing where it may hold a secret or cannot be read. A URL may
 * have a password or a token in it, and a key may have been put in the wrong place.
 */
export function show(value: unknown): string | undefined {
  const shown = attempt(() =>
    Deno.inspect(value instanceof URL ? value.href : value, {
      depth: 1,
      breakLength: Infinity,
      strAbbreviateSize: 80,
    })
  );
  if (shown === undefined || /[@?]|\b(ak|pt)_/.test(shown)) return undefined;
  return withoutSecrets(shown) === shown ? shown : undefined;
}

/** A text for an error, without the secrets that are recognised in it. */
export function withoutSecrets(text: string): string {
  return new Redactor([]).mask(text);
}

/**
 * Suggests the option that was probably meant: the one that shares most pairs of letters, it or one of
 * its variables.
 */
export function suggestion(name: string): string {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[_-]|^axonpush/g, "");
  const given = plain(name);
  if (/level(name)?$/.test(given)) return ": the level is the first argument";
  const pairs = Array.from({ length: given.length - 1 }, (_, i) => given.slice(i, i + 2));
  const likeness = (known: string) =>
    pairs.filter((pair) => plain(known).includes(pair)).length / pairs.length;
  const known = Object.keys(RULES) as OptionName[];
  const [likely, most] = known
    .map((known) => [known, Math.max(...[known, ...RULES[known].env ?? []].map(likeness))] as const)
    .reduce((best, next) => next[1] > best[1] ? next : best);
  // Of a short word, parts are in many others.
  return most > (pairs.length > 3 ? 0.6 : 0.99)
    ? `: did you mean '${likely}'?`
    : `: known are ${known.join(", ")}`;
}
