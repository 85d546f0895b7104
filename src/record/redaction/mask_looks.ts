/**
 * Masks secrets that are recognised by their form, anywhere in a text. It runs inside the log call.
 *
 * @module
 */
import { LOOKS } from "./looks.ts";
import { isSecretName } from "./names.ts";
import { BEFORE, mayHavePrefix, PREFIXED } from "./prefixes.ts";
import { ANY_MARK, COLOUR, ESCAPE, MARK, PERCENT, SLASH } from "./spelling.ts";

/** What is written instead of a secret. */
export const REDACTED = "[REDACTED]";

/** A space, which URLs encode, and forms, which others may encode again. */
const SPACE = `(?: |\\+|${PERCENT}2(?:0|B))`;

/**
 * Parameters in place of a token, of a challenge (RFC 9110, 11.6.1) or of an answer that has its type
 * before them: `Bearer realm="…"`, `token_type=Bearer expires_in=3600`.
 */
const CHALLENGE = "(?:realm|scope|error|error_description|error_uri|charset|resource_metadata" +
  "|service|expires|expires_in|ext_expires_in)=";
/** What ends a token that something is glued to: another one, a parameter, a secret's name. */
const GLUED = [
  "bearer\\s",
  "</?[a-z!]", // An element of XML.
  "&(?:quot|apos|amp|lt|gt|#\\d{1,4});",
  `(?:[;&]|${PERCENT}26)[\\w.-]{1,64}(?:\\s?[:=]|${PERCENT}3)`,
  "(?:authorization|cookie|passwd|password|passphrase|secret|key|token)[\\w-]{0,16}" +
  `(?:\\s?:|\\s?=(?![=\\s]|$)|${PERCENT}3)`,
].join("|");
const TOKEN_CHARACTER = "[^\\s\"'`,\\\\]";
/**
 * A bearer token, without a header's name too (RFC 6750, 2.1; Laravel's have a `|`): 16 characters
 * of any kind, or six with a digit or an inner dot, which is no word.
 */
const BEARER = new RegExp(
  `(bearer(?:\\s{1,8}|${SPACE}))(?!${CHALLENGE})` +
    `(?=${TOKEN_CHARACTER}{16}|(?=${TOKEN_CHARACTER}{6})[\\w~+/=-]*(?:\\d|\\.\\w))` +
    `(?:(?!${GLUED})${TOKEN_CHARACTER})+(?<![)\\]};>&])`,
  "gi",
);

/** A URL up to its password, which is none if it can be a port: `scheme://user:`. */
const URL_HEAD = `:${SLASH}${SLASH}` +
  /[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?,;)\]}"'<>|\\]|$))/.source;
/** If it is not encoded, `/`, `?` and `#` may be in it, but no other URL. */
const NO_URL = `(?!:${SLASH}${SLASH})`;
const URL_PASSWORD = `(${URL_HEAD})` +
  `(?:[^\\s/?#]+|(?!${SLASH})(?:${NO_URL}[^\\s"'\`<>])+)(?=@)`;
/** The same in a URL that is a value of another one, or of one in another. */
const LEVEL = "%\\k<level>";
const ENCODED_URL_HEAD =
  `(%(?<level>(?:25){0,3})3[Aa]${LEVEL}2[Ff]${LEVEL}2[Ff][^\\s%&]*${LEVEL}3[Aa])` +
  "(?:[^\\s&%]|%(?!\\k<level>(?:40|2[Ff])))+";
const ENCODED_URL_PASSWORD = `${ENCODED_URL_HEAD}(?=${LEVEL}40)`;
/** What every such text has. */
const ENCODED_SLASHES = /%(?:25){0,3}2[Ff]%(?:25){0,3}2[Ff]/;
/** The same passwords where a cut keeps their end from being seen. */
const UNFINISHED_URL = new RegExp(
  `(${URL_HEAD})(?:[^\\s/?#]+|(?!${SLASH})(?:${NO_URL}[^\\s"'\`<>@])+)$`,
);
const UNFINISHED_ENCODED_URL = new RegExp(`${ENCODED_URL_HEAD}$`);
/** An element of XML whose end is not seen. */
const UNFINISHED_ELEMENT =
  /(<(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?:\s[^<>]{0,256})?>(?:<!\[CDATA\[)?)[^<>]+(?:\]\]>)?<?$/;

/** The same as Go's driver for MySQL and Oracle's for Java have it: `u:…@tcp(h)`, `thin:u/…@h`. */
const DSN_PASSWORD = "(?<=[\\w.%-]:)[^\\s\"'`/@:]{1,128}(?=@(?:tcp|unix)\\()|" +
  "(?<=jdbc:oracle:[a-z\\d]{2,8}:[\\w.]{1,64}/)[^\\s\"'`@/]{1,128}(?=@)";
/** A hash of a password that has commas in it, at which a value would end. */
const ARGON2 = "\\$argon2(?:id?|d)\\$[\\w=,$+/-]{32,}";
/**
 * What is between words of a command, also of one that is a list in a text: `["mysql","-p…"]`, and
 * as std/log writes one that is the message: `{"0":"mysql","1":"-p…"}`.
 */
