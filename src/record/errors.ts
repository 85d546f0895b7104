/**
 * Reads errors and the properties of objects without trusting them: getters throw, proxies refuse,
 * and what was thrown may be anything. It runs inside the log call, and wherever the handler
 * catches something.
 *
 * @module
 */

/** Reads a property; one that throws reads as the reason. */
export function read(object: object, name: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[name];
  } catch (error) {
    return unreadable(error);
  }
}

/** What stands in place of a value that threw this when it was read. */
export function unreadable(error: unknown): string {
  return `[unreadable: ${reason(error)}]`;
}

/** What a thrown value says, without trusting it. */
export function reason(error: unknown): string {
  try {
    return isError(error) ? error.message : String(error);
  } catch {
    return "no reason given";
  }
}

/** Whether a value is an error, of this realm or another, without trusting the value. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false; // A revoked proxy has no prototype to ask.
  }
}

/** The class of an error by its name, such as `TypeError`. */
export function errorType(error: Error): string {
  const name = read(error, "name");
  return typeof name === "string" && name !== "" ? name : "Error";
}

/**
 * What is worth keeping of an error.
 *
 * @param prefix Begins each name: nothing for an error inside a value, `exception.` for the one
 *   that a record is about.
 */
export function errorFields(error: Error, prefix = ""): Record<string, unknown> {
  return {
    [`${prefix}type`]: errorType(error),
    [`${prefix}message`]: read(error, "message"),
    [`${prefix}stacktrace`]: read(error, "stack"),
    [`${prefix}cause`]: read(error, "cause"),
    [`${prefix}errors`]: read(error, "errors"),
  };
}
