/**
 * Keeps the records of log calls that came where the stack was used up, and any call throws. They
 * are taken when there is more room: in the next log call, or at an end. Runs on the program's
 * thread, inside the log call.
 *
 * @module
 */
import type { LogRecord } from "@std/log";
import { isStackUsedUp } from "./record/errors.ts";

/** How often a record is tried again: each call of an unwinding stack is a try. */
const MAX_ATTEMPTS = 100;

/** A record that could not be taken where it came. */
interface Deferred {
  readonly record: LogRecord;
  readonly attempts: number;
  readonly next: Deferred | undefined;
}

/** What takes records. */
export interface RecordTaker {
  /**
   * Takes a record, or throws.
   * @param isLast Whether the record is not deferred any more, wherever the stack is used up.
   */
  take(record: LogRecord, isLast: boolean): void;
  /** A record cannot be taken, now or later. */
  onFailed(error: unknown): void;
}

/** Records that wait for room on the stack. */
export class DeferredRecords {
  /** The one deferred last, in a list of all: to add to it takes no call. */
  last: Deferred | undefined;
  #taker: RecordTaker;

  constructor(taker: RecordTaker) {
    this.#taker = taker;
  }

  get count(): number {
    let count = 0;
    for (let entry = this.last; entry !== undefined; entry = entry.next) count++;
    return count;
  }

  /** Decides about the record deferred last: it waits if the stack was used up, or fails. */
  onThrown(error: unknown): void {
    const { attempts, next } = this.last!;
    if (isStackUsedUp(error) && attempts < MAX_ATTEMPTS) return;
    this.last = next;
    this.#taker.onFailed(error);
  }

  /**
   * Has all of them taken.
   * @param isLast Whether those that cannot be taken now fail.
   */
  takeAll(isLast: boolean): void {
    let entry = this.last;
    this.last = undefined;
    try {
      while (entry !== undefined) {
        const { record } = entry;
        const attempts = isLast ? MAX_ATTEMPTS : entry.attempts + 1;
        entry = entry.next;
        try {
          this.#taker.take(record, attempts >= MAX_ATTEMPTS);
        } catch (error) {
          this.last = { record, attempts, next: this.last };
          this.onThrown(error);
        }
      }
    } finally {
      // To deal with what was thrown can throw, too. The others wait on.
      for (; entry !== undefined; entry = entry.next) {
        this.last = { record: entry.record, attempts: entry.attempts, next: this.last };
      }
    }
  }
}
