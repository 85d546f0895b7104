/**
 * The lines that others have left in the directory, and this handler delivers: programs that were
 * killed, or whose service was away. A file that can be opened exclusively and goes to the same
 * destination is taken over, read in small pieces, and its lines are deleted as they are settled.
 * They are read no faster than they are sent, so the disk is their queue, and memory stays small.
 * Runs on the program's thread, between its log calls.
 *
 * @module
 */
import { now, sleep } from "../clock.ts";
import type { Diagnostic } from "../diagnostics.ts";
import type { Origin } from "../record/chunk.ts";
import { reason } from "../record/errors.ts";
import type { Channel } from "../worker/channel.ts";
import { bytesOf, type Found } from "./directory.ts";
import { type Lines, MAX_NUMBER, type Slice } from "./lines.ts";
import { Scan } from "./scan.ts";
import { Source, takeOver } from "./source.ts";
import { failureOf } from "./sqlite.ts";

/** How long after the first record the backlog waits: a short script ends before, and faster. */
const START_AFTER_MS = 20;
/** Shortest and longest pause between two steps while there is something to do, in milliseconds. */
const PAUSE_MS = { min: 1, max: 100 } as const;
/** How long a step may look for files, and how long it may read, in milliseconds: the program waits. */
const STEP_MS = 2;
/** Most files that are open at a time: in an outage there may be thousands, with a few lines each. */
const MAX_OPEN = 64;
/** Most lines that are deleted in one step: that takes about as long. */
const MAX_DELETES = 1024;
/** The acknowledgements of lines taken over have numbers that no record of the handler gets to. */
export const FIRST_OF_BACKLOG: number = MAX_NUMBER;

/** What the backlog depends on. */
export interface BacklogSettings {
  readonly spool: string;
  /** Most records in flight. */
  readonly maxInFlight: number;
  /** Most records of a chunk. */
  readonly chunkSize: number;
}

/** Lines in flight. */
interface Posted {
  readonly source: Source;
  readonly first: number;
  readonly firstKey: number;
  readonly count: number;
  readonly characters: number;
  readonly settled: Uint8Array;
  open: number;
}

/** What others have left. */
export class Backlog {
  /** How many records were taken over. */
  recovered = 0;
  /** How many of them are in flight. */
  inFlight = 0;
  #charactersInFlight = 0;
  #settings: BacklogSettings;
  #scan: Scan;
  #origin: Origin;
  #report: (diagnostic: Diagnostic) => void;
  /** What makes a step, while steps are made. */
  #step: (() => void) | undefined;
  #sources: Source[] = [];
  #posted: Posted[] = [];
  #nextSequence = FIRST_OF_BACKLOG;
  #nextOrigin = 1;

  constructor(
    settings: BacklogSettings,
    origin: Origin,
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.#settings = settings;
    this.#scan = new Scan(settings.spool);
    this.#origin = origin;
    this.#report = report;
  }

  /** Whether there is something to deliver, or to look for. */
  get isBusy(): boolean {
    return this.#scan.isUnderWay || this.#sources.length > 0;
  }

  /** Whether steps are made. */
  get isRunning(): boolean {
    return this.#step !== undefined;
  }

