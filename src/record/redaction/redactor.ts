/**
 * Masks secrets: values of properties by their names, and in texts what has such a name before it
 * or looks like a secret by itself. A log call waits for it: whatever the text, it takes no more
 * time than in proportion to its length, and most texts need no more than a few cheap tests.
 *
 * @module
 */
import { ESCAPE, maskBlocks, maskTokens, maskUnfinished, mayHaveLook, REDACTED } from "./looks.ts";
import {
  ENDINGS,
  HEADER_NAMES,
  isSecretName,
  isTokenName,
  normalise,
  SECRET_NAMES,
} from "./names.ts";
import { type Form, MARK, valueAt } from "./values.ts";

/** What JSON has to escape, or a secret's name may stand before: most texts have nothing of it. */
const MARKS = /[^ !#-$&-9;<>?@A-Z[\]^`a-z{|}~]/;
/** Fewer characters are no secret by their looks that has none of these: `bearer abc.de`. */
const SHORTEST_LOOK = 13;
/** What is behind a name. */
const SEPARATOR = /[=:,>]|%3/i;
/** What is in all names. Four characters or more each, so that V8 can step over three at a time. */
const STEM = /authori|cookie|passw|passp|secret|[^]key|token/i;

/** A word is followed by nothing of its own. */
const WORD_END = /[.!]?(?![^\s,;&}\])\\"'`<|])/.source;
/** Under a secret's name, but no secret: `has_secret: true`, `using password: YES`. */
const HARMLESS = new RegExp(
  `(?:true|false|null|undefined|none|nil|yes|no|\\*{3,}|string|amd64|arm64|armhf|i386|all)${WORD_END}`,
  "iy",
);
/** After a colon and a space these begin a sentence: `password: too short`, `secret: not found`. */
const SENTENCE = new RegExp(
  `(?:required|optional|missing|invalid|incorrect|wrong|expired|empty|blank|unset|unknown|denied|` +
    `mismatch(?:ed)?|too|not|must|should|may|might|can|cannot|can't|could|is|isn't|are|was|were|` +
    `will|has|have|had|does|doesn't|did|didn't|do|don't|failed|rejected|ok)${WORD_END}`,
  "iy",
);
/** Three plain words are one too, if one of them is such as sentences have. */
const PROSE =
  /(?=(?:[a-z'’]{1,20}[,.]? ){0,2}(?:a|an|and|as|at|by|for|from|if|in|is|it|its|must|of|on|or|that|the|this|to|was|with|you|your)\b)[a-z'’]{1,20}(?:[,.]? [a-z'’]{1,20}){2}(?![\w:=-])/iy;
/** A name of a thing, not a value: in lists of names the next one follows. */
const FIELD = new RegExp(`(${MARK})[a-z][a-z_. -]{0,31}\\1`, "iy");

/** The word that a name ends. */
const WORD_BEFORE = new RegExp(`(?:${ESCAPE})?([\\w.-]*)$`);
/** Before a name that is none: the name of an AWS secret, `unexpected token: …`. */
const ARN = /arn:aws[\w-]{0,16}:[\w:-]{0,64}$/;
const NO_TOKEN =
  /(?:\/|(?:unexpected|expected|illegal|unknown|next|previous|current|page|continuation|stop|end|start|per|each|of|syntax|bad|activity|window|stream|cancellation|sync) )$/i;
/** What Java prints of an object that is called a token: `token=Token{9f4ef63 …}`. */
const TOKEN_OBJECT = /[A-Z]\w{0,64}\{/y;
/** Before a name in a URL's user: its password is masked by its looks. */
const URL_USER = /:\/\/[^\s/:@]{0,64}$/;
/** Before the name of a list of alternatives, whose value is what was sent: `user or password: {`. */
const ALTERNATIVE = /\b(?:or|and|invalid|wrong|incorrect|bad) $/i;
/** A value may begin with the scheme itself. */
const BEARER_LENGTH = 6;
/** How far these look back, in characters. */
const LOOK_BACK = 100;

/** Knows secrets by the built-in names and those that are given. */
export class Redactor {
  #redactKeys: ReadonlySet<string>;
  #name: RegExp;

  constructor(redactKeys: readonly string[]) {
    this.#redactKeys = new Set(redactKeys.map(normalise).filter(Boolean));
    this.#name = namePattern(this.#redactKeys);
  }

  /** Whether the values of properties of this name are secrets. */
  isName(name: string): boolean {
    return isSecretName(name) || this.#redactKeys.size > 0 && this.#redactKeys.has(normalise(name));
  }

  /** Whether a value under a secret's name is none; under a name of `redactKeys` any may be one. */
  isHarmless(name: string, value: unknown): boolean {
    return (typeof value === "boolean" || value === null || value === "") &&
      !this.#redactKeys.has(normalise(name));
  }

  /** Whether a text is the same in JSON, and has nothing to mask. */
  isPlain(text: string): boolean {
    return !MARKS.test(text) && (text.length < SHORTEST_LOOK || !mayHaveLook(text));
  }

  /** A text without its secrets. */
  mask(text: string): string {
    const masked = maskBlocks(text);
    const mayHaveName = SEPARATOR.test(masked) && (this.#redactKeys.size > 0 || STEM.test(masked));
    // A token may have a name glued to its end, and then takes it along.
    return maskTokens(mayHaveName ? this.#maskNamed(masked) : masked);
  }

  /** The beginning of a longer text, without its secrets and that which may be cut in two. */
  maskStart(text: string): string {
    return this.mask(maskUnfinished(text));
  }

  /** Names are looked for one ahead, so that a value without bounds never swallows the next one. */
  #maskNamed(text: string): string {
    let result = "";
    let end = 0;
    for (let name = this.#nextName(text, 0); name !== undefined;) {
      const { start, form } = name;
      let next = this.#nextName(text, start);
      const value = valueAt(text, start, form, limitOf(text, start, next?.index));
      if (value !== undefined) {
        const mark = value.mark || name.mark;
        result += text.slice(end, start) + value.kept + mark + REDACTED + mark;
        end = value.end;
        // One that begins inside the value and ends behind it is still a name.
        while (next !== undefined && next.start <= end) next = this.#nextName(text, next.start);
      }
      name = next;
    }
    return result + text.slice(end);
  }

  /** The first name of a secret at or behind this place. */
  #nextName(text: string, from: number): Name | undefined {
    this.#name.lastIndex = from;
    for (let found; (found = this.#name.exec(text)) !== null;) {
      const start = this.#name.lastIndex;
      if (!isNoSecret(text, found, start)) {
        const { header, colon, element, mark = "" } = found.groups!;
        const form = element ? "element" : !header ? "value" : colon ? "line" : "pair";
        return { index: found.index, start, mark, form };
      }
      this.#name.lastIndex = start;
    }
  }
}

/** The name of a secret in a text. */
interface Name {
  readonly index: number;
  /** Where its value begins. */
  readonly start: number;
  /** The quotation mark behind it, or nothing. */
  readonly mark: string;
  readonly form: Form;
}

/** How far a value without bounds may reach: to the next name, or to a bearer token of its own. */
function limitOf(text: string, start: number, next = text.length): number {
  const bearer = text.slice(start + BEARER_LENGTH, next).search(/bearer\s/i);
  return bearer === -1 ? next : start + BEARER_LENGTH + bearer;
}

/** Whether something that is written like a secret's name and its value is none. */
function isNoSecret(text: string, { index, groups }: RegExpExecArray, start: number): boolean {
  const { name, own, token, header, mark, colon, space, list, element } = groups!;
  const before = text.slice(Math.max(0, index - LOOK_BACK), index);
  const [, word = ""] = WORD_BEFORE.exec(before)!;
  const beforeWord = before.slice(0, before.length - word.length);
  if (element && !/<(?:[\w.-]+:)?$/.test(beforeWord)) return true;
  if (list && (!mark || !/["'`]$/.test(beforeWord) || matches(FIELD, text, start))) return true;
  if (own) return false;
  if (token && !isTokenName(word + name)) return true;
  if (token && word === "" && NO_TOKEN.test(beforeWord)) return true;
  if (token && matches(TOKEN_OBJECT, text, start)) return true;
  if (matches(HARMLESS, text, start)) return true;
  if (!colon) return false;
  if (space && matches(SENTENCE, text, start)) return true;
  if (space && !header && matches(PROSE, text, start)) return true;
  if (/[{[]/.test(text[start] ?? "") && !mark && ALTERNATIVE.test(beforeWord)) return true;
  return ARN.test(before) || URL_USER.test(before) && text.startsWith(`${REDACTED}@`, start);
}

/**
 * What finds a secret's name up to its value: `"name":`, `name: `, `name=`, `"name" => `,
 * `name%3D`, `[name]=`, `"name","`, `"name","value":`, `<name>`. The names of `redactKeys` count
 * where they are whole, and the built-in ones wherever they end.
 */
function namePattern(redactKeys: ReadonlySet<string>): RegExp {
  const between = "[-_.\\s]?";
  const spelled = (names: readonly string[]) =>
    names.map((name) => name.replaceAll(" ", between)).join("|");
  const own = [...redactKeys].map((name) =>
    [...name].map((character) => character.replace(/[^\p{L}\p{N}]/u, "\\$&")).join(between)
  );
  const names = [
    ...own.length > 0 ? [`(?<own>(?:(?<![\\w.-])|(?<=${ESCAPE}))(?:${own.join("|")}))`] : [],
    `(?:(?<header>(?:set-|proxy-)?(?:${spelled(HEADER_NAMES)}))|${spelled(SECRET_NAMES)}` +
    `|(?<token>token)(?!s))(?:${between}(?:${ENDINGS}))?`,
  ];
  const closed = `(?:\\]|%5D|%2[27])?(?<mark>${MARK})?`;
  const separators = [
    `\\s{0,64}(?:(?<colon>:(?![:=]|//)|%3A)|:?={1,3}>?|%3D)`,
    `(?:,|\\\\{1,7}n|\\s){1,64}(?:${MARK})?value(?:${MARK})?\\s{0,8}(?:[:=]>?)`,
    `(?<list>\\s{0,8},\\s{0,64})(?=${MARK})`,
    "(?<element>>)",
  ];
  // A line break may follow only where a mark or bracket begins the value behind it.
  const gap = `(?:\\s{0,64}(?=${MARK}|[{[])|(?<space>[^\\S\\r\\n]*))`;
  return new RegExp(
    `(?<name>${names.join("|")})${closed}(?:${separators.join("|")})${gap}`,
    "gi",
  );
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
