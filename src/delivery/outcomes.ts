/**
 * Settles the records of requests, each once, and counts and explains those that are lost. Runs where
 * requests are sent: on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { type Diagnostic, type Loss, records } from "../diagnostics.ts";
import type { ExporterCallbacks, Lost } from "./exporter_settings.ts";
import type { Item, Request } from "./request.ts";
import type { SendResult } from "./response.ts";

/** How long losses are counted before their number is reported, in milliseconds. */
const COLLECT_MS = 1000;

/** What the answer to a request that was delivered says. */
type Answer = Pick<SendResult & { kind: "delivered" }, "rejected" | "diagnostic">;

/** Says what became of records. */
export class Outcomes {
  #callbacks: ExporterCallbacks;
  #now: () => number;
  /** Records that were lost since the last report, and why the last one was. */
  #lost = 0;
  #reason = "";
  /** When the first of them was lost; nothing before anything was. */
  #since: number | undefined;

  constructor(callbacks: ExporterCallbacks, now: () => number) {
    this.#callbacks = callbacks;
    this.#now = now;
  }

  /**
   * Settles the records of a request that was delivered, but for those at its end that were rejected.
   * @param isLast Whether no others wait.
   */
  settle(request: Request, { rejected = 0, diagnostic }: Answer, isLast: boolean): void {
    if (diagnostic && rejected === 0) this.#callbacks.report(diagnostic);
    if (request.isSettled) return;
    request.isSettled = true;
    let left = request.items.length;
    if (diagnostic && rejected > 0) {
      this.explain(diagnostic);
      this.#countLost(Math.min(rejected, left));
    }
    // When the last one is settled, whoever waits goes on, and may end the program.
    if (isLast) this.#reportLost();
    for (const { sequence } of request.items) {
      this.#callbacks.acknowledgements.acknowledge(
        sequence,
        left-- > rejected ? "delivered" : "failed",
      );
    }
  }

  /** Settles a request of which all records have failed for this reason. */
  lose(request: Request, diagnostic: Diagnostic, isLast: boolean): void {
    this.settle(request, { rejected: Infinity, diagnostic }, isLast);
  }

  /** Reports why the next records are lost. */
  explain(diagnostic: Diagnostic): void {
    this.#reason = diagnostic.message;
    this.#callbacks.report(diagnostic);
  }

  /** Settles records that are given up without another try, for the same reason as the last one. */
  giveUp(items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#countLost(items.length);
    this.#reportLost();
    for (const { sequence } of items) {
      this.#callbacks.acknowledgements.acknowledge(sequence, "failed");
    }
  }

  #countLost(count: number): void {
    const isFirst = this.#since === undefined;
    if (this.#lost === 0) this.#since = this.#now();
    this.#lost += count;
    // The first loss is reported with its reason alone; a message for each would be a flood.
    if (isFirst || this.#now() - this.#since! >= COLLECT_MS) this.#reportLost();
  }

  #reportLost(): void {
    if (this.#lost > 0) this.#callbacks.countLost({ count: this.#lost, reason: this.#reason });
    this.#lost = 0;
  }
}

/** How lost records are reported where they are counted. */
export function lossOf({ reason }: Lost): Loss {
  return {
    level: "error",
    code: "lost",
    message: (count) =>
      `${records(count)} could not be delivered so far, the last because: ${reason}`,
    isFirstReported: true,
  };
}
