/**
 * Delivers events to the service, a bounded number of requests at a time.
 * It runs on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { Chunk, Origin } from "../record/chunk.ts";
import { Backoff } from "./backoff.ts";
import { Alarm, type AlarmClock, CLOCK } from "./alarm.ts";
import { createHttpSend } from "./http.ts";
import { Failures } from "./failures.ts";
import { FAR_MS, Limit } from "./limit.ts";
import type { ExporterCallbacks, ExporterSettings } from "./exporter_settings.ts";
import { malformed, unanswered } from "./no_answer.ts";
import { Outcomes } from "./outcomes.ts";
import type { Request } from "./request.ts";
import { RequestQueue } from "./request_queue.ts";
import { isAnswer, type Send, type SendResult } from "./response.ts";
import { hangAfter, type Slot, Slots } from "./slots.ts";

/** How much longer than its timeout a request may take before its slot is taken from it. */
const OVERDUE_MS = 5000;

/** How often an event is in flight at a time at most, while the program waits. */
const MAX_COPIES = 4;

/** Sends records until each of them is settled. */
export class Exporter {
  #settings: ExporterSettings;
  #callbacks: ExporterCallbacks;
  #sendRequest: Send;
  #clock: AlarmClock;
  #backoff: Backoff;
  #limit: Limit;
  #queue: RequestQueue;
  #slots = new Slots();
  #outcomes: Outcomes;
  #failures: Failures;
  #alarm: Alarm;
  #isStopped = false;

