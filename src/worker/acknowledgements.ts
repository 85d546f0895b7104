/**
 * How the thread that delivers tells the program's thread what became of each record, without a
 * message: a ring in shared memory with one writer and one reader. The writer stores a record's
 * number and outcome and then publishes it by raising a counter; the reader takes what is new
 * whenever it looks, and can block where nothing asynchronous runs any more. Waking a thread costs
 * both of them more than a request does, so the reader says for how many acknowledgements it wants
 * to be woken. The reader never has more records in flight than the ring has slots, so the ring
 * cannot overflow. Each end runs on its own thread.
 *
 * @module
 */
import { Atomics } from "./atomics.ts";
import type { Acknowledger } from "../delivery/exporter_settings.ts";
import type { Outcome } from "../delivery/response.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { Float64Array, Int32Array, SharedArrayBuffer } = globalThis;

/** Words of the memory. How many acknowledgements were written. */
const WRITTEN = 0;
/** How many records were sent again. */
const RETRIED = 1;
/** Not 0 once the writer has ended without being asked to. */
const CRASHED = 2;
/** At how many written the reader wants to be woken. */
const WAKE_AT = 3;
/** Raised to wake the reader. */
const WAKES = 4;
/** Not 0 once an end of the program waits for what nobody is going to accept. */
const HOPELESS = 5;
/** An even number, so that the slots behind them are aligned. */
const WORDS = 6;

/** A ring of acknowledgements in shared memory. */
export class Acknowledgements implements Acknowledger {
  /** The memory, to hand to the other thread. */
  readonly memory: SharedArrayBuffer;
  #words: Int32Array<SharedArrayBuffer>;
  #slots: Float64Array<SharedArrayBuffer>;
  #written = 0;
  #read = 0;

  /** @param memory The other end's memory, or for how many records to make new memory. */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number"
      ? new SharedArrayBuffer(8 * (WORDS / 2 + memory))
      : memory;
    this.#words = new Int32Array(this.memory, 0, WORDS);
    this.#slots = new Float64Array(this.memory, 4 * WORDS);
  }

  /** Writer: acknowledges one record. */
  acknowledge(sequence: number, outcome: Outcome): void {
    // A slot holds a number alone: that of a record that failed is mirrored below zero.
    const slot = outcome === "delivered" ? sequence : -1 - sequence;
    this.#slots[this.#written % this.#slots.length] = slot;
    this.#written++;
    Atomics.store(this.#words, WRITTEN, this.#written | 0);
    if (Atomics.load(this.#words, WAKE_AT) === (this.#written | 0)) this.#wake();
  }

  /** Reader: takes everything that is new. If `take` throws, the record is taken the next time. */
  read(take: (sequence: number, outcome: Outcome) => void): void {
    for (let unread = this.#unread; unread > 0; unread--) {
      const slot = this.#slots[this.#read % this.#slots.length]!;
      if (slot >= 0) take(slot, "delivered");
      else take(-1 - slot, "failed");
      this.#read++;
    }
  }

  /** How many were written and not read. */
  get #unread(): number {
    // The counter wraps around at 32 bits; the difference does not.
    return (Atomics.load(this.#words, WRITTEN) - this.#read) | 0;
  }

  /** Records sent again so far. */
  get retried(): number {
    return Atomics.load(this.#words, RETRIED);
  }

  /** How many were written so far; wraps around at 32 bits. */
  get written(): number {
    return Atomics.load(this.#words, WRITTEN);
  }

  /** Whether the writer has ended without being asked to. */
  get hasCrashed(): boolean {
    return Atomics.load(this.#words, CRASHED) !== 0;
  }

  /** Writer: counts records that are sent again. */
  countRetries(count: number): void {
    Atomics.add(this.#words, RETRIED, count);
  }

  /** Either: says that the writer has ended, so that nobody waits for it. */
  crash(): void {
    Atomics.store(this.#words, CRASHED, 1);
    this.#wake();
  }

  /** Writer: says that the end of the program waits in vain. */
  setHopeless(): void {
    Atomics.store(this.#words, HOPELESS, 1);
    this.#wake();
  }

  /** Whether the end of the program waits in vain. */
  get isHopeless(): boolean {
    return Atomics.load(this.#words, HOPELESS) !== 0;
  }

  /** Reader: begins another wait, which may not be in vain. */
  clearHopeless(): void {
    Atomics.store(this.#words, HOPELESS, 0);
  }

  /**
   * Reader: counts what {@linkcode read} would take, and takes nothing.
   * @param below Counts only what has a number below this one.
   */
  peek(below = Infinity): Readonly<Record<Outcome, number>> {
    const counts = { delivered: 0, failed: 0 };
    for (let i = this.#unread - 1; i >= 0; i--) {
      const slot = this.#slots[(this.#read + i) % this.#slots.length]!;
      if (slot >= below || -1 - slot >= below) continue;
      if (slot >= 0) counts.delivered++;
      else counts.failed++;
    }
    return counts;
  }

  /** Reader: blocks until `count` are new, or the writer crashed, or the time is up. */
  wait(count: number, timeoutMs: number): void {
    const wakes = Atomics.load(this.#words, WAKES);
    if (this.#requestWake(count)) Atomics.wait(this.#words, WAKES, wakes, timeoutMs);
  }

  /** Reader: the same without blocking. Does not keep the program alive. */
  async waitAsync(count: number, timeoutMs: number): Promise<void> {
    const wakes = Atomics.load(this.#words, WAKES);
    if (this.#requestWake(count)) {
      await Atomics.waitAsync(this.#words, WAKES, wakes, timeoutMs).value;
    }
  }

  /** Asks to be woken, and says whether there is anything to wait for. */
  #requestWake(count: number): boolean {
    const at = (this.#read + count) | 0;
    const requested = Atomics.load(this.#words, WAKE_AT);
    const written = Atomics.load(this.#words, WRITTEN);
    // Of several readers that wait at a time, the one that wants the fewest is woken, and all of
    // them then ask again.
    const isSooner = ((requested - written) | 0) > 0 && ((requested - at) | 0) <= 0;
    if (!isSooner) Atomics.store(this.#words, WAKE_AT, at);
    return !this.hasCrashed && ((at - Atomics.load(this.#words, WRITTEN)) | 0) > 0;
  }

  #wake(): void {
    Atomics.add(this.#words, WAKES, 1);
    Atomics.notify(this.#words, WAKES);
  }
}
