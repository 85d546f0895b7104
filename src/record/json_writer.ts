/**
 * Writes any value as JSON text, whatever it is: in one pass, without throwing, within limits, and
 * with secrets masked. It takes the snapshot of what the program logs, so it must cope with all
 * that `JSON.stringify` does not: cycles, BigInt, Map, Error, throwing getters, revoked proxies. It
 * runs inside the log call.
 *
 * @module
 */
import { JSON } from "../json.ts";
import { cutText } from "./cut_text.ts";
import { type Dialect, PLAIN } from "./dialect.ts";
import { errorFields, ErrorProperties, isError, read, unreadable } from "./errors.ts";
import { createForm, type Form, type Name } from "./form.ts";
import { platformFields, WEB_MAPS } from "./platform_objects.ts";
import { REDACTED } from "./redaction/mask_looks.ts";
import { Redactor } from "./redaction/redactor.ts";
import { isPasswordOption, isSecretBeside, keptOfArgument } from "./redaction/siblings.ts";
import { FIELD_NAME } from "./redaction/spelling.ts";

/** Deepest nesting that is written. */
export const MAX_DEPTH = 8;
/** Most properties of one object, and most items of one array, that are written. */
export const MAX_ENTRIES = 128;
/** Most characters that one record's names and values may take together. */
export const MAX_CHARACTERS = 131_072;
/** Longest name of a property, in characters. */
export const MAX_NAME_LENGTH = 256;
/** Most characters that the properties of one error may take, its causes not counted. */
export const MAX_ERROR_CHARACTERS = 8192;
/** How far beyond a cut a secret may reach and still be seen, in characters. */
const LOOK_AHEAD = 1024;

/** Objects around a primitive value, which stand for it as in `JSON.stringify`. */
const BOXES: readonly (readonly [kind: string, prototype: { valueOf(): unknown }])[] = [
  ...[Number, String, Boolean, BigInt, Symbol]
    .map(({ name, prototype }) => [`[object ${name}]`, prototype] as const),
];

/** A name of a secret in a list, and no sentence about one, and no key. */
const LISTED_NAME = /^[\w.[\]-]{1,64}$/;
/** A name of a field, and no value. */
const FIELD = new RegExp(`^${FIELD_NAME}$`);

/** Begins an option in a list of arguments: `["--password", "…"]`. */
const OPTION = "--";
/** An option, and no value. */
const AN_OPTION = /^-(?:[a-z]|-[a-z-]+)$/i;

/** Collections of names and values. */
const MAPS = [...WEB_MAPS, "Map"];

/** Turns values into JSON text with the limits and masks of one handler. */
export class JsonWriter {
  #maxLength: number;
  #redactor: Redactor;
  #isName = (name: string) => this.#redactor.isName(name);
  #form: Form;
  #plainForm: Form;
  #charactersLeft = 0;
  #ancestors: object[] = [];

