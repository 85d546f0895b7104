/**
 * Knows what is written like a secret's name and its value, and is none: sentences, types, the
 * parser's tokens. Each rule is here because real logs have it. It runs inside the log call.
 *
 * @module
 */
import { REDACTED } from "./mask_looks.ts";
import { isSecretName, isTokenName, OTHER_TOKENS } from "./names.ts";
import { COLOUR, ESCAPE, FIELD_NAME, MARK, OPENING } from "./spelling.ts";
import { anyOf, BEGINNINGS } from "./statements.ts";

/** A word is followed by nothing of its own. */
const WORD_END = `[.!]?(?:(?=${COLOUR})|${/(?![^\s,;&}\])\\"'`<|])/.source})`;

/** Values that are no secrets, whatever is before them: `has_secret: true`, `password=***`. */
const NO_VALUES = [
  ...["true", "false", "null", "undefined", "none", "nil", "yes", "no", "\\*{3,}", "x{4,}", "EOF"],
  ...["string(?:\\[\\])?", "&?str", "number", "boolean"], // Types.
  ...["amd64", "arm64", "armhf", "i386", "all"], // Packages of Debian: `gir1.2-secret-1:amd64`.
  "[\\w.+~%-]{1,128}\\.u?deb", // Their files: `passwd_1%3a4.13_amd64.deb`.
  ...["chauthtok", "inherit", "read", "write"], // PAM, GitHub, scopes.
  "\\d{1,3} of \\d{1,9}", // Counts.
  "[~^]?\\d{1,4}\\.\\d{1,4}\\.\\d{1,4}", // Versions.
  "[a-z]\\w{0,64}\\(\\)", // Calls.
  "(?:[\\w.-]{0,64}/){1,16}[\\w.-]{1,64}\\.(?:pem|key|crt|p12|json|ya?ml|txt|env)", // Files.
];
/** What stands for a value, in quotation marks too: `password = $1`, `password=${DB_PASSWORD}`. */
const PLACEHOLDERS = [
  ...["\\?", "\\$\\d{1,3}", ":[a-z_]{1,32}", "%[a-z]", "%\\(\\w{1,32}\\)[a-z]"], // SQL, printf
  ...["\\$\\{[\\w:?. -]{1,64}\\}", "%[A-Z\\d]{1,32}(?:_[A-Z\\d]{1,32}){0,8}%"], // shells
  ...["\\$\\{\\{[^{}\\n]{0,64}\\}\\}", "[•·●]{3,64}", "</\\w{1,16}>"], // GitHub, pages
  ...["\\{\\{[^{}\\n]{0,64}\\}\\}", "<[a-z]{1,12}(?:[ _-][a-z]{1,12}){0,4}>"], // templates, documents
  ...["\\[(?:filtered|redacted|hidden|masked|omitted)\\]", "\\((?:sensitive|known)[a-z ]{0,16}\\)"],
  "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", // Ansible
  "(?<=[\"'`])[^\\w\\s\\\\\"'`]{1,2}(?=[\"'`])", // Of a parser: `invalid token: ')'`.
  "(?<=[\"'=])-", // What web servers write for nothing.
];
/** One of these is in most sentences: "Wrong password: it must not be empty". */
const FUNCTION_WORDS = [
  ...["a", "an", "the", "this", "that", "it", "its", "you", "your", "and", "or", "if", "is", "was"],
  ...["must", "as", "at", "by", "for", "from", "in", "of", "on", "to", "with", "has", "are", "be"],
  ...["updated", "changed", "unchanged", "expiry", "successfully"], // `passwd: password updated …`
];
const PLAIN_WORD = "[a-z'’]{1,20}";
const sticky = (source: string) => new RegExp(source, "iy");
const NO_VALUE = sticky(anyOf(NO_VALUES) + WORD_END);
const PLACEHOLDER = sticky(`(?:${MARK}){0,2}${anyOf(PLACEHOLDERS)}(?:${MARK}){0,3}${WORD_END}`);
/** A variable of a shell, a word of a usage: `$DB_PASSWORD`, `--token=TOKEN`. */
const VARIABLE = new RegExp(
  `(?:${MARK})?(?:\\$[A-Z]{1,32}(?:_[A-Z\\d]{1,32}){1,8}|KEY|TOKEN|PASSWORD|SECRET|VALUE|STRING)(?:${MARK})?${WORD_END}`,
  "y",
);
const BEGINNING = sticky(anyOf(BEGINNINGS) + WORD_END);
/** Three plain words, one of which is such as sentences have. */
const SENTENCE = sticky(
  `(?=(?:${PLAIN_WORD}[,.]? ){0,2}${anyOf(FUNCTION_WORDS)}\\b)` +
    `${PLAIN_WORD}(?:[,.]? ${PLAIN_WORD}){2}(?![\\w:=-])`,
);
/** What is said of an option: `Using --password via the CLI is insecure`. */
const OPTION_PROSE = sticky(
  "(?:and|but|for|in|is|or|to|via|when|with)\\b|[a-z]{1,20}(?:[.,;:!?)](?!\\S)|\\s{1,8}[^-\\s])",
);
/** A name in a list of names: `"password","email"`. */
const FIELD = new RegExp(`(${MARK})${FIELD_NAME}\\1`, "y");
/** What Java prints of an object that is called a token: `token=Token{9f4ef63 …}`, `Token { … }`. */
const TOKEN_OBJECT = /[A-Z]\w{0,64} ?\{/y;
/** The password of a URL, which is masked by itself. */
const URL_PASSWORD = sticky(`\\[REDACTED\\]@`);

/** The word that a name ends, from where a name can begin. */
const WORD_BEFORE = new RegExp(`(?:${ESCAPE})?([\\w.-]*)$`);
/** Tokens of parsers and pages: `Unexpected token: …`. */
const OTHER_TOKEN_BEFORE = new RegExp(`(?:/|\\b${anyOf(OTHER_TOKENS)} )$`, "i");
/** The file of users; a certificate of the kernel, whose name ends like that of a key. */
const FILE_BEFORE = /\/etc\/$|X\.509 cert '[^'\n]{0,80}$/;
/** Names of secrets that are kept elsewhere: `docker secret: web_tls`, `Secret: default/web-tls`. */
const STORE_BEFORE = /\b(?:docker|swarm|kubernetes|k8s) $/i;
const STORED_NAME = /[a-z][a-z_.-]{0,62}(?![^\s,;)\]}"'])/y;
const STORED = /[a-z][a-z\d.-]{0,62}\/[a-z][a-z\d.-]{0,62}(?![^\s,;)\]}"'])/y;
/** What Go writes before a reason: `failed to fetch token: context deadline exceeded`. */
const FAILURE_BEFORE =
  /\b(?:(?:failed|unable) to|could not|cannot) [a-z]{2,16} (?:[a-z]{1,12} ){0,2}$/i;
