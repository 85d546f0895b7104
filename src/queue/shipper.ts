/**
 * The way of records from the log call to the service, as the handler sees it. It takes them, acts
 * when there is no room, and can wait for all that was logged: without blocking where the program
 * goes on, and blocking where it ends, since nothing asynchronous runs there. Runs on the program's
 * thread.
 *
 * @module
 */
import { awake, keepAlive } from "../clock.ts";
import type { Diagnostics, Loss } from "../diagnostics.ts";
import type { HandlerStats } from "../handler_stats.ts";
import type { Settings } from "../options/settings.ts";
import type { Origin } from "../record/chunk.ts";
import { Backlog } from "../spool/backlog.ts";
import { OwnFile } from "../spool/own_file.ts";
import { prefetchSqlite } from "../spool/sqlite.ts";
import { channelOpener } from "../worker/channel.ts";
import type { ThreadKind } from "../worker/thread.ts";
import { Capacity } from "./capacity.ts";
import { Dispatcher } from "./dispatcher.ts";
import { finishBacklog, finishBacklogSync } from "./finish_backlog.ts";
import { Queue, type RecordQueue } from "./queue.ts";
import { reportRemainder } from "./reports.ts";
import { SpooledQueue } from "./spooled_queue.ts";

/** Longest time that a wait does not look whether the worker lives, in milliseconds. */
const POLL_MS = 100;

/** Ships records. */
export class Shipper {
  /** Without what is in the queue, and what the dispatcher counts. */
  #counts = { accepted: 0, failed: 0, dropped: 0 };
  #settings: Settings;
  #diagnostics: Diagnostics;
  #beforeShutdown: () => void;
  #capacity: Capacity;
  #queue: RecordQueue;
  /** What others have left in the spool, if there is one. */
  #backlog: Backlog | undefined;
  #dispatcher: Dispatcher;
  /** How many flushes are under way that do not block, and until when the longest may wait. */
  #flushes = 0;
  #flushesUntil = -Infinity;
  /** While the program ends: how long log calls may still block altogether, in milliseconds. */
  #budgetMs: number | undefined;

