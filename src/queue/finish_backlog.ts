/**
 * The end of a program or a handler, as far as it concerns what others have left in the spool: some
 * of that is delivered, if it is a matter of a moment. Runs on the program's thread.
 *
 * @module
 */
import { now } from "../clock.ts";
import type { Backlog } from "../spool/backlog.ts";
import type { ThreadKind } from "../worker/thread.ts";
import type { Dispatcher } from "./dispatcher.ts";

/**
 * How long an end waits for what is in flight of others, in milliseconds: for an answer from far away.
 * It stays on disk, but whoever takes it over from there would send it again.
 */
const GRACE_MS = 1000;
/** How many files of others it looks at: some may be of programs that ship elsewhere. */
const LOOKED_AT = 32;

/** Waits a moment for what is in flight of others, without blocking. */
export async function finishBacklog(
  backlog: Backlog,
  dispatcher: Dispatcher,
  timeoutMs: number,
): Promise<void> {
  const deadline = begin(backlog, dispatcher, timeoutMs, "brief");
  for (let left; backlog.inFlight > 0 && (left = deadline - now()) > 0;) {
    await dispatcher.wait(backlog.inFlight, left);
    dispatcher.settle();
  }
}

/**
 * The same, blocking.
 * @param kind The worker that is started for it, if none runs.
 */
export function finishBacklogSync(
  backlog: Backlog,
  dispatcher: Dispatcher,
  timeoutMs: number,
  kind: ThreadKind,
): void {
  const deadline = begin(backlog, dispatcher, timeoutMs, kind);
  for (let left; backlog.inFlight > 0 && dispatcher.isBlocking && (left = deadline - now()) > 0;) {
    dispatcher.waitSync(backlog.inFlight, left);
    dispatcher.settle();
  }
}

/** Takes nothing more, but for what a short script has not come to yet. Says when the wait is over. */
function begin(
  backlog: Backlog,
  dispatcher: Dispatcher,
  timeoutMs: number,
  kind: ThreadKind,
): number {
  const deadline = now() + Math.min(timeoutMs, GRACE_MS);
  if (timeoutMs > 0 && !backlog.hasScanned) dispatcher.recover(kind, 1, LOOKED_AT);
  backlog.stop();
  return deadline;
}
