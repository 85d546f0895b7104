/**
 * Tells why records are lost, and how many. Runs where requests are sent: on the worker's thread, or
 * on the program's own where there is no worker.
 *
 * @module
 */
import { type Diagnostic, type Loss, records } from "../diagnostics.ts";

/** Who tells it. */
export interface LossCallbacks {
  /** Says something once. */
  report(diagnostic: Diagnostic): void;
  /** Counts records that were lost, and tells by and by how many they are. */
  countLoss(loss: Loss, records: number): void;
}

/** What was lost so far. */
export class Losses {
  #callbacks: LossCallbacks;
  #reason = "";

  constructor(callbacks: LossCallbacks) {
    this.#callbacks = callbacks;
  }

  /** Tells the reason for so many records. */
  add(count: number, diagnostic: Diagnostic): void {
    this.#reason = diagnostic.message;
    this.#callbacks.report(diagnostic);
    this.addRest(count);
  }

  /** Counts records that were not even tried any more, for the reason that the last one had. */
  addRest(count: number): void {
    const message = (all: number) =>
      `${records(all)} could not be delivered so far, the last because: ${this.#reason}`;
    this.#callbacks.countLoss({ level: "error", code: "lost", message, isTold: true }, count);
  }
}
