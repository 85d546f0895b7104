/**
 * Decides what becomes of requests that were refused or failed, which is what delivery must get
 * right: the same bytes under the same key until the service has them; a pause for all requests
 * when the service is in trouble; and a record that is refused takes no other one with it. Runs on
 * the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { Backoff } from "./backoff.ts";
import type { ExporterCallbacks, ExporterSettings } from "./exporter_settings.ts";
import type { Limit } from "./limit.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Request } from "./request.ts";
import type { RequestQueue } from "./request_queue.ts";
import { isCrowded, type RetryCause, type SendResult } from "./response.ts";
import { countCutOff, countFailure, countRefusal, type Others } from "./retry_policy.ts";
import type { Slot } from "./slots.ts";

/** This many failures in a row are an outage, not failures of single requests. */
const OUTAGE_FAILURES = 32;
/** The same at an end, which has no time for pauses, of a service that refuses one request at a time. */
const FEW_FAILURES = 4;
/** After this many refusals in a row, a single request finds out whether the settings are wrong. */
const MANY_REFUSALS = 16;

/** What a failure has an effect on. */
export interface Affected {
  readonly settings: ExporterSettings;
  readonly callbacks: ExporterCallbacks;
  readonly backoff: Backoff;
  readonly limit: Limit;
  readonly queue: RequestQueue;
  readonly outcomes: Outcomes;
}

/** Deals with failures. */
export class Failures {
  #settings: ExporterSettings;
  #callbacks: ExporterCallbacks;
  #backoff: Backoff;
  #limit: Limit;
  #queue: RequestQueue;
  #outcomes: Outcomes;

  constructor({ settings, callbacks, backoff, limit, queue, outcomes }: Affected) {
    this.#settings = settings;
    this.#callbacks = callbacks;
    this.#backoff = backoff;
    this.#limit = limit;
    this.#queue = queue;
    this.#outcomes = outcomes;
  }

  /** The service refuses a request as it is. */
  onRefused(slot: Slot, result: SendResult & { kind: "refused" }, now: number): void {
    const { request } = slot;
    if (request.isSettled) return;
    const { length } = request.items;
    if (result.because === "settings") {
      this.#onRefusedBySettings(slot, result, now);
    } else if (this.#isAddressWrong(result.because, length)) {
      this.#blameSettings(slot, result, now);
    } else if (length > 1) {
      this.#halveRefused(request);
    } else if (result.because !== "size" || !this.#queue.shorten(request)) {
      this.#lose(request, result.diagnostic);
    }
  }

  /** Either the settings are wrong, or somebody before the service objects to what a record says. */
  #onRefusedBySettings(slot: Slot, result: SendResult & { kind: "refused" }, now: number): void {
    const { request, epoch } = slot;
    this.#callbacks.report(result.diagnostic);
    const others = this.#onFailure(request);
    const { deliveries, failuresInARow } = this.#backoff;
    if (deliveries === 0 || slot.isProbe) return this.#blameSettings(slot, result, now);
    if (failuresInARow >= MANY_REFUSALS) return this.#probe(slot, request);
    const isBatch = request.items.length > 1;
    if (isBatch && request.isDoubted) return this.#queue.halve(request);
    if (request.isDoubted && !others.anyDelivered) this.#backoff.open(epoch, "failure");
    const isSpent = !isBatch && countRefusal(request, others, this.#settings);
    if (isSpent) this.#lose(request, result.diagnostic);
    else this.#doubt(slot, now);
  }

  /** If nothing was ever delivered, it is the address that is wrong, and not batch after batch. */
  #isAddressWrong(because: string, records: number): boolean {
    const { deliveries } = this.#backoff;
    const isDoubtful = because === "either" || because === "content" && records > 1;
    if (deliveries > 0 || !isDoubtful) return false;
    this.#backoff.onFailed();
    if (this.#settings.isKept && records === 1) return true;
    return this.#backoff.failuresInARow >= MANY_REFUSALS;
  }

