/**
 * The file of the handler's own lines: made with the first of them, removed when none is left, and
 * given up for a while when the disk fails. Nothing of that throws: a record that
 * cannot be put on disk is kept in memory, as without a spool. Runs on the program's thread, inside
 * the log call.
 *
 * @module
 */
import { now } from "../clock.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { randomUUID } from "../random.ts";
import type { Origin } from "../record/chunk.ts";
import { reason } from "../record/errors.ts";
import { Directory, empty, siblingOf } from "./directory.ts";
import { FirstFile } from "./first_file.ts";
import { type Lines, linesOf, type NumberedLines, type Slice } from "./lines.ts";
import { LinesFile } from "./lines_file.ts";
import type { Ranges } from "./ranges.ts";
import { failureOf, isSqliteLoaded } from "./sqlite.ts";

/** How long a disk that fails is left alone, in milliseconds. */
const RETRY_MS = 10_000;
/** How often it is checked whether the file is still there, in milliseconds. */
const CHECK_MS = 1000;

/** Whether a line is on disk, finds no room there by `spoolMaxBytes`, or there is no using the disk. */
export type Stored = "stored" | "full" | "failing";

/** What the file depends on. */
export interface OwnFileSettings {
  readonly spool: string;
  readonly spoolMaxBytes: number;
}

/** The handler's own file. */
export class OwnFile {
  #directory: Directory;
  #maxBytes: number;
  #origin: Origin;
  #report: (diagnostic: Diagnostic) => void;
  #file: Lines | undefined;
  /** When that was checked last. */
  #checkedAt = -Infinity;
  #isGone = false;
  /** Whether it was found not to be what was written. */
  isDamaged = false;
  /** When a disk that failed is tried again. */
  #retryAt: number | undefined;

  constructor(
    { spool, spoolMaxBytes }: OwnFileSettings,
    origin: Origin,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.#directory = new Directory(spool);
    this.#maxBytes = spoolMaxBytes;
    this.#origin = origin;
    this.#report = report;
  }

