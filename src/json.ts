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
const MASK = `"${REDACTED}"`;

/**
 * Names of headers whose values are secrets, and names of other secrets. A name that ends like one
 * of them is one too, as `db_password` and `X-API-Key` are. Case, `-`, `_`, `.`, brackets and
 * spaces make no difference.
 */
const HEADERS = ["authorization", "cookie"];
const SECRETS = [
  ...["access token", "api key", "passwd", "password", "private key", "public token"],
  ...["refresh token", "secret", "secret access key", "secret key"],
];
/** What may still follow: `cookies`, `password2`, `privateKeyPem`; not `cookie_count`. */
const ENDINGS = "s|\\d{1,4}|confirm|confirmation|hash|header|pem|value";
const SECRET_NAME = new RegExp(
  `(?:${[...HEADERS, ...SECRETS].map(normalise).join("|")})(?:${ENDINGS})?$`,
);

/** Letters and digits that are no part of the word behind them: of JSON, URLs and terminals. */
const ESCAPE = /\\[bfnrt]|\\u[\da-f]{4}|%[\da-f]{2}|\[[\d;]{1,9}m/.source;
/** A URL up to its password, which is none if it can be a port. */
const URL_HEAD = /:\/\/[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?#,;)\]}"'<>|\\]|$))/.source;
/** What looks like a secret by itself. In groups: what is kept of it. */
const SECRET_VALUES = new RegExp(
  [
    // AxonPush's keys and tokens: long ones, or a part of five with a digit. `pt_BR` is neither.
    `(?:ak|pt)_(?<=(?:^|[^a-z\\d]|${ESCAPE})(?:ak|pt)_)` +
    /(?=[\w-]{16}|[\w-]*?(?<![a-z\d])(?=[a-z]*\d)[a-z\d]{5})[\w-]+/.source,
    // A token is long, has a digit or an inner dot; it is no word, and no parameter (`realm="…"`).
    /(bearer\s+)(?!\w+=\\{0,7}"\w)(?=[\w.~+/-]{16}|[\w~+/=-]*(?:\d|\.\w))[\w.~+/=-]{6,}/.source,
    // A password in a URL. If it is not encoded, `/`, `?` and `#` may be in it, but no other URL.
    `(${URL_HEAD})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>])+)(?=@)/.source,
    // A private key in PEM, up to its end or that of the text.
    /-----BEGIN [A-Z\d ]{0,32}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z\d ]{0,32}-----|$)/
      .source,
  ].join("|"),
  "gi",
);
/** The same password where a cut keeps its end from being seen. */
const UNFINISHED_URL = new RegExp(
  `(${URL_HEAD})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>@])+)$/.source,
  "i",
);

/** A quotation mark, which JSON in JSON escapes. */
const MARK = /\\{0,7}["'`]/.source;
/** What is behind a quotation mark that closes. */
const CLOSED = /(?=[\s,;:)&}\]]|$)/.source;
/** A value inside a value: `realm="a, b"`. */
const PARAMETER = `=${MARK}(?!${CLOSED})` + /[^"'`\r\n]*["'`]/.source;
/** All up to the same mark again, or to the end; the item is what one step takes. */
const quoted = (item: string) => `(${MARK})${item}*?(?:\\1${CLOSED}|\\\\?$)`;
/** An object or array, of a class too as `Deno.inspect` writes it: all up to the last bracket. */
const NESTED =
  /(?:(?:<ref \*\d+> )?[A-Z][\w$]*(?:\(\d+\))? )?(?!\[REDACTED\])[{[](?:.*[}\]]|.*)/.source;
/** Up to a space, `&` or what closes something around it; a `,` or `)` in its middle is part of it. */
const WORD = `(?:\\[REDACTED\\]|(?!${MARK}${CLOSED}` +
  `|[,;)\\]}]{1,8}(?:\\s|$|${MARK}|[\\w.-]{1,64}=))[^\\s&])+`;
/** The rest of a line, or of the quotation that it is in. */
const LINE = `(?:${PARAMETER}|(?!${MARK}${CLOSED}|\\\\[rn])[^\\r\\n])+`;
/** The schemes whose credentials are one word. They are kept. */
const SCHEMED = `((?:[Bb]asic|[Bb]earer) +)${WORD}`;

/** The value of a secret name. In groups: its quotation mark, and what is kept of it. */
const VALUE = pattern(quoted(/(?:\\.|[^\\])/.source), NESTED, WORD);
/** That of a header as HTTP writes it: `Cookie: a=b; c=d`. */
const HEADER_LINE = pattern(
  quoted(`(?:${PARAMETER}|\\\\.|[^\\\\])`),
  NESTED,
  /\d+(?=[\s,}\])]|$)/.source,
  SCHEMED,
  LINE,
);
/** That of a header in a list of pairs: `cookie=a=b; c=d status=200`, `authorization=Token x`. */
const HEADER_PAIR = pattern(
  quoted(`(?:${PARAMETER}|\\\\.|[^\\\\])`),
  NESTED,
  SCHEMED,
  `(?:(?:AWS4-HMAC-SHA256|[A-Za-z-]{1,16}) +)?${WORD}(?:[,;&] *${WORD})*`,
);
/** Under a secret's name, but no secret: `has_secret: true`. */
const HARMLESS = /(?:true|false|null|undefined)(?![^\s,;&}\])\\"'`])/iy;
/** Three plain words after a colon are prose: "Wrong password: it must not be empty". */
const PROSE = /[a-z'’]{1,20}(?:[,.]? [a-z'’]{1,20}){2}(?![\w:=-])/iy;

