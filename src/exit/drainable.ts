/**
 * What the end of a program needs to know of a handler's way out. Runs on the program's thread.
 *
 * @module
 */
import type { EndSignal } from "../options/options.ts";
import type { ThreadKind } from "../worker/thread.ts";

/** The way of a handler's records to the service, as its end sees it. */
export interface Drainable {
  /** Records that are not settled. */
  readonly pending: number;
  /** Whether a drain may block. */
  readonly isBlocking: boolean;
  /** Whether a flush with a brief worker needs none, and ships from this thread. */
  readonly canShipHere: boolean;
  /**
   * The program is about to end: no pause is made any more, and what is still logged is delivered
   * inside its log call.
   * @param isLast Whether the program cannot go on after it.
   */
  beginShutdown(isLast: boolean): void;
  /** Blocks until all is settled or the time is up, and says what was not. */
  drain(timeoutMs: number): void;
  /** Takes off what is delivered. */
  settle(): void;
  /** The program goes on after all. */
  cancelShutdown(): void;
  /** Waits without blocking, and says whether all was settled in time. */
  flush(timeoutMs: number, kind?: ThreadKind): Promise<boolean>;
  /** Ends it. What is still pending after `timeoutMs` is given up. */
  close(timeoutMs: number): void;
}

/** What hangs on the end of the program. */
export interface Hooked {
  readonly shipper: Drainable;
  /** Signals to drain at. */
  readonly signals: readonly EndSignal[];
  /** Longest wait at the end, in milliseconds. */
  readonly shutdownTimeoutMs: number;
}

/** Waits, without blocking, for those that have records pending. */
export async function flushPending(hooked: Iterable<Hooked>): Promise<void> {
  const waiting = [...hooked].filter(({ shipper }) => shipper.pending > 0);
  if (waiting.length === 0) return; // Without a turn of the event loop the program says nothing more.
  await Promise.all(
    waiting.map(({ shipper, shutdownTimeoutMs }) => shipper.flush(shutdownTimeoutMs)),
  );
}