  constructor(maxContentLength: number, redactKeys: readonly string[], dialect: Dialect = PLAIN) {
    this.#maxLength = maxContentLength;
    this.#redactor = new Redactor(redactKeys);
    const nameText = (name: string) => quote(this.#safe(name, MAX_NAME_LENGTH));
    const formOf = (dialect: Dialect) => createForm(dialect, this.#redactor, nameText);
    this.#form = formOf(dialect);
    this.#plainForm = dialect === PLAIN ? this.#form : formOf(PLAIN);
  }

  /** Begins a record: its characters are counted anew. */
  begin(): void {
    this.#charactersLeft = MAX_CHARACTERS;
  }

  /** A string as JSON: masked, cut to the limits, or a narrower one, and well-formed. */
  string(value: string, limit: number = this.#maxLength): string {
    if (this.#takesAsItIs(value, limit)) return `"${value}"`;
    const text = this.#safe(value, this.#most(limit));
    this.#charactersLeft -= text.length;
    return quote(text);
  }

  /** Any value in the writer's dialect. */
  value(value: unknown): string {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? this.#form.number(value) : this.#note(String(value));
      case "boolean":
        return this.#form.boolean(value);
      case "bigint":
      case "symbol":
        return this.#text(String(value));
      default:
        return value === null || value === undefined ? this.#form.null : this.#object(value);
    }
  }

  /** Any value as plain JSON. */
  plain(value: unknown): string {
    const form = this.#form;
    this.#form = this.#plainForm;
    try {
      return this.value(value);
    } finally {
      this.#form = form;
    }
  }

  /** The properties of an object, joined by commas. Of attributes those that are the handler's are left out. */
  members(object: object): string {
    let text = "";
    let count = 0;
    for (const name of Object.keys(object)) {
      const value = read(object, name);
      if (value === undefined) continue;
      const known = this.#form.nameOf(name);
      if (known.isReserved && this.#ancestors.length === 0) continue;
      if (text !== "") text += ",";
      if (++count > MAX_ENTRIES || this.#charactersLeft <= 0) {
        return text + this.#form.name(`"…"`) + this.#note("[more properties cut]") +
          this.#form.end;
      }
      this.#charactersLeft -= known.text.length;
      const masked = (known.isSecret ||
        known.mayBeSecret && isSecretBeside(name, value, object, this.#isName)) &&
        !this.#redactor.isHarmless(name, value);
      text += masked
        ? known.text + this.#form.masked + this.#form.end
        : this.#property(known, value);
    }
    return text;
  }

  /** A property. The most frequent ones are put together of three texts. */
  #property({ text, beforeString, beforeInteger }: Name, value: unknown): string {
    const form = this.#form;
    if (typeof value === "string" && this.#takesAsItIs(value)) {
      return beforeString + value + form.afterString;
    }
    if (Number.isSafeInteger(value)) return beforeInteger + value + form.afterInteger;
    return text + this.value(value) + form.end;
  }

  /** Most characters that a string may have now. */
  #most(limit: number): number {
    return Math.max(0, Math.min(this.#maxLength, this.#charactersLeft, limit));
  }

  /** Whether a string goes between quotes as it is. If so, its characters are counted. */
  #takesAsItIs(value: string, limit: number = this.#maxLength): boolean {
    if (value.length > this.#most(limit) || !this.#redactor.isPlain(value)) return false;
    this.#charactersLeft -= value.length;
    return true;
  }

  #text(value: string): string {
    return this.#form.string(this.string(value));
  }

  /** A text of ours. */
  #note(text: string): string {
    return this.#form.string(`"${text}"`);
  }

  /** A string without what looks like a secret, cut to a length, and by how much. */
  #safe(text: string, length: number): string {
    if (text.length <= length) return this.#redactor.mask(text);
    // Looks further than it shows, or half a secret at the edge would not look like one.
    const unseen = text.length > length + LOOK_AHEAD;
    const seen = unseen
      ? this.#redactor.maskStart(text.slice(0, length + LOOK_AHEAD))
      : this.#redactor.mask(text);
    const most = unseen ? Math.min(length, Math.max(0, seen.length - LOOK_AHEAD)) : length;
    return `${cutText(seen, most)}…[${text.length - length} characters cut]`;
  }

  #object(value: object): string {
    if (this.#ancestors.includes(value)) return this.#note("[circular]");
    if (this.#ancestors.length >= MAX_DEPTH) return this.#note(`[nested deeper than ${MAX_DEPTH}]`);
    this.#ancestors.push(value);
    try {
      return this.#contents(value);
    } catch (error) {
      // A revoked proxy, a `toJSON` that throws, an exotic object.
      return this.#text(unreadable(error));
    } finally {
      this.#ancestors.pop();
    }
  }

  #contents(value: object): string {
    if (Array.isArray(value)) return this.#items(value, value.length);
    if (typeof value === "function") return this.#text(`[function ${value.name || "anonymous"}]`);
    if (isError(value)) return this.#map(errorFields(value));
    if (value instanceof ErrorProperties) return this.#bounded(value.fields);
    const tag = tagOf(value);
    // Those of another realm, as of node:vm, are known by this.
    const kind = Object.prototype.toString.call(value);
    if (value instanceof Date || kind === "[object Date]" && tag === "") {
      return this.#note(isNaN(+value) ? "Invalid Date" : (value as Date).toISOString());
    }
    if (value instanceof Map || MAPS.includes(tag) && Symbol.iterator in value) {
      const object = Object.create(null);
      for (const [key, item] of first(value as Iterable<[unknown, unknown]>)) {
        const name = nameOf(key);
        object[name in object ? `${name} (${Object.keys(object).length})` : name] = item;
      }
      return this.#map(object);
    }
    if (value instanceof Set || tag === "Set" && Symbol.iterator in value) {
      return this.#items(first(value as Set<unknown>), Number((value as Set<unknown>).size));
    }
    if (ArrayBuffer.isView(value) && "length" in value) {
      return this.#items(value as unknown as ArrayLike<unknown>, value.length as number);
    }
    if (value instanceof RegExp || kind === "[object RegExp]" && tag === "") {
      return this.#text(String(value));
    }
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") {
      const json: unknown = toJSON.call(value, "");
      if (json !== value) return this.value(json);
    }
    const primitive = unboxed(value, kind);
    if (primitive !== value) return this.value(primitive);
    const fields = tag === "" ? undefined : platformFields(value, tag);
    if (fields !== undefined) return this.#map(fields);
    const members = this.members(value);
    // Without properties it is at least what it says that it is.
    return members === "" && tag !== "" ? this.#text(`[object ${tag}]`) : this.#form.map(members);
  }

  /** The properties of an error, within a part of the characters that the record has left. */
  #bounded(fields: object): string {
    const most = Math.min(this.#charactersLeft, MAX_ERROR_CHARACTERS);
    const others = this.#charactersLeft - most;
    this.#charactersLeft = most;
    try {
      return this.#map(fields);
    } finally {
      this.#charactersLeft += others;
    }
  }

  #map(object: object): string {
    return this.#form.map(this.members(object));
  }

