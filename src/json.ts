/**
 * Writes any value as JSON text, whatever it is: in one pass, without throwing, within limits, and
 * with secrets masked. It takes the snapshot of what the program logs, so it must cope with all
 * that `JSON.stringify` does not: cycles, BigInt, Map, Error, throwing getters, revoked proxies.
 *
 * @module
 */

/** Deepest nesting that is written. */
export const MAX_DEPTH = 8;
/** Most properties of one object, and most items of one array, that are written. */
export const MAX_ENTRIES = 128;
/** Most characters that one record's names and values may take together. */
export const MAX_CHARACTERS = 131_072;
/** Longest name of a property, in characters. */
export const MAX_NAME_LENGTH = 256;
/** How far beyond a cut a secret may reach and still be seen, in characters. */
const LOOK_AHEAD = 256;
/** What stands in place of a secret. */
export const REDACTED = "[REDACTED]";

/**
 * A name that ends like one of these, as `db_password` and `X-API-Key` do, has a secret for its
 * value. Case, `-`, `_`, `.` and spaces make no difference.
 */
const SECRET_NAMES =
  /(?:accesstoken|apikey|authorization|cookie|passwd|password|privatekey|publictoken|refreshtoken|secret)$/;

/** Values that look like secrets: AxonPush credentials, bearer tokens, passwords in URLs. */
const SECRET_VALUES =
  /(?<![a-z\d])(?:ak_[\w-]{4,}|pt_[\w-]{6,})|\b(bearer\s+)[\w.~+/=-]+|(\b[a-z][a-z\d+.-]{0,31}:\/\/[^\s/:@]*:)[^\s/?#]+(?=@)/gi;
/** A name inside a string, up to its value: `"name":`, escaped or not, `name: "`, or `name=`. */
const INNER_NAME =
  /(\\{0,7}["'])([^"'\\]{1,64})\1\s*:\s*|(?<![\w.-])([\w.-]{1,64})(?:=|:\s*(?=\\{0,7}["'`]))/g;
/** Its value: quoted, or nested and then all up to the last bracket, or a word. */
const INNER_VALUE =
  /(\\{0,7}["'`])(?:\\.|[^\\])*?(?:\1(?=[\s,;&}\])]|$)|$)|[{[](?:.*[}\]]|.*)|(?:(?:basic|bearer) +)?[^\s,;&}\])]+/isy;
