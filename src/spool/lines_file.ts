/**
 * The lines of one handler on disk: a database of SQLite with a table of lines by number, and one row
 * that says what the lines share, their origin. It is opened exclusively and kept open, so SQLite's
 * own lock says to whom it belongs, and the end of a process, whatever it is, gives it free. Runs on
 * the program's thread.
 *
 * Written in WAL mode, each line is in the operating system's hands when the log call returns, and
 * no process that dies can take it back. It is not forced onto the disk: a power cut may take the
 * last ones.
 *
 * @module
 */
import { JSON } from "../json.ts";
import type { Origin } from "../record/chunk.ts";
import { identityOf, isStillThere, removeFile, removeOpen } from "./directory.ts";
import {
  bytesOfText,
  type Lines,
  MAX_NUMBER,
  type NumberedLines,
  originOf,
  type Refusal,
  seedOf,
  type Slice,
  withCheck,
  withoutCheck,
} from "./lines.ts";
import { failureOf, sqlite } from "./sqlite.ts";

/** "AxSp": tells our databases from those of others. */
const APPLICATION_ID = 0x41785370;
/** Of the tables. Raised when an older version of this package could not read them. */
const FORMAT = 1;
const PAGE_BYTES = 4096;
/** What may wait in the log in front of the database, in pages, at least and at most. */
const WAL_PAGES = { least: 32, most: 128 } as const;
/** Of a page, what a long line gets of it. */
const LINE_BYTES = PAGE_BYTES - 4;
/** What a database takes at most besides the pages of a long line: its tables, and parts of pages. */
const PAGES_BESIDE = 12;
/** From how many pages on a database that holds nothing is made small. */
const LARGE_PAGES = 256;
/**
 * Most bytes of the lines that are read at a time, unless a single one has more: long ones would fill
 * the memory, and one text of a whole chunk of them would be too long for V8.
 */
const MAX_SLICE_BYTES = 1 << 20;

/** The rows from a number on, up to a limit. Where a file is damaged, a number may be anything. */
const FROM = `WHERE number BETWEEN ? AND ${MAX_NUMBER} ORDER BY number LIMIT ?`;

/** A database of lines that is ours alone. */
export class LinesFile implements Lines {
  readonly path: string;
  readonly origin: Origin;
  damaged = 0;
  /** The number from which on no line was counted as damaged. */
  #damagedTo = -Infinity;
  /** What the checks of the lines begin with. */
  #seed: number;
  /** Which file it is. */
  #identity: string | undefined;
  #database: Database;
  #insert: Statement;
  #size: Statement;
  #select: Statement;
  #delete: Statement;
  #pageCount: Statement;

