/**
 * The time by which delivery waits. Taken from the globals when the module is loaded, so that a
 * program that freezes or replaces them, as tests do, does not stop its own logs. Runs on the worker's
 * thread, or on the program's own where there is no worker.
 *
 * @module
 */

/** Where time comes from. A test has one of its own. */
export interface Clock {
  /** Milliseconds since any moment, never set back. */
  now(): number;
  /** Calls back once; the program need not live for it. The result calls it off. */
  wake(callback: () => void, afterMs: number): () => void;
}

/**
 * A global as it is now. Deno loads some of them at their first use, which takes milliseconds, so
 * what is taken is the property and not yet its value.
 */
export function taken<Name extends keyof typeof globalThis>(
  name: Name,
): () => (typeof globalThis)[Name] {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return () => property?.get ? property.get.call(globalThis) : property?.value;
}

/** Rings once, at the earliest time that it was set to. */
export class Alarm {
  #clock: Clock;
  #ring: () => void;
  #set: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sets it, unless it rings before that time: then somebody is going to set it anew. */
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
export const CLOCK: Clock = {
  now: performance.now.bind(performance),
  wake(callback, afterMs) {
    const timer = start()(callback, Math.max(1, afterMs));
    unrefTimer(timer); // A pause is no reason for a program to go on.
    return () => cancel()(timer);
  },
};
