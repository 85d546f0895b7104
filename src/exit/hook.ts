/**
 * Drains every handler at every end of the program. Deno runs nothing asynchronous in `unload`, and
 * after an uncaught error or a signal there is no `unload` at all, so each end has its own event
 * and each drain blocks. Runs on the program's thread.
 *
 * @module
 */
import { now } from "../clock.ts";
import { nodeProcess } from "../platform.ts";
import type { Hooked } from "./drainable.ts";
import { guard } from "./guard.ts";
import { IN_NODE_WORKER, isHandledByNode } from "./host.ts";
import { Signals } from "./signals.ts";

/**
 * How long a program that has run out of work goes on, in milliseconds, so that a signal that it
 * has sent itself as its last act can arrive and end it. That takes a tenth of one, and more on a
 * busy machine.
 */
const SIGNAL_ARRIVAL_MS = 3;
/** The same for a program that has heard a signal, and may send it again after its clean-up. */
const SECOND_ARRIVAL_MS = 50;

const UNCAUGHT = ["error", "unhandledrejection"];

const { setTimeout } = globalThis;
const digest = crypto.subtle.digest.bind(crypto.subtle);

const hooked = new Set<Hooked>();
const signals = new Signals(hooked, { drainAll, cancelShutdown });

/**
 * The event of an end that was dispatched last. Listened to from the beginning, since the first
 * record of a handler may be logged by a listener of the end, and Deno does not call one that is
 * added then.
 */
let lastEnd: Event | undefined;
for (const type of ["unload", ...UNCAUGHT]) addEventListener(type, (event) => lastEnd = event);

const beforeUnloadListener = guard(onBeforeUnload);
const unloadListener = guard(onUnload);
const uncaughtListener = guard(onUncaught);

/** Drains this at every end of the program, until it is unhooked. Does not throw. */
export const hook: (entry: Hooked) => void = guard((entry) => {
  if (hooked.size === 0) {
    addEventListener("beforeunload", beforeUnloadListener);
    addEventListener("unload", unloadListener);
    for (const type of UNCAUGHT) addEventListener(type, uncaughtListener);
    // Of the end of such a worker no event of the web tells.
    if (IN_NODE_WORKER) nodeProcess().on("exit", unloadListener);
  }
  hooked.add(entry);
  signals.update();
  if (lastEnd === undefined) return;
  if (lastEnd.type === "unload") entry.shipper.beginShutdown(true);
  else if (lastEnd.eventPhase !== Event.NONE) onUncaught(lastEnd);
});

/** Undoes {@linkcode hook}. Does not throw. */
export const unhook: (entry: Hooked) => void = guard((entry) => {
  if (!hooked.delete(entry)) return;
  signals.update();
  if (hooked.size > 0) return;
  removeEventListener("beforeunload", beforeUnloadListener);
  removeEventListener("unload", unloadListener);
  for (const type of UNCAUGHT) removeEventListener(type, uncaughtListener);
  if (IN_NODE_WORKER) nodeProcess().off("exit", unloadListener);
});

function drainAll(isLast: boolean, began = now()): void {
  for (const { shipper } of hooked) shipper.beginShutdown(isLast);
  for (const { shipper, shutdownTimeoutMs } of hooked) {
    // They drain side by side, so what one has waited counts for the next one too.
    shipper.drain(Math.max(0, began + shutdownTimeoutMs - now()));
  }
}

function cancelShutdown(): void {
  for (const { shipper } of hooked) shipper.cancelShutdown();
}

function onUnload(): void {
  drainAll(true);
}

/** When the program has waited long enough for drains without a worker. */
let waitsUntil: number | undefined;
/** Until when the program that has run out of work goes on, for a signal that is under way. */
let signalArrivesUntil: number | undefined;

/** The program has run out of work. Each time that it does so again this is called again. */
function onBeforeUnload(event: Event): void {
  if (waitForShippers() || waitForSignal()) event.preventDefault();
}

/** A drain without a worker needs the program to go on for a while. */
function waitForShippers(): boolean {
  const pending = [...hooked].filter(({ shipper }) => !shipper.isBlocking && shipper.pending > 0);
  const timeouts = pending.map(({ shutdownTimeoutMs }) => shutdownTimeoutMs);
  waitsUntil = pending.length === 0 ? undefined : waitsUntil ?? now() + Math.max(...timeouts);
  if (waitsUntil === undefined) return false;
  if (now() < waitsUntil) {
    for (const { shipper, shutdownTimeoutMs } of pending) void shipper.flush(shutdownTimeoutMs);
    return true;
  }
  // A client that does not come back would have the program end without a word about it.
  for (const { shipper, shutdownTimeoutMs } of pending) shipper.close(shutdownTimeoutMs);
  return false;
}

/**
 * Without us a signal that the program has sent itself would have ended it before it ran out of
 * work. With a listener it takes a moment to arrive, and a turn of the event loop to be heard.
 */
function waitForSignal(): boolean {
  if (!signals.isListening) return false;
  signalArrivesUntil ??= now() + (signals.heard ? SECOND_ARRIVAL_MS : SIGNAL_ARRIVAL_MS);
  if (now() >= signalArrivesUntil) {
    signalArrivesUntil = undefined;
    return false;
  }
  // Any little operation makes for a turn; the first timer of a program would cost it 6 ms.
  void digest("SHA-1", new Uint8Array());
  return true;
}

function onUncaught(event: Event): void {
  // Whoever prevented the default has handled the error, and the program goes on. Node's listeners
  // come after all of the web's.
  if (event.defaultPrevented || isHandledByNode(event.type)) return;
  // Where the program goes on because of a listener that comes after ours, this comes next.
  setTimeout(guard(onSurvived));
  drainAll(false);
}

function onSurvived(): void {
  cancelShutdown();
  if (hooked.size === 0) return;
  // The next time ours is the last listener, and knows.
  for (const type of UNCAUGHT) {
    removeEventListener(type, uncaughtListener);
    addEventListener(type, uncaughtListener);
  }
}
