/**
 * Moves records from the queue to whoever sends them, and outcomes back. It opens a channel when one
 * is needed, posts as much as may be in flight, now or a little later, and has everything posted
 * again that a channel had not acknowledged when it broke. With a spool it also moves what others
 * have left there. Runs on the program's thread, partly inside the log call.
 *
 * @module
 */
import { block, noticeStandstill, now, sleep } from "../clock.ts";
import type { Outcome } from "../delivery/response.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { type Chunk, OWN_ORIGIN } from "../record/chunk.ts";
import { type Backlog, FIRST_OF_BACKLOG } from "../spool/backlog.ts";
import type { Channel, ChannelOpener } from "../worker/channel.ts";
import { Supervisor } from "../worker/supervisor.ts";
import type { ThreadKind } from "../worker/thread.ts";
import type { Capacity } from "./capacity.ts";
import { type FlushResult, FlushTimer } from "./flush_timer.ts";
import type { Batch, RecordQueue } from "./queue.ts";

/** How long records are collected before they are posted, in milliseconds. */
const COLLECT_MS = 50;
/** How often a thread that never yields looks for room in the worker, in milliseconds. */
const BUSY_POLL_MS = 1;
/** How long after the first record the worker is started: a short script ends before, and faster. */
const START_AFTER_MS = 20;
/** How long a thread that never yields may log before it starts the worker itself. */
const BUSY_START_MS = 100;
/** Most records that are shipped from this thread where no worker runs yet and they are the last. */
const MAX_HERE = 128;

/** What is moved from where to where. */
export interface Dispatch {
  readonly queue: RecordQueue;
  /** What others have left in the spool, if there is one. */
  readonly backlog: Backlog | undefined;
  readonly capacity: Capacity;
  readonly opener: ChannelOpener;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What became of the records that were moved. */
export interface DispatcherStats {
  readonly delivered: number;
  readonly failed: number;
  readonly retried: number;
  /** How many of the delivered and failed ones are still in the queue, or in the backlog. */
  readonly unread: number;
}

/** Moves records. */
export class Dispatcher {
  /** Whether the program ends, and if so, whether it cannot go on after that. */
  end: "none" | "near" | "last" = "none";
  /** Without what the open channel has not said yet. */
  #counts = { delivered: 0, failed: 0, retried: 0 };
  #queue: RecordQueue;
  #backlog: Backlog | undefined;
  #capacity: Capacity;
  #supervisor: Supervisor;
  #timer: FlushTimer;
  /** Whether the channel was told that somebody waits, and not that nobody does any more. */
  #isExpedited = false;