const BETWEEN = `(?: |["'],\\s?(?:["']\\d{1,3}["']:)?["'])`;
const BETWEEN_WORDS = / (?![^[]*\])/g;
/** Passwords that are options of commands: `mysql -p…`, `sshpass -p …`, `curl -u user:…`. */
const COMMAND_PASSWORD = new RegExp(
  "((?:" + [
    "(?:mysql|mariadb)[\\w-]{0,12} OPTIONS-p(?! )",
    "(?:sshpass|(?:docker|podman) login) OPTIONS-p ?",
    "(?:buildah|skopeo|oras|helm registry|az|oc|cf) login OPTIONS-p ",
    "(?:mongo(?:sh|dump|restore|export|import)?|cqlsh) OPTIONS-p ",
    "(?:plink|pscp|psftp) OPTIONS-pw ",
    "(?:sqlcmd|bcp) OPTIONS-P ?",
    "ldap[a-z]{3,8} OPTIONS-w ",
    "openssl OPTIONS-pass(?:in|out)? pass:",
    "redis-cli OPTIONS-a ",
    "(?:mosquitto_[a-z]{2,3}|ipmitool|(?:un)?zip) OPTIONS-P ",
    "(?:7z[a-z]?|unrar|rar) OPTIONS-p(?! )",
    "twine upload OPTIONS-p ",
    "https? OPTIONS(?:-a|--auth) ?[\"']?[^\\s:\"']{1,64}:",
    "etcdctl OPTIONS--user[ =][\"']?[^\\s:\"']{1,64}:",
    "curl OPTIONS(?:-u|--user) ?[\"']?[^\\s:\"']{1,64}:",
  ].join("|").replaceAll("OPTIONS", "(?:[^\\n|;&]{0,200}? )?").replaceAll(BETWEEN_WORDS, BETWEEN) +
    "))(?:\"[^\"\\\\]*\"|'[^'\\\\]*'|[^\\s\"'\\\\]+)",
  "g",
);

const LABEL = `(?:[A-Z\\d]|${SPACE}){0,48}`;
/** A private key in PEM (RFC 7468), or as SSH has it (RFC 4716), up to its end or that of the text. */
const PRIVATE_KEY =
  `----(?:-|${SPACE})BEGIN${LABEL}(?:PRIVATE${SPACE}KEY(?:${SPACE}BLOCK)?|OpenVPN${SPACE}Static${SPACE}key${SPACE}V1)${SPACE}?----` +
  `[^]*?(?:----(?:-|${SPACE})END(?:${LABEL}|${SPACE}OpenVPN[^-\\n]{1,32})-{4,5}|$)`;

const KEY_BEGIN = new RegExp(`----(?:-|${SPACE})B`);

/** The same begin so, behind their first dash. */
const OPTION = "[apuwP-](?<=[\\s\"']-.)";

/** What reaches over spaces or over names. In a group: what is kept of a URL. */
const BLOCK = new RegExp(
  `${URL_PASSWORD}|${ENCODED_URL_PASSWORD}|${PRIVATE_KEY}|${DSN_PASSWORD}|${ARGON2}`,
  "g",
);

/** What has shorter words: AxonPush's own, as `ak_12345`, and options of commands. */
const MAY_HAVE_SHORT = new RegExp(
  `_(?=\\w{5})(?<=${BEFORE}${LOOKS[0]!.prefix}_)|-${OPTION}`,
);

/**
 * Credentials in base64: of Basic authentication, without a header's name too (RFC 7617, 2), of mail
 * (RFC 4954), and as Docker and npm keep them: `"auth":"…"`, `:_auth=…`.
 */
