/**
 * The way of records from the log call to the worker and of outcomes back. It knows of every record
 * whether it waits, is in flight or settled, acts when the queue is full, and can wait for all that
 * was logged: without blocking where the program goes on, and blocking where it ends, since nothing
 * asynchronous runs there. Runs on the program's thread.
 *
 * @module
 */
import { block, now, sleep } from "../clock.ts";
import type { Outcome } from "../delivery/response.ts";
import { type Diagnostics, records } from "../diagnostics.ts";
import { taken } from "../globals.ts";
import type { Settings } from "../options/settings.ts";
import type { Origin } from "../record/chunk.ts";
import { type Channel, channelOpener, OWN_ORIGIN } from "../worker/channel.ts";
import { Supervisor } from "../worker/supervisor.ts";
import type { ThreadKind } from "../worker/thread.ts";
import { Capacity } from "./capacity.ts";
import { type FlushResult, FlushTimer } from "./flush_timer.ts";
import { type Batch, Queue } from "./queue.ts";

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
/** Longest time that a wait does not look whether the worker lives, in milliseconds. */
const POLL_MS = 100;

const [startInterval, stopInterval] = [taken("setInterval"), taken("clearInterval")];

/** What became of the records so far. */
export type ShipperStats = Readonly<
  Record<"accepted" | "delivered" | "failed" | "dropped" | "pending" | "retried", number>
>;

/** Ships records. */
export class Shipper {
  /** Hands over what could not be pushed before. */
  beforeShutdown: () => void = () => {};
  /** All but those of the channel that is open. */
  #counts = { accepted: 0, delivered: 0, failed: 0, dropped: 0, retried: 0 };
  #settings: Settings;
  #diagnostics: Diagnostics;
  #capacity: Capacity;
  #queue: Queue;
  #supervisor: Supervisor;
  #timer: FlushTimer;
  /**
   * While the program ends: whether it cannot go on, and how long log calls may still block
   * altogether, in milliseconds.
   */
  #shutdown: { readonly isLast: boolean; budgetMs: number } | undefined;

  constructor(settings: Settings, origin: Origin, diagnostics: Diagnostics) {
    this.#settings = settings;
    this.#diagnostics = diagnostics;
    this.#capacity = new Capacity(settings);
    const { chunkSize, maxInFlight } = this.#capacity;
    this.#queue = new Queue(chunkSize);
    const report = diagnostics.report.bind(diagnostics);
    this.#supervisor = new Supervisor(
      channelOpener({ ...settings, origin, maxInFlight, diagnostics }),
      { onLost: (channel) => this.#onLost(channel), report },
      now,
    );
    this.#timer = new FlushTimer(() => this.#flushDue(), { now, sleep });
  }

  /** What became of the records so far. Reading it changes nothing. */
  get stats(): ShipperStats {
    const { acknowledgements } = this.#supervisor.channel ?? {};
    const unread = acknowledgements?.peek() ?? { delivered: 0, failed: 0 };
    return {
      ...this.#counts,
      delivered: this.#counts.delivered + unread.delivered,
      failed: this.#counts.failed + unread.failed,
      pending: this.#queue.length - unread.delivered - unread.failed,
      retried: this.#counts.retried + (acknowledgements?.retried ?? 0),
    };
  }

  /** Records that are not settled. */
  get pending(): number {
    return this.stats.pending;
  }

  /** Whether a flush may block. */
  get isBlocking(): boolean {
    return this.#supervisor.isBlocking;
  }

  /**
   * Whether what waits can be shipped from this thread, since no worker runs, and it is so little
   * that one would take longer to start than all the rest.
   */
  get canShipHere(): boolean {
    const { length } = this.#queue;
    return length > 0 && length <= MAX_HERE && this.#supervisor.canOpenHere;
  }

