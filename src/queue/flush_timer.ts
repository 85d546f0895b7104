/**
 * Decides when records that wait are posted: after a moment in which others are collected, by a
 * thread that yields and by one that never does, and again and again while there is no room for
 * them. Runs on the program's thread; what it calls may run inside a log call.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** Shortest and longest pause between two attempts to post what there is no room for, in milliseconds. */
const POLL_MS = { min: 1, max: 100 } as const;

/** How many records of one millisecond share a reading of the clock, which is expensive. */
const RECORDS_PER_CLOCK_READ = 8;

/** What became of the records that waited: none is left, some moved, or none did. */
export type FlushResult = "empty" | "moving" | "stuck";

/** Calls back when it is time to post what waits. */
export class FlushTimer {
  #flush: () => FlushResult;
  #clock: Clock;
  /** Whether a sleep is under way. It cannot be ended early, so there is never a second one. */
  #isAsleep = false;
  /** Since when records wait. */
  #since: number | undefined;
  #pollMs: number = POLL_MS.min;
  #clockReadAt: number | undefined;
  /** How many records may still come before the clock is read. */
  #skips = 0;

  /** @param flush Posts what it can. It must not throw. */
  constructor(flush: () => FlushResult, clock: Clock) {
    this.#flush = flush;
    this.#clock = clock;
  }

  /**
   * Says that a record waits.
   * @param delayMs How long it may wait for others.
   * @param busyMs The same for a thread that has not yielded since: then it flushes right here.
   */
  schedule(delayMs: number, busyMs: number): void {
    if (this.#skips > 0 && this.#isAsleep) return void this.#skips--;
    const now = this.#clock.now();
    this.#skips = this.#clockReadAt !== undefined && now - this.#clockReadAt < 1
      ? RECORDS_PER_CLOCK_READ - 1
      : 0;
    this.#clockReadAt = now;
    this.#since ??= now;
    if (now - this.#since >= busyMs) this.#fire();
    else this.#sleep(delayMs);
  }

  #sleep(ms: number): void {
    if (this.#isAsleep) return;
    void this.#clock.sleep(ms).then(() => {
      this.#isAsleep = false;
      this.#fire();
    });
    this.#isAsleep = true; // Not before: where the stack is nearly used up, those calls may throw.
  }

  #fire(): void {
    const result = this.#flush();
    this.#since = result === "empty" ? undefined : this.#clock.now();
    if (result === "empty") return;
    // In an outage nothing moves, and to look a thousand times a second would be a waste.
    this.#pollMs = result === "moving" ? POLL_MS.min : Math.min(2 * this.#pollMs, POLL_MS.max);
    this.#sleep(this.#pollMs);
  }

  /** Says that what waited has been posted without this timer: those that come now wait anew. */
  restart(): void {
    this.#since = undefined;
  }
}
