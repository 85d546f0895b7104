/**
 * A file of the spool that was taken over, and how far it has been read and delivered. What is damaged
 * is left out, and the rest read all the same. Runs on the program's thread, between its log calls.
 *
 * @module
 */
import type { Channel } from "../worker/channel.ts";
import { FirstFile } from "./first_file.ts";
import { type Lines, MAX_NUMBER, type Refusal, type Slice } from "./lines.ts";
import { LinesFile } from "./lines_file.ts";
import { Ranges } from "./ranges.ts";
import { failureOf } from "./sqlite.ts";

/** Opens a file that somebody has left, or says why it cannot be had. */
export function takeFile(path: string): Lines | Refusal {
  return path.endsWith(".first") ? FirstFile.take(path) : LinesFile.take(path);
}

/** A file that was taken over. */
export class Source {
  readonly file: Lines;
  /** Under this number the worker knows its origin. */
  readonly origin: number;
  /** To which channel that was said. */
  channel: Channel | undefined;
  /** The number from which on nothing was read yet. */
  cursor = 0;
  isRead = false;
  isDamaged = false;
  inFlight = 0;
  readonly settled = new Ranges();
  /** Most lines that are read at a time: fewer where the file is damaged. */
  #limit: number;
  #chunkSize: number;

  constructor(file: Lines, origin: number, chunkSize: number) {
    this.file = file;
    this.origin = origin;
    this.#limit = this.#chunkSize = chunkSize;
  }

  /** Reads the next lines. Nothing comes of it at the end of the file, and where it is damaged. */
  read(): Slice | undefined {
    try {
      const slice = this.file.read(this.cursor, this.#limit);
      this.#limit = Math.min(8 * this.#limit, this.#chunkSize);
      this.isRead = slice === undefined;
      return slice;
    } catch (error) {
      if (failureOf(error) !== "damaged") throw error;
      this.isDamaged = true;
      this.#limit >>= 3;
      if (this.#limit === 0) this.#skip();
      return undefined;
    }
  }

  /** Looks for the next number from which on the file can be read again. */
  #skip(): void {
    this.#limit = 1;
    for (let step = 1; step < MAX_NUMBER; step *= 2) {
      try {
        this.isRead = this.file.read(this.cursor + step, 1) === undefined;
        this.cursor += step;
        return;
      } catch {
        // Not yet.
      }
    }
    this.isRead = true;
  }

  /** Closes the file, whatever state it is in. */
  close(): void {
    try {
      this.file.close();
    } catch {
      // Whoever comes next finds it as SQLite has left it.
    }
  }

  /** Leaves what is not settled to whoever comes next. */
  leave(): void {
    if (!this.isDamaged && this.#isEmpty) this.file.remove();
    else this.close();
  }

  get #isEmpty(): boolean {
    try {
      return this.file.isEmpty;
    } catch {
      return false;
    }
  }
}