  /** Takes a record. Blocks only where the user asked for it, and when the program is ending. */
  push(line: string): void {
    this.#counts.accepted++;
    let isTaken = false;
    try {
      if (!this.#capacity.isFull(this.#queue) || this.#makeRoom()) this.#queue.push(line);
      isTaken = true;
      this.#afterPush();
    } catch (error) {
      // The stack is used up. Either the next record moves this one on, or the handler keeps it.
      if (isTaken) return;
      this.#counts.accepted--;
      throw error;
    }
  }

  /**
   * Waits until all that was taken before the call is settled, or the time is up.
   * @param kind The worker that is started for it, if none runs. A brief one is spared where
   *   {@linkcode canShipHere} says so.
   */
  async flush(timeoutMs: number, kind?: ThreadKind): Promise<boolean> {
    const deadline = now() + timeoutMs;
    const target = this.#queue.next;
    const isHere = kind === "brief" && this.canShipHere;
    if (isHere) this.#shipHere(timeoutMs);
    else this.#expedite(timeoutMs, kind);
    // Waiting for shared memory does not keep the program alive; a timer does, or a request.
    const keepAlive = isHere ? undefined : startInterval()(() => {}, POLL_MS);
    try {
      while (!this.#isSettled(target, kind)) {
        const left = deadline - now();
        if (!(left > 0)) return false;
        const most = Math.min(left, POLL_MS);
        const { channel, restartsInMs } = this.#supervisor;
        if (channel === undefined) await sleep(Math.min(most, restartsInMs));
        else await channel.acknowledgements.waitAsync(this.#missing(target), most);
        this.#supervisor.checkAlive("polling");
      }
      return true;
    } finally {
      if (isHere) this.#supervisor.giveUp("here");
      if (keepAlive !== undefined) stopInterval()(keepAlive);
      this.#supervisor.channel?.receiveDiagnostics();
    }
  }

  /** The same, blocking. Without a worker there is nobody to wait for, and it returns at once. */
  flushSync(timeoutMs: number): boolean {
    this.#expedite(timeoutMs);
    return this.#blockUntilSettled(timeoutMs);
  }

  /**
   * The program is about to end: everything is posted, no pause is made any more, and what is still
   * logged is delivered inside its log call.
   * @param isLast Whether the program cannot go on after it.
   */
  beginShutdown(isLast: boolean): void {
    this.beforeShutdown();
    const { shutdownTimeoutMs } = this.#settings;
    const budgetMs = Math.max(this.#shutdown?.budgetMs ?? 0, shutdownTimeoutMs);
    this.#shutdown = { isLast, budgetMs };
    this.#supervisor.skipPause();
    this.#expedite(shutdownTimeoutMs);
  }

  /** Blocks until all is settled or the time is up, and says what was not. */
  drain(timeoutMs: number): void {
    const began = now();
    const isSettled = this.flushSync(timeoutMs);
    if (this.#shutdown) this.#shutdown.budgetMs -= now() - began;
    this.#diagnostics.flush();
    if (!isSettled && this.isBlocking) this.#reportLoss(this.#settings.shutdownTimeoutMs);
  }

  /** The program goes on after all. */
  cancelShutdown(): void {
    this.#shutdown = undefined;
    this.#supervisor.giveUp("brief");
    this.#supervisor.channel?.flush(0, false);
  }

  /** Ends the worker. What is still pending after so many milliseconds counts as failed. */
  close(timeoutMs: number): void {
    this.#settle();
    this.#reportLoss(timeoutMs);
    this.#counts.failed += this.#queue.length;
    this.#queue.clear();
    this.#counts.retried = this.stats.retried;
    this.#supervisor.close();
    this.#shutdown = undefined;
  }

  /** Moves the record on, now or a little later. */
  #afterPush(): void {
    const shutdown = this.#shutdown;
    if (shutdown) return this.drain(Math.max(0, shutdown.budgetMs));
    if (this.#settings.mode === "sync") return void this.#blockUntilSettled(Infinity);
    if (this.#supervisor.channel === undefined) {
      return this.#timer.schedule(START_AFTER_MS, BUSY_START_MS);
    }
    if (!this.#queue.hasFullBatch) this.#timer.schedule(COLLECT_MS, COLLECT_MS);
    else if (this.#canPost) this.#post();
    else this.#timer.schedule(COLLECT_MS, BUSY_POLL_MS);
  }

  /** The timer is due. Must not throw: nobody could catch it. */
  #flushDue(): FlushResult {
    if (this.#queue.waiting === 0) return "empty";
    const before = this.#counts.delivered + this.#counts.failed;
    try {
      this.#open("lasting");
      this.#supervisor.checkAlive("polling");
      this.#post();
    } catch {
      // A log call used up the stack, or the program replaced what posting needs: the batch waits.
    }
    if (this.#queue.waiting === 0) return "empty";
    return this.#counts.delivered + this.#counts.failed > before ? "moving" : "stuck";
  }

  #blockUntilSettled(timeoutMs: number): boolean {
    this.#supervisor.giveUp("here");
    const deadline = now() + timeoutMs;
    const target = this.#queue.next;
    while (!this.#isSettled(target)) {
      const left = deadline - now();
      if (!(left > 0) || !this.isBlocking) return false;
      this.#wait(this.#missing(target), Math.min(left, POLL_MS));
    }
    this.#supervisor.channel?.receiveDiagnostics();
    return true;
  }

  /** Somebody waits for the records, for so long. */
  #expedite(forMs: number, kind?: ThreadKind): void {
    this.#settle();
    if (this.#queue.length === 0) return;
    this.#open(kind);
    this.#post();
    this.#supervisor.channel?.flush(forMs, this.#shutdown !== undefined || kind === "brief");
  }

  #open(kind: ThreadKind = this.#shutdown?.isLast ? "brief" : "lasting"): void {
    if (this.#queue.inFlight === 0) this.#supervisor.giveUp("here");
    this.#supervisor.open(kind);
  }

  get #canPost(): boolean {
    return this.#capacity.canPost(
      this.#queue,
      this.#supervisor.channel,
      this.#shutdown !== undefined,
    );
  }

  #post(): void {
    this.#settle();
    while (this.#canPost) this.#postOldest();
    if (this.#queue.waiting === 0) this.#timer.restart();
  }

  #postOldest(): void {
    const { first, count, lines }: Batch = this.#queue.peek()!;
    this.#supervisor.channel!.post({ origin: OWN_ORIGIN, first, firstKey: first, count, lines });
    this.#queue.markPosted();
  }

  /** Posts all that waits to an exporter on this thread. What comes later, goes another way. */
  #shipHere(forMs: number): void {
    const channel = this.#supervisor.openHere();
    while (this.#queue.waiting > 0) this.#postOldest();
    channel.flush(forMs, true);
  }

  #settle(): void {
    this.#supervisor.channel?.acknowledgements.read(this.#count);
  }

  #count = (sequence: number, outcome: Outcome) => {
    if (!this.#queue.settle(sequence)) return;
    if (outcome === "delivered") this.#counts.delivered++;
    else this.#counts.failed++;
  };

  /** The channel is gone. What it had not acknowledged goes out again, under the same keys. */
  #onLost({ acknowledgements }: Channel): void {
    this.#counts.retried += acknowledgements.retried;
    acknowledgements.read(this.#count);
    this.#queue.rewind();
    if (this.#queue.waiting > 0) this.#timer.schedule(BUSY_POLL_MS, BUSY_START_MS);
  }

  /** Makes room for one record, or counts it as dropped. */
  #makeRoom(): boolean {
    this.#settle();
    if (!this.#capacity.isFull(this.#queue)) return true;
    const { overflowPolicy } = this.#settings;
    if (overflowPolicy === "block" && this.#waitForRoom()) return true;
    this.#counts.dropped++;
    this.#diagnostics.count(this.#capacity.overflow);
    return overflowPolicy === "drop-oldest" && this.#queue.dropOldest();
  }

  /** Blocks until there is room. Only a worker makes room meanwhile. */
  #waitForRoom(): boolean {
    this.#supervisor.giveUp("here");
    for (;;) {
      this.#open();
      if (!this.isBlocking) return false;
      this.#post();
      if (!this.#capacity.isFull(this.#queue)) return true;
      this.#wait(1, POLL_MS);
    }
  }

  /** Blocks until so many records are settled, or the time is up. */
  #wait(count: number, timeoutMs: number): void {
    const { channel, restartsInMs } = this.#supervisor;
    if (channel === undefined) return block(Math.min(timeoutMs, restartsInMs));
    channel.acknowledgements.wait(count, timeoutMs);
    this.#supervisor.checkAlive("blocking");
    this.#supervisor.channel?.receiveDiagnostics();
  }

  /** Posts what can be posted, and says whether everything before this number is settled. */
  #isSettled(target: number, kind?: ThreadKind): boolean {
    this.#settle();
    if (this.#queue.countBefore(target) === 0) return true;
    this.#open(kind);
    this.#post();
    return false;
  }

  /** How many acknowledgements to wait for: of all up to this number, or until there is room. */
  #missing(target: number): number {
    const isPosted = (this.#queue.peek()?.first ?? target) >= target;
    return Math.max(1, isPosted ? this.#queue.countBefore(target) : this.#queue.inFlight >> 1);
  }

  #reportLoss(timeoutMs: number): void {
    const { pending } = this;
    this.#supervisor.channel?.receiveDiagnostics();
    this.#diagnostics.flush();
    if (pending === 0) return;
    this.#diagnostics.report({
      level: "error",
      code: "shutdown",
      message: `${records(pending)} ${pending === 1 ? "was" : "were"} not delivered within ` +
        `${timeoutMs} ms ('shutdownTimeoutMs', or what close() was given)`,
    });
  }
}
