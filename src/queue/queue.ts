/**
 * The records that are not settled yet: one list of batches, oldest first, with a mark. Batches
 * before the mark are posted to the worker and in flight; those behind it wait. Posting a batch
 * moves the mark and nothing else, so a batch cannot get lost on the way from waiting to in flight.
 * Runs on the program's thread.
 *
 * A batch keeps its records as one text, as it is posted: a long text costs less than many short
 * ones, and the garbage collector far less.
 *
 * A log call may come where the stack is nearly used up, and then any call in here can throw. So in
 * each method the calls come first and the changes after them: either all of it happens, or nothing.
 *
 * @module
 */

// As they are when the package is loaded, whatever the program does to them later.
const { Uint8Array } = globalThis;

/** Most characters of a batch, unless a single record has more. */
const MAX_BATCH_CHARACTERS = 1 << 20;

/** What the way out needs of a queue, whether or not it keeps records on disk, too. */
export interface RecordQueue {
  /** Number that the next record gets. */
  readonly next: number;
  /** Records that are not settled. */
  readonly length: number;
  /** Records that are not posted. */
  readonly waiting: number;
  /** Records that are posted and not settled. */
  readonly inFlight: number;
  /** Characters of the lines that are posted. */
  readonly charactersInFlight: number;
  /** Of the records that wait, those that are on disk alone. */
  readonly spooled: number;
  /** Records that were left on disk, for whoever comes next. They are not in the queue any more. */
  readonly left: number;
  /** Whether a whole batch waits. */
  readonly hasFullBatch: boolean;
  /** Records that are not settled, and kept in memory alone. */
  readonly unstored: number;
  /** Appends a record, or says that there is no room for it. */
  push(line: string): boolean;
  /** The oldest batch that waits. It stays where it is until {@linkcode markPosted}. */
  peek(): Batch | undefined;
  /** Moves the mark behind the batch that {@linkcode peek} gives: it is in flight now. */
  markPosted(): void;
  /** Takes a record off that is in flight, and says whether it was. */
  settle(sequence: number): boolean;
  /** Moves the mark back to the beginning: nothing is in flight any more, and all of it waits. */
  rewind(): void;
  /** Whether there can be room for a record, when all others are gone. */
  fits(line: string): boolean;
  /**
   * Drops the oldest of the records that wait, if there are any, and says how many.
   * @param room How many characters there should be room for then.
   */
  dropOldest(room: number): number;
  /** How many records with a number below this one are not settled. */
  countBefore(sequence: number): number;
  /** Keeps the disk as the memory is, if there is a disk. */
  tidy(): void;
  /** Nothing is going to come soon: what is kept in memory alone is offered to the disk once more. */
  storeAll(): void;
  /** All is settled, and nothing is going to come soon: leaves nothing on disk. */
  putAway(): void;
  /** Leaves on disk what is not settled, where there is a disk, and says how many records are lost. */
  leave(): number;
}

/** Records that follow each other, a line each. */
export interface Batch {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
  /** Their lines, joined by line breaks. */
  readonly lines: string;
}

interface Entry {
  first: number;
  count: number;
  lines: string;
  /** Which of its records are settled. Made when the batch is posted. */
  settled?: Uint8Array;
  /** How many of its records are not settled. */
  open: number;
}

/** How much a queue may keep. */
export interface Bounds {
  readonly records: number;
  readonly characters: number;
}

const UNBOUNDED: Bounds = { records: Infinity, characters: Infinity };

/** A first-in, first-out queue that numbers what is pushed, starting at 0. */
export class Queue implements RecordQueue {
  /** Nothing of it is on disk. */
  readonly spooled = 0;
  readonly left = 0;
  /** Number that the next record gets. It may be raised, and then numbers are left out. */
  next = 0;
  waiting = 0;
  inFlight = 0;
  /** Characters of all lines that are kept. */
  characters = 0;
  charactersInFlight = 0;
  #batchSize: number;
  #bounds: Bounds;
  #batches: Entry[] = [];
  /** The mark: how many of the batches, from the oldest on, are posted. */
  #posted = 0;

  /** @param batchSize Most records of a batch. */
  constructor(batchSize: number, bounds: Bounds = UNBOUNDED) {
    this.#batchSize = batchSize;
    this.#bounds = bounds;
  }

  /** Whether there is no room for one more record. */
  get isFull(): boolean {
    return this.length >= this.#bounds.records || this.characters >= this.#bounds.characters;
  }

  get length(): number {
    return this.waiting + this.inFlight;
  }

  /** All of it: nothing is on disk. */
  get unstored(): number {
    return this.length;
  }

  push(line: string): boolean {
    if (this.isFull) return false;
    const last = this.#batches.length > this.#posted ? this.#batches.at(-1)! : undefined;
    // After `rewind()` the numbers of the last batch may end before the last number given out.
    const follows = last !== undefined && last.first + last.count === this.next;
    if (!follows || this.#isWhole(last)) {
      if (follows) last.lines = flat(last.lines);
      this.#batches.push({ first: this.next, count: 1, lines: line, open: 1 });
    } else {
      last.lines += "\n" + line;
      last.count++;
      last.open++;
      this.characters++;
    }
    this.next++;
    this.waiting++;
    this.characters += line.length;
    return true;
  }

