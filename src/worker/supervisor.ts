/**
 * Keeps one channel open: starts it when it is needed, notices when the worker has crashed or does
 * not answer, starts another one after a pause, and after several crashes ships from the program's
 * own thread. Runs on the program's thread.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import { isStackUsedUp, reason } from "../record/errors.ts";
import type { Channel, ChannelOpener } from "./channel.ts";
import type { ThreadKind } from "./thread.ts";

/** Pause before a worker that crashed is started again, the first, second, … time, in milliseconds. */
const RESTART_AFTER_MS = [100, 500, 2000];
/** A worker that has lived this long begins a new count of crashes, in milliseconds. */
const STABLE_MS = 60_000;
/** How often a worker that is waited for is asked for a sign of life, in milliseconds. */
const ASK_EVERY_MS = 100;
/**
 * How many questions in a row a worker leaves unanswered before it is taken for dead: by a thread
 * that blocks, which hears nothing else of it, and by one that does not, for which this is the last
 * resort. Under `--coverage` and in the REPL a worker begins to run only a second after its start, and
 * so does one that a worker of the program's own has started before it blocks.
 */
const MAX_UNANSWERED = {
  starting: 20,
  blocking: "DedicatedWorkerGlobalScope" in globalThis ? 30 : 10,
  polling: 20,
} as const;

/** Who relies on the channel. */
export interface ChannelUser {
  /** The channel is gone. What it has acknowledged can still be read; the rest has to be posted again. */
  onLost(channel: Channel): void;
  report(diagnostic: Diagnostic): void;
}

type State =
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly channel: Channel; readonly since: number }
  | {
    readonly kind: "crashed";
    readonly restartAt: number;
    /** Whether another worker takes its place. */
    readonly isRestarted: boolean;
  };

/** Keeps a channel open. */
export class Supervisor {
  #opener: ChannelOpener;
  #user: ChannelUser;
  #now: () => number;
  #state: State = { kind: "closed" };
  #crashes = 0;
  #askedAt = 0;
  #unanswered = 0;
  /** How many signs of life it has given; the first question counts as one before there is an answer. */
  #signs = 0;
  /** How many acknowledgements there were when it was asked last. */
  #writtenBefore = 0;
  /** Whether this thread has shipped by itself, and no worker was started since. */
  #hasShippedHere = false;
  /** The kinds of thread that cannot even be started. */
  #unavailable = new Set<ThreadKind>();

  constructor(opener: ChannelOpener, user: ChannelUser, now: () => number) {
    this.#opener = opener;
    this.#user = user;
    this.#now = now;
  }

  /** The channel, if it is open. */
  get channel(): Channel | undefined {
    return this.#state.kind === "open" ? this.#state.channel : undefined;
  }

