/**
 * How the worker tells the program's thread what became of each record, without a message.
 * A ring in shared memory has one writer and one reader: the writer stores a record's number and
 * outcome and then publishes it by raising a counter; the reader takes what is new whenever it
 * looks, and can block where nothing asynchronous runs any more. Waking a thread costs both of them
 * more than a request does, so the reader says how many acknowledgements it wants to be woken for.
 * It never has more records out than the ring has places, so the ring cannot overflow.
 *
 * @module
 */
import { Atomics } from "../atomics.ts";
import type { Outcome } from "../delivery/response.ts";

const WRITTEN = 0;
const RETRIED = 1;
const CRASHED = 2;
const REPORTED = 3;
/** At how many written the reader wants to be woken. */
const WAKE_AT = 4;
/** Raised to wake the reader. */
const WAKES = 5;
const WORDS = 6;

/** A ring of acknowledgements in shared memory. */
export class Acknowledgements {
  /** The memory, to hand to the other thread. */
  readonly memory: SharedArrayBuffer;
  #words: Int32Array<SharedArrayBuffer>;
  #places: Float64Array<SharedArrayBuffer>;
  #written = 0;
  #read = 0;

  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number"
      ? new SharedArrayBuffer(8 * (WORDS / 2 + memory))
      : memory;
    this.#words = new Int32Array(this.memory, 0, WORDS);
    this.#places = new Float64Array(this.memory, 4 * WORDS);
  }

  /** Records sent again so far. */
  get retried(): number {
    return Atomics.load(this.#words, RETRIED);
  }

  /** Diagnostics that the writer has sent so far, by other means. */
  get reported(): number {
    return Atomics.load(this.#words, REPORTED);
  }

  /** Whether the writer has ended without being asked to. */
  get crashed(): boolean {
    return Atomics.load(this.#words, CRASHED) !== 0;
  }

  /** Writer: acknowledges one record. */
  write(sequence: number, outcome: Outcome): void {
    this.#places[this.#written % this.#places.length] = outcome === "delivered"
      ? sequence
      : -1 - sequence;
    this.#written++;
    Atomics.store(this.#words, WRITTEN, this.#written | 0);
    if (Atomics.load(this.#words, WAKE_AT) === (this.#written | 0)) this.#wake();
  }

  /** Writer: counts records that are sent again. */
  countRetries(count: number): void {
    Atomics.add(this.#words, RETRIED, count);
  }

  /** Writer: counts a diagnostic that it has sent. */
  countReport(): void {
    Atomics.add(this.#words, REPORTED, 1);
    Atomics.notify(this.#words, REPORTED);
  }

  /** Writer: says that it ends, so that nobody waits for it. */
  crash(): void {
    Atomics.store(this.#words, CRASHED, 1);
    this.#wake();
  }

  /** Reader: waits for more diagnostics than so many. Does not keep the program alive. */
  async reportedAfter(count: number, timeoutMs: number): Promise<void> {
    await Atomics.waitAsync(this.#words, REPORTED, count, timeoutMs).value;
  }

  /** Reader: takes everything that is new. */
  read(take: (sequence: number, outcome: Outcome) => void): void {
    // The counter wraps around at 32 bits; the difference does not.
    const fresh = (Atomics.load(this.#words, WRITTEN) - this.#read) | 0;
    for (let i = 0; i < fresh; i++) {
      const place = this.#places[this.#read++ % this.#places.length]!;
      if (place >= 0) take(place, "delivered");
      else take(-1 - place, "failed");
    }
  }

  /** Reader: blocks until so many are new, or the writer crashed, or the time is up. */
  wait(count: number, timeoutMs: number): void {
    const wakes = Atomics.load(this.#words, WAKES);
    if (this.#order(count)) Atomics.wait(this.#words, WAKES, wakes, timeoutMs);
  }

  /** Reader: the same without blocking. Does not keep the program alive. */
  async waitAsync(count: number, timeoutMs: number): Promise<void> {
    const wakes = Atomics.load(this.#words, WAKES);
    if (this.#order(count)) {
      await Atomics.waitAsync(this.#words, WAKES, wakes, timeoutMs).value;
    }
  }

  /** Orders to be woken, and says whether there is anything to wait for. */
  #order(count: number): boolean {
    const at = (this.#read + count) | 0;
    const ordered = Atomics.load(this.#words, WAKE_AT);
    const written = Atomics.load(this.#words, WRITTEN);
    // Of several that wait at a time, the one that wants the least is served; the others ask again.
    const sooner = ((ordered - written) | 0) > 0 && ((ordered - at) | 0) <= 0;
    if (!sooner) Atomics.store(this.#words, WAKE_AT, at);
    return !this.crashed && ((at - Atomics.load(this.#words, WRITTEN)) | 0) > 0;
  }

  #wake(): void {
    Atomics.add(this.#words, WAKES, 1);
    Atomics.notify(this.#words, WAKES);
  }
}
