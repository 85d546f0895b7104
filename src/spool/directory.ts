/**
 * The directory of the spool: which files in it are ours, and what becomes of those that nobody can
 * use. Files are looked at and removed, but never opened here: the system's locks belong to the
 * process, and closing a file that SQLite has open would give its lock away. Runs on the program's
 * thread.
 *
 * @module
 */
import { wallTime } from "../clock.ts";
import { mayReadFile, mayWriteFile } from "../permissions.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const OURS = new RegExp(`^${UUID}\\.(?:sqlite|first)$`);
/**
 * What SQLite has beside a file: the log, for a moment a journal, while it makes the file, and an index
 * of the log, which whoever looks into the file leaves there.
 */
const BESIDE = ["-wal", "-journal", "-shm"] as const;
/** What is left of files that are gone: what was beside one, or one that nobody could read. */
const LEFT = new RegExp(`^(${UUID}\\.(?:sqlite|first))(${BESIDE.join("|")}|\\.corrupt)$`);
/** How long a file without a line in it may still be in the making, in milliseconds. */
export const MAKING_MS = 60_000;
/** What nobody can send is kept for a week, in milliseconds. */
export const KEPT_MS = 7 * 24 * 3600 * 1000;
/** No file is older, in milliseconds since 1970, except where the clock was not set yet. */
export const OLDEST_MS = Date.UTC(2026, 0);

/** A file of lines, as the directory knows it. */
export interface Found {
  readonly path: string;
  readonly bytes: number;
  /** How long nobody has written to it, in milliseconds. */
  readonly idleMs: number;
}

/** The spool on disk. */
export class Directory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the directory, if it is not there, for this user alone. */
  make(): void {
    this.checkPermitted();
    Deno.mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** Where the file with this name is, or is going to be. */
  fileOf(name: string): string {
    return `${this.path.replace(/(?<=.)[/\\]+$/, "")}/${name}`;
  }

  /** The names of all files in it, of whatever kind. */
  names(): string[] {
    this.checkPermitted();
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name);
  }

  /** Those of them that are files of lines, first those that nobody has written to for longest. */
  find(names: readonly string[]): Found[] {
    this.checkPermitted();
    const found: Found[] = [];
    for (const name of names) {
      if (!OURS.test(name)) continue;
      const path = this.fileOf(name);
      const file = stat(path);
      const log = stat(`${path}-wal`);
      // A link may lead anywhere.
      if (file === undefined || !file.isFile) continue;
      const writtenAt = Math.max(Number(file.mtime), Number(log?.mtime ?? 0));
      found.push({ path, bytes: file.size, idleMs: wallTime() - writtenAt });
    }
    return found.sort((one, other) => other.idleMs - one.idleMs);
  }

  /** Removes what is left of files that are gone, and after a week those that nobody could read. */
  clean(names: readonly string[]): void {
    this.checkPermitted();
    for (const name of names) {
      const [, file, end] = name.match(LEFT) ?? [];
      if (file === undefined) continue;
      const path = this.fileOf(file);
      const left = stat(path + end);
      if (left === undefined || !left.isFile) continue;
      const isGone = end === ".corrupt" || isGoneFrom(path);
      const idleMs = wallTime() - Number(left.mtime);
      if (isGone && idleMs > (end === ".corrupt" ? KEPT_MS : MAKING_MS)) remove(path + end);
    }
  }

  /** @throws {Error} If the permissions were taken back: nobody is to be asked for them. */
  checkPermitted(): void {
    checkPermitted(this.path);
  }
}

/** @throws {Error} If the permissions were taken back: nobody is to be asked for them. */
export function checkPermitted(path: string): void {
  if (mayReadFile(path) && mayWriteFile(path)) return;
  throw new Error("the permission to read and write it was taken back");
}

/** Which file is at this path now, if that may be asked: another one of the same name is not it. */
export function identityOf(path: string): string | undefined {
  if (!mayReadFile(path)) return undefined;
  const file = stat(path);
  return file && `${file.dev} ${file.ino}`;
}

/**
 * Whether a file that is open is still where it was made, as far as that may be asked.
 * @param identity What {@linkcode identityOf} said of it then.
 */
export function isStillThere(path: string, identity?: string): boolean {
  try {
    if (!mayReadFile(path)) return true;
    const { isFile, dev, ino } = Deno.lstatSync(path);
    return isFile && (identity === undefined || identity === `${dev} ${ino}`);
  } catch (error) {
    return !saysGone(error);
  }
}

/** Whether there is nothing at this path, for sure. */
function isGoneFrom(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return saysGone(error);
  }
}

/** Whether this was thrown since a file is not there. A disk that fails for a moment says nothing. */
function saysGone(error: unknown): boolean {
  const { NotFound, NotADirectory, FilesystemLoop } = Deno.errors;
  return [NotFound, NotADirectory, FilesystemLoop].some((gone) => error instanceof gone);
}

/** A file that is open and locked. */
export interface OpenFile {
  readonly path: string;
  deleteAll(): void;
  close(): void;
}

/**
 * Removes a file that is open and locked, whatever it holds. First the file and then the lock, which
 * goes when it is closed: in between nobody else may take it over.
 * @param log What belongs to the file, and goes with it.
 * @throws What the system throws, or that the permissions were taken back. It is closed all the same.
 */
export function removeOpen(file: OpenFile, log?: string): void {
  const { path } = file;
  try {
    checkPermitted(path);
    Deno.removeSync(path);
  } catch (error) {
    empty(file); // Wherever it is now, nobody is to find in it what was delivered.
    file.close();
    if (error instanceof Deno.errors.NotFound) return;
    checkPermitted(path);
    Deno.removeSync(path); // Windows removes no file that is open.
    return;
  }
  if (log !== undefined) remove(log);
  file.close();
}

/** Deletes all that is in a file, if the disk takes that. */
export function empty(file: OpenFile): void {
  try {
    file.deleteAll();
  } catch {
    // Then it is there, and may be sent again, under the same keys.
  }
}

/** Sets a file aside that nobody can read, for a week, and says how it is called now. */
export function setAside(path: string): string {
  const name = `${path}.corrupt`;
  Deno.renameSync(path, name);
  touch(name);
  for (const end of BESIDE) remove(path + end);
  return name;
}

/** Has the time for which a file is kept begin now. */
export function touch(path: string): void {
  try {
    const seconds = wallTime() / 1000;
    Deno.utimeSync(path, seconds, seconds);
  } catch {
    // Some disks have no times.
  }
}

/** Removes a file and what is beside it. */
export function removeFile(path: string): void {
  for (const end of [...BESIDE, ""]) remove(path + end);
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already, or cannot be removed: then it is tried again another time.
  }
}

/**
 * Where the database is that a first file becomes, and the other way round. As they have one name,
 * whoever finds both knows that the first one is of no use any more.
 */
export function siblingOf(path: string): string {
  return path.endsWith(".first")
    ? path.replace(/first$/, "sqlite")
    : path.replace(/sqlite$/, "first");
}

/** How large a file is, if it is there. */
export function bytesOf(path: string): number {
  return stat(path)?.size ?? 0;
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined; // Removed in between.
  }
}
