/**
 * How many requests may be in flight, adapted to the service: CUBIC (RFC 9438) with slow start, held
 * back by latency. The limit doubles each round trip while records wait for nothing else, is cut once
 * for each wave of refusals and grows back as CUBIC does, and shrinks when answers become slow. Runs on the worker's thread, or on the program's own where there
 * is no worker.
 *
 * @module
 */

/** Where it starts, and what slow answers alone never push it below. */
const START = 32;
/** What a wave of refusals leaves of it (RFC 9438, 4.6: "beta"). */
const CUT = 0.7;
/** How fast it grows back, in requests per cubic second (RFC 9438, 4.1: "C"). */
const GROWTH = 0.4;
/** A round this many times as slow as the best one says that the service queues. */
const SLOW = 1.5;
/** How much worse the best round counts after a second: routes and services change. */
const DRIFT = 1.1;
/** In how many rounds the rest should go at the end of a program, if nothing was ever refused. */
const ROUNDS_AT_END = 8;
/** The weight of one answer in the typical time of an answer. */
const WEIGHT = 0.1;

/** A service that takes so long to answer is far away, in milliseconds. */
export const FAR_MS = 50;

/** A limit between 1 and a ceiling. */
export class Limit {
  #ceiling: number;
  #now: () => number;
  #size: number;
  /** How far slow start may go: twice what the last round that was not slow had in flight. */
  #slowStart: number;
  /** The limit when it was last cut, and when that was. */
  #cut: { readonly from: number; readonly at: number } | undefined;
  #epoch = 0;
  /** Whether anything was delivered since the last cut. */
  #bears = false;
  #round = { answers: 0, totalMs: 0 };
  /** The best round so far, and when it was last compared. */
  #best: { readonly ms: number; readonly at: number } | undefined;
  #typicalMs: number | undefined;
  /** The shortest time of an answer so far. */
  #leastMs: number | undefined;

  constructor(ceiling: number, now: () => number) {
    this.#ceiling = ceiling;
    this.#now = now;
    this.#size = Math.min(START, ceiling);
    this.#slowStart = 2 * this.#size;
  }

  /** Most requests in flight. */
  get size(): number {
    return Math.round(this.#size);
  }

  /** Raised with each cut: refusals of requests that were sent before belong to the same wave. */
  get epoch(): number {
    return this.#epoch;
  }

  /** How long answers take at present, in milliseconds, if there were any. */
  get typicalMs(): number | undefined {
    return this.#typicalMs;
  }

  /**
   * A request was delivered.
   * @param tookMs How long it took, or nothing if it had to open a connection first.
   * @param isFull Whether others wait for nothing but the limit.
   */
  onDelivered(tookMs: number | undefined, isFull: boolean): void {
    this.#bears = true;
    if (isFull) {
      this.#size = Math.max(this.#size, Math.min(this.#size + 1, this.#bound));
    }
    if (tookMs === undefined) return;
    this.#typicalMs = this.#typicalMs === undefined
      ? tookMs
      : this.#typicalMs + WEIGHT * (tookMs - this.#typicalMs);
    this.#round.answers++;
    this.#round.totalMs += tookMs;
    // Half of a doubled round comes by new connections, which do not count.
    if (this.#round.answers >= this.#size / 4) this.#endRound();
  }

  /** An answer came after so long, perhaps by a new connection. */
  onAnswer(afterMs: number): void {
    this.#leastMs = Math.min(afterMs, this.#leastMs ?? afterMs);
  }

  /**
   * The service, or this machine, is overloaded.
   * @param epoch The epoch in which the request was sent.
   * @return Whether even the smallest limit is too much, so that a pause is needed.
   */
  onRefused(epoch: number): boolean {
    if (epoch !== this.#epoch) return false;
    const bears = this.#bears;
    // An outage shows nothing about how much the service can do without one.
    if (bears || this.#cut === undefined) {
      this.#cut = { from: this.#size, at: this.#now() };
      this.#size = Math.max(1, CUT * this.#size);
      this.#epoch++;
      this.#bears = false;
    }
    return !bears || this.#size < 2;
  }

  /**
   * This machine has no connection for one more request.
   * @param inFlight How many other requests have one.
   * @return Whether there is none at all, so that a pause is needed.
   */
  onCrowded(inFlight: number): boolean {
    if (inFlight < this.#size) {
      this.#size = Math.max(1, inFlight);
      this.#cut = { from: this.#size, at: this.#now() };
      this.#epoch++;
    }
    return inFlight === 0;
  }

  /**
   * The program ends while this many records wait: they should take only a few rounds. That is
   * worth more connections only far away, where a round is long; near by they cost CPU. A service
   * that has ever answered sooner is not far away, only slow now.
   * @param waitedMs How long the oldest request has waited, where nothing was answered yet.
   */
  expedite(waiting: number, waitedMs: number): void {
    if (this.#cut !== undefined || (this.#leastMs ?? waitedMs) < FAR_MS) return;
    this.#slowStart = this.#ceiling;
    this.#size = Math.min(this.#ceiling, Math.max(this.#size, waiting / ROUNDS_AT_END));
  }

  /** How far it may grow now. */
  get #bound(): number {
    const most = Math.min(this.#ceiling, this.#slowStart);
    if (this.#cut === undefined) return most;
    const { from, at } = this.#cut;
    const seconds = (this.#now() - at) / 1000;
    const plateau = Math.cbrt(from * (1 - CUT) / GROWTH);
    return Math.min(most, from + GROWTH * (seconds - plateau) ** 3);
  }

  #endRound(): void {
    const now = this.#now();
    const mean = this.#round.totalMs / this.#round.answers;
    this.#round = { answers: 0, totalMs: 0 };
    const { ms, at } = this.#best ?? { ms: mean, at: now };
    const best = Math.min(mean, ms * DRIFT ** ((now - at) / 1000));
    this.#best = { ms: best, at: now };
    if (mean > SLOW * best) {
      const least = Math.min(START, this.#size);
      this.#size = Math.max(least, this.#size * best / mean);
    } else {
      this.#slowStart = 2 * this.#size;
    }
  }
}
