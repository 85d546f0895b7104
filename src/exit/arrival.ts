/**
 * Finds out when a program that has run out of work may end: not before a signal that it has sent
 * itself as its last act has been heard, which without us would have ended it at once. Deno hands
 * signals on from a thread of its own, so it takes as long as the machine is busy. A signal that
 * means nothing is sent after it, and when that one is heard, so is every one before it. Runs on
 * the program's thread.
 *
 * @module
 */
import { block, now, turn } from "../clock.ts";
import { guard } from "./guard.ts";
import { addSignalListener, isListenedTo, kill, pid, removeSignalListener } from "./host.ts";

/** Does nothing by default, and has a higher number than the signals that end programs. */
const PROBE = "SIGURG";
/** Signals are looked at by number, so the first probe may overtake one that is sent meanwhile. */
const ROUNDS = 2;
/** How long a probe is waited for at most, in milliseconds. */
const MAX_MS = 1000;
/** How long is waited where there can be no probe, in milliseconds. */
const WITHOUT_PROBE_MS = 50;
/** Turns of the event loop in which a signal that has arrived is heard, and its listeners are done. */
const TURNS = 4;

/** Who hears signals. */
export interface Hearing {
  /** Whether a signal would be heard here. */
  readonly isListening: boolean;
  /** Whether what Deno has handed on was heard, since this was called first. */
  hasCaughtUp(): boolean;
}

/** The wait for signals that are under way when it begins. */
export class Arrival {
  #began = now();
  #signals: Hearing;
  #probe: Probe | undefined;
  #turns = 0;
  /** How many turns have been made since they must have arrived. */
  #turnsAfter = 0;
  #isOver = false;

  constructor(signals: Hearing) {
    this.#signals = signals;
    this.#probe = signals.isListening ? Probe.send() : undefined;
  }

  /** Whether one may still be on its way. */
  get isAwaited(): boolean {
    return !this.#isOver && this.#signals.isListening && this.#turnsAfter <= TURNS;
  }

  /** Waits for them. The program stays alive meanwhile, since each turn begins in the one before. */
  async wait(): Promise<void> {
    for (; this.isAwaited; await turn()) {
      if (this.#turnsAfter > 0 || this.#haveArrived) this.#turnsAfter++;
      else if (++this.#turns > TURNS) block(1);
    }
    this.#isOver = true; // Also for those who begin to listen after it.
    this.#probe?.stop();
  }

  get #haveArrived(): boolean {
    const spentMs = now() - this.#began;
    if (this.#probe === undefined) return spentMs >= WITHOUT_PROBE_MS;
    return this.#probe.isBack && this.#signals.hasCaughtUp() || spentMs >= MAX_MS;
  }
}

/** A signal that follows the others. */
class Probe {
  #roundsLeft = ROUNDS;
  #listener = guard(() => this.#onSignal());

  /** Sends one, unless the program would hear it, too, or the system has no such signal. */
  static send(): Probe | undefined {
    const probe = new Probe();
    try {
      if (isListenedTo(PROBE)) return undefined;
      addSignalListener(PROBE, probe.#listener);
      kill(pid, PROBE);
      return probe;
    } catch {
      return undefined;
    }
  }

  get isBack(): boolean {
    return this.#roundsLeft === 0;
  }

  stop(): void {
    removeSignalListener(PROBE, this.#listener);
  }

  #onSignal(): void {
    if (this.#roundsLeft > 0 && --this.#roundsLeft > 0) kill(pid, PROBE);
  }
}
