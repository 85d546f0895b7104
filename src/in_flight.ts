/**
 * What the worker has and has not settled yet. It is kept as the batches that were posted: a long
 * text costs the garbage collector less than a thousand short ones, and only after a crash does it
 * matter what stood in it.
 *
 * @module
 */

interface Batch {
  /** Number of its first record; the others follow without a gap. */
  readonly first: number;
  /** Behind the last number. */
  readonly end: number;
  readonly lines: string;
  readonly settled: Uint8Array;
  /** How many are not settled. */
  open: number;
}

/** Records on their way, by their numbers. */
export class InFlight {
  /** How many records. */
  size = 0;
  /** In the order of their numbers. */
  #batches: Batch[] = [];

  /** Takes records that are numbered from `first` on, and makes one text of their lines. */
  add(first: number, lines: readonly string[]): string {
    const { length } = lines;
    const text = lines.join("\n");
    const settled = new Uint8Array(length);
    this.#batches.push({ first, end: first + length, lines: text, settled, open: length });
    this.size += length;
    return text;
  }

  /** Takes a record off, and says whether it was there. */
  settle(sequence: number): boolean {
    const batch = this.#batches.find(({ end }) => sequence < end);
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
    for (const { first, end, open, settled } of this.#batches) {
      if (first >= sequence) break;
      count += end <= sequence
        ? open
        : settled.subarray(0, sequence - first).reduce((sum, one) => sum + 1 - one, 0);
    }
    return count;
  }

  /** Forgets all. */
  clear(): void {
    this.#batches.length = this.size = 0;
  }

  /** The number and the line of each. */
  *[Symbol.iterator](): Generator<[number, string]> {
    for (const { first, lines, settled } of this.#batches) {
      for (const [i, line] of lines.split("\n").entries()) {
        if (!settled[i]) yield [first + i, line];
      }
    }
  }
}
