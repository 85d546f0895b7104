/**
 * Puts together what finds the name of a secret in a text, up to where its value begins. It is made
 * once for a handler, and searched for inside the log call.
 *
 * @module
 */
import {
  ENDINGS,
  HEADER_NAMES,
  LAST_WORDS,
  NOT_BEFORE_SECRET,
  SECRET_CODES,
  SECRET_NAMES,
} from "./names.ts";
import {
  AMPERSAND,
  ANY_MARK,
  BARE_COLOUR,
  CLOSING,
  COLOUR,
  ESCAPE,
  LINE_END,
  MARK,
  OPENING,
  PERCENT,
} from "./spelling.ts";

const ANY_COLOUR = `${COLOUR}|${BARE_COLOUR}`;
/** What may be between the words of a name. */
const BETWEEN = `(?:[-_.\\s+]|${PERCENT}20)?`;
const words = (names: readonly string[]) => names.join("|").replaceAll(" ", BETWEEN);
const HEADER = `(?<header>(?:set-|proxy-)?(?:${words(HEADER_NAMES)}))`;
/** Last words first, and back from them: texts have few words that are. */
const TWO_WORDS = LAST_WORDS.map(({ last, before }) => `(?<=(?:${words(before)})${BETWEEN})${last}`)
  .join("|");
/** What is before the last word of a name. */
const FIRST_WORDS = new RegExp(
  `(?:${words(LAST_WORDS.flatMap(({ before }) => before))})${BETWEEN}$`,
  "i",
);
/** The longest of them, in characters. */
const MAX_FIRST_WORDS = 32;
/** A signature in a query, of 18 bytes or more: shorter ones are something else. */
const SIGNATURE = `(?<=[?&;]|${AMPERSAND})sig(?:nature)?` +
  `(?==(?:[\\w+/~-]|${PERCENT}2[BF]){24})`;
/**
 * The password in a connection string: `Uid=app;Pwd=…`; `PWD=/srv`, and sudo's ` ; PWD=…`, are
 * directories.
 */
const SHORT_PASSWORD = "(?<=[^\\s];\\s?)pwd(?=\\s?=\\s?[^\\s/~.;])";
/** Between a name and its value there may be others: `"name":"…","type":"text","value":"…"`. */
const MEMBER = `(?:${MARK})?[\\w-]{1,32}(?:${MARK})?\\s{0,8}[:=]\\s{0,8}` +
  `(?:${MARK}[^"'\`\\\\\\n&]{0,64}${MARK}|[\\w.-]{1,32})(?:,|${LINE_END}|\\s){1,64}`;
/** A value before its name: `"value":"…","name":"DB_PASSWORD"`, `value="…" name="password"`. */
const BEFORE_NAME =
  `value(?=(?:${MARK})?\\s{0,8}[:=]\\s{0,8}(?<opening>${MARK})(?:(?!\\k<opening>)(?:\\\\+[^\\\\]|[^\\\\\\n]))*` +
  `\\k<opening>(?:,|\\s){1,64}(?:${MEMBER}){0,3}(?:${MARK})?(?:name|key)(?:${MARK})?` +
  `\\s{0,8}[:=]\\s{0,8}${MARK}(?<named>[\\w.[\\] -]{1,128})${MARK})`;
/** What follows the name of a directory: `PWD=/srv`, `"PWD":"C:\\srv"`. */
const DIRECTORY = `${ANY_MARK}?\\s{0,8}[:=]\\s{0,8}(?:${ANY_COLOUR})?${ANY_MARK}?` +
  "(?:[/~]|\\.{1,2}/|[A-Z]:[\\\\/])";
/** A text in quotation marks, perhaps in a colour. */
const COLOURED =
  `(?:${ANY_COLOUR})?${MARK}{1,2}[^"'\`\\\\\\n&]{0,128}${MARK}{1,2}(?:${ANY_COLOUR})?`;
/** A password beside its user: `"user":"bob","pass":"…"`; not `USER=bob PWD=/srv`. */
const BESIDE_USER = `(?<=(?:user(?:name)?|login|email)(?:${MARK}){0,2}\\s{0,8}[:=]>?\\s{0,8}` +
  `(?:${COLOURED}|[\\w.@%+-]{1,128})` +
  `(?:[,;&\\s]|\\\\{1,15}[rnt]){1,64}(?:${MARK}){0,2})(?:pass|pwd?(?!${DIRECTORY}))`;
