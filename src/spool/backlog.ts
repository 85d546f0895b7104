/**
 * The lines that others have left in the directory, and this handler delivers: programs that were
 * killed, or whose service was away. A file that can be opened exclusively and goes to the same
 * destination is taken over, read in small pieces, and its lines are deleted as they are settled.
 * They are read no faster than they are sent, so the disk is their queue, and memory stays small.
 * Runs on the program's thread, between its log calls.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Diagnostic } from "../diagnostics.ts";
import type { Origin } from "../record/chunk.ts";
import { reason } from "../record/errors.ts";
import type { Channel } from "../worker/channel.ts";
import { Directory, type Found, removeFile, setAside } from "./directory.ts";
import { LinesFile } from "./lines_file.ts";
import { Ranges } from "./ranges.ts";

/** How long after the first record the backlog waits: a short script ends before, and faster. */
const START_AFTER_MS = 20;
/** Shortest and longest pause between two steps while there is something to do, in milliseconds. */
const PAUSE_MS = { min: 1, max: 100 } as const;
/** How often the directory is looked at, in milliseconds. */
const SCAN_MS = 30_000;
/** A file without a line in it may be in the making for so long, in milliseconds. */
const MAKING_MS = 60_000;
/** What nobody can send is kept for a week, in milliseconds. */
const KEPT_MS = 7 * 24 * 3600 * 1000;
/** How long a step may take, in milliseconds: the program waits meanwhile. */
const STEP_MS = 4;
/** The acknowledgements of lines taken over have numbers that no record of the handler gets to. */
export const FIRST_OF_BACKLOG = 2 ** 40;

/** What the backlog depends on. */
export interface BacklogSettings {
  readonly spool: string;
  /** Most records in flight. */
  readonly maxInFlight: number;
  /** Most records of a chunk. */
  readonly chunkSize: number;
}

/** A file that was taken over. */
interface Source {
  readonly file: LinesFile;
  /** Under this number the worker knows its origin. */
  readonly origin: number;
  /** To which channel that was said. */
  channel?: Channel;
  /** The number from which on nothing was read yet. */
  cursor: number;
  isRead: boolean;
  inFlight: number;
  readonly settled: Ranges;
}

/** Lines in flight. */
interface Posted {
  readonly source: Source;
  readonly first: number;
  readonly firstKey: number;
  readonly count: number;
  readonly settled: Uint8Array;
  open: number;
}

/** What others have left. */
export class Backlog {
  /** How many records were taken over. */
  recovered = 0;
  /** How many of them are in flight. */
  inFlight = 0;
  #settings: BacklogSettings;
  #directory: Directory;
  #origin: Origin;
  #report: (diagnostic: Diagnostic) => void;
  #clock: Clock;
  /** What makes a step, while steps are made. */
  #step: (() => void) | undefined;
  #scanAt = 0;
  #candidates: Found[] = [];
  #sources: Source[] = [];
  #posted: Posted[] = [];
  #nextSequence = FIRST_OF_BACKLOG;
  #nextOrigin = 1;

  constructor(
    settings: BacklogSettings,
    origin: Origin,
    report: (diagnostic: Diagnostic) => void,
    clock: Clock,
  ) {
    this.#settings = settings;
    this.#directory = new Directory(settings.spool);
    this.#origin = origin;
    this.#report = report;
    this.#clock = clock;
  }

  /** Whether there is something to deliver, or to look for. */
  get isBusy(): boolean {
    return this.#candidates.length > 0 || this.#sources.length > 0;
  }

