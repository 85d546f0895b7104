/**
 * Masks secrets that are recognised by their form, anywhere in a text. It runs inside the log call.
 *
 * @module
 */
import { LOOKS } from "./looks.ts";

/** What is written instead of a secret. */
export const REDACTED = "[REDACTED]";

/** What is no part of the word that a credential begins: escapes of JSON, URLs and terminals. */
export const ESCAPE = /\\[bfnrt]|\\u[\dA-Fa-f]{4}|%[\dA-Fa-f]{2}|\[[\d;]{1,9}m/.source;
const BEFORE = `(?<=^|[^A-Za-z\\d]|${ESCAPE})`;

/** Parameters of a challenge, in place of a token: `Bearer realm="…"` (RFC 9110, 11.6.1). */
const CHALLENGE = "(?:realm|scope|error|error_description|error_uri|charset|resource_metadata)=";
/** What ends a token that something is glued to: another one, a parameter, a secret's name. */
const GLUED = [
  "bearer\\s",
  "(?:[;&]|%26)[\\w.-]{1,64}(?:\\s?[:=]|%3)",
  "(?:authorization|cookie|passwd|password|passphrase|secret|key|token)[\\w-]{0,16}" +
  "(?:\\s?:|\\s?=(?![=\\s]|$)|%3)",
].join("|");
const TOKEN_CHARACTER = "[^\\s\"'`,\\\\]";
/**
 * A bearer token, without a header's name too (RFC 6750, 2.1; Laravel's have a `|`): 16 characters
 * of any kind, or six with a digit or an inner dot, which is no word.
 */
const BEARER = new RegExp(
  `(bearer\\s{1,8})(?!${CHALLENGE})` +
    `(?=${TOKEN_CHARACTER}{16}|(?=${TOKEN_CHARACTER}{6})[\\w~+/=-]*(?:\\d|\\.\\w))` +
    `(?:(?!${GLUED})${TOKEN_CHARACTER})+(?<![)\\]};>&])`,
  "gi",
);

/** A URL up to its password, which is none if it can be a port: `scheme://user:`. */
const URL_HEAD = /:\/\/[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?#,;)\]}"'<>|\\]|$))/.source;
/** If it is not encoded, `/`, `?` and `#` may be in it, but no other URL. */
const URL_PASSWORD = `(${URL_HEAD})` +
  /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>])+)(?=@)/.source;
/** The same in a URL that is a value of another one. */
const ENCODED_URL_PASSWORD = "(%3A%2F%2F[^\\s%&]*%3A)(?:[^\\s&%]|%(?!40|2F))+(?=%40)";
/** The same password where a cut keeps its end from being seen. */
const UNFINISHED_URL = new RegExp(
  `(${URL_HEAD})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>@])+)$/.source,
);

/** A private key in PEM, up to its end or that of the text (RFC 7468). */
const PRIVATE_KEY =
  /-----BEGIN [A-Z\d ]{0,32}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z\d ]{0,32}-----|$)/
    .source;

/** All that have a prefix. */
const PREFIXED = new RegExp(
  LOOKS.map(({ prefix, sign = "", shape }) => `${BEFORE}${prefix}${escaped(sign)}${shape}`)
    .join("|"),
  "g",
);
/** What reaches over spaces or over names. In a group: what is kept of a URL. */
const BLOCK = new RegExp(`${URL_PASSWORD}|${ENCODED_URL_PASSWORD}|${PRIVATE_KEY}`, "g");

/**
 * True wherever a secret is known by its looks, but for a URL's password, and seldom elsewhere. It
 * looks for the signs, and back from them: a few characters take a fifth of the time that all
 * prefixes take.
 */
export const MAY_HAVE_LOOK = new RegExp(
  [
    ...["_", "-", ".", ":AA", undefined].map((sign) => {
      const prefixes = LOOKS.filter((look) => look.sign === sign).map(({ prefix }) => prefix);
      if (sign === undefined) return prefixes.join("|");
      return `${escaped(sign)}(?<=${BEFORE}(?:${prefixes.join("|")})${escaped(sign)})`;
    }),
    ...["-----B", "[Bb][Ee][Aa][Rr][Ee]"],
  ].join("|"),
);

function escaped(sign: string): string {
  return sign.replace(".", "\\.");
}

/** Where a JSON Web Token begins. */
const TOKEN_BEGIN = new RegExp(`${BEFORE}eyJ`);
const TOKEN_PART = /[\w.-]/;

/** A text without passwords in URLs and private keys. */
export function maskBlocks(text: string): string {
  const mayHave = text.includes("-----B") || text.includes("@") && text.includes("://") ||
    text.includes("%40") && text.includes("%2F%2F");
  return mayHave
    ? text.replace(BLOCK, (_, url, encoded = "") => (url ?? encoded) + REDACTED)
    : text;
}

/** A text without credentials that have a prefix, and bearer tokens. */
export function maskTokens(text: string): string {
  return MAY_HAVE_LOOK.test(text)
    ? text.replace(PREFIXED, REDACTED).replace(BEARER, `$1${REDACTED}`)
    : text;
}

/** The beginning of a longer text, without a secret that may be cut in two at its end. */
export function maskUnfinished(text: string): string {
  const masked = text.replace(UNFINISHED_URL, `$1${REDACTED}`);
  // The others are long enough to be known before the cut; these are known by what is behind it.
  let word = masked.length;
  while (word > 0 && TOKEN_PART.test(masked[word - 1]!)) word--;
  const token = masked.slice(word).search(TOKEN_BEGIN);
  return token === -1 ? masked : masked.slice(0, word + token) + REDACTED;
}
