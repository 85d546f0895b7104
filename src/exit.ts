/**
 * Hooks every end of the program, once for all handlers, and drains them there.
 * Deno runs nothing asynchronous in `unload`, and after an uncaught error or a signal there is no
 * `unload` at all, so each end has its own event and each drain blocks. A signal that somebody
 * listens to does not end the program any more; so after the drain it is sent again, with our
 * listener gone, and the program ends by it as it would have without us.
 *
 * @module
 */
import type { Drain } from "./queue/shipper.ts";
import type { EndSignal } from "./options/options.ts";
import { EXIT_CODES } from "./options/signals.ts";
import { isListenedTo } from "./platform.ts";

/** What hangs on the end of the program. */
interface Hooked {
  readonly drain: Drain;
  readonly signals: readonly EndSignal[];
  readonly shutdownTimeoutMs: number;
}

/** How long a worker of the program's waits for the main thread to end it, in milliseconds. */
const GRACE_MS = 2000;
/** Longest time that a signal to the own process takes to arrive, in milliseconds. */
const ARRIVAL_MS = 100;

const UNCAUGHT = ["error", "unhandledrejection"];

/** Whether this is a worker of the program's own. */
const IN_WORKER = "WorkerGlobalScope" in globalThis;

const hooked = new Set<Hooked>();
/** Signals that this worker has drained at. */
const drained = new Set<EndSignal>();
const listeners = new Map<EndSignal, () => void>();

/** Drains this at every end of the program, until it is unhooked. */
export function hook(entry: Hooked): void {
  if (hooked.size === 0) {
    addEventListener("beforeunload", onBeforeUnload);
    addEventListener("unload", onUnload);
    for (const type of UNCAUGHT) addEventListener(type, onUncaught);
  }
  hooked.add(entry);
  for (const signal of entry.signals) listen(signal);
}

/** Undoes {@linkcode hook}. */
export function unhook(entry: Hooked): void {
  if (!hooked.delete(entry)) return;
  for (const signal of entry.signals) {
    if (![...hooked].some(({ signals }) => signals.includes(signal))) unlisten(signal);
  }
  if (hooked.size === 0) {
    removeEventListener("beforeunload", onBeforeUnload);
    removeEventListener("unload", onUnload);
    for (const type of UNCAUGHT) removeEventListener(type, onUncaught);
  }
}

function drainAll(last: boolean): void {
  const start = performance.now();
  for (const { drain } of hooked) drain.end(last);
  for (const { drain, shutdownTimeoutMs } of hooked) {
    // They drain side by side, so what one has waited counts for the next one too.
    drain.flushAtEnd(Math.max(0, start + shutdownTimeoutMs - performance.now()));
  }
}

function onUnload(): void {
  drainAll(true);
}

/** When the program has waited long enough for drains without a worker. */
let patienceUntil: number | undefined;

/** The program has run out of work: a drain without a worker needs it to go on for a while. */
function onBeforeUnload(event: Event): void {
  const pending = [...hooked].filter(({ drain }) => !drain.blocking && drain.pending > 0);
  const now = performance.now();
  const timeouts = pending.map(({ shutdownTimeoutMs }) => shutdownTimeoutMs);
  // Each time that the program runs out of work this is called again.
  patienceUntil = pending.length === 0 ? undefined : patienceUntil ?? now + Math.max(...timeouts);
  if (patienceUntil === undefined) return;
  if (now >= patienceUntil) {
    // A client that does not come back would have the program end without a word about it.
    for (const { drain, shutdownTimeoutMs } of pending) drain.stop(shutdownTimeoutMs);
    return;
  }
  event.preventDefault();
  for (const { drain, shutdownTimeoutMs } of pending) {
    drain.hurry(shutdownTimeoutMs);
    void drain.flush(shutdownTimeoutMs);
  }
}

function onUncaught(event: Event): void {
  // Whoever prevented the default has handled the error, and the program goes on.
  if (event.defaultPrevented) return;
  drainAll(false);
  setTimeout(() => {
    // So it does, because of a listener that comes after ours. The next time ours is the last.
    for (const { drain } of hooked) drain.goOn();
    if (hooked.size === 0) return;
    for (const type of UNCAUGHT) {
      removeEventListener(type, onUncaught);
      addEventListener(type, onUncaught);
    }
  });
}

function listen(signal: EndSignal): void {
  if (listeners.has(signal)) return;
  const listener = () => void onSignal(signal);
  try {
    Deno.addSignalListener(signal, listener);
    listeners.set(signal, listener);
  } catch {
    // Not every system has every signal, and one that does not exist cannot end the program.
  }
}

function unlisten(signal: EndSignal): void {
  const listener = listeners.get(signal);
  if (listener) Deno.removeSignalListener(signal, listener);
  listeners.delete(signal);
}

async function onSignal(signal: EndSignal): Promise<void> {
  if (drained.has(signal)) return endBy(signal);
  // First of all, so that another signal ends the program at once, even while this blocks.
  if (!IN_WORKER) { for (const any of listeners.keys()) unlisten(any); }
  drainAll(false);
  const waiting = [...hooked].filter(({ drain }) => !drain.blocking && drain.pending > 0);
  if (waiting.length > 0) {
    await Promise.all(
      waiting.map(({ drain, shutdownTimeoutMs }) => drain.flush(shutdownTimeoutMs)),
    );
  }
  if (isListenedTo(signal)) {
    // The program has a listener of its own and decides about its end. Ours comes back later:
    // one that is added while the signal is being dispatched would hear it again, for ever.
    setTimeout(() => {
      for (const { drain, signals } of hooked) {
        drain.goOn();
        for (const any of signals) listen(any);
      }
    });
  } else if (IN_WORKER) {
    // The main thread heard the signal too and may still be draining. Its end comes as the same
    // signal again; if none comes, because the main thread has no handler or two signals arrived as
    // one, this thread ends the program.
    drained.add(signal);
    setTimeout(() => endBy(signal), GRACE_MS);
  } else {
    endBy(signal);
  }
}

function endBy(signal: EndSignal): void {
  unlisten(signal);
  try {
    Deno.kill(Deno.pid, signal);
  } catch {
    Deno.exit(EXIT_CODES[signal]); // Before 2.9, Deno wants a permission for the own process too.
  }
  // The signal takes a moment to arrive. What the program logged meanwhile would be lost, and a
  // listener of the runtime's own (as in `deno serve`) has to be there still when it does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ARRIVAL_MS);
}