/** Cheaper than the expressions above, and true wherever those for values or names match. */
const MAY_HOLD_SECRET = /[kt]_|bearer|:\/\/|["'`=]/i;
const MAY_HOLD_NAME = /["'`=]/;

/** Most results that are remembered, so that names made of data do not fill the memory. */
const MAX_REMEMBERED = 1024;

/** Collections of names and values. */
const MAPS = [Map, Headers, URLSearchParams, FormData];

/** Turns values into JSON text with the limits and masks of one handler. */
export class JsonWriter {
  #maxLength: number;
  #isSecret: (name: string) => boolean;
  /** A name as JSON with its colon, and with what stands in place of its value if that is secret. */
  #name: (name: string) => string;
  #charactersLeft = 0;
  #ancestors: object[] = [];

  constructor(maxContentLength: number, redactKeys: readonly string[]) {
    this.#maxLength = maxContentLength;
    const names = new Set(redactKeys.map(normalise));
    this.#isSecret = (name) => {
      const normal = normalise(name);
      return SECRET_NAMES.test(normal) || names.has(normal);
    };
    this.#name = remember((name) => {
      return `${quote(this.#safe(name, MAX_NAME_LENGTH))}:${
        this.#isSecret(name) ? `"${REDACTED}"` : ""
      }`;
    });
  }

  /** Begins a record: its characters are counted from here. */
  begin(): void {
    this.#charactersLeft = MAX_CHARACTERS;
    this.#ancestors.length = 0;
  }

  /** A string as JSON: masked, cut to the limits and well-formed. */
  string(value: string): string {
    const text = this.#safe(value, Math.max(0, Math.min(this.#maxLength, this.#charactersLeft)));
    this.#charactersLeft -= text.length;
    return quote(text);
  }

  /** Any value as JSON. */
  value(value: unknown): string {
    switch (typeof value) {
      case "string":
        return this.string(value);
      case "number":
        return Number.isFinite(value) ? String(value) : `"${value}"`;
      case "boolean":
        return String(value);
      case "bigint":
      case "symbol":
        return this.string(String(value));
      default:
        return value === null || value === undefined ? "null" : this.#object(value);
    }
  }

  /** The properties of an object as `"name":value`, joined by commas. */
  members(object: object): string {
    let text = "";
    let count = 0;
    for (const name of Object.keys(object)) {
      const value = read(object, name);
      if (value === undefined) continue;
      if (text !== "") text += ",";
      if (++count > MAX_ENTRIES || this.#charactersLeft <= 0) {
        return `${text}"…":"[more properties cut]"`;
      }
      const member = this.#name(name);
      this.#charactersLeft -= member.length;
      text += member.endsWith(":") ? member + this.value(value) : member;
    }
    return text;
  }

  /** A string without what looks like a secret, cut to a length, and by how much. */
  #safe(text: string, length: number): string {
    if (text.length <= length) return this.#mask(text);
    // Looking further than it shows, or half a secret at the edge would not look like one.
    const seen = this.#mask(text.slice(0, length + LOOK_AHEAD));
    const unseen = text.length > length + LOOK_AHEAD;
    const most = unseen ? Math.min(length, Math.max(0, seen.length - LOOK_AHEAD)) : length;
    return `${seen.slice(0, most)}…[${text.length - length} characters cut]`;
  }

  #mask(text: string): string {
    if (!MAY_HOLD_SECRET.test(text)) return text;
    const masked = text.replace(
      SECRET_VALUES,
      (_, bearer = "", url = "") => bearer + url + REDACTED,
    );
    if (!MAY_HOLD_NAME.test(masked)) return masked;
    let result = "";
    let end = 0;
    for (
      const { 0: before, 1: mark = "", 2: quoted, 3: bare, index } of masked.matchAll(INNER_NAME)
    ) {
      if (index < end || !this.#isSecret(quoted ?? bare!)) continue;
      INNER_VALUE.lastIndex = index + before.length;
      const [value, valueMark = mark] = INNER_VALUE.exec(masked) ?? [""];
      if (value === "") continue;
      result += masked.slice(end, index) + before + valueMark + REDACTED + valueMark;
      end = index + before.length + value.length;
    }
    return result + masked.slice(end);
  }

  #object(value: object): string {
    if (this.#ancestors.includes(value)) return `"[circular]"`;
    if (this.#ancestors.length >= MAX_DEPTH) return `"[nested deeper than ${MAX_DEPTH}]"`;
    this.#ancestors.push(value);
    try {
      return this.#contents(value);
    } catch (error) {
      // A revoked proxy, a throwing toJSON, an exotic object: what it does is its affair.
      return this.string(`[unreadable: ${reason(error)}]`);
    } finally {
      this.#ancestors.pop();
    }
  }

  #contents(value: object): string {
    if (Array.isArray(value)) return this.#items(value, value.length);
    if (typeof value === "function") return this.string(`[function ${value.name || "anonymous"}]`);
    if (isError(value)) return `{${this.members(errorFields(value))}}`;
    if (value instanceof Date) return `"${isNaN(+value) ? "Invalid Date" : value.toISOString()}"`;
    if (MAPS.some((type) => value instanceof type)) {
      const object = Object.create(null);
      for (const [key, item] of first(value as Iterable<[unknown, unknown]>)) {
        const name = nameOf(key);
        object[name in object ? `${name} (${Object.keys(object).length})` : name] = item;
      }
      return `{${this.members(object)}}`;
    }
    if (value instanceof Set) return this.#items(first(value), value.size);
    if (ArrayBuffer.isView(value) && "length" in value) {
      return this.#items(value as unknown as ArrayLike<unknown>, value.length as number);
    }
    if (value instanceof RegExp) return this.string(String(value));
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.value(toJSON.call(value, ""));
    return `{${this.members(value)}}`;
  }

  #items(items: ArrayLike<unknown>, length: number): string {
    let text = "";
    for (let i = 0; i < length; i++) {
      if (i === MAX_ENTRIES || this.#charactersLeft <= 0) {
        return `[${text}${text && ","}"[${length - i} more]"]`;
      }
      this.#charactersLeft -= 8;
      text += (i === 0 ? "" : ",") + this.value(read(items, i));
    }
    return `[${text}]`;
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

/** What is worth keeping of an error, under the names that nested errors are shipped with. */
export function errorFields(error: Error): Record<string, unknown> {
  return {
    type: errorType(error),
    message: read(error, "message"),
    stacktrace: read(error, "stack"),
    cause: read(error, "cause"),
    errors: read(error, "errors"),
  };
}

/** The class of an error by its name, such as `TypeError`. */
export function errorType(error: Error): string {
  const name = read(error, "name");
  return typeof name === "string" && name !== "" ? name : "Error";
}

/** Reads a property; one that throws reads as the reason. */
export function read(object: object, name: PropertyKey): unknown {
  try {
    return (object as Record<PropertyKey, unknown>)[name];
  } catch (error) {
    return `[unreadable: ${reason(error)}]`;
  }
}

/** Remembers the results of a function of short strings, the first thousand of them. */
export function remember(make: (key: string) => string): (key: string) => string {
  const results = new Map<string, string>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      result = make(key);
      if (results.size < MAX_REMEMBERED) results.set(key, result);
    }
    return result;
  };
}

/**
 * The same string, laid out flat: looking at a character makes V8 join the pieces it was put
 * together from. Kept as a tree of pieces in a queue, it costs the garbage collector far more.
 */
export function flat(text: string): string {
  return text.charCodeAt(0) === 0 ? "" : text;
}

/** As much of a collection as is written, and one more. */
function first<T>(items: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const item of items) if (taken.push(item) > MAX_ENTRIES) break;
  return taken;
}

function quote(text: string): string {
  // A lone surrogate cannot be told in UTF-8, and strict parsers refuse its escape.
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}

function nameOf(key: unknown): string {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}

/** What a thrown value says, without trusting it. */
export function reason(error: unknown): string {
  try {
    return isError(error) ? error.message : String(error);
  } catch {
    return "no reason given";
  }
}
