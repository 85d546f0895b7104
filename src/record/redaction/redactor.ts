/**
 * Masks secrets: values of properties by their names, and in texts what follows such a name or has the
 * form of a secret. A log call waits for it: whatever the text, its time grows in proportion to the
 * length, and most texts need only a few cheap tests.
 *
 * @module
 */
import { maskEncoded } from "./encoded_text.ts";
import { isInnocent } from "./innocent.ts";
import {
  maskBlocks,
  maskKeys,
  maskTokens,
  maskUnfinished,
  MAY_HAVE_OTHER,
  REDACTED,
} from "./mask_looks.ts";
import { nameBegin, namePattern } from "./name_pattern.ts";
import { mayHavePrefix } from "./prefixes.ts";
import { isSecretName, normalise } from "./names.ts";
import { isStatement, isStatementText } from "./statements.ts";
import { type Form, valueAt } from "./values.ts";

/** What JSON has to escape, or a secret's name may stand before: many texts have nothing of it. */
const MARKS = /[^ !#-$(-9;<?@A-Z[\]^a-z{|}~]/;
/** The same, or what a secret without them may be known by: one search costs less than two. */
const MARKS_OR_OTHER = new RegExp(`${MARKS.source}|${MAY_HAVE_OTHER.source}`);
/** Fewer characters are no secret by their looks that has none of these: `bearer abc.de`. */
const SHORTEST_LOOK = 13;
/** What is behind a name. */
const SEPARATOR = /[=:,>|：＝]|-(?:-[a-z]|[ap](?<=\s-.))|login\s| [\\"']|&(?:gt|quot|#3)|\\u00/i;
/**
 * What is in all names but one, by letters that texts seldom have: so V8 has little to step over; and in
 * what URLs encode of commands and addresses of drivers, which have no name.
 */
const STEM = new RegExp(
  [
    "c(?:ode(?:(?=.?veri)|(?<=(?:[ok]up|fa|ery|[do]tp|time|vice|sms|tion|[?&]|26|3F).?code))|%(?<=jdbc%))",
    "k(?:ey|ennw|ty|(?<=cook)ie|(?<=tok)en)",
    "p(?:ass(?![a-bd-oq-vx-z])|sk(?![a-z])|wd?(?![a-z])|hrase|[-_]?head(?<=otlp.?head)|lain(?<=th.{1,7}plain)" +
    "|\\W(?<=otp\\W|tcp[(%]))",
    "s(?:ecr|ig[=%n]|[-_]?head(?<=otlp.?[a-z]{4,7}.?head))",
    "authori",
    "-(?<=[0b+]-)(?:[apuw]|-us)",
  ].join("|"),
  "i",
);
const SQL_STEM = "IDENTIFIED";

/** How often a text may be encoded in others: in a URL in a URL in a URL, and once more. */
const MAX_ENCODINGS = 4;
/** As much of a name is looked at. */
const MAX_NAME = 256;
/** A value may begin with the scheme itself. */
const BEARER_LENGTH = 6;

/** Knows secrets by the built-in names and those that are given. */
export class Redactor {
  #redactKeys: ReadonlySet<string>;
  #name: RegExp;

  constructor(redactKeys: readonly string[]) {
    this.#redactKeys = new Set(redactKeys.map(normalise).filter(Boolean));
    this.#name = namePattern(this.#redactKeys);
  }

  /** Whether the values of properties of this name are secrets. */
  isName(whole: string): boolean {
    // What it ends with decides, and data may be megabytes. The second of a name has a number.
    const name = whole.slice(-MAX_NAME).replace(/ \(\d{1,3}\)$/, "");
    return isSecretName(name) || this.#redactKeys.size > 0 && this.#redactKeys.has(normalise(name));
  }

  /** Whether a value under a secret's name is not one; under a name of `redactKeys` any may be one. */
  isHarmless(name: string, value: unknown): boolean {
    return (typeof value === "boolean" || value === null || value === "" ||
      typeof value === "number" && /s$/i.test(name) || // How many there are.
      isStatement(value)) && !this.#redactKeys.has(normalise(name));
  }

  /** Whether a text is the same in JSON, and has nothing to mask. */
  isPlain(text: string): boolean {
    return text.length < SHORTEST_LOOK
      ? !MARKS.test(text)
      : !MARKS_OR_OTHER.test(text) && !mayHavePrefix(text);
  }

  /** A text without its secrets, and without those in what is encoded in it, as often as that. */
  mask(text: string, encodings: number = MAX_ENCODINGS): string {
    const isEncoded = encodings > 0 && (text.includes("%") || text.includes("+-"));
    const mayHaveName = (isEncoded || SEPARATOR.test(text)) &&
      (this.#redactKeys.size > 0 || STEM.test(text) || text.includes(SQL_STEM));
    const visible = isEncoded && mayHaveName
      ? maskEncoded(text, (decoded) => this.mask(decoded, encodings - 1))
      : text;
    const masked = maskBlocks(visible);
    // A token may have a name glued to its end, and then takes it along.
    return maskTokens(mayHaveName ? maskKeys(this.#maskNamed(masked)) : masked);
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
      if (value !== undefined && !isStatementText(text.slice(start, value.end))) {
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
      const index = nameBegin(text, found.index);
      if (!isInnocent(text, found, index, start)) {
        const { part, mark = "" } = found.groups!;
        return { index, start, mark: part ? "" : mark, form: formOf(text, found) };
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

/** How far before a name its word may begin. */
const MAX_WORD = 32;
/** How YAML begins a text of several lines. */
const BLOCK_BEGIN = /[|>][-+\d]{0,2}(?:\r?\n|\\{1,15}n) +$/;

/** How the value is written behind a name that was found. */
function formOf(text: string, { 0: whole, index, groups }: RegExpExecArray): Form {
  const { header, colon, element, sibling, part } = groups!;
  if (element || sibling) return "element";
  if (BLOCK_BEGIN.test(whole)) return "block";
  if (part) return "line";
  if (!header) return "value";
  if (colon) return "line";
  const before = text.slice(Math.max(0, index - MAX_WORD), index);
  if (!/cookie/i.test(header) || /[?&#][\w.-]*$/.test(before)) return "parameter";
  return "pair";
}

/** How far a value without bounds may reach: to the next name, or to a bearer token of its own. */
function limitOf(text: string, start: number, next = text.length): number {
  const bearer = text.slice(start + BEARER_LENGTH, next).search(/bearer\s/i);
  return bearer === -1 ? next : start + BEARER_LENGTH + bearer;
}