  constructor(
    settings: ExporterSettings,
    callbacks: ExporterCallbacks,
    send: Send = createHttpSend(settings),
    clock: AlarmClock = CLOCK,
  ) {
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#sendRequest = send;
    this.#clock = clock;
    this.#backoff = new Backoff(clock.now);
    this.#limit = new Limit(settings.concurrency, clock.now);
    this.#queue = new RequestQueue(settings);
    this.#outcomes = new Outcomes(callbacks, clock.now);
    this.#failures = new Failures({
      settings,
      callbacks,
      backoff: this.#backoff,
      limit: this.#limit,
      queue: this.#queue,
      outcomes: this.#outcomes,
    });
    this.#alarm = new Alarm(clock, () => this.#pump());
  }

  /** Registers the origin that chunks refer to by this number. It comes before the first of them. */
  addOrigin(id: number, origin: Origin): void {
    this.#queue.addOrigin(id, origin);
  }

  /** Accepts records. */
  send(chunk: Chunk): void {
    this.#queue.push(chunk, this.#clock.now());
    this.#pump();
  }

  /** Sends what may be sent now, and sets the alarm for the rest. */
  #pump(): void {
    const now = this.#clock.now();
    const { isExpedited } = this.#backoff;
    if (isExpedited) this.#limit.expedite(this.#queue.pending, this.#slots.oldestMs(now));
    const hangMs = hangAfter(this.#limit.latency.typicalMs, isExpedited);
    // It gives up, but not while a request in flight may still show that the settings are right.
    if (this.#backoff.isHopeless && this.#slots.hanging(now, hangMs).length === this.#slots.count) {
      if (this.#settings.isKept) this.#callbacks.acknowledgements.setHopeless();
      else this.#outcomes.giveUp(this.#queue.clear());
    }
    this.#handleHanging(now, hangMs);
    const { state, resumeAt, cause } = this.#backoff;
    if (state === "open") return this.#alarm.set(resumeAt);
    const limit = state === "half-open" ? 1 : this.#limit.size;
    // Each request is to get its attempts, so what has not failed yet goes first. But where settings
    // are wrong each attempt costs a record: there it is the same one again.
    const freshFirst = state === "half-open" && (cause !== "settings" || this.#settings.isKept);
    while (this.#slots.free(limit, now, hangMs) > 0) {
      const request = this.#queue.take(now, this.#isAtOnce, freshFirst);
      if (request === undefined) break;
      const openedAfter = this.#slots.isSilent(now, hangMs) ? now : request.openedAfter;
      if (!request.isSettled) void this.#deliver(request, now, openedAfter);
    }
    const nextAt = this.#nextAt(now, hangMs);
    if (nextAt !== undefined) this.#alarm.set(nextAt);
  }

  async #deliver(request: Request, now: number, openedAfter?: number): Promise<void> {
    const slot: Slot = {
      request,
      sentAt: now,
      epoch: this.#backoff.epoch,
      limitEpoch: this.#limit.epoch,
      isProbe: this.#backoff.state === "half-open",
      isWarm: this.#slots.isWarm,
    };
    this.#slots.open(slot);
    let result: SendResult;
    try {
      result = await this.#sendRequest(this.#queue.bodyOf(request), request.key, openedAfter);
    } catch (error) {
      await undefined; // Or each of many would be dealt with inside the one before.
      result = malformed(error);
    }
    if (!this.#isStopped && this.#slots.has(slot)) this.#onResult(slot, result, this.#clock.now());
  }

  #onResult(slot: Slot, result: SendResult, now: number): void {
    const { request, epoch, limitEpoch, sentAt, isWarm } = slot;
    if (result.kind !== "retry" || isAnswer(result.cause)) this.#slots.onAnswer(now);
    switch (result.kind) {
      case "delivered":
        this.#backoff.onDelivered(epoch, request.failedAt === undefined, now - sentAt);
        this.#limit.latency.onAnswer(now - sentAt);
        this.#limit.onDelivered(
          limitEpoch,
          now - sentAt,
          isWarm,
          this.#queue.isDue(now, this.#isAtOnce),
        );
        this.#outcomes.settle(request, result, this.#queue.isEmpty);
        if (result.finished) return void this.#finish(slot, result.finished);
        break;
      case "refused":
        this.#failures.onRefused(slot, result, now);
        break;
      case "retry":
        this.#failures.onFailed(slot, result, now, this.#slots.count - 1);
        break;
    }
    this.#free(slot);
  }

  async #finish(slot: Slot, finished: Promise<Diagnostic | undefined>): Promise<void> {
    const diagnostic = await finished;
    if (this.#isStopped) return;
    if (diagnostic) this.#callbacks.report(diagnostic);
    this.#free(slot);
  }

  #free(slot: Slot): void {
    this.#slots.close(slot);
    this.#pump();
  }

  /**
   * Flushes: for this many milliseconds the program waits for the records so far. The present pause
   * is over, unless the service asked for it, and partial batches go at once.
   * @param isEnding Whether the program ends then, so that wrong settings will not be corrected.
   */
  flush(forMs: number, isEnding = true): void {
    this.#backoff.expedite(forMs, isEnding);
    if (this.#backoff.isExpedited) this.#queue.expedite(this.#clock.now());
    this.#pump();
  }

  /** Gives up: nothing more is sent or settled. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.clear();
    this.#alarm.cancel();
  }

  /** Whether a partial batch goes at once: the program waits, or there is nothing to wait for. */
  get #isAtOnce(): boolean {
    return this.#slots.count === 0 || this.#backoff.isExpedited;
  }

  /** Keeps requests that hang from holding anything up for ever. */
  #handleHanging(now: number, hangMs: number): void {
    const { requestTimeoutMs } = this.#settings;
    const hanging = this.#slots.hanging(now, hangMs);
    for (const slot of hanging) {
      if (!this.#slots.has(slot)) continue; // What becomes of one leads back here.
      const { request } = slot;
      if (now - slot.sentAt >= requestTimeoutMs) slot.lateAt ??= now;
      if (request.isSettled) {
        this.#slots.close(slot); // Its answer has said it all, but does not come to its end.
      } else if (slot.lateAt !== undefined && now - slot.lateAt >= OVERDUE_MS) {
        // A fetch can stay open although its signal has fired.
        this.#onResult(slot, unanswered(this.#settings), now);
      } else if (this.#mayCopy(request, hanging)) {
        request.copies++;
        request.dueAt = now;
        this.#queue.retry(request);
      }
    }
  }

  /**
   * Whether an event that hangs is sent once more, since the program waits: the service collapses events
   * with the same key. All its copies hang, and for a third one, the service has answered others meanwhile.
   */
  #mayCopy(request: Request, hanging: readonly Slot[]): boolean {
    if (!this.#backoff.isExpedited || this.#settings.protocol !== "events") return false;
    if (request.copies === 1) return true;
    if (request.copies >= MAX_COPIES) return false;
    const own = hanging.filter((slot) => slot.request === request);
    return own.length === request.copies && this.#slots.hasAnsweredSince(own[0]!.sentAt);
  }

  /** When there is something to do, unless an answer comes first. */
  #nextAt(now: number, hangMs: number): number | undefined {
    const { isExpedited } = this.#backoff;
    const isWanted = !this.#queue.isEmpty || isExpedited;
    const farAt = isExpedited && !this.#queue.isEmpty
      ? this.#slots.nextHangAt(now, FAR_MS)
      : undefined;
    const dueAt = earlier(this.#queue.dueAfter(now), farAt);
    const hangAt = (isWanted ? this.#slots.nextHangAt(now, hangMs) : undefined) ??
      this.#slots.nextHangAt(now, this.#settings.requestTimeoutMs) ??
      this.#slots.nextOverdueAt(now, OVERDUE_MS);
    return earlier(dueAt, hangAt);
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one !== undefined && other !== undefined ? Math.min(one, other) : one ?? other;
}
