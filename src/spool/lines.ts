/**
 * What a file of lines can do, whichever form it has on disk, and the reading of its origin. Runs on
 * the program's thread.
 *
 * @module
 */
import type { Origin } from "../record/chunk.ts";

/** Lines that follow each other. */
export interface Slice {
  /** Number of the first. */
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
  /** How many lines were read that are not what was written. */
  readonly damaged: number;
  /** Whether there is no room for more, by the bound that it was made with. */
  readonly isFull: boolean;
  readonly isEmpty: boolean;
  /** Whether the file is still where it was made: somebody may have removed it. */
  readonly isThere: boolean;
  /** Writes a line. Writing it again under the same number replaces it. */
  append(number: number, line: string): void;
  /** The first lines from this number on: so many at most, without a gap in their numbers. */
  read(from: number, limit: number): Slice | undefined;
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
