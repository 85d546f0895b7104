/**
 * Numbers that are deleted soon, as ranges: a statement for each number would cost as much as
 * writing it did. Runs on the program's thread.
 *
 * @module
 */

/** Collects numbers, which come nearly in order. */
export class Ranges {
  #ranges: [first: number, last: number][] = [];

  /** Adds a number. */
  add(number: number): void {
    const latest = this.#ranges.at(-1);
    if (latest !== undefined && latest[1] + 1 === number) latest[1] = number;
    else this.#ranges.push([number, number]);
  }

  /** Adds the numbers from one to another, both of them too. */
  addAll(first: number, last: number): void {
    this.#ranges.push([first, last]);
  }

  /** The ranges, as few as they can be. They stay until {@linkcode clear}. */
  get merged(): readonly (readonly [first: number, last: number])[] {
    if (this.#ranges.length < 2) return this.#ranges;
    const sorted = this.#ranges.toSorted(([one], [other]) => one - other);
    const merged: [number, number][] = [];
    for (const [first, last] of sorted) {
      const latest = merged.at(-1);
      if (latest !== undefined && first <= latest[1] + 1) latest[1] = Math.max(latest[1], last);
      else merged.push([first, last]);
    }
    return this.#ranges = merged;
  }

  /** Deletes at most this many of the numbers, and forgets those. */
  deleteFrom(file: { delete(first: number, last: number): void }, most: number): void {
    const merged = [...this.merged];
    try {
      for (let left = most; left > 0 && merged.length > 0;) {
        const [first, last] = merged[0]!;
        const end = Math.min(last, first + left - 1);
        file.delete(first, end);
        left -= end - first + 1;
        if (end === last) merged.shift();
        else merged[0] = [end + 1, last];
      }
    } finally {
      this.#ranges = merged.map(([first, last]) => [first, last]);
    }
  }

  clear(): void {
    this.#ranges = [];
  }
}