  /** One bad record spoils a batch that is refused: halving it finds out which. */
  #halveRefused(request: Request): void {
    request.isDoubted = true;
    this.#queue.halve(request);
  }

  /** Sends a single request to find out whether the settings are wrong. */
  #probe({ epoch }: Slot, request: Request): void {
    this.#backoff.open(epoch, "failure");
    this.#queue.retry(request);
  }

  /**
   * Everything is refused until the settings are corrected: one record at a time finds out when. Where
   * records are kept on disk none is lost by that.
   */
  #blameSettings(
    slot: Slot,
    { diagnostic, isCertain = false }: SendResult & { kind: "refused" },
    now: number,
  ): void {
    const { request, epoch, isProbe } = slot;
    this.#outcomes.explain(diagnostic);
    if (this.#settings.isKept) this.#again(request);
    else if (request.items.length > 1) this.#queue.isolate(request);
    else if (isCertain || isProbe || request.isDoubted) this.#lose(request, diagnostic);
    else this.#doubt(slot, now);
    this.#backoff.open(epoch, "settings");
  }

  /**
   * Sends a request once more: one hiccup of a proxy in front of the service says nothing yet. By other
   * connections, since an instance that is going down may refuse all by those that it still has.
   */
  #doubt({ request, sentAt }: Slot, now: number): void {
    request.isDoubted = true;
    request.openedAfter = sentAt;
    request.dueAt = now + this.#backoff.pauseAfter(0);
    this.#again(request);
  }

  /**
   * A request may be sent again.
   * @param inFlight How many others are in flight.
   */
  onFailed(
    slot: Slot,
    result: SendResult & { kind: "retry" },
    now: number,
    inFlight: number,
  ): void {
    const { request, epoch } = slot;
    const { cause, afterMs, diagnostic } = result;
    this.#callbacks.report(diagnostic);
    const others = this.#onFailure(request);
    const isTrouble = this.#slowDown(slot, cause, inFlight);
    if (afterMs !== undefined) this.#backoff.openFor(epoch, afterMs);
    else if (isTrouble) this.#backoff.open(epoch, "failure");
    if (request.isSettled || --request.copies > 0) return;
    // The service itself says when to come back; a request for which there was no connection
    // goes as soon as another one has finished with its own.
    const isFree = afterMs !== undefined || isCrowded(cause);
    request.dueAt = isFree ? now : now + this.#backoff.pauseAfter(request.failures);
    request.failures++;
    if (countCutOff(request, cause, others)) {
      return this.onRefused(slot, { kind: "refused", because: "size", diagnostic }, now);
    }
    switch (countFailure(request, cause, others, this.#settings)) {
      case "retry":
        return this.#again(request);
      case "halve":
        return this.#queue.halve(request);
      case "give-up": {
        const message = diagnostic.message.replace(": trying again", ": given up");
        return this.#lose(request, { level: "error", code: "given-up", message });
      }
    }
  }

  /**
   * Lowers the limit where there is too much load, and says whether all others are better held back:
   * one request may fail among others that succeed.
   */
  #slowDown({ limitEpoch }: Slot, cause: RetryCause, inFlight: number): boolean {
    if (isCrowded(cause)) return this.#limit.onCrowded(inFlight);
    const { deliveries, failuresInARow, isPartial, isExpedited } = this.#backoff;
    if (isPartial) return false;
    if (cause === "busy" || cause === "timeout") {
      const isTooMuch = this.#limit.onRefused(limitEpoch);
      return isTooMuch && (!isExpedited || deliveries === 0 || failuresInARow >= FEW_FAILURES);
    }
    return deliveries === 0 || failuresInARow >= Math.min(OUTAGE_FAILURES, this.#limit.size);
  }

  /** Counts a failure, and says what became of others since the request failed before. */
  #onFailure(request: Request): Others {
    this.#backoff.onFailed(request.failedAt === undefined);
    const { deliveries, isWell } = this.#backoff;
    const anyDelivered = request.failedAt !== undefined && request.failedAt < deliveries;
    request.failedAt = deliveries;
    return { anyDelivered, nearlyAllDelivered: anyDelivered && isWell };
  }

  #again(request: Request): void {
    request.copies = 1;
    this.#callbacks.acknowledgements.countRetries(request.items.length);
    this.#queue.retry(request);
  }

  #lose(request: Request, diagnostic: Diagnostic): void {
    this.#outcomes.lose(request, diagnostic, this.#queue.isEmpty);
  }
}