/** A password in a query: `?pass=…`. */
const IN_QUERY = `(?<=[?&])(?:pass|pwd)(?==)`;
/** `IDENTIFIED BY '…'`, `IDENTIFIED WITH plugin BY '…'`, in forms too. */
const IDENTIFIED =
  `IDENTIFIED[ +](?:WITH[ +](?:${MARK}){0,2}\\w{1,64}(?:${MARK}){0,2}[ +])?(?:BY|AS)(?=[ +])`;
/**
 * Codes: of recovery and the like if a digit is in the value, OAuth's (RFC 6749, 4.1.2; RFC 8628, 3.2)
 * by their length, one-time passwords by their digits.
 */
const CODE =
  `code(?:(?<=(?:${words(SECRET_CODES)})${BETWEEN}code)(?=s?\\W{1,24}[A-Za-z-]{0,16}\\d)` +
  `|(?==(?=[^&\\s]{0,64}\\d)[\\w.~%/+-]{20})(?<=(?:[?&]|${AMPERSAND})code)` +
  "|(?=\\W{1,12}[\\w-]{20})(?<=device[-_ ]?code)|.?verifier(?=\\W{1,12}(?=[\\w.~-]{0,64}\\d)[\\w.~-]{24}))|" +
  "otp(?=\\W{1,12}\\d{4,8}(?![\\w.-]))(?<=(?<![A-Za-z])t?otp)|psk(?<![A-Za-z\\d]psk)" +
  `(?=(?:${MARK})?\\s{0,8}[:=]\\s{0,8}${MARK}[^\\s"'\`]{8})`;
const BUILT_IN =
  `(?:${HEADER}|${SIGNATURE}|${SHORT_PASSWORD}|${BESIDE_USER}|${IN_QUERY}|${BEFORE_NAME}|${IDENTIFIED}|${CODE}|` +
  `${
    words(SECRET_NAMES)
  }|${TWO_WORDS}|(?<!${NOT_BEFORE_SECRET}${BETWEEN})secret|(?<token>token)(?!s))` +
  `(?:${BETWEEN}(?:${ENDINGS}))?`;

/** The second of two marks, as CSV and SQL escape one: `""password"":""…""`. */
const DOUBLED = `(?:(?<=(?<twice>["']))\\k<twice>)?`;
/** What closes around a name: `[name]`, `"name"`, `**name**`, `<<"name">>`, `ESC[32mnameESC[0m`. */
const CLOSED =
  `(?:${ANY_COLOUR}|${PERCENT}(?:5D|2[27])|[\\]*”’»]){0,4}(?<mark>${MARK})?${DOUBLED}` +
  `(?:${ANY_COLOUR}|>>|\\]){0,2}`;

/** `name:`, `name=`, `name =>`, `name := `, `name==`, `name =&gt;`. */
const PAIR = `\\s{0,64}(?:(?<colon>:(?![:=]|//)|：)|(?::?={1,3}|\\\\{1,15}u003d)${CLOSING}?|＝)`;
/** `"name":"…","value":`, `name: …` and in the next line `value:`, `name="…" value=`. */
const BESIDE = `(?:,|${LINE_END}|\\s){1,64}(?:${MEMBER}){0,3}` +
  `(?:${MARK})?\\w{0,16}?value(?:${MARK})?\\s{0,8}(?:[:=]>?)`;
/** `"name","…"`, which std/log writes with places in the list: `"2":"name","3":"…"`. */
const LIST =
  `(?<list>\\s{0,8},\\s{0,64}(?:${MARK}\\d{1,4}${MARK}:)?)(?=(?:${ANY_COLOUR}){0,2}${MARK})`;
/** `<name>`, `<name type="text">`, `<property name="name">`. */
const ELEMENT = `(?<element>(?:\\s[\\w:.-]{1,64}=[^<>]{0,256}?)?${CLOSING})`;
/** `<name>…</name><value>`, `<key>…</key><string>`. */
const SIBLING = `(?<sibling>${OPENING}/[\\w:-]{1,32}${CLOSING}(?:\\s|\\\\{1,15}[nrt]){0,64}` +
  `${OPENING}(?:[\\w:-]{0,16}value|string)${CLOSING})`;
/** An option of a command: `--password …`. */
const OPTION =
  "(?<option>(?<=(?<![\\w-])--[\\w.-]{1,128}) |(?<=(?<![\\w-])-[A-Za-z][\\w.-]{1,128}) (?=[^\\s\\\\]{0,64}\\d))(?![-|=(\\s])";
/** `WITH PASSWORD '…'`, `wrong password "…"`: one word. */
const QUOTED =
  `(?<quoted>(?<=passw(?:or)?[dt]|passphrase|secret_access_key|identified(?:[ +][^\\n]{1,80})?[ +](?:by|as)) )` +
  `(?=(?<quote>\\\\{0,15}(?:["']{1,2}|&#3[49];|&quot;))[^\\s"'\\\\]{1,128}\\k<quote>)`;
