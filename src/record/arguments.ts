/**
 * Makes attributes of the arguments after the message, and of the context of the log call. It runs
 * inside the log call.
 *
 * @module
 */
import type { LogRecord } from "@std/log";
import { errorFields, isError, read, unreadable } from "./errors.ts";
import type { JsonWriter } from "./json_writer.ts";

/** The names of the attributes of an error. */
const EXCEPTION = "exception.";

/** The context of the log call, then its arguments after the message, as JSON members. */
export function argumentsText(
  writer: JsonWriter,
  { args, msg }: LogRecord,
  context?: Readonly<Record<string, unknown>>,
  caller?: Readonly<Record<string, unknown>>,
): string {
  try {
    const inText = errorInText(msg, args);
    if (!context && !caller && !inText) {
      // Nearly always there is one object of attributes, which needs no merging.
      const [only] = args;
      if (args.length === 0) return "";
      if (args.length === 1 && isPlainObject(only) && !Object.hasOwn(only, "toJSON")) {
        return writer.members(only);
      }
    }
    return writer.members(merge([{ ...context, ...caller, ...inText }, ...args]));
  } catch (error) {
    return writer.members({ args: [unreadable(error)] }); // A proxy that throws.
  }
}

/** Whether a value is a plain object, of this realm or another: of no class, and not an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype ||
      Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty");
  } catch {
    return false; // A revoked proxy: an argument that cannot be read.
  }
}

/**
 * Plain objects become attributes, merged from left to right; the first error becomes
 * `exception.*`; whatever else there is, is kept in `args`.
 */
function merge(args: readonly unknown[]): Record<string, unknown> {
  // Without a prototype, a property named __proto__ is like any other.
  const attributes: Record<string, unknown> = Object.create(null);
  const others: unknown[] = [];
  for (const given of args) {
    const argument = isPlainObject(given) ? jsonOf(given) : given;
    if (isPlainObject(argument)) {
      for (const name of Object.keys(argument)) attributes[name] = read(argument, name);
    } else if (isError(argument) && attributes[`${EXCEPTION}type`] === undefined) {
      Object.assign(attributes, errorFields(argument, EXCEPTION));
    } else {
      others.push(argument);
    }
  }
  if (others.length > 0) {
    attributes.args = attributes.args === undefined ? others : [attributes.args, ...others];
  }
  return attributes;
}

/** What a plain object says that it is in JSON. */
function jsonOf(object: Record<string, unknown>): unknown {
  if (!Object.hasOwn(object, "toJSON")) return object;
  const toJSON = read(object, "toJSON");
  try {
    return typeof toJSON === "function" ? toJSON.call(object, "") : object;
  } catch (error) {
    return unreadable(error);
  }
}

/**
 * A stack as std/log makes it of an error that is given as the message: type, perhaps a code, the
 * message, and then the first frame, which may be one of the engine's own.
 */
const STACK =
  /^(?:Uncaught )?([\p{L}_$][\p{L}\p{N}_$.]*)(?: \[\w+\])?(?:: ([^]*?))?\n {4}at [^\n]*(?::\d+:\d+|\((?:<anonymous>|native|index \d+)\))/u;

/**
 * The error that a message contains as text, into which std/log turns it before a handler sees it. If
 * the error is among the arguments too, that one says more.
 */
function errorInText(
  message: unknown,
  args: readonly unknown[],
): Record<string, unknown> | undefined {
  if (typeof message !== "string" || !message.includes("\n    at ")) return undefined;
  if (args.some((argument) => isError(argument) && read(argument, "stack") === message)) {
    return undefined;
  }
  const [, type, text = ""] = STACK.exec(message) ?? [];
  return type === undefined ? undefined : {
    [`${EXCEPTION}type`]: type,
    [`${EXCEPTION}message`]: text,
    [`${EXCEPTION}stacktrace`]: message,
  };
}
