/**
 * What an exporter has to know, and whom it answers to. Types alone, for both threads.
 *
 * @module
 */
import type { HttpSettings } from "./http.ts";
import type { LossCallbacks } from "./losses.ts";
import type { BatchSettings } from "./request_queue.ts";
import type { Outcome } from "./response.ts";
import type { RetrySettings } from "./retry_policy.ts";

/** What the exporter has to know. Can be sent to another thread. */
export interface ExporterSettings extends HttpSettings, BatchSettings, RetrySettings {
  /** Most requests in flight at a time. */
  readonly concurrency: number;
}

/** Whom the exporter answers to. */
export interface ExporterCallbacks extends LossCallbacks {
  /** Says what became of the record with this number. Each is settled once. */
  settle(sequence: number, outcome: Outcome): void;
  /** Says how many records are sent again. */
  countRetries(count: number): void;
}