  /** Whether a thread that blocks can expect that records are delivered meanwhile. */
  get isBlocking(): boolean {
    const isRestarted = this.#state.kind === "crashed" && this.#state.isRestarted;
    return this.channel?.isBlocking ?? (this.#opener.hasWorkers && (isRestarted || this.canLast));
  }

  /** Whether there can be a worker that does not keep the program alive. */
  get canLast(): boolean {
    return this.#canHave("lasting");
  }

  /** How long until another worker may be started, in milliseconds. */
  get restartsInMs(): number {
    if (this.#state.kind !== "crashed") return 0;
    return Math.max(0, this.#state.restartAt - this.#now());
  }

  /**
   * Opens the channel, unless it is open, or the worker has crashed only just now. A program that is
   * about to end and ships from its own thread gets another chance to have a worker. Throws where the
   * stack has no room for it.
   */
  open(kind: ThreadKind): void {
    const before = this.channel;
    const isKept = before && (before.kind !== "fallback" || kind === "lasting");
    if (isKept || this.restartsInMs > 0) return;
    const channel = this.#openToWorker(kind) ?? before ?? this.#opener.toThisThread("fallback");
    if (channel === before) return;
    this.#state = { kind: "open", channel, since: this.#now() };
    this.#unanswered = this.#signs = 0;
    if (before === undefined) return;
    before.close();
    this.#user.onLost(before);
  }

  /** Opens the channel as soon as it is asked to: nobody can wait for the pause after a crash. */
  skipPause(): void {
    if (this.#state.kind === "crashed") this.#state = { kind: "closed" };
  }

  /**
   * Whether this thread can ship by itself, once: a worker could be started, and none was. What is
   * logged by shipping must not be shipped so again.
   */
  get canOpenHere(): boolean {
    return this.#state.kind === "closed" && !this.#hasShippedHere && this.#opener.hasWorkers &&
      this.canLast && this.#opener.canFetchHere();
  }

  /** Opens a channel to this thread, where {@linkcode canOpenHere} says so. */
  openHere(): Channel {
    const channel = this.#opener.toThisThread("once");
    this.#hasShippedHere = true;
    this.#state = { kind: "open", channel, since: this.#now() };
    return channel;
  }

  /**
   * Closes a channel of this kind, and another one takes over: the program goes on, and a brief
   * thread would keep it from ending; or it blocks, and ships nothing from here meanwhile.
   */
  giveUp(kind: "brief" | "once"): void {
    const { channel } = this;
    if (channel?.kind !== kind) return;
    this.close();
    this.#user.onLost(channel);
  }

  /** Called while records are waited for: notices when the worker has ended without a word. */
  checkAlive(how: "blocking" | "polling"): void {
    const { channel } = this;
    if (channel === undefined) return;
    if (channel.acknowledgements.hasCrashed) return channel.abandon();
    const now = this.#now();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    const { written } = channel.acknowledgements;
    const isAlive = channel.isAlive() || written !== this.#writtenBefore;
    this.#writtenBefore = written;
    this.#unanswered = isAlive ? 0 : this.#unanswered + 1;
    if (isAlive) this.#signs++;
    const { starting, [how]: started } = MAX_UNANSWERED;
    const max = this.#signs > 1 ? started : Math.max(starting, started);
    // One that is only slow to start, on a busy machine, is given more time at each start.
    if (this.#unanswered < max << this.#crashes) return;
    channel.abandon("it does not answer");
  }

  /** Closes the channel. */
  close(): void {
    const { channel } = this;
    this.#state = { kind: "closed" };
    channel?.close();
  }

  #canHave(kind: ThreadKind): boolean {
    return !this.#opener.isThisThreadWanted && !this.#unavailable.has(kind) &&
      (kind === "brief" || this.#crashes <= RESTART_AFTER_MS.length);
  }

  /** Whether there may be one that serves the end of the program. */
  get #hasBrief(): boolean {
    return this.#opener.hasWorkers && this.#canHave("brief");
  }

  #openToWorker(kind: ThreadKind): Channel | undefined {
    if (!this.#canHave(kind)) return undefined;
    try {
      const channel = this.#opener.toWorker(kind, (why) => this.#onCrash(channel, why));
      this.#hasShippedHere = false;
      return channel;
    } catch (error) {
      if (isStackUsedUp(error)) throw error; // It says nothing about the host: the next call may have room.
      this.#unavailable.add(kind);
      if (this.channel === undefined) {
        this.#reportFallback(`Cannot start the worker: ${reason(error)}`, this.#hasBrief);
      }
      return undefined;
    }
  }

  #onCrash(channel: Channel, why?: string): void {
    if (this.channel !== channel) return;
    const { since } = this.#state as State & { kind: "open" };
    const now = this.#now();
    if (now - since >= STABLE_MS) this.#crashes = 0;
    const restartAt = now + (RESTART_AFTER_MS[this.#crashes++] ?? 0);
    // Where none lasts, one for the end of the program is started again as often.
    const isRestarted = this.canLast ||
      channel.kind === "brief" && this.#crashes <= RESTART_AFTER_MS.length;
    this.#state = { kind: "crashed", restartAt, isRestarted };
    channel.close();
    const crash = `The worker crashed${why ? `: ${why}` : ""}`;
    if (isRestarted) {
      const message = `${crash}: it is started again, and unacknowledged records are sent again`;
      this.#user.report({ level: "error", code: "worker", message });
    } else {
      this.#reportFallback(crash);
    }
    this.#user.onLost(channel);
  }

  #reportFallback(why: string, hasBrief = false): void {
    this.#user.report({
      level: "warn",
      code: "no-worker",
      message: `${why}: records are shipped from the program's own thread, ` +
        (hasBrief
          ? `and by another kind of worker at its end`
          : `where Deno.exit() and an uncaught error lose what is pending`),
    });
  }
}
