/**
 * Writes any value as JSON text, whatever it is: in one pass, without throwing, within limits, and
 * with secrets masked. It takes the snapshot of what the program logs, so it must cope with all
 * that `JSON.stringify` does not: cycles, BigInt, Map, Error, throwing getters, revoked proxies.
 *
 * @module
 */
import { REDACTED, Secrets } from "./secrets.ts";

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

/** Most results that are remembered, so that names made of data do not fill the memory. */
const MAX_REMEMBERED = 1024;

/**
 * The web's collections of names and values, known by their tags: to name a class itself has Deno
 * load much of `fetch`, 2 ms or more in a program that may not need it.
 */
const WEB_MAPS = ["Headers", "URLSearchParams", "FormData"];

/**
 * What JSON has to escape, or a secret may hide in: true wherever the first test of `Secrets` is.
 * Most texts have nothing of it, and are the same in JSON.
 */
const NEEDS_CARE = /[^ !#-$&-9;<>?@A-Z[\]^`a-z{|}~]|bearer|-----B/i;

/** How a JSON text says what a value is: by itself, or as a protocol wants it. */
export interface Dialect {
  /** What a property begins with, and ends with. */
  name(quoted: string): string;
  readonly end: string;
  string(quoted: string): string;
  number(value: number): string;
  boolean(value: boolean): string;
  readonly null: string;
  list(items: string): string;
  map(members: string): string;
}

/** JSON as everybody knows it. */
const PLAIN: Dialect = {
  name: (quoted) => `${quoted}:`,
  end: "",
  string: (quoted) => quoted,
  number: String,
  boolean: String,
  null: "null",
  list: (items) => `[${items}]`,
  map: (members) => `{${members}}`,
};

/** Turns values into JSON text with the limits and masks of one handler. */
export class JsonWriter {
  #maxLength: number;
  #secrets: Secrets;
  /** A name as JSON with its colon, and with what stands in place of its value if that is secret. */
  #name: (name: string) => string;
  #charactersLeft = 0;
  #ancestors: object[] = [];
  #dialect: Dialect;
  #masked: string;

  constructor(maxContentLength: number, redactKeys: readonly string[], dialect: Dialect = PLAIN) {
    this.#maxLength = maxContentLength;
    this.#dialect = dialect;
    this.#masked = dialect.string(`"${REDACTED}"`);
    this.#secrets = new Secrets(redactKeys);
    this.#name = remember((name) => {
      return dialect.name(quote(this.#safe(name, MAX_NAME_LENGTH))) +
        (this.#secrets.isName(name) ? this.#masked : "");
    });
  }

  /** Begins a record: its characters are counted from here. */
  begin(): void {
    this.#charactersLeft = MAX_CHARACTERS;
  }

  /** A string as JSON: masked, cut to the limits, or a narrower one, and well-formed. */
  string(value: string, limit: number = this.#maxLength): string {
    const most = Math.max(0, Math.min(this.#maxLength, this.#charactersLeft, limit));
    if (value.length <= most && !NEEDS_CARE.test(value)) {
      this.#charactersLeft -= value.length;
      return `"${value}"`;
    }
    const text = this.#safe(value, most);
    this.#charactersLeft -= text.length;
    return quote(text);
  }

  /** Any value in the writer's dialect. */
  value(value: unknown): string {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? this.#dialect.number(value) : this.#note(String(value));
      case "boolean":
        return this.#dialect.boolean(value);
      case "bigint":
      case "symbol":
        return this.#text(String(value));
      default:
        return value === null || value === undefined ? this.#dialect.null : this.#object(value);
    }
  }

  /** Any value as plain JSON. */
  plain(value: unknown): string {
    const dialect = this.#dialect;
    this.#dialect = PLAIN;
    try {
      return this.value(value);
    } finally {
      this.#dialect = dialect;
    }
  }

  /** The properties of an object, joined by commas. */
  members(object: object): string {
    let text = "";
    let count = 0;
    for (const name of Object.keys(object)) {
      const value = read(object, name);
      if (value === undefined) continue;
      if (text !== "") text += ",";
      if (++count > MAX_ENTRIES || this.#charactersLeft <= 0) {
        return text + this.#dialect.name(`"…"`) + this.#note("[more properties cut]") +
          this.#dialect.end;
      }
      const member = this.#name(name);
      this.#charactersLeft -= member.length;
      if (member.endsWith(":")) text += member + this.value(value);
      else if (!this.#secrets.isHarmless(name, value)) text += member;
      else text += member.slice(0, -this.#masked.length) + this.value(value);
      text += this.#dialect.end;
    }
    return text;
  }

  #text(value: string): string {
    return this.#dialect.string(this.string(value));
  }

  /** A text of ours. */
  #note(text: string): string {
    return this.#dialect.string(`"${text}"`);
  }

  /** A string without what looks like a secret, cut to a length, and by how much. */
  #safe(text: string, length: number): string {
    if (text.length <= length) return this.#secrets.mask(text);
    // Looking further than it shows, or half a secret at the edge would not look like one.
    const unseen = text.length > length + LOOK_AHEAD;
    const seen = unseen
      ? this.#secrets.maskStart(text.slice(0, length + LOOK_AHEAD))
      : this.#secrets.mask(text);
    const most = unseen ? Math.min(length, Math.max(0, seen.length - LOOK_AHEAD)) : length;
    const shown = seen.slice(0, most).replace(/[\ud800-\udbff]$/, ""); // Half a character.
    return `${shown}…[${text.length - length} characters cut]`;
  }

  #object(value: object): string {
    if (this.#ancestors.includes(value)) return this.#note("[circular]");
    if (this.#ancestors.length >= MAX_DEPTH) return this.#note(`[nested deeper than ${MAX_DEPTH}]`);
    this.#ancestors.push(value);
    try {
      return this.#contents(value);
    } catch (error) {
      // A revoked proxy, a throwing toJSON, an exotic object: what it does is its affair.
      return this.#text(`[unreadable: ${reason(error)}]`);
    } finally {
      this.#ancestors.pop();
    }
  }

  #contents(value: object): string {
    if (Array.isArray(value)) return this.#items(value, value.length);
    if (typeof value === "function") return this.#text(`[function ${value.name || "anonymous"}]`);
    if (isError(value)) return this.#map(errorFields(value));
    if (value instanceof Date) {
      return this.#note(isNaN(+value) ? "Invalid Date" : value.toISOString());
    }
    if (value instanceof Map || isWebMap(value)) {
      const object = Object.create(null);
      for (const [key, item] of first(value as Iterable<[unknown, unknown]>)) {
        const name = nameOf(key);
        object[name in object ? `${name} (${Object.keys(object).length})` : name] = item;
      }
      return this.#map(object);
    }
    if (value instanceof Set) return this.#items(first(value), value.size);
    if (ArrayBuffer.isView(value) && "length" in value) {
      return this.#items(value as unknown as ArrayLike<unknown>, value.length as number);
    }
    if (value instanceof RegExp) return this.#text(String(value));
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return this.value(toJSON.call(value, ""));
    return this.#map(value);
  }

  #map(object: object): string {
    return this.#dialect.map(this.members(object));
  }

  #items(items: ArrayLike<unknown>, length: number): string {
    let text = "";
    for (let i = 0; i < length; i++) {
      if (i === MAX_ENTRIES || this.#charactersLeft <= 0) {
        return this.#dialect.list(`${text}${text && ","}${this.#note(`[${length - i} more]`)}`);
      }
      this.#charactersLeft -= 8;
      text += (i === 0 ? "" : ",") + this.value(read(items, i));
    }
    return this.#dialect.list(text);
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
export function remember<T>(make: (key: string) => T): (key: string) => T {
  const results = new Map<string, T>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      result = make(key);
      if (results.size < MAX_REMEMBERED) results.set(key, result);
    }
    return result;
  };
}

function isWebMap(value: object): boolean {
  const { [Symbol.toStringTag]: tag } = value as { [Symbol.toStringTag]?: unknown };
  return WEB_MAPS.includes(tag as string) && Symbol.iterator in value;
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
