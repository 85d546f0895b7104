/**
 * Finds where the value of a secret name ends, so that all of it is masked and nothing behind it.
 * Texts come from everywhere: JSON, in JSON once more, YAML, headers, query strings, what
 * `Deno.inspect`, Go, Ruby or PHP print. It runs inside the log call; each function takes time in
 * proportion to what it steps over.
 *
 * @module
 */
import { AMPERSAND, BARE_COLOUR, CLOSING, COLOUR, MARK, OPENING } from "./spelling.ts";

/** What is behind a mark that closes: `"a",`, `"a"}`, `password="a"/>`. */
const CLOSED = `(?=[\\s,;:)&}\\]<>|\\x1b]|/${CLOSING}|\\\\|${BARE_COLOUR}|$)`;
/** An escaped line break, where what follows is a line: `\nhost: h`, `\r\n\r\n`, `\n- a`. */
const NEXT_LINE =
  /\\{1,15}[rn](?:\\{1,15}[rnt]){0,4}(?=[\s+-]{0,64}(?:\[?[\w."'-]{0,64}\]?\s{0,8}(?:[:=]|$)|\\{0,15}["'`]))/
    .source;
/** The end of an element, which JSON may escape: `</b>`, `<\/b>`, `&lt;/b&gt;`. */
const TAG = `${OPENING}\\\\{0,15}/[A-Za-z][\\w:.-]{0,64}${CLOSING}`;
/** What may end a value without marks, if its surroundings go on behind it: `)` `}`, `, b: 2`. */
const CLOSERS = `[,;)\\]}]{1,8}(?:\\s|$|${MARK}|[\\w.-]{1,64}(?: [\\w.-]{1,32}){0,2}=)`;

/** Up to a space, `&` or what closes the surroundings; a `,` or `)` in its middle is part of it. */
const WORD_CHARACTER =
  `(?!${MARK}${CLOSED}|${CLOSERS}|${NEXT_LINE}|${COLOUR}|${AMPERSAND}|${TAG})[^\\s&]`;
const WORD = `(?:\\[REDACTED\\]|${WORD_CHARACTER})+`;
/** A value inside a value: `realm="a, b"`. */
const PARAMETER =
  `=(?:""[^"\\r\\n]{1,1024}""|''[^'\\r\\n]{1,1024}''|&(?:quot|#3[49]);[^&\\r\\n]{1,1024}&(?:quot|#3[49]);|${MARK}(?!${CLOSED})` +
  "[^\"'`\\r\\n]*[\"'`])";
/** The rest of a line, or of the quotation that it is in. */
const LINE =
  `(?:${PARAMETER}|=\\{[^{}\\r\\n]{0,2048}\\}|(?!${MARK}${CLOSED}|${TAG}|\\\\{1,15}[rn])[^\\r\\n])+`;
/** The next line of a text in YAML, by how far it is indented. */
const INDENTED = /(?:\r?\n|\\{1,15}n)( +)/y;
/** The name of a scheme before credentials: `Basic …`. */
const SCHEME = "(?:AWS4-HMAC-SHA256|[A-Za-z-]{1,16}) +";

const sticky = (source: string) => new RegExp(source, "sy");
/** `x-auth-token: Token …`. */
const WORD_VALUE = sticky(`(?:(?:[Tt]oken|[Bb]earer|[Bb]asic) +)?${WORD}`);
const LINE_VALUE = sticky(LINE);
/** The schemes whose credentials are one word. They are kept. */
const SCHEMED_VALUE = sticky(`((?:[Bb]asic|[Bb]earer)(?: +|\\+|%20))${WORD}`);
/** `cookie=a=b; c=d status=200`, `authorization=Token x`. */
const PAIR_VALUE = sticky(`(?:${SCHEME})?${WORD}(?:[,;&] *${WORD})*`);
/** The same in a query string, or of a header without `&`. */
const PARAMETER_VALUE = sticky(`(?:${SCHEME})?${WORD}(?:[,;] *${WORD})*`);
/** `<password>hunter2</password>`, `<password><![CDATA[hunter2]]></password>`. */
const ELEMENT_VALUE = sticky(
  `(?:${OPENING}!\\[CDATA\\[(?:(?!\\]\\]${CLOSING})[^])+\\]\\]${CLOSING}|` +
    `(?!\\s{0,64}${OPENING})(?:(?!${OPENING}|${CLOSING})[^])+)(?=${OPENING}/)`,
);
/** A number by itself: the value of a JSON property. */
const NUMBER_VALUE = sticky("\\d+(?=[\\s,}\\])]|$)");
/** What may follow the same mark: also other ones around it, as in `\"password=\"a\"\"`. */
const OUTER = `(?:${CLOSED}|(?<=\\\\["'\`])(?=["'\`])|(?<=")(?=['\`])|(?<=['\`])(?="))`;
/**
 * Up to the same mark again, or to the end of the text, by how many backslashes the mark has before it.
 * Marks of the content have twice as many and one more.
 */
const QUOTED_VALUES = [0, 1, 3, 7, 15].map((backslashes) => {
  const same = `\\1(?<=(?<!\\\\)(?:\\\\{${2 * (backslashes + 1)}})*\\1)`;
  const end = `(?:${same}${OUTER}|\\\\?$)`;
  return {
    backslashes,
    value: sticky(`(${MARK})(?:\\\\.|[^\\\\])*?${end}`),
    line: sticky(`(${MARK})(?:${PARAMETER}|\\\\.|[^\\\\])*?${end}`),
  };
});
/** Up to the first mark, whatever follows it. */
const FIRST_QUOTED = sticky(`(${MARK})(?:\\\\.|[^\\\\])*?\\1`);
const BACKSLASHES = /\\*/y;
const BLANKS = "(?:\\s|\\\\{1,15}[nrt]){0,64}";
/** How `util.inspect` goes on with a long string: `'first\n' +` and a new line. */
const CONCATENATED = sticky(`${BLANKS}\\+${BLANKS}(?=["'\`])`);
/** Values without marks. */
const OPEN_VALUES = {
  element: ELEMENT_VALUE,
  pair: PAIR_VALUE,
  parameter: PARAMETER_VALUE,
  value: WORD_VALUE,
};
/** Nothing: `""`, `[]`, `{}`. */
const EMPTY = sticky(`(${MARK})\\1(?:\\1\\1)?${CLOSED}|\\[\\s{0,8}\\]|\\{\\s{0,8}\\}`);
/** The class of an object before its bracket, as inspecting writes it: `<ref *1> Map(1) {`. */
const CLASS = sticky(
  /(?:<ref \*\d{1,9}> )?(?:[A-Z][\w$]{0,64}(?:\(\d{1,9}\) | (?=[{<])))?(?:<[^>\n]{1,64}> )?/
    .source +
    "(?!\\[REDACTED\\])(?=[[{])",
);
/** A value in a call, as Rust writes it: `Some("a")`. */
const CALL = sticky("[A-Z]\\w{0,64}(?=\\()");
/** The same object goes on behind its class: `[Object: null prototype] {`. */
const AFTER_CLASS = sticky(" (?:<[^>\\n]{1,64}> )?(?=\\{)");
/** More of a value behind its bracket: `{ab}cd`. */
const MORE = sticky(`(?=[^\\s,;:)&}\\]<>|"'\`\\\\])${WORD}`);
/** Farthest indentation of a text in YAML. */
const MAX_INDENT = 64;
/** What separates a value from the name behind it, and how far back that is looked for. */
const SEPARATORS_LENGTH = 32;
const SEPARATORS = /(?:\\{1,15}[rnt]|[\s,;&|<>({["'`])+$/;

/** A value in a text. */
export interface Value {
  /** Where it ends. */
  readonly end: number;
  /** The quotation mark around it, or nothing. */
  readonly mark: string;
  /** What is kept before it: a scheme. */
  readonly kept: string;
}

/**
 * How a value is written: as a header's line, as a header in a pair or in a query, in XML, as a text of
 * several lines in YAML, or as any other.
 */
export type Form = "block" | "line" | "pair" | "parameter" | "element" | "value";

/**
 * The value that begins at this place of a text, or nothing if there is none.
 *
 * @param limit Where the next secret's name begins: a value without bounds does not reach further.
 */
export function valueAt(
  text: string,
  start: number,
  form: Form,
  limit: number,
): Value | undefined {
  if (match(EMPTY, text, start)) return undefined;
  if (form === "block") return { end: blockEnd(text, start), mark: "", kept: "" };
  const quoted = quotedAt(text, start, form, limit);
  if (quoted !== undefined) return quoted;
  const nested = nestedEnd(text, start, limit);
  if (nested !== undefined) return { end: nested, mark: "", kept: "" };
  if (form === "line" || form === "parameter") {
    const schemed = match(SCHEMED_VALUE, text.slice(0, limit), start);
    if (schemed) return openValue(text, start, limit, schemed[0].length, schemed[1]);
  }
  if (form === "line") {
    const line = match(NUMBER_VALUE, text, start) ?? match(LINE_VALUE, text, start);
    return line ? { end: start + line[0].length, mark: "", kept: "" } : undefined;
  }
  const found = match(OPEN_VALUES[form], text.slice(0, limit), start);
  return found ? openValue(text, start, limit, found[0].length) : undefined;
}

/** Where the lines end that are indented as the first one is. */
function blockEnd(text: string, start: number): number {
  const indent = / *$/.exec(text.slice(Math.max(0, start - MAX_INDENT), start))![0].length;
  let end = start;
  for (let line; (line = match(LINE_VALUE, text, end)) !== null;) {
    end += line[0].length;
    const next = match(INDENTED, text, end);
    if (!next || next[1]!.length < indent) break;
    end += next[0].length;
  }
  return end;
}

/** A value without bounds. What separates it from a name that it reaches is not part of it. */
function openValue(
  text: string,
  start: number,
  limit: number,
  length: number,
  kept = "",
): Value | undefined {
  let end = start + length;
  if (end === limit && limit < text.length) {
    const last = text.slice(Math.max(start, end - SEPARATORS_LENGTH), end);
    end -= SEPARATORS.exec(last)?.[0].length ?? 0;
  }
  return end > start + kept.length ? { end, mark: "", kept } : undefined;
}

function quotedAt(text: string, start: number, form: Form, limit: number): Value | undefined {
  const backslashes = match(BACKSLASHES, text, start)![0].length;
  const level = QUOTED_VALUES.find((quoted) => quoted.backslashes === backslashes) ??
    QUOTED_VALUES[0]!;
  const pattern = form === "value" ? level.value : level.line;
  const bounded = text.slice(0, limit);
  // If its mark comes again before the next name, the value must not take that along.
  const isOpen = limit < text.length && match(FIRST_QUOTED, bounded, start) !== null;
  const first = match(pattern, isOpen ? bounded : text, start);
  if (!first) return undefined;
  const mark = first[1]!;
  let end = start + first[0].length;
  if (isOpen && end === limit && !first[0].endsWith(mark)) {
    const value = openValue(text, start, limit, limit - start);
    return value && { ...value, mark };
  }
  for (let more; (more = match(CONCATENATED, text, end)) !== null;) {
    const next = match(pattern, text, end + more[0].length);
    if (!next) break;
    end += more[0].length + next[0].length;
  }
  const value = text.slice(start, end);
  const twice = mark + mark; // As CSV and SQL escape one.
  const isTwice = value.length > 2 * twice.length && value.startsWith(twice) &&
    value.endsWith(twice);
  return { end, mark: isTwice ? twice : mark, kept: "" };
}

/** Where an object, an array or a call ends: at the bracket that closes, or with the text. */
function nestedEnd(text: string, start: number, limit: number): number | undefined {
  const name = match(CLASS, text, start);
  if (name) {
    let end = closingBracket(text, start + name[0].length);
    for (let more; (more = match(AFTER_CLASS, text, end)) !== null;) {
      end = closingBracket(text, end + more[0].length);
    }
    return end + (match(MORE, text.slice(0, Math.max(end, limit)), end)?.[0].length ?? 0);
  }
  const call = match(CALL, text, start);
  if (!call) return undefined;
  const end = closingBracket(text.slice(0, limit), start + call[0].length);
  return end < limit ? end : undefined;
}

/**
 * The place behind the bracket that closes the one at this place, or the text's end if none does.
 * Brackets inside quotation marks do not count.
 *
 * In JSON that is escaped n times a mark has 2ⁿ − 1 backslashes before it. Inside a string there
 * are others, of marks that belong to its content and so have twice as many and one more.
 */
export function closingBracket(text: string, start: number): number {
  const isCall = text[start] === "(";
  let depth = 0;
  let backslashes = 0;
  let quote = "";
  let escapes = 0;
  for (let i = start; i < text.length; i++) {
    const character = text[i]!;
    if (character === "\\") {
      backslashes++;
      continue;
    }
    if (quote !== "") {
      const extra = backslashes - escapes;
      if (character === quote && extra >= 0 && extra % (2 * (escapes + 1)) === 0) quote = "";
    } else if (character === '"' || character === "'" || character === "`") {
      // An apostrophe follows a letter.
      if (!/\w/.test(text[i - 1]!)) {
        quote = character;
        escapes = backslashes;
      }
    } else if (isCall ? character === "(" : character === "{" || character === "[") {
      depth++;
    } else if (isCall ? character === ")" : character === "}" || character === "]") {
      if (--depth === 0) return i + 1;
    }
    backslashes = 0;
  }
  return text.length;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
