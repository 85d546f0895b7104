/**
 * Owns the queue and the worker: collects records for a moment, posts them in batches as far as the
 * worker may have more, and knows of every record whether it is queued, in flight or settled. A
 * flush posts what is queued and waits for the acknowledgements, without blocking where the program
 * goes on and blocking where it ends, since nothing asynchronous runs there.
 *
 * @module
 */
import { block, now, sleep } from "../clock.ts";
import type { Acknowledgements } from "../worker/acknowledgements.ts";
import { createClientSend } from "../delivery/client.ts";
import { createHttpSend } from "../delivery/http.ts";
import type { Outcome } from "../delivery/response.ts";
import { type Diagnostic, type Diagnostics, type Loss, records } from "../diagnostics.ts";
import { InFlight } from "./in_flight.ts";
import { type Lane, localLane, workerLane } from "../worker/channel.ts";
import { reason } from "../record/errors.ts";
import type { Constants, Origin } from "../record/chunk.ts";
import type { Settings } from "../options/settings.ts";
import { Queue } from "./queue.ts";

/**
 * Records of one message to the worker, or those of a request if they are more. Larger batches cost
 * less each, up to about this many.
 */
const BATCH_SIZE = 100;
/** How long records are collected before they are posted, in milliseconds. */
const COLLECT_MS = 50;
/** How soon a backlog looks for room in the worker, in milliseconds; twice that after each failure. */
const BACKLOG_MS = 1;
/** How long after the first record the worker is started: a short script ends before, and faster. */
const START_AFTER_MS = 20;
/** How long a thread that never yields may log before it starts the worker itself. */
const START_WITHIN_MS = 100;
/** How many records that come fast share a look at the clock. */
const LOOK_EVERY = 8;
/** Longest time that a wait does not look whether the worker lives, in milliseconds. */
const LOOK_MS = 100;
/** Most records that the worker has at a time. */
const MAX_WINDOW = 8192;
/** Pause before a worker that crashed is started again, the first, second, … time, in milliseconds. */
const RESTART_AFTER_MS = [100, 500, 2000];
/** A worker that has lived this long begins a new count of crashes, in milliseconds. */
const STABLE_MS = 60_000;

const randomUUID = crypto.randomUUID.bind(crypto);

/** The way of records from the queue to the service. */
export class Drain {
  /** Records taken from the program. */
  accepted = 0;
  delivered = 0;
  failed = 0;
  dropped = 0;
  #settings: Settings;
  #constants: Constants;
  #diagnostics: Diagnostics;
  #overflow: Loss;
  #queue: Queue;
  #inFlight = new InFlight();
  #keyPrefix = randomUUID();
  #lane: Lane | undefined;
  /** Most records that the worker may have now, and usually. */
  #window: number;
  #usualWindow: number;
  #scheduled = false;
  /** When records were posted last or, before there is a lane, when the first one came. */
  #waitingSince = 0;
  #lookedAt = 0;
  /** How many records may still come before the clock is looked at. */
  #unlooked = 0;
  /** How long log calls may still block altogether, in milliseconds. */
  #blockMs: number;
  /** Whether a worker that is started now need not outlive the flush. */
  #ending = false;
  #lookAfterMs = BACKLOG_MS;
  /** How many records were settled at the last look. */
  #settledBefore = 0;
  /** Of the present lane or, between two workers, of the one that crashed. */
  #acknowledgements: Acknowledgements | undefined;
  #crashes = 0;
  #startedAt = 0;
  #mayStartAt = 0;
  #retriedBefore = 0;