/** Cheaper than the expressions above, and true wherever one of them matches. */
const MAY_HOLD_SECRET = /[=:]|%3|[kt]_|bearer|-----B/i;
const MAY_HOLD_VALUE = /[kt]_|bearer|:\/\/|-----B/i;

/** Most results that are remembered, so that names made of data do not fill the memory. */
const MAX_REMEMBERED = 1024;

/** Collections of names and values. */
const MAPS = [Map, Headers, URLSearchParams, FormData];

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
  #redactKeys: ReadonlySet<string>;
  /** A name as JSON with its colon, and with what stands in place of its value if that is secret. */
  #name: (name: string) => string;
  /** A secret name inside a string, up to its value. */
  #innerName: RegExp;
  #charactersLeft = 0;
  #ancestors: object[] = [];
  #dialect: Dialect;
  #masked: string;

  constructor(maxContentLength: number, redactKeys: readonly string[], dialect: Dialect = PLAIN) {
    this.#maxLength = maxContentLength;
    this.#dialect = dialect;
    this.#masked = dialect.string(MASK);
    this.#redactKeys = new Set(redactKeys.map(normalise));
    this.#innerName = innerName(this.#redactKeys);
    this.#name = remember((name) => {
      const normal = normalise(name);
      const secret = SECRET_NAME.test(normal) || this.#redactKeys.has(normal);
      return dialect.name(quote(this.#safe(name, MAX_NAME_LENGTH))) +
        (secret ? this.#masked : "");
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
      else if (!this.#isHarmless(name, value)) text += member;
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
    if (text.length <= length) return this.#mask(text);
    // Looking further than it shows, or half a secret at the edge would not look like one.
    const unseen = text.length > length + LOOK_AHEAD;
    const start = text.slice(0, length + LOOK_AHEAD);
    const seen = this.#mask(unseen ? start.replace(UNFINISHED_URL, `$1${REDACTED}`) : start);
    const most = unseen ? Math.min(length, Math.max(0, seen.length - LOOK_AHEAD)) : length;
    const shown = seen.slice(0, most).replace(/[\ud800-\udbff]$/, ""); // Half a character.
    return `${shown}…[${text.length - length} characters cut]`;
  }

  #mask(text: string): string {
    if (!MAY_HOLD_SECRET.test(text)) return text;
    const masked = !MAY_HOLD_VALUE.test(text) ? text : text.replace(
      SECRET_VALUES,
      (_, bearer = "", url = "") => bearer + url + REDACTED,
    );
    const names = this.#innerName;
    let result = "";
    let end = 0;
    names.lastIndex = 0;
    for (let found; (found = names.exec(masked)) !== null;) {
      const { header, own, mark = "", colon, space } = found.groups!;
      const start = names.lastIndex;
      const startsWith = (pattern: RegExp) => {
        pattern.lastIndex = start;
        return pattern.exec(masked);
      };
      if (!own && startsWith(HARMLESS)) continue;
      if (!header && colon && space && startsWith(PROSE)) continue;
      const value = startsWith(!header ? VALUE : colon ? HEADER_LINE : HEADER_PAIR);
      if (value === null) continue;
      const [all, valueMark = mark, scheme = ""] = value;
      result += masked.slice(end, start) + scheme + valueMark + REDACTED + valueMark;
      end = names.lastIndex = start + all.length;
    }
    return result + masked.slice(end);
  }

  /** Whether a value under a secret's name is none; under a name of `redactKeys` any may be one. */
  #isHarmless(name: string, value: unknown): boolean {
    return (typeof value === "boolean" || value === null) && !this.#redactKeys.has(normalise(name));
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
    if (MAPS.some((type) => value instanceof type)) {
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
  return name.toLowerCase().replace(/[-_.\s[\]]/g, "");
}

/** Matches one of these where it is told to look. */
function pattern(...alternatives: string[]): RegExp {
  return new RegExp(alternatives.join("|"), "sy");
}

/** Finds the names of `redactKeys` where they are whole, and the built-in ones wherever they end. */
function innerName(redactKeys: ReadonlySet<string>): RegExp {
  const between = "[-_.\\s]?";
  const spelled = (names: string[]) => names.map((name) => name.replaceAll(" ", between)).join("|");
  const own = [...redactKeys].filter(Boolean).map((name) =>
    [...name].map((character) => character.replace(/[^\p{L}\p{N}]/u, "\\$&")).join(between)
  );
  const builtIn = `(?:(?<header>${spelled(HEADERS)})|${spelled(SECRETS)})` +
    `(?:${between}(?:${ENDINGS}))?`;
  const name = own.length === 0
    ? builtIn
    : `(?<own>(?:(?<![\\w.-])|(?<=${ESCAPE}))(?:${own.join("|")}))|${builtIn}`;
  return new RegExp(
    // `"name":`, `name: `, `name=`, `name = `, `"name" => `, `user[name]=`, `name%3D`
    `(?:${name})(?:\\]|%5D|%2[27])?(?<mark>${MARK})?\\s*` +
      "(?:(?<colon>:(?![:=]|//)|%3A)|:?={1,3}>?|%3D)" +
      `(?:\\s*(?=${MARK}|[{[])|(?<space>[^\\S\\r\\n]*))`,
    "gi",
  );
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
