/**
 * The bounded FIFO between the program and the drain.
 * A ring of slots, addressed by sequence numbers: record number n sits in slot n modulo the
 * capacity, so the queue always holds one unbroken range of numbers, and a number identifies a
 * record for as long as the handler lives.
 *
 * @module
 */

/** A first-in, first-out queue that numbers what is pushed, starting at 0. */
export class Queue {
  /** Number of the oldest item. */
  first = 0;
  /** Number that the next item gets. */
  next = 0;
  #slots: (string | undefined)[] = [];
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.next - this.first;
  }

  /** Appends an item. The caller has made sure that there is room. */
  push(item: string): void {
    this.#slots[this.next++ % this.#capacity] = item;
  }

  /** Takes the oldest item, or `undefined` from an empty queue. */
  shift(): string | undefined {
    if (this.first === this.next) return undefined;
    const slot = this.first++ % this.#capacity;
    const item = this.#slots[slot];
    this.#slots[slot] = undefined;
    return item;
  }
}
