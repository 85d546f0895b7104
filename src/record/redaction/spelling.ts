/**
 * How characters are written in texts that were encoded on their way: for JSON, for URLs, for
 * terminals. Sources of regular expressions, for what searches in the log call.
 *
 * @module
 */

/** A percent sign, which a URL in a URL encodes: `%3D`, `%253D`. */
export const PERCENT = "%(?:25){0,3}";

/** A quotation mark, which JSON in JSON and HTML escape: `"`, `\"`, `\\\"`, `&quot;`, `\u0022`. */
export const MARK =
  /(?:\\{0,15}(?:["'`]|&quot;|&#3[49];)|\\{1,15}u00(?:2[27]|26(?:quot|#3[49]);))/.source;

/** The same, also as URLs encode it. */
export const ANY_MARK = `(?:${MARK}|${PERCENT}2[27])`;

/** A name in words, as fields have: `first_name`, `zipCode`, `ID`; no letters at random. */
export const FIELD_NAME =
  "(?:[A-Z]?[a-z]+|[A-Z]+)(?:[_. -](?:[A-Z]?[a-z]+|[A-Z]+)|[A-Z][a-z]+){0,8}";

/** The brackets of an element, which HTML and some writers of JSON escape: `&lt;`, `\u003c`. */
export const OPENING = /(?:<|(?:&|\\{1,15}u0026)lt;|\\{1,15}u003[cC])/.source;
export const CLOSING = /(?:>|(?:&|\\{1,15}u0026)gt;|\\{1,15}u003[eE])/.source;

/** What is between the pairs of a query, where JSON escapes it. */
export const AMPERSAND = /\\{1,15}u0026/.source;

/** A slash, which some write with a backslash in JSON: `/`, `\/`. */
export const SLASH = /\\{0,15}\//.source;

const ESCAPE_CHARACTER = "(?:\\x1b|\\\\{1,15}(?:u001[bB]|x1[bB]|033))";
/** What switches a terminal's colour: `ESC[32m`, `\u001b[32m` in JSON. */
export const COLOUR = `${ESCAPE_CHARACTER}\\[[\\d;]{0,24}m`;
/** The same where a viewer has taken the first character off. */
export const BARE_COLOUR = "\\[[\\d;]{1,24}m";

/** What is no part of the word behind it: escapes of JSON, URLs and terminals. */
export const ESCAPE =
  `(?:\\\\|${PERCENT}5C)(?:[bfnrt]|u[\\dA-Fa-f]{4}|x[\\dA-Fa-f]{2})|${PERCENT}[\\dA-Fa-f]{2}` +
  `|${BARE_COLOUR}|${PERCENT}5B(?:[\\d;]|${PERCENT}3B){1,24}m`;

/** The end of a line, which JSON escapes, and behind which `util.inspect` goes on in the next line. */
export const LINE_END = `(?:\\r{0,2}\\n|(?:\\\\{1,15}r){0,2}\\\\{1,15}n` +
  `(?:["'\`](?:${COLOUR})? \\+\\s{1,64}(?:${COLOUR})?["'\`])?)(?:[ \\t]|\\\\{1,15}t){0,64}`;