  #items(items: ArrayLike<unknown>, length: number): string {
    let text = "";
    let item: unknown;
    let isOption = false;
    for (let i = 0; i < length; i++) {
      if (i === MAX_ENTRIES || this.#charactersLeft <= 0) {
        return this.#form.list(`${text}${text && ","}${this.#note(`[${length - i} more]`)}`);
      }
      this.#charactersLeft -= 8;
      const before = item;
      item = read(items, i);
      const masked = typeof before === "string" &&
        (i % 2 === 1 && length % 2 === 0 || before.startsWith(OPTION)) &&
        this.#isNamedBy(before, item, length);
      const wasOption = isOption;
      isOption = isPasswordOption(item);
      if ((isOption || wasOption) && typeof item === "string") {
        const kept = keptOfArgument(items, i, item, this.#ancestors.at(-2));
        if (kept !== undefined) item = kept + REDACTED;
      }
      text += (i === 0 ? "" : ",") + (masked ? this.#form.masked : this.value(item));
    }
    return this.#form.list(text);
  }

  /**
   * Whether an item of a list is the value of the secret that is named before it, as in Node's
   * `rawHeaders` and in lists of entries. A word like a name is one in a list of names.
   */
  #isNamedBy(name: string, value: unknown, length: number): boolean {
    if (!LISTED_NAME.test(name) || !this.#redactor.isName(name)) return false;
    if (typeof value === "string" && AN_OPTION.test(value)) return false; // `sshpass` is a command.
    if (this.#redactor.isHarmless(name, value)) return false;
    const isEntry = length === 2 && Array.isArray(this.#ancestors.at(-2));
    return isEntry || name.startsWith(OPTION) || typeof value !== "string" ||
      !FIELD.test(value);
  }
}

/** What an object says that it is, or nothing. */
function tagOf(value: object): string {
  const { [Symbol.toStringTag]: tag } = value as { [Symbol.toStringTag]?: unknown };
  return typeof tag === "string" ? tag : "";
}

/** The primitive that an object is around, or the object itself. */
function unboxed(value: object, kind: string): unknown {
  const box = BOXES.find(([known, prototype]) =>
    known === kind || Object.prototype.isPrototypeOf.call(prototype, value)
  );
  try {
    return box ? box[1].valueOf.call(value) : value;
  } catch {
    return value; // It only says so, by its tag.
  }
}

/** As much of a collection as is written, and one more. */
function first<T>(items: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const item of items) if (taken.push(item) > MAX_ENTRIES) break;
  return taken;
}

function quote(text: string): string {
  // UTF-8 cannot express a lone surrogate, and strict parsers refuse its escape.
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

function nameOf(key: unknown): string {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}
