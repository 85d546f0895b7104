/**
 * Drains every handler at every end of the program. Deno runs nothing asynchronous in `unload`, and
 * after an uncaught error or a signal there is no `unload` at all, so each end has its own event
 * and each drain blocks. One of this deals with the end for all copies of the package that a program
 * has. Runs on the program's thread.
 *
 * @module
 */
import { awake, sleep } from "../clock.ts";
import { listen } from "../events.ts";
import { inCommon } from "../in_common.ts";
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

/** The ends of a program. */
class Ends {
  #hooked = new Set<Hooked>();
  #signals = new Signals(this.#hooked, {
    drainAll: (began, isLast = false) => this.#drainAll(isLast, began, true),
    cancelShutdown: () => this.#cancelShutdown(),
  });
  /** Whether the program cannot go on any more. */
  #isUnloading = false;
  /** Stops watching for the end of this worker, if it is one of the program's. */
  #unwatchWorker = () => {};
  /** When the program ran out of work, if it goes on for nothing but us. */
  #endBegan: number | undefined;
  /** The wait for signals that were under way then. */
  #arrival: Arrival | undefined;

  /**
   * Listens to the events from the beginning, so that ours come first: another listener may end the
   * program by `Deno.exit()`. And the first record may be logged by one, when it is too late to add ours.
   */
  constructor() {
    listen("unload", this.#onUnload);
    listen("beforeunload", guard((event: EndEvent) => this.#onBeforeUnload(event)));
    for (const type of ["error", "unhandledrejection"]) {
      listen(type, guard((event: EndEvent) => this.#onUncaught(event)));
    }
  }

  /** Drains this at every end of the program, until it is unhooked. Does not throw. */
  hook: (entry: Hooked) => void = guard((entry) => {
    if (this.#hooked.has(entry)) return;
    if (IN_WORKER && this.#hooked.size === 0) {
      this.#unwatchWorker = beforeWorkerEnds(this.#onUnload);
    }
    this.#hooked.add(entry);
    this.#signals.update();
    if (this.#isUnloading) entry.shipper.beginShutdown(true);
  });

  /**
   * Undoes {@linkcode hook}. Does not throw.
   * @param hasBlocked Whether this thread has blocked until now, and heard no signal.
   */
  unhook: (entry: Hooked, hasBlocked: boolean) => void = guard((entry, hasBlocked) => {
    if (!this.#hooked.delete(entry)) return;
    this.#signals.update(hasBlocked);
    if (this.#hooked.size === 0) this.#unwatchWorker();
  });

  /** What is logged after this is delivered inside its log call. */
  #onUnload: () => void = guard(() => {
    this.#isUnloading = true;
    // A program may dispatch such an event itself, as tests do, and go on. At an end nothing comes due.
    void sleep(1).then(guard(() => {
      this.#isUnloading = false;
      this.#cancelShutdown();
      this.#signals.update();
    }));
    if (IN_WORKER) this.#signals.stop(); // What it heard from now on would get lost.
    this.#drainAll(true);
    this.#signals.endByHeard();
  });

  /**
   * Drains all, blocking.
   * @param isLast Whether the program cannot go on after it.
   * @param mayWait Whether what is being shipped from this thread is waited for by somebody else.
   */
  #drainAll(isLast: boolean, began = awake(), mayWait = false): void {
    for (const { shipper } of this.#hooked) shipper.beginShutdown(isLast);
    for (const { shipper, shutdownTimeoutMs } of this.#hooked) {
      if (mayWait && !shipper.isBlocking) continue;
      // They drain side by side, so what one has waited counts for the next one too.
      shipper.drain(Math.max(0, began + shutdownTimeoutMs - awake()));
    }
    // While one drained, those before it delivered more.
    for (const { shipper } of this.#hooked) shipper.settle();
  }

  #cancelShutdown(): void {
    for (const { shipper } of this.#hooked) shipper.cancelShutdown();
  }

  /**
   * The program has run out of work. If this prevents the default it goes on, and each time that it
   * runs out of work again this is called again.
   */
  #onBeforeUnload(event: EndEvent): void {
    if (this.#hooked.size > 0 && isHotReloaded()) return; // It drains in `unload`, by a worker.
    if (event.defaultPrevented) this.#endBegan = undefined;
    if (this.#endBegan === undefined) this.#arrival = undefined;
    // The others have heard it already, and would do again what they do at the end.
    else event.stopImmediatePropagation();
    const began = this.#endBegan ?? awake();
    this.#arrival ??= this.#awaitArrival();
    if (!this.#waitForShippers(began) && !this.#arrival.isAwaited) {
      // If it goes on now, it is by another listener, such as Node's of `beforeExit`.
      this.#endBegan = undefined;
      return;
    }
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.#endBegan = began;
    // If somebody else wants the program to go on as well, the next time is news to all.
    const prevent = () => this.#endBegan = undefined;
    defineProperty(event, "preventDefault", { value: prevent });
  }

  #awaitArrival(): Arrival {
    const arrival = new Arrival(this.#signals);
    guard(() => arrival.wait())();
    return arrival;
  }

  /** A drain without a worker needs the program to go on for a while. */
  #waitForShippers(began: number): boolean {
    const waiting = [...this.#hooked].filter(({ shipper }) =>
      shipper.pending > 0 && (!shipper.isBlocking || shipper.canShipHere)
    );
    for (const entry of waiting) guard(() => this.#flushUntil(entry, began))();
    return waiting.some(({ shipper }) => shipper.pending > 0);
  }

  async #flushUntil({ shipper, shutdownTimeoutMs }: Hooked, began: number): Promise<void> {
    const left = began + shutdownTimeoutMs - awake();
    const isSettled = left > 0 &&
      await shipper.flush(left, shipper.canShipHere ? "brief" : undefined);
    // A request that does not come back would have the program wait, or end without a word about it.
    if (!isSettled && this.#endBegan === began) shipper.close(shutdownTimeoutMs);
  }

  /** Drains before Deno ends the program, if none of the listeners that are still to come prevents it. */
  #onUncaught(event: EndEvent): void {
    afterListeners(
      event,
      guard(() => {
        // Node's listeners come after all of the web's.
        if (event.defaultPrevented || isHandledByNode(event.type)) return;
        // Where something else lets the program go on, this comes next. Not by an operation that may be
        // done at once: what a worker needs is loaded in the drain, and then Deno runs microtasks.
        void sleep(1).then(guard(() => this.#cancelShutdown()));
        this.#drainAll(false);
        this.#signals.endByHeard();
      }),
    );
  }
}

/** The one of this isolate. */
export const { hook, unhook }: Ends = inCommon("ends", () => new Ends());
