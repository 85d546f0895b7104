/**
 * The time by which delivery waits. Taken from the globals when the module is loaded, so that a
 * program that freezes or replaces them, as tests do, does not stop its own logs. Runs on the worker's
 * thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { now } from "../clock.ts";
import { taken } from "../globals.ts";

/** Where time comes from. A test has one of its own. */
export interface AlarmClock {
  /** Milliseconds since any moment, never set back. */
  now(): number;
  /** Calls back once, without keeping the program alive. The result cancels it. */
  wake(callback: () => void, afterMs: number): () => void;
}

/** An alarm that rings once, at the earliest time that it was set to. */
export class Alarm {
  #clock: AlarmClock;
  #ring: () => void;
  #set: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: AlarmClock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sets it, unless it rings before that time: then it is set again. */
  set(at: number): void {
    if (this.#set !== undefined && this.#set.at <= at) return;
    this.cancel();
    const cancel = this.#clock.wake(() => {
      this.#set = undefined;
      this.#ring();
    }, at - this.#clock.now());
    this.#set = { at, cancel };
  }

  cancel(): void {
    this.#set?.cancel();
    this.#set = undefined;
  }
}

const [start, cancel] = [taken("setTimeout"), taken("clearTimeout")];
const { unrefTimer } = Deno;

/** The time of this thread. */
export const CLOCK: AlarmClock = {
  now,
  wake(callback, afterMs) {
    const timer = start()(callback, Math.max(1, afterMs));
    unrefTimer(timer); // A pause must not keep a program alive.
    return () => cancel()(timer);
  },
};
