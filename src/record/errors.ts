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

/**
 * What a function returns. If it throws, as getters and proxies may, what `otherwise` makes of that, or
 * nothing.
 */
export function attempt<T, Other = undefined>(
  call: () => T,
  otherwise?: (error: unknown) => Other,
): T | Other {
  try {
    return call();
  } catch (error) {
    return otherwise?.(error) as Other;
  }
}

/** What is written instead of a value that threw this when it was read. */
export function unreadable(error: unknown): string {
  return `[unreadable: ${reason(error)}]`;
}

/** The message of a thrown value, without trusting it. */
export function reason(error: unknown): string {
  try {
    return isError(error) ? error.message : String(error);
  } catch {
    return "no reason given";
  }
}

/** Whether a call has found no room on the stack. It makes none itself, for the same reason. */
export function isStackUsedUp(error: unknown): boolean {
  return error instanceof RangeError && error.message === "Maximum call stack size exceeded";
}

/** Whether a value is an error, of this realm or another, without trusting the value. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false; // A revoked proxy has no prototype to ask.
  }
}

/**
 * The class of an error, such as `TypeError`: its name, or that of its constructor where the class
 * has not set a name and so inherits one.
 */
export function errorType(error: Error): string {
  const { name, constructor } = error;
  const isOwn = Object.hasOwn(error, "name") || Object.hasOwn(Object.getPrototypeOf(error), "name");
  const names = isOwn ? [name, constructor?.name] : [constructor?.name, name];
  return names.find((name) => typeof name === "string" && name !== "") ?? "Error";
}

/** Properties of an error that have fields of their own. */
const HAVE_FIELDS = ["name", "message", "stack", "cause", "errors"];

/** The own properties of an error. The writer bounds them: some carry a request with its sockets. */
export class ErrorProperties {
  /** Without a prototype, so that a property named `__proto__` is one like any other. */
  readonly fields: Record<string, unknown> = Object.create(null);
}

/**
 * What is worth keeping of an error.
 *
 * @param prefix Begins each name: nothing for an error inside a value, `exception.` for the one
 *   that a record is about.
 */
export function errorFields(error: Error, prefix = ""): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    [`${prefix}type`]: attempt(() => errorType(error), () => "Error"),
    [`${prefix}message`]: read(error, "message"),
    [`${prefix}stacktrace`]: read(error, "stack"),
    [`${prefix}cause`]: read(error, "cause"),
    [`${prefix}errors`]: read(error, "errors"),
    [`${prefix}properties`]: attempt(() => errorProperties(error), unreadable),
  };
  // As `using` makes it where an error is thrown while another one is on its way.
  if (attempt(() => Object.hasOwn(error, "suppressed"), () => false)) {
    fields[`${prefix}error`] = read(error, "error");
    fields[`${prefix}suppressed`] = read(error, "suppressed");
  }
  return fields;
}

/** The own properties of an error, or the result of its `toJSON`. */
function errorProperties(error: Error): ErrorProperties | undefined {
  const { toJSON } = error as { toJSON?: unknown };
  const json = typeof toJSON === "function" ? toJSON.call(error, "") : undefined;
  const source = typeof json === "object" && json !== null ? json : error;
  const properties = new ErrorProperties();
  let isEmpty = true;
  for (const name of Object.keys(source)) {
    const value = HAVE_FIELDS.includes(name) ? undefined : read(source, name);
    if (value === undefined || typeof value === "function") continue;
    properties.fields[name] = value;
    isEmpty = false;
  }
  return isEmpty ? undefined : properties;
}
