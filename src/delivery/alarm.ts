/**
 * The time by which delivery waits. Runs on the worker's thread, or on the program's own where there
 * is no worker.
 *
 * @module
 */
import { now, sleep, STOOD_STILL_MS } from "../clock.ts";

/** How long what has come in meanwhile may take to be read, in milliseconds. */
const READ_MS = 1000;

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

  /** Sets it to this time, unless it rings earlier: whoever is called then sets it again. */
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

/** The time of this thread. */
export const CLOCK: AlarmClock = {
  now,
  wake(callback, afterMs) {
    let isOn = true;
    void sleep(Math.max(1, afterMs)).then(() => isOn && callback());
    return () => isOn = false;
  },
};

/**
 * Waits for what others do. A process can be suspended, and a thread be busy; what has come in
 * meanwhile is not late, and is to be read before anybody says that there is nothing.
 */
export async function grant(ms: number): Promise<void> {
  const until = now() + ms;
  await sleep(ms);
  if (now() - until >= STOOD_STILL_MS) await sleep(READ_MS);
}

/**
 * Gives requests that begin close together one deadline, since one for each would cost a tenth of it.
 * All that begin within a twentieth of the time share it, and so have up to that much less.
 *
 * @param forMs How long a request may take, in milliseconds.
 * @param make Makes a deadline: what is aborted, say, or settled after `forMs` milliseconds.
 */
export function sharedDeadline<T>(forMs: number, make: (forMs: number) => T): () => T {
  let value: T;
  let renewAt = -Infinity;
  return () => {
    const at = now();
    if (at >= renewAt) {
      renewAt = at + forMs / 20;
      value = make(forMs);
    }
    return value;
  };
}
