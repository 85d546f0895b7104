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
/** Longest time that a wait does not look whether it is in vain, in milliseconds. */
const POLL_MS = 100;
/** How many files of others it looks at in a row: some may be of programs that ship elsewhere. */
const LOOKED_AT = 32;
/** From how many lines on it takes no other file over, and after how many milliseconds. */
const ENOUGH = { lines: 100, ms: 20 } as const;

/** Waits a moment for what is in flight of others, without blocking. */
export async function finishBacklog(
  backlog: Backlog,
  dispatcher: Dispatcher,
  timeoutMs: number,
): Promise<void> {
  const deadline = begin(backlog, dispatcher, timeoutMs, "brief");
  for (let left; (left = timeLeft(backlog, dispatcher, deadline)) > 0;) {
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
  for (let left; dispatcher.isBlocking && (left = timeLeft(backlog, dispatcher, deadline)) > 0;) {
    dispatcher.waitSync(backlog.inFlight, left);
    dispatcher.settle();
  }
}

/** How long to wait until it is looked again, in milliseconds. Nothing helps where settings are wrong. */
function timeLeft(backlog: Backlog, dispatcher: Dispatcher, deadline: number): number {
  if (backlog.inFlight === 0 || dispatcher.isHopeless) return 0;
  return Math.min(POLL_MS, deadline - now());
}

/**
 * Takes over the beginning of a long file, or short ones, as of a script that runs each minute, and
 * then nothing more. Says when the wait is over.
 */
function begin(
  backlog: Backlog,
  dispatcher: Dispatcher,
  timeoutMs: number,
  kind: ThreadKind,
): number {
  const deadline = now() + Math.min(timeoutMs, GRACE_MS);
  let until = deadline;
  for (
    let before = -1;
    before < backlog.inFlight && backlog.inFlight < ENOUGH.lines && now() < until;
  ) {
    before = backlog.inFlight;
    dispatcher.recover(kind, 1, LOOKED_AT);
    // From here on, since the first time may start a worker.
    if (until === deadline) until = Math.min(deadline, now() + ENOUGH.ms);
  }
  backlog.stop();
  const leftMs = deadline - now();
  if (backlog.inFlight > 0 && leftMs > 0) dispatcher.hurry(leftMs);
  return deadline;
}
