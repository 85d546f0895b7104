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

/** Who reports the losses. */
export interface LossCallbacks {
  /** Reports something once. */
  report(diagnostic: Diagnostic): void;
  /** Reports how many records were lost since the last report. */
  countLost(lost: Lost): void;
}

/** The exporter's callbacks. */
export interface ExporterCallbacks extends LossCallbacks {
  /** Reports what became of the record with this number. Each is settled once. */
  settle(sequence: number, outcome: Outcome): void;
  /** Reports how many records are sent again. */
  countRetries(count: number): void;
  /** Reports that the end of the program waits in vain for records that are kept on disk. */
  onHopeless(): void;
}