  /**
   * Makes steps from now on, until it is left. It must not be running yet.
   * @param step Calls back. It must not throw.
   */
  async run(step: () => void): Promise<void> {
    this.#step = step;
    let pauseMs = START_AFTER_MS;
    for (;;) {
      await sleep(pauseMs);
      if (this.#step !== step) return;
      const before = this.#nextSequence - this.inFlight;
      step();
      const isMoving = this.#nextSequence - this.inFlight > before;
      if (!this.isBusy && this.hasScanned) pauseMs = this.#scan.restartsInMs;
      else pauseMs = isMoving ? PAUSE_MS.min : Math.min(2 * pauseMs, PAUSE_MS.max);
    }
  }

  /** Whether the directory was scanned since {@linkcode leave}, or ever. */
  get hasScanned(): boolean {
    return this.#scan.hasBegun;
  }

  /** Makes no steps any more, for now. */
  stop(): void {
    this.#step = undefined;
  }

  /**
   * Takes the next file over that can be had, when the one before has been read.
   * @param least How many files it looks at for that, whatever time it takes.
   */
  takeNext(least: number = 1): void {
    const until = now() + STEP_MS;
    for (let looked = 0; looked < least || now() < until; looked++) {
      const isEnough = this.#sources.length >= MAX_OPEN;
      if (isEnough || this.#sources.some(({ isRead }) => !isRead)) return;
      const found = this.#scan.next();
      if (found === undefined) return;
      try {
        this.#take(found);
      } catch (error) {
        this.#onNotTaken(found, error);
      }
    }
  }

  /** Posts what there is room for: at most this many chunks, and for a few milliseconds. */
  post(channel: Channel, mostChunks: number): void {
    const { maxInFlight, chunkSize } = this.#settings;
    const until = now() + STEP_MS;
    let chunks = 0;
    for (const source of this.#sources) {
      while (
        !source.isRead && this.inFlight + chunkSize <= maxInFlight &&
        this.#charactersInFlight < channel.maxCharacters >> 1 // The rest is for our own.
      ) {
        this.#postSlice(source, channel);
        if (++chunks >= mostChunks || now() >= until) return;
      }
    }
  }

  /** Takes a record off that is in flight, and says whether it was. */
  settle(sequence: number): boolean {
    const posted = this.#posted.find(({ first, count }) => sequence < first + count);
    const index = sequence - (posted?.first ?? Infinity);
    if (posted === undefined || index < 0 || posted.settled[index] !== 0) return false;
    posted.settled[index] = 1;
    posted.open--;
    posted.source.settled.add(posted.firstKey + index);
    posted.source.inFlight--;
    this.inFlight--;
    if (posted.open === 0) {
      this.#posted.splice(this.#posted.indexOf(posted), 1);
      this.#charactersInFlight -= posted.characters;
    }
    return true;
  }

  /**
   * Deletes what is settled, and removes the files in which nothing is left.
   * @param most Most lines of a file that are deleted now.
   */
  tidy(most: number = MAX_DELETES): void {
    for (const source of [...this.#sources]) this.#tidy(source, most);
  }

  /** Nothing is in flight any more: it is read again. */
  rewind(): void {
    for (const { file, settled } of this.#sources) {
      try {
        settled.deleteFrom(file, Infinity);
      } catch (error) {
        this.#onUndeleted(file, error);
      }
    }
    for (const { source, firstKey } of this.#posted) {
      source.cursor = Math.min(source.cursor, firstKey);
      source.isRead = false;
      source.inFlight = 0;
    }
    this.recovered -= this.inFlight;
    this.inFlight = this.#charactersInFlight = 0;
    this.#posted = [];
  }

  /** Leaves what is not settled to whoever comes next. */
  leave(): void {
    this.stop();
    this.tidy();
    this.rewind();
    for (const source of this.#sources) {
      try {
        source.leave();
      } catch (error) {
        this.#onUndeleted(source.file, error);
      }
    }
    this.#sources = [];
    this.#scan.reset();
  }

  #take(found: Found): void {
    if (this.#sources.some(({ file }) => file.path === found.path)) return;
    const file = takeOver(found, (origin) => this.#isForUs(origin), this.#report);
    if (file === undefined) return;
    this.#sources.push(new Source(file, this.#nextOrigin++, this.#settings.chunkSize));
  }

  #isForUs({ protocol, destination }: Origin): boolean {
    return protocol === this.#origin.protocol && destination === this.#origin.destination;
  }

  #postSlice(source: Source, channel: Channel): void {
    const slice = this.#read(source);
    if (slice === undefined) return;
    const { first: firstKey, count, lines } = slice;
    if (source.channel !== channel) channel.addOrigin(source.origin, source.file.origin);
    source.channel = channel;
    const first = this.#nextSequence;
    const { length: characters } = lines;
    channel.post({ origin: source.origin, first, firstKey, count, lines });
    this.#nextSequence += count;
    source.cursor = firstKey + count;
    source.inFlight += count;
    this.inFlight += count;
    this.#charactersInFlight += characters;
    this.recovered += count;
    const settled = new Uint8Array(count);
    this.#posted.push({ source, first, firstKey, count, characters, settled, open: count });
  }

  #read(source: Source): Slice | undefined {
    try {
      return source.read();
    } catch (error) {
      this.#onNotTaken(source.file, error);
      return undefined;
    }
  }

  #tidy(source: Source, most: number): void {
    const { file, settled, isRead, inFlight } = source;
    if (isRead && inFlight === 0) return this.#end(source);
    try {
      settled.deleteFrom(file, most);
    } catch (error) {
      // Failing to delete is no reason not to send: in the end the whole file is removed.
      if (failureOf(error) === "damaged") source.isDamaged = true;
      else this.#onUndeleted(file, error);
    }
  }

  /** The file is read to its end, and all of it is settled. */
  #end(ended: Source): void {
    this.#sources = this.#sources.filter((source) => source !== ended);
    try {
      ended.end(this.#report);
    } catch (error) {
      ended.close();
      this.#onUndeleted(ended.file, error);
    }
  }

  #onNotTaken({ path }: { readonly path: string }, error: unknown): void {
    if (bytesOf(path) === 0) return; // Somebody else has delivered it in this moment.
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot take over ${path} of the spool: ${reason(error)}: it is tried again`,
    });
  }

  #onUndeleted({ path }: Lines, error: unknown): void {
    this.#report({
      level: "error",
      code: "spool-failed",
      message: `Cannot delete what was delivered from ${path} of the spool: ${reason(error)}: it ` +
        `may be sent again, under the same keys`,
    });
  }
}