  private constructor(path: string, text: string, database: Database) {
    this.path = path;
    this.origin = JSON.parse(text);
    this.#seed = seedOf(text);
    this.#identity = identityOf(path);
    this.#database = database;
    this.#insert = database.prepare("INSERT OR REPLACE INTO lines VALUES (?, ?)");
    this.#size = database.prepare(
      `SELECT sum(bytes) AS bytes FROM (
        SELECT octet_length(line) AS bytes FROM lines ${FROM})`,
    );
    this.#select = database.prepare(
      `SELECT count(*) AS count, min(number) AS first, max(number) AS last,
        group_concat(line, char(10)) AS lines
      FROM (SELECT number, line FROM lines ${FROM})`,
    );
    this.#pageCount = database.prepare("PRAGMA page_count");
    this.#delete = database.prepare("DELETE FROM lines WHERE number BETWEEN ? AND ?");
  }

  /**
   * Makes a file that is not there yet.
   * @param maxBytes Most bytes that it takes on disk.
   * @param lines What it holds from the beginning: whoever finds it finds all of them, or no database.
   * @throws What the system or SQLite throws.
   */
  static create(
    path: string,
    origin: Origin,
    maxBytes: number,
    lines: NumberedLines = [],
  ): LinesFile {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
    let database: Database | undefined;
    try {
      database = open(path, walPagesOf(maxBytes));
      // Whoever looks at the file before the lock is there finds it empty, and leaves it alone.
      database.exec(
        `PRAGMA journal_mode = WAL;
        PRAGMA max_page_count = ${mostPages(maxBytes)};
        BEGIN;
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${FORMAT};
        CREATE TABLE origin (origin TEXT NOT NULL) STRICT;
        CREATE TABLE lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;`,
      );
      const text = JSON.stringify(origin);
      database.prepare("INSERT INTO origin VALUES (?)").run(text);
      const file = new LinesFile(path, text, database);
      for (const [number, line] of lines) file.append(number, line);
      database.exec("COMMIT");
      return file;
    } catch (error) {
      database?.close();
      removeFile(path);
      throw error;
    }
  }

  /** Opens a file that somebody has left, or says why it cannot be had. */
  static take(path: string): LinesFile | Refusal {
    let database: Database | undefined;
    try {
      database = open(path, WAL_PAGES.most);
      database.exec("BEGIN EXCLUSIVE; COMMIT");
      const read = readOrigin(database);
      if (typeof read === "object") return new LinesFile(path, read.text, database);
      database.close();
      return read;
    } catch (error) {
      database?.close();
      const failure = failureOf(error);
      if (failure === "damaged" || failure === "locked") return failure;
      throw error;
    }
  }

  /** Whether a file of at most `maxBytes` can hold this line, if it holds no other. */
  static fits(line: string, maxBytes: number): boolean {
    return pagesOf(line) <= mostPages(maxBytes) - PAGES_BESIDE;
  }

  isFullFor(line: string): boolean {
    const value = (pragma: string) =>
      Number(Object.values(this.#database.prepare(`PRAGMA ${pragma}`).get()!)[0]);
    const free = value("max_page_count") - this.#pages + value("freelist_count");
    return free < pagesOf(line) + PAGES_BESIDE;
  }

  get #pages(): number {
    return Number(this.#pageCount.get()!.page_count);
  }

  append(number: number, line: string): void {
    this.#insert.run(number, withCheck(this.#seed, number, line));
  }

  /** @throws What SQLite throws where the database is damaged. */
  read(from: number, most: number): Slice | undefined {
    const limit = this.#fitting(from, most);
    const { count, first, last, lines } = this.#select.get(from, limit) as {
      [name: string]: number;
    } & { lines: string | null };
    if (count === 0) return undefined;
    const texts = (lines ?? "").split("\n");
    if (last! - first! + 1 !== count || texts.length !== count || first! < from) {
      return this.#readRun(from, limit);
    }
    for (let i = 0; i < texts.length; i++) {
      const line = withoutCheck(this.#seed, first! + i, texts[i]!);
      if (line === undefined) return this.#readRun(from, limit);
      texts[i] = line;
    }
    return { first: first!, count: texts.length, lines: texts.join("\n") };
  }

  /** How many of the next lines may be read at a time. Long lines are not read to find that out. */
  #fitting(from: number, most: number): number {
    if (Number(this.#size.get(from, most)!.bytes) <= MAX_SLICE_BYTES) return most;
    const { count } = this.#database
      .prepare(
        `SELECT count(*) AS count FROM (
          SELECT number, bytes, sum(bytes) OVER (ORDER BY number) AS total FROM (
            SELECT number, octet_length(line) AS bytes FROM lines ${FROM}))
        WHERE total = bytes OR total <= ?`,
      )
      .get(from, most, MAX_SLICE_BYTES)!;
    return Math.max(1, Number(count));
  }

  /** Reads line by line, and leaves out what is not what was written. */
  #readRun(from: number, limit: number): Slice | undefined {
    const rows = this.#database.prepare(`SELECT number, line FROM lines ${FROM}`)
      .all(from, limit) as { number: number; line: unknown }[];
    let next = from;
    const lines: string[] = [];
    for (const { number, line: text } of rows) {
      const line = number < next ? undefined : withoutCheck(this.#seed, number, text);
      if (lines.length > 0 && (line === undefined || number !== next)) break; // Until another time.
      if (line === undefined) this.#countDamaged(number);
      else lines.push(line);
      next = Math.max(next, number + 1);
    }
    if (next === from) return undefined;
    return { first: next - lines.length, count: lines.length, lines: lines.join("\n") };
  }

  /** Counts a line once, however often it is met. */
  #countDamaged(number: number): void {
    if (number < this.#damagedTo) return;
    this.#damagedTo = number + 1;
    this.damaged++;
  }

  delete(first: number, last: number): void {
    this.#delete.run(first, last);
  }

  /** Moves what is in the log to the database, which takes less, so that the log begins anew. */
  checkpoint(): void {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  deleteAll(): void {
    this.#database.exec("DELETE FROM lines");
    if (this.#pages <= LARGE_PAGES) return;
    this.#database.exec("VACUUM");
    this.checkpoint();
  }

  isEmptyFrom(number: number): boolean {
    const any = this.#database.prepare("SELECT 1 FROM lines WHERE number >= ? LIMIT 1");
    return any.get(number) === undefined;
  }

  get isThere(): boolean {
    return isStillThere(this.path, this.#identity);
  }

  close(): void {
    this.#database.close();
  }

  remove(): void {
    // SQLite leaves its log alone once the database is gone.
    removeOpen(this, `${this.path}-wal`);
  }
}

type Database = InstanceType<(typeof import("node:sqlite"))["DatabaseSync"]>;
type Statement = ReturnType<Database["prepare"]>;

/** What may wait in the log of a database, in pages. The two have at most `maxBytes` together. */
function walPagesOf(maxBytes: number): number {
  const pages = Math.floor(maxBytes / PAGE_BYTES);
  return Math.max(WAL_PAGES.least, Math.min(pages >> 3, WAL_PAGES.most));
}

/** How many pages that database may have. */
function mostPages(maxBytes: number): number {
  return Math.floor(maxBytes / PAGE_BYTES) - walPagesOf(maxBytes) - WAL_PAGES.least;
}

/** How many pages a line takes by itself. */
function pagesOf(line: string): number {
  return Math.ceil(bytesOfText(line) / LINE_BYTES);
}

function open(path: string, walPages: number): Database {
  const database = new (sqlite().DatabaseSync)(path);
  try {
    database.exec(
      `PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA synchronous = OFF;
      PRAGMA wal_autocheckpoint = ${walPages};`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The origin of the lines of a database as a text, or why they cannot be had. */
function readOrigin(database: Database): { readonly text: string } | Refusal {
  const value = (pragma: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get()!)[0]);
  const [application, format] = [value("application_id"), value("user_version")];
  if (application === 0 && database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) {
    return "unfinished";
  }
  if (application !== APPLICATION_ID || format !== FORMAT) return "foreign";
  const row = database.prepare("SELECT origin FROM origin").get() as { origin: string } | undefined;
  const origin = originOf(row?.origin);
  return typeof origin === "string" ? origin : { text: row!.origin };
}
