/**
 * What an exporter needs to know, and its callbacks. Types alone, for both threads.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { HttpSettings } from "./http.ts";
import type { BatchSettings } from "./request_queue.ts";
import type { Outcome } from "./response.ts";
import type { RetrySettings } from "./retry_policy.ts";

/** What the exporter needs to know. It can be sent to another thread. */
export interface ExporterSettings extends HttpSettings, BatchSettings, RetrySettings {
  /** Most requests in flight at a time. */
  readonly concurrency: number;
}

/** Records that were lost, and why the last one was. Can be sent to another thread. */
export interface Lost {
  readonly count: number;
  readonly reason: string;
}

/** Tells the program's thread what becomes of its records. */
export interface Acknowledger {
  /** Acknowledges the record with this number. Each is acknowledged once. */
  acknowledge(sequence: number, outcome: Outcome): void;
  /** Counts records that are sent again. */
  countRetries(count: number): void;
  /** Says that the end of the program waits in vain for records that are kept on disk. */
  setHopeless(): void;
}

/** The exporter's callbacks. */
export interface ExporterCallbacks {
  readonly acknowledgements: Acknowledger;
  /** Reports something once. */
  report(diagnostic: Diagnostic): void;
  /** Reports how many records were lost since the last report. */
  countLost(lost: Lost): void;
}
