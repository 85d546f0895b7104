/**
 * Finds the credentials that have a prefix, those of the three files of looks. There are many
 * prefixes, and each log call waits: so a text is searched for what is before all else in few texts,
 * long words, and then for what each credential has and few words have. It runs inside the log call.
 *
 * @module
 */
import { LOOKS, type Sign } from "./looks.ts";
import { DOLLAR, SERVICE_LOOKS } from "./service_looks.ts";
import { ESCAPE } from "./spelling.ts";
import { UNSIGNED_LOOKS } from "./unsigned_looks.ts";

/** A credential begins a word. */
export const BEFORE = `(?<=^|[^A-Za-z\\d]|${ESCAPE})`;

const ALL_LOOKS = [...LOOKS, ...SERVICE_LOOKS, ...UNSIGNED_LOOKS];
/** A part of a UUID behind its hyphen. */
const UUID_PART = "(?<=[\\da-f]{4}-)(?:[\\da-f]{4}-|[\\da-f]{12}(?![\\w-]))";
/** A character of a credential. */
const WORD_CHARACTER = /[\w.%+/~$!\\-]/;
const IS_WORD_CHARACTER = Uint8Array.from(
  { length: 128 },
  (_, code) => Number(WORD_CHARACTER.test(String.fromCharCode(code))),
);
/** The shortest credentials with a prefix and a sign, and those without one. */
const SHORTEST_SIGNED = 15;
const SHORTEST_UNSIGNED = 34;
/** The signs, and what follows them in a credential: few words go on for that long. */
const CHARACTER = WORD_CHARACTER.source;
const SIGNS: Readonly<Record<Sign, { readonly sign: string; readonly behind: string }>> = {
  "_": { sign: "_", behind: `${CHARACTER}{10}` },
  "-": { sign: "-", behind: `(?!${UUID_PART})${CHARACTER}{10}|us\\d|Lines:|insecure-` },
  ".": { sign: "\\.", behind: "[\\w.-]{16}|eyJ" },
  "$": { sign: DOLLAR, behind: "2[abxy]|argon2|[1567yPS]|apr1|scrypt" },
  "AA": { sign: "AA", behind: `${CHARACTER}{24}` },
  "GR1348941": { sign: "GR1348941", behind: `${CHARACTER}{20}` },
};

/**
 * What is in each text that has one of those with a sign, and seldom in others: the signs, looked for
 * first and back from them. A few characters take a fifth of the time that all prefixes take.
 */
const SIGNED = new RegExp(
  (Object.keys(SIGNS) as Sign[]).map((name) => {
    const { sign, behind } = SIGNS[name];
    const looks = ALL_LOOKS.filter((look) => look.sign === name);
    const prefixes = [...new Set(looks.map(({ prefix }) => prefix))].join("|");
    return `${sign}(?=${behind})(?<=${BEFORE}(?:${prefixes})${sign})`;
  }).join("|"),
);
/** All that have a prefix. */
export const PREFIXED = new RegExp(
  `${BEFORE}(?:` +
    ALL_LOOKS.map(({ prefix, sign, shape }) => prefix + (sign ? SIGNS[sign].sign : "") + shape)
      .join("|") +
    ")",
  "g",
);
/** What is in those without one, and the pairs of characters that it begins with. */
const PIECES = new Set(ALL_LOOKS.flatMap(({ pieces = [] }) => pieces));
const BEGINS_PIECE = new Uint8Array(128 * 128);
for (const piece of PIECES) BEGINS_PIECE[piece.charCodeAt(0) << 7 | piece.charCodeAt(1)] = 1;

/** Whether a text may have a credential with a prefix. Few characters of most texts are looked at. */
export function mayHavePrefix(text: string): boolean {
  return longWordAt(text, 0, SHORTEST_SIGNED) >= 0 && (SIGNED.test(text) || hasPiece(text));
}

function hasPiece(text: string): boolean {
  let at = 0;
  for (; (at = longWordAt(text, at, SHORTEST_UNSIGNED)) >= 0; at++) {
    let code = text.charCodeAt(at);
    while (IS_WORD_CHARACTER[code] === 1 && ++at < text.length) {
      const before = code << 7;
      code = text.charCodeAt(at);
      if (BEGINS_PIECE[before | code] === 1 && isPieceAt(text, at - 1)) return true;
    }
  }
  return false;
}

function isPieceAt(text: string, index: number): boolean {
  return PIECES.has(text.slice(index, index + 3)) || PIECES.has(text.slice(index, index + 4));
}

/** Where the first word of this length begins, at or behind a place that is no part of one, or -1. */
function longWordAt(text: string, from: number, length: number): number {
  for (let end = from + length; end <= text.length;) {
    let begin = end;
    while (IS_WORD_CHARACTER[text.charCodeAt(begin - 1)] === 1) {
      if (--begin === end - length) return begin;
    }
    end = begin + length;
  }
  return -1;
}
