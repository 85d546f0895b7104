/**
 * Knows secrets by their names and by their looks, and masks them in a text. A log call waits for
 * it: whatever the text, no expression here takes more time than in proportion to its length, and
 * most texts need no more than one cheap test.
 *
 * @module
 */

/** What stands in place of a secret. */
export const REDACTED = "[REDACTED]";

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

/** Under a secret's name, but no secret: `has_secret: true`. */
const HARMLESS = /(?:true|false|null|undefined)(?![^\s,;&}\])\\"'`])/iy;
/** Three plain words after a colon are prose: "Wrong password: it must not be empty". */
const PROSE = /[a-z'’]{1,20}(?:[,.]? [a-z'’]{1,20}){2}(?![\w:=-])/iy;

/** Cheaper than the other expressions, and true wherever one of them matches. */
const MAY_HOLD_SECRET = /[=:]|%3|[kt]_|bearer|-----B/i;
const MAY_HOLD_VALUE = /[kt]_|bearer|:\/\/|-----B/i;

/** Knows secrets by the built-in names and those that are given. */
export class Secrets {
  #redactKeys: ReadonlySet<string>;
  #patterns: ReturnType<typeof makePatterns>;

  constructor(redactKeys: readonly string[]) {
    this.#redactKeys = new Set(redactKeys.map(normalise));
    this.#patterns = makePatterns(this.#redactKeys);
  }

  /** Whether the values of properties of this name are secrets. */
  isName(name: string): boolean {
    const normal = normalise(name);
    return this.#patterns.name.test(normal) || this.#redactKeys.has(normal);
  }

  /** Whether a value under a secret's name is none; under a name of `redactKeys` any may be one. */
  isHarmless(name: string, value: unknown): boolean {
    return (typeof value === "boolean" || value === null) && !this.#redactKeys.has(normalise(name));
  }

  /** A text without its secrets. */
  mask(text: string): string {
    if (!MAY_HOLD_SECRET.test(text)) return text;
    const { looks, innerName, value, headerLine, headerPair } = this.#patterns;
    const masked = MAY_HOLD_VALUE.test(text)
      ? text.replace(looks, (_, bearer = "", url = "") => bearer + url + REDACTED)
      : text;
    let result = "";
    let end = 0;
    innerName.lastIndex = 0;
    for (let found; (found = innerName.exec(masked)) !== null;) {
      const { header, own, mark = "", colon, space } = found.groups!;
      const start = innerName.lastIndex;
      const startsWith = (pattern: RegExp) => {
        pattern.lastIndex = start;
        return pattern.exec(masked);
      };
      if (!own && startsWith(HARMLESS)) continue;
      if (!header && colon && space && startsWith(PROSE)) continue;
      const secret = startsWith(!header ? value : colon ? headerLine : headerPair);
      if (secret === null) continue;
      const [all, valueMark = mark, scheme = ""] = secret;
      result += masked.slice(end, start) + scheme + valueMark + REDACTED + valueMark;
      end = innerName.lastIndex = start + all.length;
    }
    return result + masked.slice(end);
  }

  /** The beginning of a longer text, without its secrets and that which may be cut in two. */
  maskStart(text: string): string {
    return this.mask(text.replace(this.#patterns.unfinishedUrl, `$1${REDACTED}`));
  }
}

function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.\s[\]]/g, "");
}