  /**
   * Makes steps from now on, until it is left.
   * @param step Calls back. It must not throw.
   */
  async run(step: () => void): Promise<void> {
    if (this.#step !== undefined) return;
    this.#step = step;
    let pauseMs = START_AFTER_MS;
    for (;;) {
      await this.#clock.sleep(pauseMs);
      if (this.#step !== step) return;
      const before = this.#nextSequence - this.inFlight;
      step();
      const isMoving = this.#nextSequence - this.inFlight > before;
      if (!this.isBusy) pauseMs = Math.max(0, this.#scanAt - this.#clock.now());
      else pauseMs = isMoving ? PAUSE_MS.min : Math.min(2 * pauseMs, PAUSE_MS.max);
    }
  }

  /** Whether the directory was looked at before. */
  get hasLooked(): boolean {
    return this.#scanAt > 0;
  }

  /** Makes no steps any more, for now. */
  stop(): void {
    this.#step = undefined;
  }

  /** Looks for files, and takes the next one over when the one before has been read. */
  look(): void {
    if (this.#clock.now() >= this.#scanAt) this.#scan();
    if (this.#sources.some(({ isRead }) => !isRead)) return;
    const found = this.#candidates.shift();
    if (found === undefined) return;
    try {
      this.#take(found);
    } catch (error) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Cannot take over ${found.path} of the spool: ${reason(error)}: it is tried again`,
      });
    }
  }

  /** Posts what there is room for, for a few milliseconds at most. */
  post(channel: Channel): void {
    const { maxInFlight, chunkSize } = this.#settings;
    const until = this.#clock.now() + STEP_MS;
    for (const source of this.#sources) {
      while (!source.isRead && this.inFlight + chunkSize <= maxInFlight) {
        this.#postSlice(source, channel);
        if (this.#clock.now() >= until) return;
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
    if (posted.open === 0) this.#posted.splice(this.#posted.indexOf(posted), 1);
    return true;
  }

  /** Deletes what is settled, and removes the files in which nothing is left. */
  tidy(): void {
    for (const source of [...this.#sources]) this.#tidy(source);
  }

  /** Nothing is in flight any more: it is read again. */
  rewind(): void {
    this.tidy();
    for (const { source, firstKey } of this.#posted) {
      source.cursor = Math.min(source.cursor, firstKey);
      source.isRead = false;
      source.inFlight = 0;
    }
    this.recovered -= this.inFlight;
    this.inFlight = 0;
    this.#posted = [];
  }

  /** Leaves what is not settled to whoever comes next. */
  leave(): void {
    this.stop();
    this.rewind();
    for (const { file } of this.#sources) close(file);
    this.#sources = [];
    this.#candidates = [];
    this.#scanAt = 0;
  }

  #scan(): void {
    this.#scanAt = this.#clock.now() + SCAN_MS;
    try {
      const open = new Set(this.#sources.map(({ file }) => file.path));
      this.#candidates = this.#directory.list().filter(({ path }) => !open.has(path));
    } catch {
      // There is no directory yet, or none any more: who writes to it says so.
    }
  }

  #take({ path, bytes, idleMs }: Found): void {
    if (bytes === 0) {
      if (idleMs > MAKING_MS) removeFile(path);
      return;
    }
    const file = LinesFile.take(path);
    if (file === "locked" || file === "foreign") return;
    if (file === "unfinished") {
      if (idleMs > MAKING_MS) removeFile(path);
    } else if (file === "damaged") {
      const name = setAside(path);
      const message = `Cannot read a file of the spool: it is damaged, and is ${name} now`;
      this.#report({ level: "error", code: "spool-damaged", message });
    } else if (this.#isForUs(file.origin)) {
      this.#add(file);
    } else {
      file.close();
      if (idleMs > KEPT_MS) {
        removeFile(path);
        const { destination } = file.origin;
        const message =
          `Nobody has sent ${path} of the spool for a week: it goes to ${destination}` +
          `, and is removed`;
        this.#report({ level: "error", code: "spool-expired", message });
      }
    }
  }

  #isForUs({ protocol, destination }: Origin): boolean {
    return protocol === this.#origin.protocol && destination === this.#origin.destination;
  }

  #add(file: LinesFile): void {
    this.#sources.push({
      file,
      origin: this.#nextOrigin++,
      cursor: Number.MIN_SAFE_INTEGER,
      isRead: false,
      inFlight: 0,
      settled: new Ranges(),
    });
  }

  #postSlice(source: Source, channel: Channel): void {
    const slice = source.file.read(source.cursor, this.#settings.chunkSize);
    if (slice === undefined) {
      source.isRead = true;
      return;
    }
    const { first: firstKey, count, lines } = slice;
    if (source.channel !== channel) channel.addOrigin(source.origin, source.file.origin);
    source.channel = channel;
    const first = this.#nextSequence;
    channel.post({ origin: source.origin, first, firstKey, count, lines });
    this.#nextSequence += count;
    source.cursor = firstKey + count;
    source.inFlight += count;
    this.inFlight += count;
    this.recovered += count;
    const settled = new Uint8Array(count);
    this.#posted.push({ source, first, firstKey, count, settled, open: count });
  }

  #tidy(source: Source): void {
    const { file, settled, isRead, inFlight } = source;
    try {
      for (const [first, last] of settled.merged) file.delete(first, last);
      settled.clear();
      if (!isRead || inFlight > 0) return;
      this.#sources.splice(this.#sources.indexOf(source), 1);
      if (file.isEmpty) file.remove();
      else file.close();
    } catch (error) {
      this.#report({
        level: "error",
        code: "spool-failed",
        message: `Cannot delete what was delivered from ${file.path} of the spool: ` +
          `${reason(error)}: it may be sent again, under the same keys`,
      });
    }
  }
}

function close(file: LinesFile): void {
  try {
    file.close();
  } catch {
    // Whoever comes next finds it as SQLite has left it.
  }
}
