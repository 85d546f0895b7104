/**
 * Has the worker listen to signals for the program's thread, which hears none while it computes or
 * blocks, and would keep the signal from ending the program as long as it listens itself. The
 * worker tells it by shared memory; where it does not answer in time, the worker lets the program
 * end by the signal. A watch is for one signal: what comes after it and its echo ends the program at
 * once, unless another watch has begun. Each end runs on its own thread.
 *
 * @module
 */
import { now, sleep } from "../clock.ts";
import { inCommon } from "../in_common.ts";
import { Atomics } from "./atomics.ts";
import type { EndSignal } from "../options/options.ts";
import { Heartbeat, type Question } from "./heartbeat.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { Int32Array, SharedArrayBuffer } = globalThis;

/** Words of the memory. Whether the worker listens: 0 for not yet. */
const LISTENING = 0;
const NOW = 1;
const NO_MORE = 2;
/** The place in the list of the signal that was heard, from 1. */
const HEARD = 1;
/** Whether the program's thread deals with the signal. */
const TAKEN_OVER = 2;
/** Whether the program's thread does not need the watch any more. */
const RELEASED = 3;
/** Who came first: the worker, which begins, or the program's thread, which has no need any more. */
const CLAIM = 4;
const BY_WORKER = 1;
const BY_PROGRAM = 2;
const WORDS = 5;

/** How long the worker may take to listen no more, in milliseconds. */
const RELEASE_MS = 1000;

/**
 * How long after a signal others are taken for its echo, in milliseconds. Whoever starts programs
 * often passes a signal on that they have got already, as `deno task`, npm and concurrently do at
 * Ctrl-C; a person who means it takes longer.
 */
export const ECHO_MS = 250;

/** Starts a watch. */
export interface WatchMessage {
  readonly kind: "watch";
  readonly memory: SharedArrayBuffer;
  readonly signals: readonly EndSignal[];
  /** How long the program's thread may take to answer, in milliseconds. */
  readonly answerWithinMs: number;
}

type Post = (message: WatchMessage | Question) => void;

/** The workers of this isolate that can watch. */
export class Watchmen {
  /** Called when one has come or gone. */
  onChange: () => void = () => {};
  /** Called when one is given something to do: a thread that never yields may do nothing else. */
  onPost: () => void = () => {};
  #posts = new Set<Post>();

  /** The one to ask. */
  get first(): Post | undefined {
    return this.#posts.values().next().value;
  }

  /** A worker has started that does not keep the program alive. */
  add(post: Post): void {
    this.#posts.add(post);
    this.onChange();
  }

  /** It is gone. */
  delete(post: Post): void {
    if (this.#posts.delete(post)) this.onChange();
  }
}

/** The one list of them, whatever copy of the package they are of. */
export const watchmen: Watchmen = inCommon("watchmen", () => new Watchmen());

/** The program's end of a watch. */
export class SignalWatch {
  /** Who watches. */
  readonly watchman: Post;
  readonly signals: readonly EndSignal[];
  #words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  #heartbeat: Heartbeat;

  constructor(watchman: Post, signals: readonly EndSignal[], answerWithinMs: number) {
    this.watchman = watchman;
    this.signals = signals;
    this.#heartbeat = new Heartbeat(watchman);
    watchman({ kind: "watch", memory: this.#words.buffer, signals, answerWithinMs });
  }

  /** Whether the worker listens. */
  get isListening(): boolean {
    return Atomics.load(this.#words, LISTENING) === NOW;
  }

  /** Whether the worker listens, or has. */
  get hasBegun(): boolean {
    return Atomics.load(this.#words, LISTENING) !== 0;
  }

  /** Waits until the worker listens. Does not keep the program alive. */
  async started(): Promise<void> {
    await Atomics.waitAsync(this.#words, LISTENING, 0).value;
  }

  /** Waits for a signal until the time is up. Does not keep the program alive. */
  async heard(timeoutMs: number): Promise<EndSignal | undefined> {
    await Atomics.waitAsync(this.#words, HEARD, 0, timeoutMs).value;
    return this.signal;
  }

  /** The signal that was heard, if one was. */
  get signal(): EndSignal | undefined {
    return this.signals[Atomics.load(this.#words, HEARD) - 1];
  }

  /** Whether the worker has heard what came before this was called first. */
  hasCaughtUp(): boolean {
    return this.#heartbeat.ask() > 1;
  }

  /** Says that this thread deals with the signal that was heard. */
  takeOver(): void {
    Atomics.store(this.#words, TAKEN_OVER, 1);
    Atomics.notify(this.#words, TAKEN_OVER);
  }

  /**
   * Ends the watch, and blocks until the worker does not listen any more, or the time is up.
   * @returns The signal that was heard, if one was.
   */
  release(timeoutMs = RELEASE_MS): EndSignal | undefined {
    this.takeOver();
    if (Atomics.compareExchange(this.#words, CLAIM, 0, BY_PROGRAM) === 0) return undefined;
    Atomics.store(this.#words, RELEASED, 1);
    Atomics.notify(this.#words, RELEASED);
    // One that is only just beginning would take the next signal for its own.
    const deadline = now() + timeoutMs;
    for (const state of [0, NOW]) {
      Atomics.wait(this.#words, LISTENING, state, Math.max(0, deadline - now()));
    }
    return this.signal;
  }
}

/** The worker's end: listens until it has heard one of the signals, or is released. */
export function watchSignals({ memory, signals, answerWithinMs }: WatchMessage): void {
  const words = new Int32Array(memory);
  const listeners = new Map<EndSignal, () => void>();
  const say = (word: number, value: number) => {
    Atomics.store(words, word, value);
    Atomics.notify(words, word);
  };
  const stop = () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    listeners.clear();
    say(LISTENING, NO_MORE);
  };
  const hear = async (signal: EndSignal) => {
    if (Atomics.load(words, HEARD) !== 0) return; // The echo.
    say(HEARD, signals.indexOf(signal) + 1);
    void sleep(ECHO_MS).then(stop); // So that the next one ends the program.
    await Atomics.waitAsync(words, TAKEN_OVER, 0, answerWithinMs).value;
    if (Atomics.load(words, TAKEN_OVER) !== 0) return;
    stop();
    Deno.kill(Deno.pid, signal);
  };
  const untilReleased = async () => {
    await Atomics.waitAsync(words, RELEASED, 0).value;
    stop();
  };
  if (Atomics.compareExchange(words, CLAIM, 0, BY_WORKER) !== 0) return;
  for (const signal of signals) {
    const listener = () => void hear(signal);
    try {
      Deno.addSignalListener(signal, listener);
      listeners.set(signal, listener);
    } catch {
      // Not every system has every signal.
    }
  }
  say(LISTENING, NOW);
  void untilReleased();
}
