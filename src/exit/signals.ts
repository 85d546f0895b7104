/**
 * Drains at signals, and lets the program end by them all the same. A signal that somebody listens
 * to does not end the program any more. So after the drain it is sent again, with no listener of
 * ours left, and the program ends by it as it would have without us: unless it listens itself.
 *
 * Who listens is this thread, until there is a worker, and then the worker: a thread that is busy
 * or blocked hears nothing, and must be ended by a signal nevertheless. Runs on the program's
 * thread.
 *
 * @module
 */
import { awake, block, sleep, stay, turn } from "../clock.ts";
import type { EndSignal } from "../options/options.ts";
import { ECHO_MS, SignalWatch, watchmen } from "../worker/signal_watch.ts";
import { Arrival, type Hearing } from "./arrival.ts";
import { flushPending, type Hooked } from "./drainable.ts";
import { guard } from "./guard.ts";
import { IN_WORKER, isListenedTo, isListenedToByNode, isMaybeWatched, isTest } from "./host.ts";
import { Listeners } from "./listeners.ts";
import { type AtOwnSignal, hearOwnSignals, sendToSelf } from "./own_signals.ts";

/** How long a worker of the program's waits for the main thread to end it, in milliseconds. */
const GRACE_MS = 2000;
/** How long after a restart is due Deno's watcher makes it, in milliseconds; a little more. */
const WATCHER_WAITS_MS = 600;
/**
 * How often this looks who else listens, while the worker listens for us, in milliseconds. More
 * often where somebody does: a signal that comes when they have gone, and before it is noticed, would
 * be taken for theirs.
 */
const LOOK_MS = 500;
const LOOK_SHARED_MS = 100;
/** A turn of the event loop that Deno's watcher gets as well, in milliseconds. */
const TURN_MS = 20;
/** Turns of this thread's event loop in which a signal is heard that came before. */
const TURNS = 2;
/** How long they are waited for before a thread counts as one that never yields, in milliseconds. */
const BUSY_TURN_MS = 100;

/** What happens at a signal. */
export interface AtSignal {
  /**
   * Drains, blocking where that is the only way to wait; as if it had begun then.
   * @param isLast Whether the program cannot go on after it.
   */
  drainAll(began: number, isLast?: boolean): void;
  /** The program goes on after all. */
  cancelShutdown(): void;
}

/** What is known of a signal while it is dealt with. */
interface Dealing {
  readonly signal: EndSignal;
  /** Whether the program hears it, too. */
  readonly isShared: boolean;
  readonly heardAt: number;
  /** What it was heard by, if not by a listener of this thread. */
  readonly watch: SignalWatch | undefined;
}

/** The signals that are drained at. */
export class Signals implements Hearing, AtOwnSignal {
  #hooked: ReadonlySet<Hooked>;
  #at: AtSignal;
  #listeners = new Listeners((signal) => this.#onSignal(signal));
  #watch: SignalWatch | undefined;
  #dealing: Dealing | undefined;
  /** Whether the signal that is dealt with came again meanwhile. */
  #cameAgain = false;
  /** Whether this thread has yielded since the first record. */
  #hasYielded = false;
  /** When a thread that does not yield leaves the signals to the worker that listens. */
  #leavesAt: number | undefined;
  /** Signals that the program listened to when we looked: its listener may take itself off first. */
  #shared = new Set<EndSignal>();
  /**
   * Signals that it has heard, and has gone on listening to. If it does not when the next one comes
   * it has cleaned up, and sent that itself in order to end.
   */
  #stale = new Set<EndSignal>();
  /** How far this worker is with signals that it has heard. */
  #inWorker = new Map<EndSignal, "draining" | "came again" | "drained">();
  /** Has us hear no more of the signals that the program sends itself. */
  #ignoreOwn: (() => void) | undefined;