/** How many there are: `cookies: 3`, `secrets: 3 loaded`. */
const COUNT = new RegExp(`\\d{1,5}(?:(?=${COLOUR})|(?![^\\s,;)\\]}]))`, "y");
const REASON = /[a-z]{2,20} (?=[a-z"'(])/iy;
/** `arn:aws:secretsmanager:us-east-1:123456789012:secret:name`. */
const ARN_BEFORE = /arn:aws[\w-]{0,16}:[\w:-]{0,64}$/;
/** `https://x-access-token:…@host`. */
const URL_BEFORE = /:\/\/[^\s/:@]{0,64}$/;
/** What was sent follows, and not a value: `Invalid username or password: {…}`. */
const ALTERNATIVE_BEFORE = /\b(?:or|and|invalid|wrong|incorrect|bad) $/i;
/** The bracket of an element: `<password>`, `<ns:password>`. */
const ELEMENT_BEFORE = new RegExp(`${OPENING}(?:[\\w.-]{1,64}:)?$`);
/** `<property name="password">`. */
const PROPERTY_BEFORE = new RegExp(
  `${OPENING}(?:property|string|entry|param|parameter|setting|item|variable|env|header)\\s` +
    `[^<>]{0,64}?(?:name|key)=${MARK}$`,
  "i",
);
/** An entry in a list: `[["password","…"]]`, which std/log writes as `{"0":{"0":"password","1":"…"}}`. */
const ENTRY_BEFORE = new RegExp(
  `(?:[[,]\\s{0,16}\\[\\s{0,16}(?:${COLOUR})?|${MARK}\\d{1,4}${MARK}:\\{${MARK}0${MARK}:)${MARK}$`,
);
const MARK_BEFORE = new RegExp(`${MARK}(?:[\\w.-]{1,64}\\[)?$`);
/** The name of a part of a form: `form-data; name="password"`. */
const PART_BEFORE = new RegExp(`\\bname=(?:${MARK})?(?:[\\w.-]{1,64}\\[)?$`, "i");
/** How far these look back, in characters. */
const LOOK_BACK = 100;

/**
 * Whether a name that was found is not that of a secret, or its value is none.
 *
 * @param found By the pattern for names; its groups say how the name is written.
 * @param index Where the name begins.
 * @param start Where its value begins.
 */
export function isInnocent(
  text: string,
  found: RegExpExecArray,
  index: number,
  start: number,
): boolean {
  const { name, own, named, token, header, mark, colon, space, list, element, part, option } = found
    .groups!;
  const before = text.slice(Math.max(0, index - LOOK_BACK), index);
  const [, word = ""] = WORD_BEFORE.exec(before)!;
  const beforeWord = before.slice(0, before.length - word.length);
  const isAt = (pattern: RegExp) => {
    pattern.lastIndex = start;
    return pattern.test(text);
  };
  if (named && !isSecretName(named)) return true;
  if (element && !(mark ? PROPERTY_BEFORE : ELEMENT_BEFORE).test(beforeWord)) return true;
  if (part && !PART_BEFORE.test(beforeWord)) return true;
  if (list && (!mark || !MARK_BEFORE.test(beforeWord))) return true;
  if (list && isAt(FIELD) && !word.startsWith("--") && !ENTRY_BEFORE.test(beforeWord)) return true;
  if (own) return false; // Whatever the value is.
  if (token) {
    if (!isTokenName(word + text.slice(index, found.index) + name) || isAt(TOKEN_OBJECT)) {
      return true;
    }
    if (word === "" && OTHER_TOKEN_BEFORE.test(beforeWord)) return true;
  }
  const isObject = text[start] === "{" || text[start] === "[" && !text.startsWith(REDACTED, start);
  if (/s$/i.test(name!) && isAt(COUNT)) return true;
  if (
    isAt(NO_VALUE) || isAt(PLACEHOLDER) || isAt(VARIABLE) ||
    FILE_BEFORE.test(beforeWord)
  ) {
    return true;
  }
  if (option) return isAt(BEGINNING) || isAt(OPTION_PROSE);
  if (!colon) return false;
  if (
    /secret$/i.test(name!) && (isAt(STORED) || STORE_BEFORE.test(beforeWord) && isAt(STORED_NAME))
  ) return true;
  if (FAILURE_BEFORE.test(before) && isAt(REASON)) return true;
  if (space && (isAt(BEGINNING) || !header && isAt(SENTENCE))) return true;
  return isObject && !mark && ALTERNATIVE_BEFORE.test(beforeWord) || ARN_BEFORE.test(before) ||
    URL_BEFORE.test(before) && isAt(URL_PASSWORD);
}
