/**
 * What the worker has and has not settled yet. It is kept as the batches that were posted: only
 * after a crash does it matter what a single record says.
 *
 * @module
 */
import type { Batch } from "./queue.ts";

interface Posted extends Batch {
  /** Which of its records are settled. */
  readonly settled: Uint8Array;
  /** How many are not. */
  open: number;
}

/** Records on their way, by their numbers. */
export class InFlight {
  /** How many records. */
  size = 0;
  /** In the order of their numbers. */
  #batches: Posted[] = [];

  /** Takes a batch that was posted. */
  add(batch: Batch): void {
    const { count } = batch;
    this.#batches.push({ ...batch, settled: new Uint8Array(count), open: count });
    this.size += count;
  }

  /** Takes a record off, and says whether it was there. */
  settle(sequence: number): boolean {
    const batch = this.#batches.find(({ first, count }) => sequence < first + count);
    if (batch === undefined || sequence < batch.first) return false;
    const { first, settled } = batch;
    if (settled[sequence - first]) return false;
    settled[sequence - first] = 1;
    this.size--;
    if (--batch.open === 0) this.#batches.splice(this.#batches.indexOf(batch), 1);
    return true;
  }

  /** How many have a number below this one. */
  countBefore(sequence: number): number {
    let count = 0;
    for (const { first, open, settled } of this.#batches) {
      if (first >= sequence) break;
      count += first + settled.length <= sequence
        ? open
        : settled.subarray(0, sequence - first).reduce((sum, one) => sum + 1 - one, 0);
    }
    return count;
  }

  /** Forgets all. */
  clear(): void {
    this.#batches.length = this.size = 0;
  }

  /** Each as a batch of its own. */
  *[Symbol.iterator](): Generator<Batch> {
    for (const { first, lines, settled } of this.#batches) {
      for (const [i, line] of lines.split("\n").entries()) {
        if (!settled[i]) yield { first: first + i, count: 1, lines: line };
      }
    }
  }
}
