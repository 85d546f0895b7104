/**
 * How many requests may be in flight, found out from how the service bears them: CUBIC (RFC 9438) with
 * slow start, held back by latency. It doubles each round trip while records wait for nothing but the
 * limit, is cut once for each wave of refusals and grows back as CUBIC does, and gives back what it
 * has grown when answers become slow. Runs on the worker's thread, or on the program's own where there
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
/** How much worse the best round counts after a second: ways and services change. */
const DRIFT = 1.1;
/** Rounds in which what waits at the end of a program should have gone, when nothing was ever refused. */
const ROUNDS_AT_END = 8;
/** What an answer weighs in the typical time of one. */
const WEIGHT = 0.1;

/** A limit between 1 and a ceiling. */
export class Limit {
  #ceiling: number;
  #now: () => number;
  #size: number;
  /** How far slow start may go: twice what the last round bore that was not slow. */
  #slowStart: number;
  /** Where it was when it was cut last, and when that was. */
  #cut: { readonly from: number; readonly at: number } | undefined;
  #epoch = 0;
  /** Whether anything was delivered since the last cut. */
  #bears = false;
  #round = { answers: 0, totalMs: 0 };
  /** The best round so far, and when it was compared last. */
  #best: { readonly ms: number; readonly at: number } | undefined;
  #typicalMs: number | undefined;

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

  /** Raised with each cut: a refusal of a request that was sent before it is of the same wave. */
  get epoch(): number {
    return this.#epoch;
  }

  /** How long an answer takes of late, in milliseconds, if there was any. */
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

  /**
   * The service, or this machine, says that it is too much.
   * @param epoch In which the request was sent.
   * @return Whether even that little is too much, so that it takes a pause.
   */
  onRefused(epoch: number): boolean {
    if (epoch !== this.#epoch) return false;
    const bears = this.#bears;
    // In an outage nothing is learned of how much the service bears without it.
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
   * @param inFlight How many others it has one for.
   * @return Whether there is none at all, so that it takes a pause.
   */
  onCrowded(inFlight: number): boolean {
    if (inFlight < this.#size) {
      this.#size = Math.max(1, inFlight);
      this.#cut = { from: this.#size, at: this.#now() };
      this.#epoch++;
    }
    return inFlight === 0;
  }

  /** The program ends, and so many records wait: they should not take more than a few rounds. */
  expedite(waiting: number): void {
    if (this.#cut !== undefined) return;
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
