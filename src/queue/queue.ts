/**
 * The bounded FIFO between the program and the drain.
 * It numbers the records and keeps them in batches of one text each, as they are posted and sent:
 * a long text costs less than many short ones, and the garbage collector far less.
 *
 * @module
 */

/** Records that follow each other, a line each. */
export interface Batch {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
  /** Their lines, joined by line breaks. */
  readonly lines: string;
}

/** A first-in, first-out queue that numbers what is pushed, starting at 0. */
export class Queue {
  /** How many records. */
  length = 0;
  /** Number that the next record gets. */
  next = 0;
  /** Most records of a batch. */
  readonly batchSize: number;
  /** The oldest first; only the last one may be open for more. */
  #batches: { first: number; count: number; lines: string }[] = [];

  constructor(batchSize: number) {
    this.batchSize = batchSize;
  }

  /** Number of the oldest record. */
  get first(): number {
    return this.next - this.length;
  }

  /** How many records the oldest batch has. */
  get batchLength(): number {
    return this.#batches[0]?.count ?? 0;
  }

  /** Appends a record. The caller has made sure that there is room. */
  push(line: string): void {
    const last = this.#batches.at(-1);
    if (last === undefined || last.count === this.batchSize) {
      this.#batches.push({ first: this.next, count: 1, lines: line });
    } else {
      last.lines += "\n" + line;
      if (++last.count === this.batchSize) last.lines = flat(last.lines);
    }
    this.next++;
    this.length++;
  }

  /** Takes the oldest batch. */
  take(): Batch | undefined {
    const batch = this.#batches.shift();
    this.length -= batch?.count ?? 0;
    return batch;
  }

  /** Drops the oldest record, if there is one. */
  drop(): boolean {
    const oldest = this.#batches[0];
    if (oldest === undefined) return false;
    oldest.first++;
    oldest.lines = oldest.lines.slice(oldest.lines.indexOf("\n") + 1);
    if (--oldest.count === 0) this.#batches.shift();
    this.length--;
    return true;
  }

  /** Drops all. */
  clear(): void {
    this.#batches = [];
    this.length = 0;
  }
}

/**
 * The same string, laid out flat: looking at a character makes V8 join the pieces it was put
 * together from. Kept as a tree of pieces, it costs the garbage collector far more.
 */
function flat(text: string): string {
  return text.charCodeAt(0) === 0 ? "" : text;
}
