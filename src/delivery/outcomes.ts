/**
 * Settles the records of requests, each once, and counts those that are lost. Runs where requests
 * are sent: on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { ExporterCallbacks } from "./exporter_settings.ts";
import { Losses } from "./losses.ts";
import type { Item, Request } from "./request.ts";

/** Says what became of records. */
export class Outcomes {
  #callbacks: ExporterCallbacks;
  #losses: Losses;

  constructor(callbacks: ExporterCallbacks, now: () => number) {
    this.#callbacks = callbacks;
    this.#losses = new Losses(callbacks, now);
  }

  /**
   * Settles the records of a request, of which this many at the end have failed.
   * @param isLast Whether no others wait.
   */
  settle(request: Request, failed: number, isLast: boolean): void {
    if (request.isSettled) return;
    request.isSettled = true;
    // When the last one is settled, whoever waits goes on, and may end the program.
    if (isLast) this.#losses.tell();
    const { items } = request;
    let left = items.length;
    for (const { sequence } of items) {
      this.#callbacks.settle(sequence, left-- > failed ? "delivered" : "failed");
    }
  }

  /** Settles a request of which all records have failed for this reason. */
  lose(request: Request, diagnostic: Diagnostic, isLast: boolean): void {
    this.#losses.add(request.items.length, diagnostic);
    this.settle(request, request.items.length, isLast);
  }

  /** Reports why the next records are lost. */
  explain(diagnostic: Diagnostic): void {
    this.#losses.explain(diagnostic);
  }

  /** Settles records that are given up without another try. */
  giveUp(items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#losses.addRest(items.length);
    this.#losses.tell();
    for (const { sequence } of items) this.#callbacks.settle(sequence, "failed");
  }
}