  constructor(hooked: ReadonlySet<Hooked>, at: AtSignal) {
    this.#hooked = hooked;
    this.#at = at;
    watchmen.onChange = guard(() => this.update());
    watchmen.onPost = guard(() => this.#onPost());
  }

  /** Whether a signal would be heard here. */
  get isListening(): boolean {
    return this.#listeners.signals.length > 0 || this.#watch !== undefined;
  }

  /** Whether what Deno has handed on was heard, since this was called first. */
  hasCaughtUp(): boolean {
    return this.#watch?.hasCaughtUp() ?? true;
  }

  /**
   * Has those signals listened to that are wanted, and no others.
   * @param hasBlocked Whether this thread has blocked, and a signal may have come meanwhile.
   */
  update(hasBlocked = false): void {
    const wanted = this.#wanted;
    if (wanted.length > 0) this.#ignoreOwn ??= hearOwnSignals(this);
    // A signal that came while it blocked is heard first.
    guard(() => this.#unlistenUnwanted(hasBlocked ? TURNS : 0))();
    if (this.#dealing) return;
    const watchman = IN_WORKER || wanted.length === 0 ? undefined : watchmen.first;
    const watch = this.#watch;
    if (watch && watch.watchman === watchman && String(watch.signals) === String(wanted)) return;
    if (this.#hasYielded) { for (const signal of wanted) this.#listen(signal); }
    else if (wanted.length > 0) void Promise.resolve().then(guard(() => this.#onYield()));
    this.#watch = undefined;
    // If nobody wants to hear signals any more, the next one is to end the program: it must not be
    // heard by a worker that has yet to learn that. What it has heard before is a signal all the same.
    const isLast = wanted.length === 0 && watch?.watchman === watchmen.first;
    const heard = watch?.release(isLast ? undefined : 0);
    if (heard !== undefined) return guard(() => this.#onSignal(heard))();
    if (watchman === undefined) return;
    const timeouts = [...this.#hooked].map(({ shutdownTimeoutMs }) => shutdownTimeoutMs);
    this.#leavesAt = undefined;
    this.#watch = new SignalWatch(watchman, wanted, Math.max(...timeouts));
    guard(() => this.#follow(this.#watch!))();
  }

  /** @param turns How many turns of the event loop to make first. */
  async #unlistenUnwanted(turns: number): Promise<void> {
    for (let i = 0; i < turns; i++) await sleep(1);
    if (this.#wanted.length === 0) this.#ignoreOwn = void this.#ignoreOwn?.();
    this.#listeners.retain(this.#wanted);
  }

  /** The signals that those want to hear who are hooked. */
  get #wanted(): EndSignal[] {
    // Tests are ended as they would be without us: their watcher starts them again on other threads,
    // of which none hears of the other, and listeners would count as leaks.
    const hooked = isTest() ? [] : [...this.#hooked];
    return [...new Set(hooked.flatMap(({ signals }) => signals))];
  }

  /**
   * This thread does not listen before it yields for the first time. One that computes for minutes
   * right after its first record, or asks somebody a question, would not be ended by a signal, and
   * there is no worker yet that could do it.
   */
  #onYield(): void {
    if (this.#hasYielded) return;
    this.#hasYielded = true;
    if (!this.#watch?.isListening) { for (const signal of this.#wanted) this.#listen(signal); }
  }

  /** The program is about to send itself a signal. Says whether it ends by it; then all is drained. */
  onSent(signal: EndSignal): boolean {
    if (![...this.#wanted, ...this.#listeners.signals].includes(signal)) return false;
    const canDrain = !IN_WORKER &&
      [...this.#hooked].every(({ shipper }) => shipper.isBlocking || shipper.pending === 0);
    if (!canDrain || this.#isListenedTo(signal)) {
      this.#onYield(); // It comes later, and must be heard then.
      return false;
    }
    this.#at.drainAll(awake(), true);
    this.stop();
    for (const watch of [this.#watch, this.#dealing?.watch]) watch?.release();
    this.#watch = undefined;
    return true;
  }

  /** A thread that never yields does nothing but post, and makes no turn of its event loop. */
  #onPost(): void {
    this.#endEcho();
    const isLeft = this.#listeners.signals.every((signal) => this.#shared.has(signal));
    if (isLeft || !this.#watch?.hasBegun) return;
    this.#leavesAt ??= awake() + BUSY_TURN_MS;
    if (awake() >= this.#leavesAt) this.#leaveToWorker();
  }

  /** A signal that this thread listens to would not end it while it is busy. */
  #leaveToWorker(): void {
    if (!this.#watch?.hasBegun) return;
    for (const signal of this.#watch.signals) {
      this.#listeners.remove(signal);
      this.#lookWhoListens(signal);
      // Its listener may end the program by the same signal, which is heard apart on this thread alone.
      if (this.#shared.has(signal)) this.#listeners.add(signal);
    }
  }

  async #follow(watch: SignalWatch): Promise<void> {
    await watch.started();
    // What came before that is ours to hear. Only where something has come due is it certain that
    // the loop has looked for signals since; an operation that is ready may be all that it looks at.
    for (let i = 0; i < TURNS; i++) await sleep(1);
    while (this.#watch === watch) {
      this.#leaveToWorker();
      const signal = await watch.heard(this.#shared.size > 0 ? LOOK_SHARED_MS : LOOK_MS);
      if (signal === undefined || this.#watch !== watch) continue;
      // Then this thread hears it, too.
      if (this.#listeners.has(signal)) return watch.takeOver();
      return await this.#onSignal(signal);
    }
  }

  #lookWhoListens(signal: EndSignal): void {
    if (!isListenedTo(signal)) {
      this.#shared.delete(signal);
      this.#stale.delete(signal);
    } else if (!this.#stale.has(signal)) {
      this.#shared.add(signal);
    }
  }

  #listen(signal: EndSignal): void {
    if (this.#listeners.has(signal)) return;
    try {
      this.#lookWhoListens(signal);
      this.#listeners.add(signal);
    } catch {
      // Not every system has every signal, and one that does not exist cannot end the program.
    }
  }

  async #onSignal(signal: EndSignal): Promise<void> {
    const heardAt = awake();
    if (this.#inWorker.get(signal) === "drained") return this.#endBy(signal);
    if (this.#inWorker.has(signal)) return void this.#inWorker.set(signal, "came again");
    if (IN_WORKER) this.#inWorker.set(signal, "draining");
    if (this.#dealing) return void (this.#cameAgain ||= this.#dealing.signal === signal);
    const watch = this.#watch;
    watch?.takeOver();
    this.#watch = undefined;
    // Now, since a listener that comes after ours may take itself off as well.
    const isShared = this.#shared.has(signal) || this.#isListenedTo(signal);
    if (!IN_WORKER) {
      this.#dealing = { signal, isShared, heardAt, watch };
      this.#cameAgain = false;
      void sleep(ECHO_MS).then(guard(() => this.#endEcho()));
    }
    this.#shared.delete(signal);
    if (isShared) this.#stale.add(signal);
    try {
      // A program that ends itself has others waiting for its last answers.
      if (isShared && !IN_WORKER) await flushPending(this.#hooked);
      else await this.#drain(heardAt);
    } finally {
      watch?.release();
      if (isShared && !await this.#isToEnd(signal)) this.#goOnLater(signal);
      else await this.#end(signal, heardAt);
    }
  }

  /**
   * While a signal is dealt with nobody listens, so that another one ends the program at once; but
   * its echo does not, nor the same signal where the program listens to it. A thread that drains by
   * blocking looks at the clock whenever it looks at the worker.
   */
  #endEcho(): void {
    if (this.#dealing === undefined || awake() - this.#dealing.heardAt < ECHO_MS) return;
    const { signal, isShared } = this.#dealing;
    this.#listeners.retain(isShared ? [signal] : []);
  }

  async #drain(began: number): Promise<void> {
    this.#at.drainAll(began);
    await flushPending([...this.#hooked].filter(({ shipper }) => !shipper.isBlocking));
  }

  async #end(signal: EndSignal, heardAt: number): Promise<void> {
    if (IN_WORKER) {
      // The main thread heard the signal too and may still be draining. Its end comes as the same
      // signal again; if none comes, because the main thread has no handler or two signals arrived
      // as one, this thread ends the program.
      if (this.#inWorker.get(signal) === "draining") {
        this.#inWorker.set(signal, "drained");
        await stay(GRACE_MS);
      }
      if (this.#inWorker.has(signal)) this.#endBy(signal);
      return;
    }
    if ((signal === "SIGTERM" || this.#dealing?.isShared) && isMaybeWatched()) {
      const spentMs = awake() - heardAt;
      // If it is a watcher that calls, the next thing is `unload`, and nothing below runs. One that
      // is ended by a signal calls the listeners of that one again, too.
      await stay(Math.max(0, heardAt + WATCHER_WAITS_MS - awake()));
      // Deno looks at a time that has passed only after a turn of the event loop.
      await stay(TURN_MS);
      await this.#drain(awake() - spentMs);
    }
    this.#endBy(signal);
    await stay(GRACE_MS); // A worker of the program's that was just ending may have heard it.
    this.#endBy(signal);
  }

  /** Whether the program listens to the signal, too: then its end is its own decision. */
  #isListenedTo(signal: EndSignal): boolean {
    if (IN_WORKER) return isListenedToByNode(signal);
    const isOurs = this.#listeners.has(signal);
    this.#listeners.remove(signal);
    const isShared = isListenedTo(signal);
    // Where others listen, what is added now would hear the signal that is being dispatched.
    if (isOurs && isShared) void Promise.resolve().then(guard(() => this.#listeners.add(signal)));
    else if (isOurs) this.#listeners.add(signal);
    return isShared;
  }

  /** Whether a signal that the program heard came again, and it did not listen any more. */
  async #isToEnd(signal: EndSignal): Promise<boolean> {
    if (IN_WORKER) return false;
    await new Arrival(this).wait();
    if (!this.#cameAgain) return false; // Our listener stays: what is on its way would get lost.
    this.#cameAgain = false;
    this.#listeners.remove(signal);
    if (isListenedTo(signal)) return false;
    await this.#drain(this.#dealing?.heardAt ?? awake());
    return true;
  }

  #goOnLater(signal: EndSignal): void {
    // Our listeners come back later: one that is added while the signal is being dispatched would
    // hear it again, for ever.
    void turn().then(guard(() => {
      this.goOn();
      if (this.#cameAgain) guard(() => this.#onSignal(signal))();
    }));
  }

  /** The program goes on after all. */
  goOn(): void {
    this.#dealing = undefined;
    this.#inWorker.clear();
    this.#at.cancelShutdown();
    this.update();
  }

  /**
   * The program ends itself. If a signal has come before, it ends by that, as it would have without
   * us: at Ctrl-C its child processes end, too, and it may notice that first.
   */
  endByHeard(): void {
    for (const [signal, state] of this.#inWorker) {
      if (state === "draining") continue;
      if (state === "drained") block(GRACE_MS); // As above, but there is no other time.
      this.#endBy(signal);
    }
    const { signal, watch, isShared } = this.#dealing ?? { watch: this.#watch };
    const heard = signal ?? watch?.signal;
    if (heard === undefined || IN_WORKER || heard === "SIGTERM" && isMaybeWatched()) return;
    if (isShared ?? (this.#shared.has(heard) || isListenedTo(heard))) return;
    watch?.release();
    this.#endBy(heard);
  }

  /** Hears no signal any more. */
  stop(): void {
    this.#listeners.retain([]);
  }

  #endBy(signal: EndSignal): void {
    this.#inWorker.delete(signal);
    this.stop();
    sendToSelf(signal);
  }
}
