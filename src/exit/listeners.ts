/**
 * The listeners of signals that this thread has, one for each signal. Runs on the program's thread.
 *
 * @module
 */
import type { EndSignal } from "../options/options.ts";
import { guard } from "./guard.ts";
import { addSignalListener, removeSignalListener } from "./host.ts";

/** Listens to signals. */
export class Listeners {
  #onSignal: (signal: EndSignal) => void | Promise<void>;
  #all = new Map<EndSignal, () => void>();

  constructor(onSignal: (signal: EndSignal) => void | Promise<void>) {
    this.#onSignal = onSignal;
  }

  /** Those that are listened to. */
  get signals(): EndSignal[] {
    return [...this.#all.keys()];
  }

  has(signal: EndSignal): boolean {
    return this.#all.has(signal);
  }

  /** Listens to a signal. Throws where the system does not have it. */
  add(signal: EndSignal): void {
    if (this.has(signal)) return; // A second one could not be removed any more.
    const listener = guard(() => this.#onSignal(signal));
    addSignalListener(signal, listener);
    this.#all.set(signal, listener);
  }

  remove(signal: EndSignal): void {
    const listener = this.#all.get(signal);
    if (listener) removeSignalListener(signal, listener);
    this.#all.delete(signal);
  }

  /** Removes all but these. */
  retain(signals: readonly EndSignal[]): void {
    for (const signal of this.signals) {
      if (!signals.includes(signal)) this.remove(signal);
    }
  }
}