  /** @param beforeShutdown Hands over what could not be pushed before. */
  constructor(
    settings: Settings,
    origin: Origin,
    diagnostics: Diagnostics,
    beforeShutdown: () => void,
  ) {
    this.#settings = settings;
    this.#diagnostics = diagnostics;
    this.#beforeShutdown = beforeShutdown;
    this.#capacity = new Capacity(settings);
    const { chunkSize, bounds, maxInFlight, backlogInFlight } = this.#capacity;
    const report = diagnostics.report.bind(diagnostics);
    const { spool, spoolMaxBytes } = settings;
    const queue = new Queue(chunkSize, bounds);
    if (spool === undefined) {
      this.#queue = queue;
    } else {
      prefetchSqlite();
      const file = new OwnFile({ spool, spoolMaxBytes }, origin, report);
      this.#queue = new SpooledQueue(queue, file, chunkSize);
      const more = { spool, chunkSize, maxInFlight: backlogInFlight };
      this.#backlog = new Backlog(more, origin, report);
    }
    this.#dispatcher = new Dispatcher({
      queue: this.#queue,
      backlog: this.#backlog,
      capacity: this.#capacity,
      opener: channelOpener({
        ...settings,
        origin,
        maxInFlight: maxInFlight + backlogInFlight,
        diagnostics,
      }),
      report,
    });
  }

  /** Takes a record. Blocks only where the user asked for it, and when the program is ending. */
  push(line: string): void {
    this.#counts.accepted++;
    let isTaken = false;
    try {
      if (!this.#queue.push(line)) this.#pushByPolicy(line);
      isTaken = true;
      if (this.#budgetMs !== undefined) return this.drain(Math.max(0, this.#budgetMs));
      if (this.#backlog?.isRunning === false) this.#startBacklog();
      if (this.#settings.mode === "sync" && this.#blockUntilSettled(this.#syncTimeoutMs)) return;
      this.#dispatcher.onPushed();
    } catch (error) {
      // The stack is used up. Either the next record moves this one on, or the handler keeps it.
      if (isTaken) return;
      this.#counts.accepted--;
      throw error;
    }
  }

  /** There is no room: makes some, or drops what the overflow policy says. */
  #pushByPolicy(line: string): void {
    this.#dispatcher.settle();
    if (this.#queue.push(line)) return;
    // What is larger than the spool need not be waited for, and no other record need go for it.
    const overflowPolicy = this.#queue.fits(line) ? this.#settings.overflowPolicy : "drop-newest";
    if (overflowPolicy === "block" && this.#pushWhenThereIsRoom(line)) return;
    const why = this.#capacity.overflow(this.#queue); // Before there is room again.
    while (overflowPolicy === "drop-oldest") {
      const dropped = this.#queue.dropOldest(line.length);
      if (dropped === 0) break;
      this.#drop(dropped, why);
      if (this.#queue.push(line)) return;
    }
    this.#drop(1, why);
  }

  #drop(count: number, why: Loss): void {
    this.#counts.dropped += count;
    this.#diagnostics.count(why, count);
  }

  /** Blocks until there is room, or an end has no time left. Only a worker makes room meanwhile. */
  #pushWhenThereIsRoom(line: string): boolean {
    this.#dispatcher.giveUp("once");
    const deadline = awake() + (this.#budgetMs ?? Infinity);
    for (let left; (left = deadline - awake()) > 0;) {
      this.#dispatcher.open();
      if (!this.isBlocking) return false;
      this.#dispatcher.post();
      if (this.#queue.push(line)) return true;
      this.#dispatcher.waitSync(1, Math.min(left, POLL_MS));
      if (this.#budgetMs !== undefined) this.#budgetMs = Math.max(0, deadline - awake());
    }
    return false;
  }

  #startBacklog(): void {
    void this.#backlog!.run(() => this.#dispatcher.recover());
  }

  /** How long a log call may block for its record: what is on disk need not be waited for without end. */
  get #syncTimeoutMs(): number {
    return this.#backlog === undefined ? Infinity : this.#settings.shutdownTimeoutMs;
  }

  /** What became of the records so far. Reading it changes nothing. */
  get stats(): Omit<HandlerStats, "filtered"> {
    const { accepted, dropped } = this.#counts;
    const { delivered, failed, retried, unread } = this.#dispatcher.stats;
    const { length, spooled, left } = this.#queue;
    return {
      accepted,
      delivered,
      failed: this.#counts.failed + failed,
      dropped,
      pending: length - spooled + (this.#backlog?.inFlight ?? 0) - unread,
      spooled: spooled + left,
      recovered: this.#backlog?.recovered ?? 0,
      retried,
    };
  }

  /** The handler's own records that are not settled. */
  get pending(): number {
    return this.#dispatcher.pending;
  }

  /** Whether a flush may block. */
  get isBlocking(): boolean {
    return this.#dispatcher.isBlocking;
  }

  /** Whether a flush with a brief worker needs none, and ships from this thread. */
  get canShipHere(): boolean {
    return !this.#mayEndAtOnce && this.#dispatcher.canShipHere;
  }

  /**
   * Waits until all that was taken before the call is settled, or the time is up.
   * @param kind The worker that is started for it, if none runs. A brief one is spared where
   *   {@linkcode canShipHere} says so.
   */
  async flush(timeoutMs: number, kind?: ThreadKind): Promise<boolean> {
    if (!(timeoutMs > 0) && kind === "brief" && this.#backlog !== undefined) {
      // What is sent now would go out again, since nobody hears of the answer any more.
      this.#dispatcher.settle();
      return this.pending === 0;
    }
    const deadline = awake() + timeoutMs;
    const target = this.#queue.next;
    const isHere = kind === "brief" && this.canShipHere && this.#dispatcher.shipHere(timeoutMs);
    if (!isHere) this.#dispatcher.expedite(timeoutMs, kind);
    // Waiting for shared memory does not keep the program alive. A request does, but not until its
    // answer has arrived here, and `deno test` fails a test whose promises it then sees pending.
    const letGo = keepAlive();
    this.#flushes++;
    this.#flushesUntil = Math.max(this.#flushesUntil, deadline);
    try {
      while (!this.#dispatcher.advance(target, kind)) {
        const left = deadline - awake();
        if (!(left > 0) || this.#dispatcher.isHopeless) return false;
        const count = this.#dispatcher.missing(target);
        await this.#dispatcher.wait(count, Math.min(left, POLL_MS), kind);
      }
      return true;
    } finally {
      if (isHere) this.#dispatcher.giveUp("once");
      this.#flushes--;
      if (kind === undefined) this.#dispatcher.relax(this.#flushes); // After the others comes an end.
      letGo();
      this.#dispatcher.receiveDiagnostics();
    }
  }

  /** The same, blocking. Without a worker there is nobody to wait for, and it returns at once. */
  flushSync(timeoutMs: number): boolean {
    this.#dispatcher.expedite(timeoutMs);
    const isSettled = this.#blockUntilSettled(timeoutMs);
    this.#dispatcher.relax(this.#flushes);
    return isSettled;
  }

  /** Waits a moment for what is in flight of others, without blocking. */
  async settleBacklog(timeoutMs: number): Promise<void> {
    if (this.#backlog) await finishBacklog(this.#backlog, this.#dispatcher, timeoutMs);
  }

  /**
   * The program is about to end: everything is posted, no pause is made any more, and what is still
   * logged is delivered inside its log call.
   * @param isLast Whether the program cannot go on after it.
   */
  beginShutdown(isLast: boolean): void {
    this.#beforeShutdown();
    const { shutdownTimeoutMs } = this.#settings;
    this.#budgetMs = Math.max(this.#budgetMs ?? 0, shutdownTimeoutMs);
    this.#dispatcher.end = isLast ? "last" : "near";
    if (this.#mayEndAtOnce) return;
    this.#dispatcher.skipPause();
    this.#dispatcher.expedite(shutdownTimeoutMs);
  }

  /** Blocks until all is settled or the time is up, and says what was not. */
  drain(timeoutMs: number): void {
    const began = awake();
    const isSettled = timeoutMs > 0 ? this.flushSync(timeoutMs) : this.pending === 0;
    if (isSettled) this.#endSpool(began + timeoutMs);
    this.settle();
    if (this.#budgetMs !== undefined) this.#budgetMs -= awake() - began;
    this.#diagnostics.flush();
    if (!isSettled && this.isBlocking) this.#reportRemainder(this.#settings.shutdownTimeoutMs);
  }

  /** Takes off what is delivered, on disk too: nobody is to find it there, and send it again. */
  settle(): void {
    this.#dispatcher.settle();
    this.#backlog?.tidy(Infinity);
  }

  /** The program goes on after all. */
  cancelShutdown(): void {
    this.#budgetMs = undefined;
    this.#dispatcher.goOn(this.#flushes === 0 ? 0 : Math.max(0, this.#flushesUntil - awake()));
  }

  /** Leaves to a worker what this thread ships just once, so that a flush may block. */
  shipHereNoMore(): void {
    this.#dispatcher.giveUp("once");
  }

  /** Ends the worker. What is still pending after `timeoutMs` counts as failed. */
  close(timeoutMs: number): void {
    this.#dispatcher.close(); // First, since to leave the disk takes a while, in which more would arrive.
    this.#reportRemainder(timeoutMs);
    this.#backlog?.leave();
    this.#counts.failed += this.#queue.leave();
    this.#budgetMs = undefined;
  }

  /** Whether an end waits for nothing, since all of it is on disk. */
  get #mayEndAtOnce(): boolean {
    return this.#backlog !== undefined && this.#settings.shutdownTimeoutMs === 0;
  }

  #blockUntilSettled(timeoutMs: number): boolean {
    this.#dispatcher.giveUp("once");
    const deadline = awake() + timeoutMs;
    const target = this.#queue.next;
    while (!this.#dispatcher.advance(target)) {
      const left = deadline - awake();
      if (!(left > 0) || !this.isBlocking || this.#dispatcher.isHopeless) return false;
      this.#dispatcher.waitSync(this.#dispatcher.missing(target), Math.min(left, POLL_MS));
    }
    this.#dispatcher.receiveDiagnostics();
    return true;
  }

  /**
   * All of the handler's own is settled, and the program ends: leaves nothing on disk, and delivers
   * some of what others have left, if that is a matter of a moment.
   */
  #endSpool(deadline: number): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    this.#queue.putAway();
    if (!backlog.isRunning) return; // It was closed, and has left there what it could not deliver.
    const kind = this.#budgetMs === undefined ? "lasting" : "brief";
    finishBacklogSync(backlog, this.#dispatcher, deadline - awake(), kind);
  }

  /** Says what an end leaves behind. */
  #reportRemainder(timeoutMs: number): void {
    this.#queue.storeAll();
    const { pending } = this;
    const lost = Math.min(pending, this.#queue.unstored);
    this.#dispatcher.receiveDiagnostics();
    this.#diagnostics.flush();
    const { spool, client, exporter } = this.#settings;
    const { delivered, failed, retried } = this.#dispatcher.stats;
    const silent = client || delivered + failed + retried > 0 ? undefined : exporter.url;
    reportRemainder(this.#diagnostics, { lost, kept: pending - lost, timeoutMs, silent, spool });
  }
}
