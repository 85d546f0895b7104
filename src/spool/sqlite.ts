/**
 * Deno's own SQLite, loaded when the first spool needs it: programs without one pay nothing. Runs on
 * the program's thread.
 *
 * @module
 */
import { canSetUpNode, nodeProcess } from "../node_process.ts";

type Sqlite = typeof import("node:sqlite");

let loaded: Sqlite | undefined;

/** Begins to load SQLite, in the way that costs a program a tenth of what {@linkcode sqlite} does. */
export function prefetchSqlite(): void {
  if (loaded !== undefined || !canSetUpNode()) return;
  import("node:sqlite").then((module) => loaded = module, () => {});
}

/** Whether to use SQLite costs no time any more. */
export function isSqliteLoaded(): boolean {
  return loaded !== undefined;
}

/**
 * SQLite, at once, because a log call cannot wait for it.
 *
 * @throws {Error} If Deno cannot set up Node's modules.
 */
export function sqlite(): Sqlite {
  return loaded ??= nodeProcess().getBuiltinModule("node:sqlite");
}

/** The system did not take what SQLite wrote: a limit on the size of files, for example. */
const WRITE_FAILED = 778;
/** There was less to read than SQLite has written: the file was cut. */
const SHORT_READ = 522;

/** Why SQLite could not do something, as far as it matters what to do then. */
export type SqliteFailure = "full" | "locked" | "damaged" | "other";

/** What went wrong. Some errors of `node:sqlite` have a code, others nothing but the text of it. */
export function failureOf(error: unknown): SqliteFailure {
  const { errcode, message } = Object(error) as { errcode?: unknown; message?: unknown };
  const text = String(message);
  const is = (code: number, words: string) =>
    typeof errcode === "number" ? (errcode & 0xff) === code : text.startsWith(words);
  if (is(13, "database or disk is full") || errcode === WRITE_FAILED) return "full";
  if (is(5, "database is locked") || is(6, "database table is locked")) return "locked";
  if (
    is(11, "database disk image is malformed") || is(26, "file is not a database") ||
    errcode === SHORT_READ ||
    /^(malformed database schema|unsupported file format|no such (table|column))\b/.test(text)
  ) {
    return "damaged";
  }
  return "other";
}
