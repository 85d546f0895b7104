/**
 * Delivers events to the service, a bounded number of requests at a time.
 * It runs on the worker's thread, and on the program's own where there is no worker. What it must get
 * right is failure: the same bytes under the same key until the service has them, and one pause for
 * all requests when the service is in trouble, ended by a single request that tries it again.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { Chunk, Origin } from "../record/chunk.ts";
import { reason } from "../record/errors.ts";
import { Backoff } from "./backoff.ts";
import { CLOCK, type Clock } from "./clock.ts";
import { createHttpSend, type HttpSettings } from "./http.ts";
import { type BatchSettings, type Item, type Request, RequestQueue } from "./request_queue.ts";
import type { Outcome, Send, SendResult } from "./response.ts";

/** What the exporter has to know. Can be sent to another thread. */
export interface ExporterSettings extends HttpSettings, BatchSettings {
  /** Most requests in flight at a time. */
  readonly concurrency: number;
  /** How often a record is sent again after the service has answered. */
  readonly maxRetries: number;
  /** Whether records wait for as long as the service cannot be reached at all. */
  readonly retryUnreachable: boolean;
}

/** Whom the exporter answers to. */
export interface ExporterCallbacks {
  /** Says what became of the record with this number. Each is settled once. */
  settle(sequence: number, outcome: Outcome): void;
  /** Says how many records are sent again. */
  countRetries(count: number): void;
  report(diagnostic: Diagnostic): void;
}

/** Sends what it is given until each record is settled. */
export class Exporter {
  #settings: ExporterSettings;
  #callbacks: ExporterCallbacks;
  #send: Send;
  #clock: Clock;
  #backoff: Backoff;
  #queue: RequestQueue;
  #inFlight = 0;
  #delivered = 0;
  /** Failed requests since the last delivery. */
  #failedInARow = 0;
  #isMisconfigured = false;
  #isStopped = false;
  #cancelWake: (() => void) | undefined;

  constructor(
    settings: ExporterSettings,
    callbacks: ExporterCallbacks,
    send: Send = createHttpSend(settings),
    clock: Clock = CLOCK,
  ) {
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#send = send;
    this.#clock = clock;
    this.#backoff = new Backoff(clock.now);
    this.#queue = new RequestQueue(settings);
  }

  /** Learns where the chunks come from that name this number. Comes before the first of them. */
  addOrigin(id: number, origin: Origin): void {
    this.#queue.addOrigin(id, origin);
  }

  /** Takes records. */
  send(chunk: Chunk): void {
    this.#queue.push(chunk, this.#clock.now());
    this.#pump();
  }

  /**
   * Somebody waits for the records so far, for so many milliseconds: the present pause is over, unless
   * the service asked for it, nothing is collected any more, and nobody will mend wrong settings.
   */
  flush(forMs: number): void {
    this.#backoff.expedite(forMs);
    this.#pump();
  }

  /** Gives up: nothing more is sent or settled. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.clear();
    this.#cancelWake?.();
  }

  #pump(): void {
    const { state, resumeAt, isExpedited } = this.#backoff;
    if (this.#isMisconfigured && isExpedited) return this.#settle(this.#queue.clear(), "failed");
    const now = this.#clock.now();
    if (state === "open") return this.#wake(resumeAt - now);
    const most = state === "half-open" ? 1 : this.#settings.concurrency;
    while (this.#inFlight < most) {
      const request = this.#queue.take(now, {
        eager: isExpedited,
        idle: this.#inFlight === 0,
        freshFirst: state === "half-open", // To share out the attempts.
      });
      if (request === undefined) break;
      void this.#deliver(request);
    }
    const { dueAt } = this.#queue;
    if (this.#inFlight < most && dueAt !== undefined) this.#wake(dueAt - now);
  }

  #wake(afterMs: number): void {
    this.#cancelWake?.();
    this.#cancelWake = this.#clock.wake(() => this.#pump(), afterMs);
  }

  async #deliver(request: Request): Promise<void> {
    const { epoch } = this.#backoff;
    this.#inFlight++;
    const result = await this.#try(request);
    if (this.#isStopped) return;
    if (result.diagnostic) this.#callbacks.report(result.diagnostic);
    switch (result.kind) {
      case "delivered":
        this.#onDelivered(request, epoch, result.rejected);
        await result.finished;
        break;
      case "refused":
        this.#onRefused(request, epoch, result.because);
        break;
      case "retry":
        this.#onFailed(request, epoch, result);
        break;
    }
    this.#inFlight--;
    this.#pump();
  }

  async #try(request: Request): Promise<SendResult> {
    try {
      return await this.#send(this.#queue.bodyOf(request), request.key);
    } catch (error) {
      // The user's `redact` can leave something that is no event. It must not stop the others.
      const message = `Cannot send a record: ${reason(error)}`;
      const diagnostic = { level: "error", code: "malformed", message } as const;
      return { kind: "refused", because: "content", diagnostic };
    }
  }

  /** The service has taken the records, but for the last so many. */
  #onDelivered({ items }: Request, epoch: number, rejected = 0): void {
    this.#delivered++;
    this.#failedInARow = 0;
    this.#isMisconfigured = false;
    this.#backoff.close(epoch);
    const taken = Math.max(0, items.length - rejected);
    this.#settle(items.slice(0, taken), "delivered");
    this.#settle(items.slice(taken), "failed");
  }

  #onRefused(request: Request, epoch: number, because: "settings" | "size" | "content"): void {
    if (because === "settings") {
      // All will be refused until somebody mends it, so one request at a time finds out when.
      this.#isMisconfigured = true;
      this.#settle(request.items, "failed");
      this.#backoff.open(epoch);
    } else if (request.items.length > 1) {
      this.#queue.halve(request); // One bad record spoils a batch: halves of it find out which.
    } else if (because !== "size" || !this.#queue.shorten(request)) {
      this.#settle(request.items, "failed");
    }
  }

  #onFailed(request: Request, epoch: number, result: SendResult & { kind: "retry" }): void {
    // Among requests that succeed one may fail; when all that are in flight do, or the service says
    // that it is too much, the others are better held back too.
    const inARow = ++this.#failedInARow;
    const isAlone = this.#delivered > 0 && inARow < this.#settings.concurrency && !result.busy;
    if (isAlone) request.dueAt = this.#clock.now() + this.#backoff.pauseAfter(request.failures);
    else this.#backoff.open(epoch, result.afterMs, request.failures);
    request.failures++;
    // An outage says nothing about the record, so only what the service answers counts against it,
    // or silence while others were delivered.
    const wasPassed = request.failedAt !== undefined && request.failedAt < this.#delivered;
    request.failedAt = this.#delivered;
    const counts = result.answered || !this.#settings.retryUnreachable || wasPassed;
    if (counts && ++request.retries > this.#settings.maxRetries) {
      return this.#settle(request.items, "failed");
    }
    this.#callbacks.countRetries(request.items.length);
    this.#queue.retry(request);
  }

  #settle(items: readonly Item[], outcome: Outcome): void {
    for (const { sequence } of items) this.#callbacks.settle(sequence, outcome);
  }
}
