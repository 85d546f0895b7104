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
import { type Origin, OWN_ORIGIN } from "../record/chunk.ts";
import { type Channel, channelOpener } from "../worker/channel.ts";
import { Supervisor } from "../worker/supervisor.ts";
import type { ThreadKind } from "../worker/thread.ts";
import { Backlog, FIRST_OF_BACKLOG } from "../spool/backlog.ts";
import { OwnFile } from "../spool/own_file.ts";
import { SpooledQueue } from "../spool/spooled_queue.ts";
import { prefetchSqlite } from "../spool/sqlite.ts";
import { Capacity } from "./capacity.ts";
import { type FlushResult, FlushTimer } from "./flush_timer.ts";
import { type Batch, Queue, type RecordQueue } from "./queue.ts";

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
/**
 * How long an end waits for what is in flight of others, in milliseconds. It stays on disk, but
 * whoever takes it over from there would send it again.
 */
const BACKLOG_GRACE_MS = 250;

const [startInterval, stopInterval] = [taken("setInterval"), taken("clearInterval")];

/** What became of the records so far. */
export type ShipperStats = Readonly<
  Record<
    | "accepted"
    | "delivered"
    | "failed"
    | "dropped"
    | "pending"
    | "spooled"
    | "recovered"
    | "retried",
    number
  >
>;

