/**
 * Counts the records that are lost, and reports why. Runs where requests are sent: on the worker's thread,
 * or on the program's own where there is no worker.
 *
 * @module
 */
import { type Diagnostic, type Loss, records } from "../diagnostics.ts";

/** How long losses are counted before their number is reported, in milliseconds. */
const COLLECT_MS = 1000;

/** Records that were lost, and why the last one was. Can be sent to another thread. */
export interface Lost {
  readonly count: number;
  readonly reason: string;
}

/** Who reports the losses. */
export interface LossCallbacks {
  /** Reports something once. */
  report(diagnostic: Diagnostic): void;
  /** Reports how many records were lost since the last report. */
  countLost(lost: Lost): void;
}

/** What was lost since the last report. */
export class Losses {
  #callbacks: LossCallbacks;
  #now: () => number;
  #count = 0;
  #reason = "";
  /** When the first of them was lost; nothing before anything was. */
  #since: number | undefined;

  constructor(callbacks: LossCallbacks, now: () => number) {
    this.#callbacks = callbacks;
    this.#now = now;
  }

  /** Reports why records are lost. */
  explain(diagnostic: Diagnostic): void {
    this.#reason = diagnostic.message;
    this.#callbacks.report(diagnostic);
  }

  /** Counts lost records, and reports why. */
  add(count: number, diagnostic: Diagnostic): void {
    this.explain(diagnostic);
    this.addRest(count);
  }

  /** Counts records that were given up without another try, for the same reason as the last one. */
  addRest(count: number): void {
    const isFirst = this.#since === undefined;
    if (this.#count === 0) this.#since = this.#now();
    this.#count += count;
    // The first loss is reported with its reason alone; a message for each would be a flood.
    if (isFirst || this.#now() - this.#since! >= COLLECT_MS) this.tell();
  }

  /** Reports how many they are. */
  tell(): void {
    if (this.#count > 0) this.#callbacks.countLost({ count: this.#count, reason: this.#reason });
    this.#count = 0;
  }
}

/** How lost records are reported where they are counted. */
export function lossOf({ reason }: Lost): Loss {
  return {
    level: "error",
    code: "lost",
    message: (count) =>
      `${records(count)} could not be delivered so far, the last because: ${reason}`,
    isTold: true,
  };
}