  #isWhole({ count, lines }: Entry): boolean {
    return count >= this.#batchSize || lines.length >= MAX_BATCH_CHARACTERS;
  }

  get hasFullBatch(): boolean {
    const oldest = this.#batches[this.#posted];
    return oldest !== undefined && this.#isWhole(oldest);
  }

  peek(): Batch | undefined {
    return this.#batches[this.#posted];
  }

  markPosted(): void {
    const batch = this.#batches[this.#posted]!;
    batch.settled = new Uint8Array(batch.count);
    this.#posted++;
    this.waiting -= batch.count;
    this.inFlight += batch.count;
    this.charactersInFlight += batch.lines.length;
  }

  settle(sequence: number): boolean {
    // Nearly always it is in one of the oldest batches.
    for (let i = 0; i < this.#posted; i++) {
      const batch = this.#batches[i]!;
      if (sequence >= batch.first + batch.count) continue;
      const index = sequence - batch.first;
      if (index < 0 || batch.settled![index]) return false;
      if (batch.open === 1) {
        this.#batches.splice(i, 1);
        this.#posted--;
        this.characters -= batch.lines.length;
        this.charactersInFlight -= batch.lines.length;
      }
      batch.settled![index] = 1;
      batch.open--;
      this.inFlight--;
      return true;
    }
    return false;
  }

  fits(): boolean {
    return true;
  }

  /** How many more records there is room for. */
  get room(): number {
    return this.isFull ? 0 : this.#bounds.records - this.length;
  }

  /** Appends a batch that has its numbers already, and for which there is room. */
  append({ first, count, lines }: Batch): void {
    this.#batches.push({ first, count, lines, open: count });
    this.next = first + count;
    this.waiting += count;
    this.characters += lines.length;
  }

  /** What is not settled of the records from this number on, as batches. */
  *unsettledFrom(number: number): Iterable<Batch> {
    for (const batch of this.#batches) {
      if (batch.first + batch.count <= number) continue;
      const parts = batch.settled === undefined ? [batch] : unsettledParts(batch);
      yield* parts.filter(({ first, count }) => first + count > number);
    }
  }

  rewind(): void {
    const unsettled = this.#batches.slice(0, this.#posted).flatMap(unsettledParts);
    const all = [...unsettled, ...this.#batches.slice(this.#posted)];
    const characters = all.reduce((sum, { lines }) => sum + lines.length, 0);
    this.#batches = all;
    this.#posted = 0;
    this.waiting += this.inFlight;
    this.inFlight = this.charactersInFlight = 0;
    this.characters = characters;
  }

  /** Drops the oldest record that waits, if there is one, and says how many it has dropped. */
  dropOldest(): number {
    return this.dropOldestPart(0)?.count ?? 0;
  }

  /**
   * Drops the oldest records that wait, if there are any, and says which: about this many characters of
   * them, or less if the batch has no more.
   */
  dropOldestPart(characters: number): Batch | undefined {
    const oldest = this.#batches[this.#posted];
    if (oldest === undefined) return undefined;
    const part = beginningOf(oldest, characters);
    const { count, lines } = part;
    if (count === oldest.count) {
      this.#batches.splice(this.#posted, 1);
      this.characters -= lines.length;
    } else {
      oldest.lines = oldest.lines.slice(lines.length + 1);
      oldest.first += count;
      oldest.count -= count;
      oldest.open -= count;
      this.characters -= lines.length + 1;
    }
    this.waiting -= count;
    return part;
  }

  countBefore(sequence: number): number {
    let count = 0;
    for (const { first, count: length, open, settled } of this.#batches) {
      if (first >= sequence) break;
      const before = sequence - first;
      if (before >= length) count += open;
      else if (settled === undefined) count += before;
      else count += settled.subarray(0, before).reduce((sum, one) => sum + 1 - one, 0);
    }
    return count;
  }

  /** There is no disk. */
  tidy(): void {}

  /** There is no disk. */
  storeAll(): void {}

  /** There is no disk. */
  putAway(): void {}

  leave(): number {
    const lost = this.length;
    this.#batches = [];
    this.#posted =
      this.waiting =
      this.inFlight =
      this.characters =
      this.charactersInFlight =
        0;
    return lost;
  }
}

/** The first records of a batch with at least this many characters together, or all of them. */
export function beginningOf({ first, count, lines }: Batch, characters: number): Batch {
  const end = lines.indexOf("\n", characters);
  if (end < 0) return { first, count, lines };
  const beginning = lines.slice(0, end);
  return { first, count: beginning.split("\n").length, lines: beginning };
}

/** The parts of a posted batch that are not settled, as batches that wait. */
function unsettledParts({ first, lines, settled }: Entry): Entry[] {
  const parts: Entry[] = [];
  for (const [i, line] of lines.split("\n").entries()) {
    if (settled![i]) continue;
    const last = parts.at(-1);
    if (last !== undefined && last.first + last.count === first + i) {
      last.lines += "\n" + line;
      last.count++;
      last.open++;
    } else {
      parts.push({ first: first + i, count: 1, lines: line, open: 1 });
    }
  }
  return parts;
}

/**
 * The same string, laid out flat: looking at a character makes V8 join the pieces it was put
 * together from. Kept as a tree of pieces, it costs the garbage collector far more.
 */
function flat(text: string): string {
  return text.charCodeAt(0) === 0 ? "" : text;
}