const BASE64 = new RegExp(
  `((?:basic|auth (?:plain|login|xoauth2))${SPACE}|` +
    `(?<=^|[^A-Za-z\\d]|${ESCAPE})auth${ANY_MARK}?(?:${COLOUR})?\\s{0,8}(?:[:=]|${PERCENT}3[AD])` +
    `\\s{0,8}(?:${COLOUR})?${ANY_MARK}?)` +
    `((?:[A-Za-z\\d+/]|${PERCENT}2[BF]){8,1024}(?:=|${PERCENT}3D){0,2})`,
  "gi",
);
/** What clients of Redis keep of a command: `{ name: 'auth', args: [ '…' ] }`. */
const WORD_OF_COMMAND = `(?:${COLOUR})?${MARK}(?!-)[^"'\`]{0,256}${MARK}(?:${COLOUR})?`;
const COMMAND = new RegExp(
  `(name${MARK}?\\s{0,8}:\\s{0,8}(?:${COLOUR})?${MARK}auth${MARK}(?:${COLOUR})?,\\s{0,64}${MARK}?args${MARK}?` +
    `\\s{0,8}:\\s{0,8})(?:\\[\\s{0,64}${WORD_OF_COMMAND}(?:,\\s{0,64}${WORD_OF_COMMAND})?\\s{0,64}\\]` +
    `|\\{${MARK}0${MARK}:${WORD_OF_COMMAND}(?:,${MARK}1${MARK}:${WORD_OF_COMMAND})?\\})`,
  "gi",
);
const MAY_HAVE_BASE64 = /basic[ +%]|auth[^a-z]/i;
const MAY_HAVE_SCHEME = new RegExp(`beare|${MAY_HAVE_BASE64.source}`, "i");
// deno-lint-ignore no-control-regex
const MAIL_OR_BASIC = /^[\0\x01\x20-\x7e]*[\0:][\0\x01\x20-\x7e]*$/;
/** The private members of a JSON Web Key (RFC 7518, 6). */
const PRIVATE_MEMBER = new RegExp(
  `(?<=^|[^\\w-]|${ESCAPE})((?:[dkpq]|d[pq]|qi)${ANY_MARK}{0,2}\\s{0,8}(?:[:=]>?|${PERCENT}3A)\\s{0,8}` +
    `(?:${COLOUR})?${ANY_MARK}{0,2})[\\w-]{16,}`,
  "g",
);
/** What a credential is known by that has no prefix, in a text without any of `_`, `:` and `%`. */
export const MAY_HAVE_OTHER = new RegExp(
  `-(?:-(?:[A-Za-z]| B)|${OPTION})|[Bb](?:[Ee][Aa][Rr][Ee]|[Aa][Ss][Ii][Cc] )|` +
    "[Aa](?:UTH|uth) [LPXlpx]|\\|[ \\t]|w(?<=login [^ ]{1,128} passw)ord ",
);

/** Where a JSON Web Token begins. */
const TOKEN_BEGIN = new RegExp(`${BEFORE}eyJ`);
const TOKEN_PART = /[\w.-]/;

/** The password that a command line ends with, if it does. */
export function passwordAtEnd(command: string): string | undefined {
  for (const { 0: all, 1: kept, index } of command.matchAll(COMMAND_PASSWORD)) {
    if (index + all.length === command.length) return all.slice(kept!.length);
  }
}

/** A text without passwords in URLs and private keys. */
export function maskBlocks(text: string): string {
  const mayHave = text.includes("----") && KEY_BEGIN.test(text) || text.includes("$argon2") ||
    text.includes("@") && /:\/\/|\\\/|@(?:tcp|unix)\(|jdbc:o/.test(text) ||
    text.includes("40") && ENCODED_SLASHES.test(text);
  return mayHave
    ? text.replace(BLOCK, (_, url, encoded = "") => (url ?? encoded) + REDACTED)
    : text;
}

/** A text without credentials that have a prefix, or a scheme before them, or are options. */
export function maskTokens(text: string): string {
  const mayHaveShort = MAY_HAVE_SHORT.test(text);
  let masked = mayHaveShort || mayHavePrefix(text) ? text.replace(PREFIXED, REDACTED) : text;
  if (mayHaveShort) masked = masked.replace(COMMAND_PASSWORD, `$1${REDACTED}`);
  if (!MAY_HAVE_SCHEME.test(masked)) return masked;
  masked = masked.replace(BEARER, `$1${REDACTED}`);
  if (!MAY_HAVE_BASE64.test(masked)) return masked;
  return masked.replace(COMMAND, `$1${REDACTED}`).replace(
    BASE64,
    (all, before, word) => isUserAndPassword(decoded(word)) ? before + REDACTED : all,
  );
}

/** A text without the private members of keys, if it has any. */
export function maskKeys(text: string): string {
  return text.includes("kty") ? text.replace(PRIVATE_MEMBER, `$1${REDACTED}`) : text;
}

/**
 * Whether a word is base64 of a name, a colon and a password, or of what mail has instead of the
 * colon: `Basic knowledge` is not.
 */
export function isUserAndPassword(word: string): boolean {
  try {
    return MAIL_OR_BASIC.test(atob(word));
  } catch {
    return false; // Not base64.
  }
}

/** Base64 without what a URL has encoded in it. */
function decoded(word: string): string {
  return word.replace(
    /%(?:25)*([\dA-F]{2})/gi,
    (_, code) => String.fromCharCode(parseInt(code, 16)),
  );
}

/** The beginning of a longer text, without a secret that may be cut in two at its end. */
export function maskUnfinished(text: string): string {
  const masked = text.replace(UNFINISHED_URL, `$1${REDACTED}`)
    .replace(UNFINISHED_ENCODED_URL, `$1${REDACTED}`)
    .replace(UNFINISHED_ELEMENT, (all, tag, name) => isSecretName(name) ? tag + REDACTED : all);
  // The others are long enough to be known before the cut; these are known by what is behind it.
  let word = masked.length;
  while (word > 0 && TOKEN_PART.test(masked[word - 1]!)) word--;
  const token = masked.slice(word).search(TOKEN_BEGIN);
  return token === -1 ? masked : masked.slice(0, word + token) + REDACTED;
}
