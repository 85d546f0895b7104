/**
 * What a file of lines can do, whichever form it has on disk, and how its origin and a line are read
 * from there. A line has a check at its end, over its number, its text and the origin of the file:
 * SQLite has none for its pages, and a record whose bytes were garbled must not be delivered, least
 * of all under the key of another. Runs on the program's thread.
 *
 * @module
 */
import { JSON } from "../json.ts";
import type { Origin } from "../record/chunk.ts";

/** No number of a record of a handler's own is as high as this. */
export const MAX_NUMBER = 2 ** 40;

/** Of a file that is read as a whole. */
const READ_AT_A_TIME = 256;

const encoder = new TextEncoder();

/** Lines that follow each other. */
export interface Slice {
  /** Number of the first; without any, the number to go on from: up to it all is damaged. */
  readonly first: number;
  readonly count: number;
  /** The lines, joined by line breaks. */
  readonly lines: string;
}

/** Why a file cannot be had. */
export type Refusal =
  /** Somebody else has it. */
  | "locked"
  /** It was never finished, and holds no line. */
  | "unfinished"
  /** It is not what was written. */
  | "damaged"
  /** It was written by a newer version, or is none of ours. */
  | "foreign";

/** A file of lines that is ours alone. */
export interface Lines {
  readonly path: string;
  readonly origin: Origin;
  /** How many lines were read that are not what was written. They stay in the file. */
  readonly damaged: number;
  /** Whether the file is still where it was made: somebody may have removed it. */
  readonly isThere: boolean;
  /** Whether there is no room for a line, by the bound that it was made with. */
  isFullFor(line: string): boolean;
  /** Writes a line. Writing it again under the same number replaces it. */
  append(number: number, line: string): void;
  /** The first lines from this number on, at most `limit`, without a gap in their numbers. */
  read(from: number, limit: number): Slice | undefined;
  /** Whether there is no line with this number or a higher one. */
  isEmptyFrom(number: number): boolean;
  /** Deletes the lines with the numbers from one to another, both of them too. */
  delete(first: number, last: number): void;
  /** Deletes all lines, and gives back what they took of the disk. */
  deleteAll(): void;
  /** Makes room for more, if it can. */
  checkpoint(): void;
  /** Gives it free, as it is. */
  close(): void;
  /** Removes it. First the file and then the lock: in between nobody else may take it over. */
  remove(): void;
}

/** Lines, each with its number. */
export type NumberedLines = Iterable<readonly [number: number, line: string]>;

/** All that can be read of a file. */
export function* linesOf(file: Lines): NumberedLines {
  for (let from = 0, slice; (slice = file.read(from, READ_AT_A_TIME)) !== undefined;) {
    const { first, count, lines } = slice;
    if (count > 0) { for (const [i, line] of lines.split("\n").entries()) yield [first + i, line]; }
    from = first + count;
  }
}

/** How many bytes of UTF-8 a text has. */
export function bytesOfText(text: string): number {
  return encoder.encode(text).length;
}

/** The origin that this text says, or why it is none. */
export function originOf(text: string | undefined): Origin | Refusal {
  try {
    const origin = JSON.parse(text!) as Origin;
    if (origin.version !== 1) return "foreign";
    const { keyPrefix, destination, constants } = origin;
    const isWhole = [keyPrefix, destination, constants.envelope, constants.resource]
      .every((part) => typeof part === "string");
    return isWhole ? origin : "damaged";
  } catch {
    return "damaged";
  }
}

/** What the check of a line begins with in a file of this origin, given as the text that is on disk. */
export function seedOf(origin: string): number {
  return checkOf(0, 0, origin, origin.length);
}

/** The line with its check, as its last column. */
export function withCheck(seed: number, number: number, line: string): string {
  return `${line}\t${checkOf(seed, number, line, line.length).toString(36)}`;
}

/**
 * The line without its check, or nothing if it is not what was written under this number. In a file
 * that is damaged it may be anything.
 */
export function withoutCheck(seed: number, number: number, text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const end = text.lastIndexOf("\t");
  if (end < 0 || text.slice(end + 1) !== checkOf(seed, number, text, end).toString(36)) {
    return undefined;
  }
  return text.slice(0, end);
}

/** FNV-1a of 32 bits, over units of UTF-16. */
function checkOf(seed: number, number: number, text: string, length: number): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193);
  hash = Math.imul(hash ^ number, 0x01000193);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
