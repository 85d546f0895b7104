/**
 * How many requests may be in flight, adapted to the service: CUBIC (RFC 9438) with slow start,
 * held back by latency. The limit doubles each round trip while records wait for nothing else, is
 * cut once for each wave of refusals and grows back as CUBIC does. When answers become slow it
 * shrinks, and from then on grows by its square root each round. Runs on the worker's thread, or on
 * the program's own where there is no worker.
 *
 * @module
 */
import { Latency } from "./latency.ts";

/** Where it starts, and what slow answers alone never push it below. */
const START_SIZE = 32;
/** What a wave of refusals leaves of it (RFC 9438, 4.6: "beta"). */
const CUT_FACTOR = 0.7;
/** How fast it grows back, in requests per cubic second (RFC 9438, 4.1: "C"). */
const GROWTH = 0.4;
/** A round this many times as slow as the best one says that the service queues. */
const SLOW_FACTOR = 1.5;
/** In how many rounds the rest should go at the end of a program, if nothing was ever refused. */
const ROUNDS_AT_END = 8;

/** A service is far away if each answer takes at least this long, in milliseconds. */
export const FAR_MS = 100;

/** Requests that were in flight when one of them was refused. */
interface Wave {
  readonly epoch: number;
  /** The limit then. */
  readonly from: number;
  readonly refused: number;
  /** Whether one of them was delivered: otherwise it is an outage, which says nothing. */
  readonly isAnyDelivered: boolean;
}

/** A limit between 1 and a ceiling. */
export class Limit {
  /** How long the service takes to answer. */
  readonly latency: Latency;
  #ceiling: number;
  #now: () => number;
  #size: number;
  /** How far it may grow in this round. */
  #threshold: number;
  /** Whether no round was slow so far. */
  #isSlowStart = true;
  /** The limit when it was last cut, and when that was. */
  #cut: { readonly from: number; readonly at: number } | undefined;
  #epoch = 0;
  #wave: Wave | undefined;
  /** Whether anything was delivered since the last cut. */
  #hasDelivered = false;

  constructor(ceiling: number, now: () => number) {
    this.latency = new Latency(now);
    this.#ceiling = ceiling;
    this.#now = now;
    this.#size = Math.min(START_SIZE, ceiling);
    this.#threshold = 2 * this.#size;
  }

  /** Most requests in flight. */
  get size(): number {
    return Math.round(this.#size);
  }

  /** Raised with each cut: refusals of requests that were sent before belong to the same wave. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * A request was delivered.
   * @param epoch The epoch in which it was sent.
   * @param tookMs How long it took.
   * @param isWarm Whether it found an open connection.
   * @param isFull Whether others wait for nothing but the limit.
   */
  onDelivered(epoch: number, tookMs: number, isWarm: boolean, isFull: boolean): void {
    this.#hasDelivered = true;
    if (epoch === this.#wave?.epoch) this.#learn({ isAnyDelivered: true });
    if (isFull) {
      this.#size = Math.max(this.#size, Math.min(this.#size + 1, this.#bound));
    }
    // Half of a doubled round comes by new connections.
    const slowness = this.latency.onDelivered(tookMs, isWarm, this.#size / 4);
    if (slowness !== undefined) this.#onRound(slowness);
  }

  /**
   * The service, or this machine, is overloaded.
   * @param epoch The epoch in which the request was sent.
   * @returns Whether even the smallest limit is too much, so that a pause is needed.
   */
  onRefused(epoch: number): boolean {
    if (epoch === this.#wave?.epoch) this.#learn({ refused: this.#wave.refused + 1 });
    if (epoch !== this.#epoch) return false;
    const hasDelivered = this.#hasDelivered;
    // An outage shows nothing about how much the service can do without one.
    if (hasDelivered || this.#cut === undefined) {
      this.#wave = { epoch, from: this.#size, refused: 1, isAnyDelivered: false };
      this.#cut = { from: this.#size, at: this.#now() };
      this.#size = Math.max(1, CUT_FACTOR * this.#size);
      this.#epoch++;
      this.#hasDelivered = false;
    }
    return !hasDelivered || this.#size < 2;
  }

  /**
   * There is no connection for one more request, of this machine or of the service.
   * @param inFlight How many other requests have one.
   * @returns Whether fewer at a time would not help, so that a pause is needed: there is none at all, or
   * others hang, beyond the limit.
   */
  onCrowded(inFlight: number): boolean {
    if (inFlight >= this.#size) return true;
    this.#size = Math.max(1, inFlight);
    this.#cut = { from: this.#size, at: this.#now() };
    this.#epoch++;
    return inFlight === 0;
  }

  /**
   * The program ends while this many records wait: they should take only a few rounds. That is
   * worth more connections only far away, where a round is long; near by they cost CPU. A service
   * that has ever answered sooner is not far away, only slow now.
   * @param waitedMs How long the oldest request has waited, where nothing was answered yet.
   */
  expedite(waiting: number, waitedMs: number): void {
    if (!this.#isSlowStart || this.#cut !== undefined) return;
    if ((this.latency.leastMs ?? waitedMs) < FAR_MS) return;
    this.#threshold = this.#ceiling;
    this.#size = Math.min(this.#ceiling, Math.max(this.#size, waiting / ROUNDS_AT_END));
  }

  /** How far it may grow now. */
  get #bound(): number {
    const most = Math.min(this.#ceiling, this.#threshold);
    if (this.#cut === undefined) return most;
    const { from, at } = this.#cut;
    const seconds = (this.#now() - at) / 1000;
    const plateau = Math.cbrt(from * (1 - CUT_FACTOR) / GROWTH);
    return Math.min(most, from + GROWTH * (seconds - plateau) ** 3);
  }

  /** What was delivered of a wave and what was refused says how many the service bears at a time. */
  #learn(news: Partial<Wave>): void {
    const { from, refused, isAnyDelivered } = this.#wave = { ...this.#wave!, ...news };
    if (!isAnyDelivered) return;
    const borne = Math.max(1, from - refused);
    this.#size = Math.min(this.#size, borne);
    this.#cut = { from: Math.min(borne, this.#cut!.from), at: this.#cut!.at };
  }

  #onRound(slowness: number): void {
    if (slowness > SLOW_FACTOR) {
      const least = Math.min(START_SIZE, this.#size);
      this.#size = Math.max(least, this.#size / slowness);
      this.#isSlowStart = false;
      this.#threshold = this.#size;
    } else {
      this.#threshold = this.#size + (this.#isSlowStart ? this.#size : Math.sqrt(this.#size));
    }
  }
}