/** `SET PASSWORD FOR user = '…'`, with `PASSWORD('…')` too. */
const ASSIGNED = `(?<=set password) for [^\\s]{1,128}\\s?=\\s?(?:password\\()?(?=${MARK})`;
/** What cannot be a word or the name of something, as in `secret "web-tls" not found`. */
const AT_RANDOM = "(?:(?-i:[\\da-f]{32})|" +
  ["\\d", "[A-Z]", "[a-z]"].map((kind) => `(?=[\\w+/=.~-]{0,64}(?-i:${kind}))`).join("") +
  "[\\w+/=.~-]{16})[\\w+/=.~-]*";
/** `proxy_set_header X-API-Key "…"`, `:password "…"`. */
const APART = `[ \\t]{1,4}(?=${MARK}${AT_RANDOM}${MARK})`;
/** A line of a table: `| api_key | … |`, `api_key | …`. */
const CELL =
  "(?<=(?:^|[\\n\"']|\\\\{1,15}n)[ \\t]{0,8}\\|?[ \\t]{0,64}[\\w.-]{1,64})[ \\t]{1,64}\\|[ \\t]{1,64}" +
  `(?=${AT_RANDOM}[ \\t]{0,64}(?:[|\\r\\n"']|\\\\|$))`;
/** As `.netrc` has it: `machine h login bob password …`. */
const SPACES = "(?:\\s|\\\\{1,15}[rnt]){1,16}";
const NETRC =
  `(?<=(?:machine${SPACES}\\S{1,256}|default)${SPACES}login${SPACES}\\S{1,128}${SPACES}password)${SPACES}(?=\\S)`;
/** As PHP serializes: `s:8:"password";s:7:"…"`. */
const SERIALIZED = `;s:\\d{1,9}:(?=${MARK})`;
/** A part of a form: `name="password"`, other headers, an empty line, and the value in one of its own. */
const PART = `(?<part>(?:; filename=[^\\r\\n\\\\]{0,256})?` +
  `(?:${LINE_END}content-[a-z-]{1,32}:[^\\r\\n\\\\]{0,128}){0,3}(?:${LINE_END}){2})`;

/**
 * What a value may begin with, and what is no part of it: a colour, the type that PHP's `var_dump`
 * writes, Erlang's brackets, the end of an emphasis, YAML's begin of a block, the end of a line that
 * goes on.
 */
const PRELUDE =
  `(?:${ANY_COLOUR}|(?:\\\\{1,15}n\\s{0,64})?string\\(\\d{1,9}\\)|<<(?=${MARK})|(?<=:)\\*\\*(?= )` +
  `|[|>][-+\\d]{0,2}(?:\\r?\\n|\\\\{1,15}n) {1,64}|\\\\\\r?\\n|(?:\\\\{3}|\\\\{6})n)`;
/** A line break may follow only where a mark or bracket begins the value behind it. */
const GAP = `(?:\\s{0,64}(?:${PRELUDE}\\s{0,64}){0,3}(?=${MARK}|\\{|(?!${BARE_COLOUR})\\[)` +
  `|(?<space>[^\\S\\r\\n]*)(?:${PRELUDE}[^\\S\\r\\n]*){0,3})`;

/** Where a name begins that was found by its last word. */
export function nameBegin(text: string, index: number): number {
  const before = text.slice(Math.max(0, index - MAX_FIRST_WORDS), index);
  return index - (FIRST_WORDS.exec(before)?.[0].length ?? 0);
}

/**
 * What finds a secret's name up to its value. The names of `redactKeys` count where they are whole,
 * and the built-in ones wherever they end. Its groups say how the name is written.
 */
export function namePattern(redactKeys: ReadonlySet<string>): RegExp {
  const own = [...redactKeys].map((name) =>
    [...name].map((character) => character.replace(/[^\p{L}\p{N}]/u, "\\$&")).join(BETWEEN)
  );
  const names = own.length > 0
    ? `(?<own>(?:(?<![\\w.-])|(?<=${ESCAPE}))(?:${own.join("|")}))|${BUILT_IN}`
    : BUILT_IN;
  const separators = [
    ...[
      PAIR,
      OPTION,
      BESIDE,
      LIST,
      ELEMENT,
      SIBLING,
      SERIALIZED,
      PART,
      QUOTED,
      ASSIGNED,
      NETRC,
      APART,
      CELL,
    ],
  ].join("|");
  return new RegExp(`(?<name>${names})${CLOSED}(?:${separators})${GAP}`, "gi");
}
