/**
 * Drains every handler at every end of the program. Deno runs nothing asynchronous in `unload`, and
 * after an uncaught error or a signal there is no `unload` at all, so each end has its own event
 * and each drain blocks. Runs on the program's thread.
 *
 * @module
 */
import { now, sleep } from "../clock.ts";
import { listen } from "../events.ts";
import { Arrival } from "./arrival.ts";
import type { Hooked } from "./drainable.ts";
import { guard } from "./guard.ts";
import {
  afterListeners,
  beforeWorkerEnds,
  type EndEvent,
  IN_WORKER,
  isHandledByNode,
  isHotReloaded,
} from "./host.ts";
import { Signals } from "./signals.ts";

// As it is when the package is loaded, whatever the program does to it later.
const { defineProperty } = Object;

const hooked = new Set<Hooked>();
const signals = new Signals(hooked, {
  drainAll: (began, isLast = false) => drainAll(isLast, began, true),
  cancelShutdown,
});

/** Whether the program cannot go on any more. */
let isUnloading = false;

// Listened to from the beginning, so that ours come first: another listener may end the program by
// `Deno.exit()`. And the first record may be logged by one, when it is too late to add ours.
const unloadListener = guard(onUnload);
listen("unload", unloadListener);
listen("beforeunload", guard(onBeforeUnload));
for (const type of ["error", "unhandledrejection"]) listen(type, guard(onUncaught));

/** Stops watching for the end of this worker, if it is one of the program's. */
let unwatchWorker = () => {};

/** Drains this at every end of the program, until it is unhooked. Does not throw. */
export const hook: (entry: Hooked) => void = guard((entry) => {
  if (hooked.has(entry)) return;
  if (IN_WORKER && hooked.size === 0) unwatchWorker = beforeWorkerEnds(unloadListener);
  hooked.add(entry);
  signals.update();
  if (isUnloading) entry.shipper.beginShutdown(true);
});

/**
 * Undoes {@linkcode hook}. Does not throw.
 * @param hasBlocked Whether this thread has blocked until now, and heard no signal.
 */
export const unhook: (entry: Hooked, hasBlocked: boolean) => void = guard((entry, hasBlocked) => {
  if (!hooked.delete(entry)) return;
  signals.update(hasBlocked);
  if (hooked.size === 0) unwatchWorker();
});

/**
 * Drains all, blocking.
 * @param isLast Whether the program cannot go on after it.
 * @param mayWait Whether what is being shipped from this thread is waited for by somebody else.
 */
function drainAll(isLast: boolean, began = now(), mayWait = false): void {
  for (const { shipper } of hooked) shipper.beginShutdown(isLast);
  for (const { shipper, shutdownTimeoutMs } of hooked) {
    if (mayWait && !shipper.isBlocking) continue;
    // They drain side by side, so what one has waited counts for the next one too.
    shipper.drain(Math.max(0, began + shutdownTimeoutMs - now()));
  }
  // While one drained, those before it delivered more.
  for (const { shipper } of hooked) shipper.settle();
}

function cancelShutdown(): void {
  for (const { shipper } of hooked) shipper.cancelShutdown();
}

/** What is logged after this is delivered inside its log call. */
function onUnload(): void {
  isUnloading = true;
  // A program may dispatch such an event itself, as tests do, and go on. At an end nothing comes due.
  void sleep(1).then(guard(() => {
    isUnloading = false;
    cancelShutdown();
    signals.update();
  }));
  if (IN_WORKER) signals.stop(); // What it heard from now on would get lost.
  drainAll(true);
  signals.endByHeard();
}

/** When the program ran out of work, if it goes on for nothing but us. */
let endBegan: number | undefined;
/** The wait for signals that were under way then. */
let arrival: Arrival | undefined;

/**
 * The program has run out of work. If this prevents the default it goes on, and each time that it
 * runs out of work again this is called again.
 */
function onBeforeUnload(event: EndEvent): void {
  if (hooked.size > 0 && isHotReloaded()) return; // It drains in `unload`, by a worker.
  if (event.defaultPrevented) endBegan = undefined;
  if (endBegan === undefined) arrival = undefined;
  // The others have heard it already, and would do again what they do at the end.
  else event.stopImmediatePropagation();
  const began = endBegan ?? now();
  arrival ??= awaitArrival();
  if (!waitForShippers(began) && !arrival.isAwaited) {
    endBegan = undefined; // If it goes on now, it is by another listener, such as Node's of `beforeExit`.
    return;
  }
  if (event.defaultPrevented) return;
  event.preventDefault();
  endBegan = began;
  // If somebody else wants the program to go on as well, the next time is news to all.
  const prevent = () => endBegan = undefined;
  defineProperty(event, "preventDefault", { value: prevent });
}

function awaitArrival(): Arrival {
  const arrival = new Arrival(signals);
  guard(() => arrival.wait())();
  return arrival;
}

/** A drain without a worker needs the program to go on for a while. */
function waitForShippers(began: number): boolean {
  const waiting = [...hooked].filter(({ shipper }) =>
    shipper.pending > 0 && (!shipper.isBlocking || shipper.canShipHere)
  );
  for (const entry of waiting) guard(() => flushUntil(entry, began))();
  return waiting.some(({ shipper }) => shipper.pending > 0);
}

async function flushUntil({ shipper, shutdownTimeoutMs }: Hooked, began: number): Promise<void> {
  const left = began + shutdownTimeoutMs - now();
  const isSettled = left > 0 &&
    await shipper.flush(left, shipper.canShipHere ? "brief" : undefined);
  // A request that does not come back would have the program wait, or end without a word about it.
  if (!isSettled && endBegan === began) shipper.close(shutdownTimeoutMs);
}

/** Drains before Deno ends the program, if none of the listeners that are still to come prevents it. */
function onUncaught(event: EndEvent): void {
  afterListeners(
    event,
    guard(() => {
      // Node's listeners come after all of the web's.
      if (event.defaultPrevented || isHandledByNode(event.type)) return;
      // Where something else lets the program go on, this comes next. Not by an operation that may be
      // done at once: what a worker needs is loaded in the drain, and then Deno runs microtasks.
      void sleep(1).then(guard(cancelShutdown));
      drainAll(false);
      signals.endByHeard();
    }),
  );
}
