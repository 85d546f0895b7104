/**
 * The requests in flight. One that hangs, as on a half-open connection or at a stuck instance
 * behind a balancer, gives its slot up to another, so that it holds back nothing but itself. Runs
 * on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Request } from "./request.ts";

/** A request hangs when it takes this many times as long as answers usually take. */
const HANG_FACTOR = 4;
/** But not before this much time, in milliseconds. */
const HANG_MS = 1000;
/** The same while the program waits. */
const HANG_EXPEDITED_MS = 500;
/** No more requests are sent while this many characters are in flight. */
const MAX_CHARS = 1 << 24;

const NONE: readonly Slot[] = [];

/** A request in flight. */
export interface Slot {
  readonly request: Request;
  readonly sentAt: number;
  /** The epoch of the backoff in which it was sent. */
  readonly epoch: number;
  /** The epoch of the limit. */
  readonly limitEpoch: number;
  /** Whether it is the single request that tries a service which was in trouble. */
  readonly isProbe: boolean;
  /** Whether there has been a connection for it before. */
  readonly isWarm: boolean;
  /** When its time was first seen to be up: later than it was, where the process was suspended. */
  lateAt?: number;
}

/** All that is in flight, the oldest first. */
export class Slots {
  #open = new Set<Slot>();
  #chars = 0;
  /** Most requests that were ever in flight at a time. */
  #peak = 0;
  /** The highest limit so far. */
  #highest = 0;
  #lastAnswerAt: number | undefined;

  get count(): number {
    return this.#open.size;
  }

  /** Whether there has been a connection for one more request before. */
  get isWarm(): boolean {
    return this.#open.size < this.#peak;
  }

  open(slot: Slot): void {
    this.#open.add(slot);
    this.#peak = Math.max(this.#peak, this.#open.size);
    this.#chars += slot.request.chars;
  }

  /** Its connection is free again, or given up. */
  close(slot: Slot): void {
    if (this.#open.delete(slot)) this.#chars -= slot.request.chars;
  }

  has(slot: Slot): boolean {
    return this.#open.has(slot);
  }

  /** An answer came. */
  onAnswer(now: number): void {
    this.#lastAnswerAt = now;
  }

  /** Whether an answer came to any request after this time. */
  hasAnsweredSince(time: number): boolean {
    return this.#lastAnswerAt !== undefined && this.#lastAnswerAt > time;
  }

  /** How long the oldest has been in flight, in milliseconds. */
  oldestMs(now: number): number {
    const [oldest] = this.#open;
    return oldest === undefined ? 0 : now - oldest.sentAt;
  }

  /** How many more requests may go, given how many may be in flight. */
  free(limit: number, now: number, hangMs: number): number {
    this.#highest = Math.max(this.#highest, limit);
    if (this.#chars >= MAX_CHARS) return 0;
    const busy = this.#open.size - this.hanging(now, hangMs).length;
    // While nothing is answered, one at a time finds out whether others hang, too.
    const most = this.isSilent(now, hangMs) ? 1 : limit;
    // A limit that was cut since bounds those that do not hang, or it would wait for all that do.
    return Math.min(most - busy, 2 * this.#highest - this.#open.size);
  }

  /** Whether some hang, and nothing was answered since. */
  isSilent(now: number, hangMs: number): boolean {
    const last = this.hanging(now, hangMs).at(-1);
    return last !== undefined &&
      (this.#lastAnswerAt === undefined || this.#lastAnswerAt < last.sentAt + hangMs);
  }

  /** Those that hang. */
  hanging(now: number, hangMs: number): readonly Slot[] {
    let hanging: Slot[] | undefined;
    for (const slot of this.#open) {
      if (slot.sentAt + hangMs > now) break;
      (hanging ??= []).push(slot);
    }
    return hanging ?? NONE;
  }

  /** When the next one will hang, unless it is answered first. */
  nextHangAt(now: number, hangMs: number): number | undefined {
    for (const { sentAt } of this.#open) if (sentAt + hangMs > now) return sentAt + hangMs;
  }

  /** When the next one will have been late for so long, unless it is answered first. */
  nextOverdueAt(now: number, overdueMs: number): number | undefined {
    for (const { lateAt = -Infinity } of this.#open) {
      if (lateAt + overdueMs > now) return lateAt + overdueMs;
    }
  }
}

/** How long a request may take before it hangs, in milliseconds. */
export function hangAfter(typicalMs: number | undefined, isExpedited: boolean): number {
  // Before the first answer the distance to the service is unknown, and connections take time.
  if (typicalMs === undefined) return HANG_MS;
  return Math.max(isExpedited ? HANG_EXPEDITED_MS : HANG_MS, HANG_FACTOR * typicalMs);
}
