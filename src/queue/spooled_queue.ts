/**
 * The queue of a handler with a spool: each record is on disk when its log call returns, and the
 * queue in memory is a window over that. When the window is full, records wait on disk alone, and
 * are read back in their order. Runs on the program's thread; `push()` runs inside the log call.
 *
 * @module
 */
import { type Batch, beginningOf, type Queue, type RecordQueue } from "./queue.ts";
import type { OwnFile } from "../spool/own_file.ts";
import { Ranges } from "../spool/ranges.ts";

/**
 * How many characters are dropped at least when the spool is full: a few pages of it. To drop one
 * record after the other would cost a log call too much.
 */
const LEAST_DROPPED = 1 << 14;

/** A queue on disk with a window in memory. */
export class SpooledQueue implements RecordQueue {
  #window: Queue;
  #file: OwnFile;
  /** Most records that are read back at a time. */
  #sliceSize: number;
  #next = 0;
  /** The first number that has not been in the window yet. */
  #cursor = 0;
  /** Numbers whose lines are still on disk, for no reason any more. */
  #settled = new Ranges();
  /** From this number on, what is in the window is not on disk. */
  #unstoredFrom: number | undefined;
  left = 0;

  constructor(window: Queue, file: OwnFile, sliceSize: number) {
    this.#window = window;
    this.#file = file;
    this.#sliceSize = sliceSize;
  }

  get next(): number {
    return this.#next;
  }

  get spooled(): number {
    return this.#next - this.#cursor;
  }

  get length(): number {
    return this.#window.length + this.spooled;
  }

  get waiting(): number {
    return this.#window.waiting + this.spooled;
  }

  get inFlight(): number {
    return this.#window.inFlight;
  }

  get charactersInFlight(): number {
    return this.#window.charactersInFlight;
  }

  get hasFullBatch(): boolean {
    return this.#window.hasFullBatch;
  }

  push(line: string): boolean {
    const number = this.#next;
    let stored = this.#file.append(number, line);
    if (stored === "failing" && this.#file.isDamaged) {
      this.#abandon();
      stored = this.#file.append(number, line);
    }
    if (stored === "full") return false;
    const isWindow = this.#cursor === number && !this.#window.isFull;
    if (!isWindow && stored === "failing") return false;
    if (stored === "stored" && this.#unstoredFrom !== undefined) this.#storeWindow();
    if (isWindow) {
      this.#window.next = number;
      this.#window.push(line);
      this.#cursor++;
      if (stored === "failing") this.#unstoredFrom ??= number;
    }
    this.#next++;
    return true;
  }

  peek(): Batch | undefined {
    return this.#window.peek();
  }

  markPosted(): void {
    this.#window.markPosted();
  }

  settle(sequence: number): boolean {
    if (!this.#window.settle(sequence)) return false;
    this.#settled.add(sequence);
    return true;
  }

  /** Deletes from the disk what is settled, and reads back what there is room for. */
  tidy(): void {
    if (this.length > 0) this.#file.delete(this.#settled);
    else if (this.#settled.merged.length > 0) this.#file.deleteAll(this.#settled);
    while (this.spooled > 0 && this.#hasRoom && this.#readBack());
    if (this.#file.isDamaged) this.#abandon();
    if (this.#file.checkGone() && this.spooled === 0) {
      // What is in the window goes to another file, as soon as there can be one.
      this.#file.leave();
      this.#unstoredFrom = 0;
    }
    if (this.#unstoredFrom !== undefined && !this.#file.isFailing) this.#storeWindow();
  }

  storeAll(): void {
    if (this.#unstoredFrom === undefined) return;
    this.#file.retry();
    this.#storeWindow();
  }

  rewind(): void {
    this.#window.rewind();
  }

  fits(line: string): boolean {
    return this.#file.isFailing || this.#file.fits(line);
  }

  dropOldest(room: number): number {
    if (this.#file.isFailing) {
      // To drop what is on disk already makes no room where it fails.
      const oldest = this.#window.peek()?.first ?? this.#next;
      return oldest >= (this.#unstoredFrom ?? this.#next) ? this.#window.dropOldest() : 0;
    }
    const most = Math.max(room, LEAST_DROPPED);
    const dropped = this.#window.dropOldestPart(most) ?? this.#readOldest(most);
    if (dropped === undefined) return 0;
    const { first, count } = dropped;
    this.#cursor = Math.max(this.#cursor, first + count);
    this.#settled.addAll(first, first + count - 1);
    this.tidy();
    return count;
  }

  countBefore(sequence: number): number {
    return this.#window.countBefore(sequence) +
      Math.max(0, Math.min(sequence, this.#next) - this.#cursor);
  }

  /** How many records that are not settled are not on disk. */
  get unstored(): number {
    const from = this.#unstoredFrom;
    let unstored = 0;
    if (from === undefined) return unstored;
    for (const { first, count } of this.#window.unsettledFrom(from)) {
      unstored += first + count - Math.max(first, from);
    }
    return unstored;
  }

  /** All is settled: leaves nothing on disk until there is something again. */
  putAway(): void {
    this.#settled.clear();
    this.#file.remove();
  }

  leave(): number {
    const { length, unstored: lost } = this;
    if (length === 0) this.putAway();
    else {
      this.#file.delete(this.#settled);
      this.#file.leave();
    }
    this.#window.leave();
    this.#cursor = this.#next;
    this.#unstoredFrom = undefined;
    this.left += length - lost;
    return lost;
  }

  /** Whether it is worth to read lines back: a whole slice, or when nothing else is left to post. */
  get #hasRoom(): boolean {
    const { room, waiting } = this.#window;
    return room >= this.#sliceSize || room > 0 && waiting === 0;
  }

  /** The oldest of what is on disk alone: about this many characters. */
  #readOldest(characters: number): Batch | undefined {
    const slice = this.#read(this.#sliceSize);
    return slice === undefined ? undefined : beginningOf(slice, characters);
  }

  #readBack(): boolean {
    const slice = this.#read(Math.min(this.#sliceSize, this.#window.room));
    if (slice === undefined) return false;
    this.#window.append(slice);
    this.#cursor = slice.first + slice.count;
    return true;
  }

  /** Reads lines that are on disk alone. */
  #read(limit: number): Batch | undefined {
    if (this.spooled === 0) return undefined;
    const slice = this.#file.read(this.#cursor, limit);
    if (slice?.first === this.#cursor) return slice;
    if (!this.#file.isFailing) this.#abandon(); // Something is missing.
    return undefined;
  }

  /**
   * The file is damaged: what is on disk alone is left to whoever takes it over, which reads around
   * that, and what is in the window goes to another file.
   */
  #abandon(): void {
    const leaveBehind = this.#file.abandon();
    const inWindow = this.#cursor;
    this.left += this.spooled;
    this.#cursor = this.#next;
    this.#settled.clear();
    this.#unstoredFrom = 0;
    this.#storeWindow();
    // What could not be stored stays there, too. It may be sent again then, under the same keys.
    leaveBehind(this.#unstoredFrom === undefined ? inWindow : 0);
  }

  /** The disk works again: what was kept in memory alone goes there, too. */
  #storeWindow(): void {
    const from = this.#unstoredFrom!;
    for (const { first, lines } of this.#window.unsettledFrom(from)) {
      for (const [i, line] of lines.split("\n").entries()) {
        if (first + i >= from && this.#file.append(first + i, line) !== "stored") {
          this.#unstoredFrom = first + i;
          return;
        }
      }
    }
    this.#unstoredFrom = undefined;
  }
}