  /** Writes a line. */
  append(number: number, line: string): Stored {
    if (this.isFailing) return "failing";
    try {
      this.#append(this.#open(line), number, line);
      this.#retryAt = undefined;
      return "stored";
    } catch (error) {
      if (error instanceof RangeError) throw error; // The stack is used up.
      if (this.#isFull(error, line)) return "full";
      this.#onFailed(error);
      return "failing";
    }
  }

  /** Whether there can be room for a line, when all others are gone. */
  fits(line: string): boolean {
    return LinesFile.fits(line, this.#maxBytes);
  }

  /** Whether the disk has failed, and is not tried again yet. */
  get isFailing(): boolean {
    return this.#retryAt !== undefined && now() < this.#retryAt;
  }

  /** A disk that has failed is tried again at once. */
  retry(): void {
    this.#retryAt = undefined;
  }

  #append(file: Lines, number: number, line: string): void {
    try {
      file.append(number, line);
    } catch (error) {
      if (failureOf(error) !== "full" || this.#isFull(error, line)) throw error;
      // The disk has no room for the log to grow. It can begin anew.
      file.checkpoint();
      file.append(number, line);
    }
  }

  /** Whether this was thrown since there is no room for a line by `spoolMaxBytes`. */
  #isFull(error: unknown, line: string): boolean {
    try {
      return failureOf(error) === "full" && (this.#file?.isFullFor(line) ?? false);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return false; // The disk fails at that, too.
    }
  }

  /** Reads lines back. */
  read(from: number, limit: number): Slice | undefined {
    try {
      return this.#file?.read(from, limit);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      this.#onFailed(error);
      return undefined;
    }
  }

  /** Deletes what is settled. What cannot be deleted now is deleted later. */
  delete(settled: Ranges): void {
    if (settled.merged.length === 0) return;
    try {
      if (this.#file === undefined) settled.clear();
      else settled.deleteFrom(this.#file, Infinity);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      this.#onFailed(error);
    }
  }

  /** Deletes everything, and gives back what it took of the disk. */
  deleteAll(settled: Ranges): void {
    try {
      this.#file?.deleteAll();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      this.remove(); // Nothing about freeing may need space, and a full disk removes files.
    }
    settled.clear();
  }

  /**
   * Looks whether somebody has removed the file, says so once, and moves what it holds to another one.
   * @returns Whether it is gone, and that could not be done. What it holds can still be read.
   */
  checkGone(): boolean {
    if (this.#file === undefined) return false;
    const time = now();
    if (time - this.#checkedAt < CHECK_MS) return this.#isGone;
    this.#checkedAt = time;
    const wasGone = this.#isGone;
    this.#isGone = !this.#file.isThere;
    if (!this.#isGone) return false;
    if (!wasGone) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Somebody has removed the file of the spool in ${this.#directory.path} that ` +
          `this program writes to: another one is made, and what was not delivered goes there`,
      });
    }
    this.#move(this.#file);
    return this.#isGone;
  }

  #move(file: Lines): void {
    try {
      this.#file = this.#createDatabase(linesOf(file));
      this.#isGone = false;
      empty(file); // Where its directory was renamed, nobody is to find there what is here now.
      file.close();
    } catch {
      this.#checkedAt += RETRY_MS; // The disk takes no other file either, and to try takes a while.
    }
  }

  /** Nothing is left in it: it is removed, until there is something again. */
  remove(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#isGone = this.isDamaged = false;
    if (file !== undefined) this.#remove(file);
  }

  /**
   * Leaves a damaged file to whoever comes next.
   * @returns What has to be called then: with the number under which all is settled, or is in another
   *   file.
   */
  abandon(): (number: number) => void {
    const file = this.#file;
    this.#file = undefined;
    this.#isGone = this.isDamaged = false;
    this.#retryAt = undefined; // It was not the disk.
    this.#report({
      level: "error",
      code: "spool-damaged",
      message: `The file of the spool in ${this.#directory.path} that this program writes to is ` +
        `damaged: another one is made, and what can be read of it is delivered later`,
    });
    return (number) => {
      try {
        if (number > 0) file?.delete(0, number - 1);
      } catch {
        // Then it is sent again, under the same keys.
      }
      close(file);
    };
  }

  /** Leaves it to whoever comes next. */
  leave(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#isGone = this.isDamaged = false;
    close(file);
  }

  /**
   * The file as it should be for this line: a database as soon as that costs little, or there is much.
   */
  #open(line: string): Lines {
    const isCheap = isSqliteLoaded();
    this.#file ??= isCheap ? this.#createDatabase() : this.#createFirst();
    const first = this.#file;
    if (!(first instanceof FirstFile) || !isCheap && !first.isLargeWith(line)) return first;
    this.#directory.make();
    const path = siblingOf(first.path);
    const database = LinesFile.create(path, this.#origin, this.#maxBytes, linesOf(first));
    this.#file = database;
    this.#remove(first);
    return database;
  }

  #createFirst(): Lines {
    try {
      return this.#create("first", (path) => FirstFile.create(path, this.#origin));
    } catch {
      return this.#createDatabase(); // Not every disk knows the system's locks.
    }
  }

  #createDatabase(lines?: NumberedLines): LinesFile {
    const create = (path: string) => LinesFile.create(path, this.#origin, this.#maxBytes, lines);
    return this.#create("sqlite", create);
  }

  #create<T>(form: string, create: (path: string) => T): T {
    this.#directory.make();
    // A new name each time: somebody may be about to remove the file that this handler had before.
    return create(this.#directory.fileOf(`${randomUUID()}.${form}`));
  }

  #remove(file: Lines): void {
    try {
      file.remove();
    } catch (error) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Cannot remove ${file.path} of the spool: ${reason(error)}: no record is ` +
          "lost, but some may be sent again, under the same keys",
      });
    }
  }

  #onFailed(error: unknown): void {
    if (this.#file !== undefined && failureOf(error) === "damaged") {
      this.isDamaged = true;
      return;
    }
    this.#retryAt = now() + RETRY_MS;
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot write to the spool ${this.#directory.path}: ${reason(error)}: records are ` +
        `kept in memory alone, and it is tried again every ${RETRY_MS / 1000} seconds`,
    });
  }
}

function close(file: Lines | undefined): void {
  try {
    file?.close();
  } catch {
    // Whoever comes next finds it as SQLite has left it.
  }
}