  constructor({ queue, backlog, capacity, opener, report }: Dispatch) {
    this.#queue = queue;
    this.#backlog = backlog;
    this.#capacity = capacity;
    const user = { onLost: (channel: Channel) => this.#onLost(channel), report };
    this.#supervisor = new Supervisor(opener, user, now);
    this.#timer = new FlushTimer(() => this.#flushDue(), { now, sleep });
  }

  /** A record was pushed: it is posted now or a little later. */
  onPushed(): void {
    if (this.#supervisor.channel === undefined) {
      return this.#timer.schedule(START_AFTER_MS, BUSY_START_MS);
    }
    const { hasFullBatch } = this.#queue;
    if (hasFullBatch && this.#canPost) this.post();
    if (hasFullBatch && this.#isIdle) return;
    this.#timer.schedule(COLLECT_MS, hasFullBatch ? BUSY_POLL_MS : COLLECT_MS);
  }

  /** The timer is due. Must not throw: nobody could catch it. */
  #flushDue(): FlushResult {
    if (this.#isIdle) return "empty";
    const before = this.#counts.delivered + this.#counts.failed;
    try {
      this.open("lasting");
      this.#supervisor.checkAlive("polling");
      this.post();
    } catch {
      // A log call used up the stack, or the program replaced what posting needs: the batch waits.
    }
    if (this.#isIdle) return "empty";
    return this.#counts.delivered + this.#counts.failed > before ? "moving" : "stuck";
  }

  /** Whether there is nothing to do in the background: with a spool, what is settled is deleted. */
  get #isIdle(): boolean {
    const { waiting, length } = this.#queue;
    return (this.#backlog === undefined ? waiting : length) === 0;
  }

  /** Opens a channel. */
  open(kind: ThreadKind = this.#kindNow): void {
    if (this.#queue.inFlight === 0) this.#supervisor.giveUp("once");
    this.#supervisor.open(kind);
  }

  /** An end does without a worker that lasts; one after which the program may go on, if it has to. */
  get #kindNow(): ThreadKind {
    const isBrief = this.end === "last" || this.end === "near" && !this.#supervisor.canLast;
    return isBrief ? "brief" : "lasting";
  }

  /** Posts as much as may be in flight. */
  post(): void {
    this.settle();
    while (this.#canPost) {
      this.#supervisor.channel!.post(chunkOf(this.#queue.peek()!));
      this.#queue.markPosted();
    }
    if (this.#queue.waiting === 0) this.#timer.restart();
  }

  get #canPost(): boolean {
    return this.#capacity.canPost(this.#queue, this.#supervisor.channel, this.end !== "none");
  }

  /** Takes off what is acknowledged. */
  settle(): void {
    this.#supervisor.channel?.acknowledgements.read(this.#onSettled);
    this.#queue.tidy();
  }

  #onSettled = (sequence: number, outcome: Outcome) => {
    const from = sequence < FIRST_OF_BACKLOG ? this.#queue : this.#backlog!;
    if (!from.settle(sequence)) return;
    if (outcome === "delivered") this.#counts.delivered++;
    else this.#counts.failed++;
  };

  /** What became of the records that were moved. Reading it changes nothing. */
  get stats(): DispatcherStats {
    const { delivered, failed, retried } = this.#counts;
    const { acknowledgements } = this.#supervisor.channel ?? {};
    // Looked at once: the worker goes on writing meanwhile.
    const unread = acknowledgements?.peek() ?? { delivered: 0, failed: 0 };
    return {
      delivered: delivered + unread.delivered,
      failed: failed + unread.failed,
      retried: retried + (acknowledgements?.retried ?? 0),
      unread: unread.delivered + unread.failed,
    };
  }

  /** The handler's own records that are not settled. */
  get pending(): number {
    const unread = this.#supervisor.channel?.acknowledgements.peek(FIRST_OF_BACKLOG);
    return this.#queue.length - (unread === undefined ? 0 : unread.delivered + unread.failed);
  }

  /** Whether records are delivered while this thread blocks. */
  get isBlocking(): boolean {
    return this.#supervisor.isBlocking;
  }

  /**
   * Whether what waits can be shipped from this thread, since no worker runs, and it is so little
   * that one would take longer to start than all the rest.
   */
  get canShipHere(): boolean {
    const { length, spooled } = this.#queue;
    return length > 0 && length <= MAX_HERE && spooled === 0 && this.#supervisor.canOpenHere;
  }

  /**
   * Posts all that waits to an exporter on this thread. What comes later goes another way.
   * @returns Whether it could be done. The program may have replaced what that needs.
   */
  shipHere(forMs: number): boolean {
    try {
      const channel = this.#supervisor.openHere();
      while (this.#queue.waiting > 0) {
        channel.post(chunkOf(this.#queue.peek()!));
        this.#queue.markPosted();
      }
      channel.acknowledgements.clearHopeless();
      channel.flush(forMs, true);
      return true;
    } catch {
      this.#supervisor.giveUp("once");
      return false;
    }
  }

  /** Somebody waits for the records, for `forMs` milliseconds. */
  expedite(forMs: number, kind?: ThreadKind): void {
    this.settle();
    if (this.#queue.length === 0) return;
    this.open(kind);
    this.post();
    this.#supervisor.channel?.acknowledgements.clearHopeless();
    this.#supervisor.channel?.flush(forMs, this.end !== "none" || kind === "brief");
    this.#isExpedited = true;
  }

  /**
   * Somebody waits no more for the records, though there may have been more time.
   * @param others How many others still wait.
   */
  relax(others: number): void {
    if (!this.#isExpedited || others > 0 || this.end !== "none") return;
    this.#isExpedited = false;
    this.#supervisor.channel?.flush(0, false);
  }

  /** Whether the end of the program waits in vain, since the settings are wrong. */
  get isHopeless(): boolean {
    return this.#supervisor.channel?.acknowledgements.isHopeless ?? false;
  }

  /** Settles and posts what it can, and says whether everything before this number is settled. */
  advance(target: number, kind?: ThreadKind): boolean {
    this.settle();
    if (this.#queue.countBefore(target) === 0) return true;
    this.open(kind);
    this.post();
    return false;
  }

  /** How many acknowledgements to wait for: of all up to this number, or until there is room. */
  missing(target: number): number {
    const { inFlight } = this.#queue;
    const count = this.#queue.countBefore(target); // With a spool, some of them may be on disk alone.
    const isPosted = count <= inFlight && (this.#queue.peek()?.first ?? target) >= target;
    return Math.max(1, isPosted ? count : inFlight >> 1);
  }

  /**
   * Waits until `count` more records are acknowledged, or the time is up.
   * @param kind A brief one where the program does nothing but wait.
   */
  async wait(count: number, timeoutMs: number, kind?: ThreadKind): Promise<void> {
    const until = now() + timeoutMs;
    const { channel, restartsInMs } = this.#supervisor;
    if (channel === undefined) await sleep(Math.min(timeoutMs, restartsInMs));
    else await channel.acknowledgements.waitAsync(count, timeoutMs);
    if (kind === "brief") noticeStandstill(until); // Otherwise it may have been busy.
    this.#supervisor.checkAlive("polling");
  }

  /** The same, blocking. */
  waitSync(count: number, timeoutMs: number): void {
    const until = now() + timeoutMs;
    const { channel, restartsInMs } = this.#supervisor;
    if (channel === undefined) return block(Math.min(timeoutMs, restartsInMs));
    channel.acknowledgements.wait(count, timeoutMs);
    noticeStandstill(until);
    this.#supervisor.checkAlive("blocking");
    this.receiveDiagnostics();
  }

  /** Tells what the worker has to say. */
  receiveDiagnostics(): void {
    this.#supervisor.channel?.receiveDiagnostics();
  }

  /** Nobody can wait for the pause after a crash. */
  skipPause(): void {
    this.#supervisor.skipPause();
  }

  /** Closes a channel of this kind, if it is open, and another one takes over. */
  giveUp(kind: "brief" | "once"): void {
    this.#supervisor.giveUp(kind);
  }

  /**
   * The program goes on after all.
   * @param forMs How long somebody still waits for the records, though the program does not end.
   */
  goOn(forMs: number): void {
    this.end = "none";
    this.#supervisor.giveUp("brief");
    const { channel } = this.#supervisor;
    channel?.flush(forMs, false);
    channel?.acknowledgements.clearHopeless(); // Somebody may correct the settings.
  }

  /**
   * Delivers some of what others have left. Must not throw: nobody could catch it.
   * @param kind The worker that is started for it, if none runs.
   * @param leastFiles How many files it looks at, whatever time it takes.
   */
  recover(kind: ThreadKind = "lasting", mostChunks = Infinity, leastFiles?: number): void {
    const backlog = this.#backlog!;
    // What it had of the backlog would go out twice: it is closed as soon as the own records are settled.
    if (this.#supervisor.channel?.kind === "once") return;
    try {
      this.settle();
      backlog.tidy();
      backlog.takeNext(leastFiles);
      if (!backlog.isBusy) return;
      this.#supervisor.open(kind);
      this.#supervisor.checkAlive("polling");
      this.post();
      const { channel } = this.#supervisor;
      if (channel !== undefined && this.#queue.waiting === 0) backlog.post(channel, mostChunks);
    } catch {
      // The program replaced what posting needs: it is tried again.
    }
  }

  /** Somebody waits for what others have left, for so long, and then all ends. */
  hurry(forMs: number): void {
    this.#supervisor.channel?.flush(forMs, true);
  }

  /** Closes the channel. What it has acknowledged until then is not sent again, or lost. */
  close(): void {
    const { channel } = this.#supervisor;
    this.#supervisor.close();
    if (channel !== undefined) this.#readLast(channel);
    this.#queue.tidy();
    this.end = "none";
  }

  /** Takes what a channel that is gone has to say. */
  #readLast({ acknowledgements }: Channel): void {
    this.#counts.retried += acknowledgements.retried;
    acknowledgements.read(this.#onSettled);
  }

  /** The channel is gone. What it had not acknowledged goes out again, under the same keys. */
  #onLost(channel: Channel): void {
    this.#readLast(channel);
    this.#queue.rewind();
    this.#backlog?.rewind();
    if (this.#queue.waiting > 0) this.#timer.schedule(BUSY_POLL_MS, BUSY_START_MS);
  }
}

function chunkOf({ first, count, lines }: Batch): Chunk {
  return { origin: OWN_ORIGIN, first, firstKey: first, count, lines };
}