/** Makes the expressions. Were they made with the module, the worker's bundle would have them too. */
function makePatterns(redactKeys: ReadonlySet<string>) {
  const name = new RegExp(
    `(?:${[...HEADERS, ...SECRETS].map(normalise).join("|")})(?:${ENDINGS})?$`,
  );

  // ——— By its looks ———

  /** Letters and digits that are no part of the word behind them: of JSON, URLs and terminals. */
  const escape = /\\[bfnrt]|\\u[\da-f]{4}|%[\da-f]{2}|\[[\d;]{1,9}m/.source;
  /** A URL up to its password, which is none if it can be a port. */
  const urlHead = /:\/\/[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?#,;)\]}"'<>|\\]|$))/.source;
  /** What looks like a secret by itself. In groups: what is kept of it. */
  const looks = new RegExp(
    [
      // AxonPush's keys and tokens: long ones, or a part of five with a digit. `pt_BR` is neither.
      `(?:ak|pt)_(?<=(?:^|[^a-z\\d]|${escape})(?:ak|pt)_)` +
      /(?=[\w-]{16}|[\w-]*?(?<![a-z\d])(?=[a-z]*\d)[a-z\d]{5})[\w-]+/.source,
      // A token is long, has a digit or an inner dot; it is no word, and no parameter (`realm="…"`).
      /(bearer\s+)(?!\w+=\\{0,7}"\w)(?=[\w.~+/-]{16}|[\w~+/=-]*(?:\d|\.\w))[\w.~+/=-]{6,}/.source,
      // A password in a URL. If it is not encoded, `/`, `?` and `#` may be in it, but no other URL.
      `(${urlHead})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>])+)(?=@)/.source,
      // A private key in PEM, up to its end or that of the text.
      /-----BEGIN [A-Z\d ]{0,32}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z\d ]{0,32}-----|$)/
        .source,
    ].join("|"),
    "gi",
  );
  /** The same password where a cut keeps its end from being seen. */
  const unfinishedUrl = new RegExp(
    `(${urlHead})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>@])+)$/.source,
    "i",
  );

  // ——— By its name ———

  /** A quotation mark, which JSON in JSON escapes. */
  const mark = /\\{0,7}["'`]/.source;
  /** What is behind a quotation mark that closes. */
  const closed = /(?=[\s,;:)&}\]]|$)/.source;
  /** All up to the same mark again, or to the end; the item is what one step takes. */
  const quoted = (item: string) => `(${mark})${item}*?(?:\\1${closed}|\\\\?$)`;
  /** A value inside a value: `realm="a, b"`. */
  const parameter = `=${mark}(?!${closed})` + /[^"'`\r\n]*["'`]/.source;
  /** An object or array, of a class too as `Deno.inspect` writes it: all up to the last bracket. */
  const nested =
    /(?:(?:<ref \*\d+> )?[A-Z][\w$]*(?:\(\d+\))? )?(?!\[REDACTED\])[{[](?:.*[}\]]|.*)/.source;
  /** Up to a space, `&` or what closes the surroundings; a `,` or `)` in its middle is part of it. */
  const word = `(?:\\[REDACTED\\]|(?!${mark}${closed}` +
    `|[,;)\\]}]{1,8}(?:\\s|$|${mark}|[\\w.-]{1,64}=))[^\\s&])+`;
  /** The rest of a line, or of the quotation that it is in. */
  const line = `(?:${parameter}|(?!${mark}${closed}|\\\\[rn])[^\\r\\n])+`;
  /** The schemes whose credentials are one word. They are kept. */
  const schemed = `((?:[Bb]asic|[Bb]earer) +)${word}`;
  const header = `${quoted(`(?:${parameter}|\\\\.|[^\\\\])`)}|${nested}|${schemed}`;

  /** The value of a secret name. In groups: its quotation mark, and what is kept of it. */
  const value = new RegExp(`${quoted("(?:\\\\.|[^\\\\])")}|${nested}|${word}`, "sy");
  /** That of a header as HTTP writes it: `Cookie: a=b; c=d`. */
  const headerLine = new RegExp(`${header}|\\d+(?=[\\s,}\\])]|$)|${line}`, "sy");
  /** That of a header in a list of pairs: `cookie=a=b; c=d status=200`, `authorization=Token x`. */
  const headerPair = new RegExp(
    `${header}|(?:(?:AWS4-HMAC-SHA256|[A-Za-z-]{1,16}) +)?${word}(?:[,;&] *${word})*`,
    "sy",
  );

  /** The names of `redactKeys` where they are whole, and the built-in ones wherever they end. */
  const between = "[-_.\\s]?";
  const spelled = (names: string[]) => names.map((name) => name.replaceAll(" ", between)).join("|");
  const own = [...redactKeys].filter(Boolean).map((name) =>
    [...name].map((character) => character.replace(/[^\p{L}\p{N}]/u, "\\$&")).join(between)
  );
  const builtIn = `(?:(?<header>${spelled(HEADERS)})|${spelled(SECRETS)})` +
    `(?:${between}(?:${ENDINGS}))?`;
  const anyName = own.length === 0
    ? builtIn
    : `(?<own>(?:(?<![\\w.-])|(?<=${escape}))(?:${own.join("|")}))|${builtIn}`;
  /** Such a name up to its value: `"name":`, `name: `, `name=`, `"name" => `, `name%3D`, `[name]=`. */
  const innerName = new RegExp(
    `(?:${anyName})(?:\\]|%5D|%2[27])?(?<mark>${mark})?\\s*` +
      "(?:(?<colon>:(?![:=]|//)|%3A)|:?={1,3}>?|%3D)" +
      `(?:\\s*(?=${mark}|[{[])|(?<space>[^\\S\\r\\n]*))`,
    "gi",
  );

  return { name, looks, unfinishedUrl, innerName, value, headerLine, headerPair };
}
