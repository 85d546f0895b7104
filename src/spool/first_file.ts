/**
 * The first lines of a handler on disk, while SQLite is not loaded yet: that takes a log call ten
 * times as long as all that a short script does, and costs next to nothing a turn of the event loop
 * later. A text: the origin, and then the lines with their numbers, and what was deleted of them,
 * each one appended. The system's lock on it says to whom it belongs, and the end of a process,
 * whatever it is, gives it free. Runs on the program's thread.
 *
 * @module
 */
import { JSON } from "../json.ts";
import type { Origin } from "../record/chunk.ts";
import { identityOf, isStillThere, removeOpen } from "./directory.ts";
import {
  type Lines,
  originOf,
  type Refusal,
  seedOf,
  type Slice,
  withCheck,
  withoutCheck,
} from "./lines.ts";

/**
 * Most lines, and most characters of them: more are worth a database, whatever it costs. They fit the
 * smallest one, whatever the characters are.
 */
const MOST = { lines: 256, characters: 1 << 17 } as const;

const LINE_BREAK = 10;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text of lines that is ours alone. */
export class FirstFile implements Lines {
  readonly path: string;
  readonly origin: Origin;
  damaged = 0;
  /** What the checks of the lines begin with. */
  #seed: number;
  #file: Deno.FsFile;
  /** Which file it is. */
  #identity: string | undefined;
  /** What is in it and not deleted. */
  #lines = new Map<number, string>();
  #characters = 0;
  /** How long all whole lines of the text are. */
  #bytes = 0;
  /** Whether there is more behind them: a line that was not finished. */
  #isTorn = false;
  /** How long the origin is. */
  #headerBytes = 0;

  private constructor(path: string, header: string, file: Deno.FsFile) {
    this.path = path;
    this.origin = JSON.parse(header);
    this.#seed = seedOf(header);
    this.#file = file;
    this.#identity = identityOf(path);
  }

  /**
   * Makes a file that is not there yet.
   * @throws What the system throws.
   */
  static create(path: string, origin: Origin): FirstFile {
    const file = Deno.openSync(path, { createNew: true, append: true, mode: 0o600 });
    try {
      // Whoever looks at the file before the lock is there finds it empty, and leaves it alone.
      if (!file.tryLockSync(true)) throw new Error("somebody else has locked it");
      const header = JSON.stringify(origin);
      const made = new FirstFile(path, header, file);
      made.#write(header);
      made.#headerBytes = made.#bytes;
      return made;
    } catch (error) {
      file.close();
      Deno.removeSync(path);
      throw error;
    }
  }

  /** Opens a file that somebody has left, or says why it cannot be had. */
  static take(path: string): FirstFile | Refusal {
    const file = Deno.openSync(path, { read: true, append: true });
    let taken: FirstFile | Refusal | undefined;
    try {
      return taken = FirstFile.#take(path, file);
    } finally {
      if (typeof taken !== "object") file.close();
    }
  }

  static #take(path: string, file: Deno.FsFile): FirstFile | Refusal {
    // Who has removed it in between has delivered it.
    if (!file.tryLockSync(true) || file.statSync().nlink === 0) return "locked";
    const bytes = readAll(file);
    // The call that wrote what comes after the last line break has not returned.
    const end = bytes.lastIndexOf(LINE_BREAK);
    if (end < 0) return "unfinished";
    const [header, ...lines] = decoder.decode(bytes.subarray(0, end)).split("\n");
    const origin = originOf(header);
    if (typeof origin === "string") return origin;
    const taken = new FirstFile(path, header!, file);
    taken.#bytes = end + 1;
    taken.#isTorn = bytes.length > taken.#bytes;
    for (const text of lines) taken.#remember(text);
    return taken;
  }

  /** Whether it should be a database, before it gets this line. */
  isLargeWith(line: string): boolean {
    return this.#lines.size >= MOST.lines || this.#characters + line.length > MOST.characters;
  }

  /** What is too much for it goes into a database. */
  isFullFor(): boolean {
    return false;
  }

  append(number: number, line: string): void {
    this.#writeLine(number, line);
    this.#lines.set(number, line);
    this.#characters += line.length;
  }

  read(from: number, limit: number): Slice | undefined {
    const numbers = [...this.#lines.keys()].filter((number) => number >= from)
      .sort((one, other) => one - other);
    const [first] = numbers;
    if (first === undefined) return undefined;
    const gap = numbers.findIndex((number, i) => number !== first + i);
    const count = Math.min(limit, gap < 0 ? numbers.length : gap);
    const lines = numbers.slice(0, count).map((number) => this.#lines.get(number));
    return { first, count, lines: lines.join("\n") };
  }

  delete(first: number, last: number): void {
    // No line of a record is like that.
    this.#writeLine(first, `-${last}`);
    this.#forget(first, last);
  }

  #forget(first: number, last: number): void {
    for (const number of this.#lines.keys()) {
      if (number >= first && number <= last) this.#lines.delete(number);
    }
  }

  deleteAll(): void {
    this.#file.truncateSync(this.#headerBytes);
    this.#bytes = this.#headerBytes;
    this.#isTorn = false;
    this.#lines.clear();
    this.#characters = 0;
  }

  checkpoint(): void {}

  isEmptyFrom(number: number): boolean {
    return this.#lines.keys().every((other) => other < number);
  }

  get isThere(): boolean {
    return isStillThere(this.path, this.#identity);
  }

  close(): void {
    this.#file.close();
  }

  remove(): void {
    removeOpen(this);
  }

  #writeLine(number: number, line: string): void {
    this.#write(`${number}\t${withCheck(this.#seed, number, line)}`);
  }

  /** Writes a line of the text. What was written of one before that could not be finished goes. */
  #write(text: string): void {
    const bytes = encoder.encode(`${text}\n`);
    if (this.#isTorn) this.#file.truncateSync(this.#bytes);
    this.#isTorn = true;
    if (this.#file.writeSync(bytes) < bytes.length) throw new Error("the disk is full");
    this.#isTorn = false;
    this.#bytes += bytes.length;
  }

  #remember(text: string): void {
    const end = text.indexOf("\t");
    const number = Number(text.slice(0, end));
    const line = Number.isSafeInteger(number) && end > 0
      ? withoutCheck(this.#seed, number, text.slice(end + 1))
      : undefined;
    if (line === undefined) this.damaged++;
    else if (/^-\d+$/.test(line)) this.#forget(number, -Number(line));
    else this.#lines.set(number, line);
  }
}

function readAll(file: Deno.FsFile): Uint8Array {
  const bytes = new Uint8Array(file.statSync().size);
  let length = 0;
  while (length < bytes.length) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}
