/**
 * Taking over a file of the spool that others have left, and how far it has been read and delivered.
 * What is damaged is left out, and the rest read all the same. Runs on the program's thread, between
 * its log calls.
 *
 * @module
 */
import { wallTime } from "../clock.ts";
import { type Diagnostic, records } from "../diagnostics.ts";
import type { Origin } from "../record/chunk.ts";
import type { Channel } from "../worker/channel.ts";
import {
  bytesOf,
  type Found,
  KEPT_MS,
  MAKING_MS,
  OLDEST_MS,
  removeFile,
  setAside,
  siblingOf,
  touch,
} from "./directory.ts";
import { FirstFile } from "./first_file.ts";
import { type Lines, MAX_NUMBER, type Slice } from "./lines.ts";
import { LinesFile } from "./lines_file.ts";
import { Ranges } from "./ranges.ts";
import { failureOf } from "./sqlite.ts";

/**
 * Takes a file over that somebody has left, if it can be had and is for us. What nobody can use is
 * removed or set aside.
 * @throws What the system or SQLite throws.
 */
export function takeOver(
  { path, bytes, idleMs }: Found,
  isForUs: (origin: Origin) => boolean,
  report: (diagnostic: Diagnostic) => void,
): Lines | undefined {
  if (bytes === 0) {
    if (idleMs > MAKING_MS) removeFile(path);
    return undefined;
  }
  if (bytesOf(path) === 0) return undefined; // Somebody else has delivered it in between.
  const isFirst = path.endsWith(".first");
  const sibling = siblingOf(path);
  const siblingBytes = isFirst ? bytesOf(sibling) : 0;
  if (siblingBytes > 0) {
    // It has become a database, unless its program was killed before that was finished.
    const file = takeOver({ path: sibling, bytes: siblingBytes, idleMs }, isForUs, report);
    if (file !== undefined || bytesOf(sibling) > 0) return file;
  }
  const take = () => isFirst ? FirstFile.take(path) : LinesFile.take(path);
  let file = take();
  if (file === "damaged") file = take(); // Or the disk has failed in this moment.
  switch (file) {
    case "locked":
    case "foreign":
      return undefined;
    case "unfinished":
      // Whoever has made it is gone: a file that is not empty is locked until it is finished. SQLite
      // makes an empty one where somebody else has removed one in this very moment.
      removeFile(path);
      return undefined;
    case "damaged": {
      const name = setAside(path);
      const message = `Cannot read a file of the spool: it is damaged, and is ${name} now`;
      report({ level: "error", code: "spool-damaged", message });
      return undefined;
    }
  }
  if (!isFirst) removeFile(sibling); // Before anything of it is sent.
  if (isForUs(file.origin)) return file;
  file.close();
  if (wallTime() - idleMs < OLDEST_MS) touch(path); // Nobody knows how long it has been there.
  else if (idleMs > KEPT_MS) {
    removeFile(path);
    const message = `Nobody has sent ${path} of the spool for a week: it goes to ` +
      `${file.origin.destination}, and is removed`;
    report({ level: "error", code: "spool-expired", message });
  }
  return undefined;
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
  /** Whether it could not be read to its end, for a reason that may be gone later. */
  isFailing = false;
  inFlight = 0;
  /** The first number at which it could not be read. */
  #skippedFrom: number | undefined;
  readonly settled = new Ranges();
  /** Most lines that are read at a time: fewer where the file is damaged. */
  #limit: number;
  #chunkSize: number;

  constructor(file: Lines, origin: number, chunkSize: number) {
    this.file = file;
    this.origin = origin;
    this.#limit = this.#chunkSize = chunkSize;
  }

  /**
   * Reads the next lines. Nothing comes of it at the end of the file, and where it is damaged.
   * @throws Where the disk fails. Then no more is read.
   */
  read(): Slice | undefined {
    try {
      const slice = this.file.read(this.cursor, this.#limit);
      this.#limit = Math.min(8 * this.#limit, this.#chunkSize);
      // Known with the last line, so that an end which waits for its answer removes the file.
      this.isRead = slice === undefined || this.#isEmptyFrom(slice.first + slice.count);
      if (slice?.count !== 0) return slice;
      this.cursor = slice.first;
      return undefined;
    } catch (error) {
      if (failureOf(error) !== "damaged") {
        this.isRead = this.isFailing = true;
        throw error;
      }
      this.isDamaged = true;
      this.#limit >>= 3;
      if (this.#limit === 0) this.#skip();
      return undefined;
    }
  }

  /** Looks for the next number from which on the file can be read again. */
  #skip(): void {
    this.#limit = 1;
    this.#skippedFrom ??= this.cursor;
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

  /**
   * All that could be read is settled: removes the file, leaves it to another time if there is more in
   * it after all, or sets it aside where it is damaged.
   */
  end(report: (diagnostic: Diagnostic) => void): void {
    if (this.isDamaged && this.#isSound()) {
      this.isDamaged = false;
      this.leave();
    } else if (this.isFailing) {
      this.settled.deleteFrom(this.file, Infinity);
      this.leave();
    } else if (this.isDamaged || this.file.damaged > 0) this.#setAside(report);
    else this.file.remove();
  }

  /** Whether it was not damaged: SQLite says so too where the disk fails, maybe for a moment. */
  #isSound(): boolean {
    const { file, settled } = this;
    try {
      if (this.#skippedFrom !== undefined) file.read(this.#skippedFrom, 1);
      settled.deleteFrom(file, Infinity);
      return file.damaged === 0;
    } catch {
      return false;
    }
  }

  #setAside(report: (diagnostic: Diagnostic) => void): void {
    const { file, settled } = this;
    try {
      settled.deleteFrom(file, Infinity);
    } catch {
      // They cannot be told apart from the others any more.
    }
    this.close();
    const name = setAside(file.path);
    report({
      level: "error",
      code: "spool-damaged",
      message: `A file of the spool is damaged: what could be read of it was delivered` +
        `${file.damaged > 0 ? `, but not ${records(file.damaged)}` : ""}, and it is ${name} now`,
    });
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
    if (!this.isDamaged && this.#isEmptyFrom(-Infinity)) this.file.remove();
    else this.close();
  }

  #isEmptyFrom(number: number): boolean {
    try {
      return this.file.isEmptyFrom(number);
    } catch {
      return false;
    }
  }
}