  constructor(settings: Settings, constants: Constants, diagnostics: Diagnostics) {
    this.#settings = settings;
    this.#constants = constants;
    this.#diagnostics = diagnostics;
    this.#overflow = {
      level: "warn",
      code: "overflow",
      message: (count) =>
        `The queue is full ('queueSize' is ${settings.queueSize}): ${records(count)} dropped so ` +
        `far by the overflow policy "${settings.overflowPolicy}": raise 'queueSize', log less, ` +
        `or choose protocol "otlp"`,
    };
    this.#blockMs = settings.mode === "sync" ? Infinity : 0;
    // What the worker has cannot be dropped any more, so it gets no more than keeps it busy.
    const { batchSize, concurrency } = settings.exporter;
    const busy = Math.max(128, 4 * concurrency, 8 * batchSize);
    this.#window = this.#usualWindow = settings.overflowPolicy === "drop-oldest"
      ? Math.max(1, Math.min(settings.queueSize >> 1, busy))
      : Math.min(settings.queueSize, MAX_WINDOW);
    // Two of them have room in the worker, so that it has one while it gets the next.
    this.#queue = new Queue(Math.min(Math.max(BATCH_SIZE, batchSize), (this.#window + 1) >> 1));
  }

  /** Records taken and not yet settled. */
  get pending(): number {
    this.#settle();
    return this.#queue.length + this.#inFlight.size;
  }

  /** Records sent again so far. */
  get retried(): number {
    return this.#retriedBefore + (this.#lane?.acknowledgements.retried ?? 0);
  }

  /** Whether a flush may block. */
  get blocking(): boolean {
    return this.#lane?.blocking ?? this.#canHaveWorker;
  }

  /** Takes a record. Blocks only where the user asked for it, and when the program is ending. */
  push(line: string): void {
    this.accepted++;
    const isFull = this.#queue.length + this.#inFlight.size >= this.#settings.queueSize;
    if (!isFull || this.#makeRoom()) this.#queue.push(line);
    if (this.#blockMs > 0) {
      const began = now();
      this.flushSync(this.#blockMs);
      this.#blockMs -= now() - began;
    } else {
      this.#nudge();
    }
  }

  /** Keeps records moving though this thread may never yield; a dropped one is an occasion too. */
  #nudge(): void {
    const lane = this.#lane;
    if (lane === undefined && this.#queue.length === 1) this.#waitingSince = now();
    this.#schedule(lane === undefined ? START_AFTER_MS : COLLECT_MS);
    const isFull = this.#queue.length >= this.#queue.batchSize;
    if (lane !== undefined && isFull && this.#hasRoom) this.#post();
    // To look at the clock is dear, so while records come fast it serves several.
    if (--this.#unlooked > 0) return;
    const time = now();
    this.#unlooked = time - this.#lookedAt < BACKLOG_MS ? LOOK_EVERY : 1;
    this.#lookedAt = time;
    const waited = time - this.#waitingSince;
    if (lane !== undefined) {
      // While the worker has its hands full, something is going to leave it soon.
      if (waited >= (this.#hasRoom ? COLLECT_MS : BACKLOG_MS)) this.#post();
    } else if (waited >= START_WITHIN_MS) {
      this.#start();
      this.#post();
    }
  }

  /** Counts a record that was lost before it came to the queue. */
  fail(): void {
    this.accepted++;
    this.failed++;
  }

  /** Waits until all that was taken before the call is settled, or the time is up. */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadline = now() + timeoutMs;
    const target = this.#queue.next;
    // Waiting for shared memory does not keep the program alive; a timer does.
    const keepAlive = setInterval(() => {}, LOOK_MS);
    try {
      while (!this.#isSettled(target)) {
        const left = deadline - now();
        if (!(left > 0)) return false;
        const most = Math.min(left, LOOK_MS);
        if (this.#lane === undefined) await sleep(Math.min(most, this.#startsIn));
        else await this.#lane.acknowledgements.waitAsync(this.#missing(target), most);
      }
      return true;
    } finally {
      clearInterval(keepAlive);
      this.#lane?.hear();
    }
  }

  /** The same, blocking. Without a worker there is nobody to wait for, and it returns at once. */
  flushSync(timeoutMs: number): boolean {
    const deadline = now() + timeoutMs;
    const target = this.#queue.next;
    while (!this.#isSettled(target)) {
      const left = deadline - now();
      if (!(left > 0) || !this.blocking) return false;
      this.#wait(this.#missing(target), Math.min(left, LOOK_MS));
    }
    this.#lane?.hear();
    return true;
  }

  /**
   * The program is ending: no pause is made any more, and what it still logs is flushed at once.
   * @param last Whether the program cannot go on after it.
   */
  end(last: boolean): void {
    const { shutdownTimeoutMs } = this.#settings;
    this.#ending = last;
    this.#blockMs = Math.max(this.#blockMs, shutdownTimeoutMs);
    this.hurry(shutdownTimeoutMs);
  }

  /** The program went on after all. */
  goOn(): void {
    this.#ending = false;
    this.#window = this.#usualWindow;
    if (this.#settings.mode !== "sync") this.#blockMs = 0;
    this.#lane?.post({ kind: "flush", forMs: 0 });
  }

  /** The blocking flush that follows it. */
  flushAtEnd(timeoutMs: number): void {
    const began = now();
    const settled = this.flushSync(timeoutMs);
    this.#blockMs -= now() - began;
    this.#diagnostics.flush();
    if (settled || !this.blocking) return;
    this.#reportLoss(this.#settings.shutdownTimeoutMs);
  }

  /** Says that somebody waits for the last records, for so long: no needless pause is made. */
  hurry(forMs: number): void {
    if (this.pending === 0) return;
    this.#mayStartAt = 0;
    // Nothing more is going to be dropped, and a thread that waits for much wakes up less often.
    this.#window = Math.min(this.#settings.queueSize, MAX_WINDOW);
    this.#start();
    this.#post();
    this.#lane?.post({ kind: "flush", forMs });
  }

  /** Drains, blocking, and ends the worker. */
  destroy(): void {
    const { shutdownTimeoutMs } = this.#settings;
    this.#ending = true;
    this.hurry(shutdownTimeoutMs);
    this.flushSync(shutdownTimeoutMs);
    this.stop(shutdownTimeoutMs);
  }

  /** Ends the worker. What is still pending after so many milliseconds counts as failed. */
  stop(timeoutMs: number): void {
    this.#reportLoss(timeoutMs);
    this.failed += this.pending;
    this.#inFlight.clear();
    this.#queue.clear();
    this.#retriedBefore = this.retried;
    const lane = this.#lane;
    this.#lane = undefined; // Before it says that it has ended: that is no crash.
    lane?.stop();
    this.#mayStartAt = 0;
    this.#ending = false;
    this.#window = this.#usualWindow;
  }

  #reportLoss(timeoutMs: number): void {
    const { pending } = this;
    this.#lane?.hear();
    this.#diagnostics.flush();
    if (pending === 0) return;
    this.#diagnostics.report({
      level: "error",
      code: "shutdown",
      message:
        `${records(pending)} ${
          pending === 1 ? "was" : "were"
        } not delivered within ${timeoutMs} ms ` +
        `('shutdownTimeoutMs', or what close() was given)`,
    });
  }

  /** How long until another worker may be started, in milliseconds. */
  get #startsIn(): number {
    return Math.max(0, this.#mayStartAt - now());
  }

  /** Blocks until so many records are settled, or the time is up. */
  #wait(count: number, timeoutMs: number): void {
    // After a crash there is nobody to hear from.
    if (this.#lane === undefined) block(Math.min(timeoutMs, this.#startsIn));
    else this.#lane.acknowledgements.wait(count, timeoutMs);
    this.#lane?.hear();
  }

  /** Posts what can be posted, and says whether everything before this number is settled. */
  #isSettled(target: number): boolean {
    this.#settle();
    if (this.#queue.first >= target && this.#inFlight.countBefore(target) === 0) return true;
    this.#start();
    this.#post();
    return false;
  }

  /** How many acknowledgements to wait for: of all up to this number, or until there is room. */
  #missing(target: number): number {
    if (this.#queue.first < target) return Math.max(1, this.#inFlight.size >> 1);
    return Math.max(1, this.#inFlight.countBefore(target));
  }

  #schedule(delayMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void sleep(delayMs).then(() => {
      this.#scheduled = false;
      if (this.#queue.length > 0 || this.#lane === undefined) this.#tend();
    });
  }

  /** Posts what waits, and comes back for what has to wait longer. */
  #tend(): void {
    if (this.pending === 0) return;
    this.#start();
    this.#post();
    if (this.#queue.length === 0 && this.#lane !== undefined) return;
    // In an outage nothing moves, and to look a thousand times a second would be a waste.
    const settled = this.delivered + this.failed;
    const moves = settled > this.#settledBefore;
    this.#settledBefore = settled;
    this.#lookAfterMs = moves ? BACKLOG_MS : Math.min(2 * this.#lookAfterMs, LOOK_MS);
    this.#schedule(this.#lookAfterMs);
  }

  /** Whether the worker may have the oldest batch. */
  get #hasRoom(): boolean {
    return this.#inFlight.size + this.#queue.batchLength <= this.#window;
  }

  #post(): void {
    this.#settle();
    while (this.#lane !== undefined && this.#queue.length > 0 && this.#hasRoom) {
      const batch = this.#queue.take()!;
      this.#inFlight.add(batch);
      this.#lane.post({ kind: "batch", ...batch });
    }
    this.#waitingSince = now();
  }

  #settle(): void {
    this.#acknowledgements?.read(this.#take);
    if (this.#lane?.acknowledgements.crashed) this.#bury();
  }

  #take = (sequence: number, outcome: Outcome) => {
    if (this.#inFlight.settle(sequence)) this[outcome]++;
  };

  /** Makes room for one record, or counts it as dropped. */
  #makeRoom(): boolean {
    const { queueSize, overflowPolicy } = this.#settings;
    if (this.pending < queueSize) return true;
    if (overflowPolicy === "block" && this.#waitForRoom()) return true;
    this.dropped++;
    this.#diagnostics.count(this.#overflow);
    return overflowPolicy === "drop-oldest" && this.#queue.drop();
  }

  /** Blocks until there is room. Only a lane that works meanwhile can make any. */
  #waitForRoom(): boolean {
    for (;;) {
      this.#start();
      if (!this.blocking) return false;
      this.#post();
      if (this.pending < this.#settings.queueSize) return true;
      this.#wait(1, LOOK_MS);
    }
  }

  get #canHaveWorker(): boolean {
    return this.#settings.client === undefined && typeof Worker === "function" &&
      this.#crashes <= RESTART_AFTER_MS.length;
  }

  /** Starts a lane, unless there is one, or the worker has crashed only just now. */
  #start(): void {
    const time = now();
    if (this.#lane !== undefined || time < this.#mayStartAt) return;
    this.#startedAt = time;
    this.#lane = this.#startWorker() ?? this.#startLocally();
    this.#acknowledgements = this.#lane.acknowledgements;
    // What a worker that crashed had not acknowledged goes out again, under the same keys.
    for (const batch of this.#inFlight) this.#lane.post({ kind: "batch", ...batch });
  }

  #startWorker(): Lane | undefined {
    if (this.#settings.client || this.#crashes > RESTART_AFTER_MS.length) return undefined;
    try {
      const { queueSize } = this.#settings;
      const lane = workerLane(
        this.#settings.exporter,
        this.#origin,
        queueSize,
        this.#diagnostics,
        this.#ending,
        (why) => {
          if (this.#lane === lane) this.#bury(why);
        },
      );
      return lane;
    } catch (error) {
      this.#crashes = Infinity;
      this.#reportFallback(`Cannot start the worker: ${reason(error)}`);
      return undefined;
    }
  }

  #startLocally(): Lane {
    const { client, exporter, queueSize } = this.#settings;
    const over = new AbortController();
    const send = client
      ? createClientSend(client, exporter)
      : createHttpSend(exporter, over.signal);
    return localLane(exporter, this.#origin, queueSize, this.#diagnostics, send, over);
  }

  get #origin(): Origin {
    const { protocol, destination } = this.#settings;
    return {
      version: 1,
      protocol,
      keyPrefix: this.#keyPrefix,
      constants: this.#constants,
      destination,
    };
  }

  #report = (diagnostic: Diagnostic) => this.#diagnostics.report(diagnostic);

  #reportFallback(why: string): void {
    this.#report({
      level: "warn",
      code: "no-worker",
      message: `${why}: records are shipped from the program's own thread, where Deno.exit() and ` +
        `an uncaught error lose what is pending`,
    });
  }

  /** Clears a worker away that crashed. Another one follows, but not at once and not for ever. */
  #bury(why?: string): void {
    this.#retriedBefore = this.retried;
    const lane = this.#lane;
    this.#lane = undefined;
    this.#acknowledgements?.read(this.#take);
    lane?.stop();
    const time = now();
    if (time - this.#startedAt >= STABLE_MS) this.#crashes = 0;
    this.#mayStartAt = time + (RESTART_AFTER_MS[this.#crashes++] ?? 0);
    const crash = `The worker crashed${why ? `: ${why}` : ""}`;
    if (this.#canHaveWorker) {
      const message = `${crash}: it is started again, and unacknowledged records are sent again`;
      this.#report({ level: "error", code: "worker", message });
    } else {
      this.#reportFallback(crash);
    }
    this.#schedule(BACKLOG_MS);
  }
}