/** Ships records. */
export class Shipper {
  /** Hands over what could not be pushed before. */
  beforeShutdown: () => void = () => {};
  /** All but those of the channel that is open. */
  #counts = { accepted: 0, delivered: 0, failed: 0, dropped: 0, spooled: 0, retried: 0 };
  #settings: Settings;
  #diagnostics: Diagnostics;
  #capacity: Capacity;
  #queue: RecordQueue;
  /** The same queue, where it is on disk, and what others have left there. */
  #spool: { readonly queue: SpooledQueue; readonly backlog: Backlog } | undefined;
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
    const { chunkSize, bounds, maxInFlight, backlogInFlight } = this.#capacity;
    const queue = new Queue(chunkSize, bounds);
    const report = diagnostics.report.bind(diagnostics);
    const { spool, spoolMaxBytes } = settings;
    if (spool !== undefined) {
      prefetchSqlite();
      const file = new OwnFile({ spool, spoolMaxBytes }, origin, report, now);
      const more = { spool, chunkSize, maxInFlight: backlogInFlight };
      this.#spool = {
        queue: new SpooledQueue(queue, file, chunkSize),
        backlog: new Backlog(more, origin, report, { now, sleep }),
      };
    }
    this.#queue = this.#spool?.queue ?? queue;
    const slots = maxInFlight + (spool === undefined ? 0 : backlogInFlight);
    this.#supervisor = new Supervisor(
      channelOpener({ ...settings, origin, maxInFlight: slots, diagnostics }),
      { onLost: (channel) => this.#onLost(channel), report },
      now,
    );
    this.#timer = new FlushTimer(() => this.#flushDue(), { now, sleep });
  }

  /** What became of the records so far. Reading it changes nothing. */
  get stats(): ShipperStats {
    const { acknowledgements } = this.#supervisor.channel ?? {};
    const unread = acknowledgements?.peek() ?? { delivered: 0, failed: 0 };
    const { length, spooled } = this.#queue;
    const { inFlight, recovered } = this.#spool?.backlog ?? { inFlight: 0, recovered: 0 };
    return {
      ...this.#counts,
      delivered: this.#counts.delivered + unread.delivered,
      failed: this.#counts.failed + unread.failed,
      pending: length - spooled + inFlight - unread.delivered - unread.failed,
      spooled: this.#counts.spooled + spooled,
      recovered,
      retried: this.#counts.retried + (acknowledgements?.retried ?? 0),
    };
  }

  /** The handler's own records that are not settled. */
  get pending(): number {
    const { acknowledgements } = this.#supervisor.channel ?? {};
    const unread = acknowledgements?.peek(FIRST_OF_BACKLOG) ?? { delivered: 0, failed: 0 };
    return this.#queue.length - unread.delivered - unread.failed;
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
    const { length, spooled } = this.#queue;
    if (this.#spool !== undefined && this.#settings.shutdownTimeoutMs === 0) return false;
    return length > 0 && length <= MAX_HERE && spooled === 0 && this.#supervisor.canOpenHere;
  }

  /** Takes a record. Blocks only where the user asked for it, and when the program is ending. */
  push(line: string): void {
    this.#counts.accepted++;
    let isTaken = false;
    try {
      if (!this.#queue.push(line)) this.#pushByPolicy(line);
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
    // What is on disk need not be waited for.
    if (this.#spool !== undefined && shutdownTimeoutMs === 0) return;
    this.#supervisor.skipPause();
    this.#expedite(shutdownTimeoutMs);
  }

  /** Blocks until all is settled or the time is up, and says what was not. */
  drain(timeoutMs: number): void {
    const began = now();
    const isSettled = timeoutMs > 0 ? this.flushSync(timeoutMs) : this.pending === 0;
    if (isSettled) this.#endSpool(began + timeoutMs);
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
    this.#spool?.backlog.leave();
    const { kept, lost } = this.#queue.leave();
    this.#counts.spooled += kept;
    this.#counts.failed += lost;
    this.#counts.retried = this.stats.retried;
    this.#supervisor.close();
    this.#shutdown = undefined;
  }

  /** Moves the record on, now or a little later. */
  #afterPush(): void {
    const shutdown = this.#shutdown;
    if (shutdown) return this.drain(Math.max(0, shutdown.budgetMs));
    if (this.#spool !== undefined) void this.#spool.backlog.run(() => this.#recover());
    if (this.#settings.mode === "sync" && this.#blockUntilSettled(this.#syncTimeoutMs)) return;
    if (this.#supervisor.channel === undefined) {
      const isMuch = this.#queue.waiting >= this.#capacity.startCount &&
        this.#supervisor.restartsInMs === 0;
      return this.#timer.schedule(START_AFTER_MS, isMuch ? 0 : BUSY_START_MS);
    }
    const { hasFullBatch } = this.#queue;
    if (hasFullBatch && this.#canPost) this.#post();
    // With a spool there is something left to do: what is settled is deleted there.
    if (this.#spool === undefined && hasFullBatch && this.#queue.waiting === 0) return;
    this.#timer.schedule(COLLECT_MS, hasFullBatch ? BUSY_POLL_MS : COLLECT_MS);
  }

  /** How long a log call waits for its own record: what is on disk need not be waited for. */
  get #syncTimeoutMs(): number {
    return this.#spool === undefined ? Infinity : this.#settings.shutdownTimeoutMs;
  }

  /** Delivers some of what others have left. Must not throw: nobody could catch it. */
  #recover(kind: ThreadKind = "lasting"): void {
    const { backlog } = this.#spool!;
    try {
      this.#settle();
      backlog.tidy();
      backlog.look();
      if (!backlog.isBusy) return;
      this.#supervisor.open(kind);
      this.#supervisor.checkAlive("polling");
      this.#post();
      const { channel } = this.#supervisor;
      if (channel !== undefined && this.#queue.waiting === 0) backlog.post(channel);
    } catch {
      // The program replaced what posting needs: it is tried again.
    }
  }

  /** Waits a moment for what is in flight of others, without blocking. */
  async settleBacklog(timeoutMs: number): Promise<void> {
    const { backlog } = this.#spool ?? {};
    if (backlog === undefined || !(timeoutMs > 0)) return;
    const deadline = now() + Math.min(timeoutMs, BACKLOG_GRACE_MS);
    if (!backlog.hasLooked) this.#recover("brief"); // A short script has not done it yet.
    backlog.stop();
    for (let left; backlog.inFlight > 0 && (left = deadline - now()) > 0;) {
      await this.#supervisor.channel?.acknowledgements.waitAsync(backlog.inFlight, left);
      this.#settle();
    }
  }

  /**
   * All of the handler's own is settled, and the program ends: leaves nothing on disk, and delivers
   * some of what others have left, if that is a matter of a moment.
   */
  #endSpool(deadline: number): void {
    if (this.#spool === undefined) return;
    const { queue, backlog } = this.#spool;
    queue.putAway();
    const until = Math.min(deadline, now() + BACKLOG_GRACE_MS);
    // A short script has not looked yet.
    if (now() < until && !backlog.hasLooked) this.#recover(this.#shutdown ? "brief" : "lasting");
    backlog.stop();
    for (let left; backlog.inFlight > 0 && this.isBlocking && (left = until - now()) > 0;) {
      this.#wait(backlog.inFlight, left);
      this.#settle();
    }
    backlog.tidy();
  }

  /** The timer is due. Must not throw: nobody could catch it. */
  #flushDue(): FlushResult {
    if (this.#isFlushed) return "empty";
    const before = this.#counts.delivered + this.#counts.failed;
    try {
      this.#open("lasting");
      this.#supervisor.checkAlive("polling");
      this.#post();
    } catch {
      // A log call used up the stack, or the program replaced what posting needs: the batch waits.
    }
    if (this.#isFlushed) return "empty";
    return this.#counts.delivered + this.#counts.failed > before ? "moving" : "stuck";
  }

  /** Whether there is nothing to do in the background: with a spool, what is settled is deleted. */
  get #isFlushed(): boolean {
    const { waiting, length } = this.#queue;
    return (this.#spool === undefined ? waiting : length) === 0;
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
    this.#spool?.queue.tidy();
  }

  #count = (sequence: number, outcome: Outcome) => {
    const from = sequence < FIRST_OF_BACKLOG ? this.#queue : this.#spool!.backlog;
    if (!from.settle(sequence)) return;
    if (outcome === "delivered") this.#counts.delivered++;
    else this.#counts.failed++;
  };

  /** The channel is gone. What it had not acknowledged goes out again, under the same keys. */
  #onLost({ acknowledgements }: Channel): void {
    this.#counts.retried += acknowledgements.retried;
    acknowledgements.read(this.#count);
    this.#queue.rewind();
    this.#spool?.backlog.rewind();
    if (this.#queue.waiting > 0) this.#timer.schedule(BUSY_POLL_MS, BUSY_START_MS);
  }

  /** There is no room: makes some, or drops what the overflow policy says. */
  #pushByPolicy(line: string): void {
    this.#settle();
    if (this.#queue.push(line)) return;
    const { overflowPolicy } = this.#settings;
    if (overflowPolicy === "block" && this.#pushWhenThereIsRoom(line)) return;
    while (overflowPolicy === "drop-oldest") {
      const dropped = this.#queue.dropOldest();
      if (dropped === 0) break;
      this.#drop(dropped);
      if (this.#queue.push(line)) return;
    }
    this.#drop(1);
  }

  #drop(count: number): void {
    this.#counts.dropped += count;
    this.#diagnostics.count(this.#capacity.overflow, count);
  }

  /** Blocks until there is room. Only a worker makes room meanwhile. */
  #pushWhenThereIsRoom(line: string): boolean {
    this.#supervisor.giveUp("here");
    for (;;) {
      this.#open();
      if (!this.isBlocking) return false;
      this.#post();
      if (this.#queue.push(line)) return true;
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
    const lost = this.#spool?.queue.unstored ?? pending;
    this.#supervisor.channel?.receiveDiagnostics();
    this.#diagnostics.flush();
    if (lost > 0) {
      this.#diagnostics.report({
        level: "error",
        code: "shutdown",
        message: `${records(lost)} ${lost === 1 ? "was" : "were"} not delivered within ` +
          `${timeoutMs} ms ('shutdownTimeoutMs', or what close() was given)`,
      });
    }
    if (pending > lost) {
      const kept = pending - lost;
      this.#diagnostics.report({
        level: "warn",
        code: "spooled",
        message: `${records(kept)} ${kept === 1 ? "stays" : "stay"} in the spool ` +
          `${this.#settings.spool}: whoever uses it next delivers them`,
      });
    }
  }
}
