/**
 * Counts the records that are lost, and says why. Runs where requests are sent: on the worker's thread,
 * or on the program's own where there is no worker.
 *
 * @module
 */
import { type Diagnostic, type Loss, records } from "../diagnostics.ts";

/** How long losses are counted before it is said how many they are, in milliseconds. */
const COLLECT_MS = 1000;

/** Records that were lost, and why the last one was. Can be sent to another thread. */
export interface Lost {
  readonly count: number;
  readonly reason: string;
}

/** Who tells it. */
export interface LossCallbacks {
  /** Says something once. */
  report(diagnostic: Diagnostic): void;
  /** Says how many records were lost since it was last said. */
  countLost(lost: Lost): void;
}

/** What was lost since it was last said. */
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

  /** Says why so many records are lost, and counts them. */
  add(count: number, diagnostic: Diagnostic): void {
    this.#reason = diagnostic.message;
    this.#callbacks.report(diagnostic);
    this.addRest(count);
  }

  /** Counts records that were not even tried any more, for the reason that the last one had. */
  addRest(count: number): void {
    const isFirst = this.#since === undefined;
    if (this.#count === 0) this.#since = this.#now();
    this.#count += count;
    // The first are told by the reason alone. In a flood a message for each would be a flood, too.
    if (isFirst || this.#now() - this.#since! >= COLLECT_MS) this.tell();
  }

  /** Says how many they are. */
  tell(): void {
    if (this.#count > 0) this.#callbacks.countLost({ count: this.#count, reason: this.#reason });
    this.#count = 0;
  }
}

/** How lost records are told where they are counted. */
export function lossOf({ reason }: Lost): Loss {
  return {
    level: "error",
    code: "lost",
    message: (count) =>
      `${records(count)} could not be delivered so far, the last because: ${reason}`,
    isTold: true,
  };
}
