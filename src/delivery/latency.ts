/**
 * How long a service takes to answer: typically, at least, and compared with its best time, which
 * says whether requests have to wait there. Runs on the worker's thread, or on the program's own
 * where there is no worker.
 *
 * @module
 */

/** How much worse the best round counts after a second: routes and services change. */
const DRIFT = 1.1;
/** The weight of one answer in the typical time of an answer. */
const WEIGHT = 0.1;

/** Times of answers, in milliseconds. */
export class Latency {
  /** How long answers take at present, if there were any. */
  typicalMs: number | undefined;
  /** The shortest time of an answer so far. */
  leastMs: number | undefined;
  #now: () => number;
  /** Answers by connections that were open, and by those that had to be opened first. */
  #rounds = { warm: new Mean(), cold: new Mean() };
  /** The best round so far, and when it was last compared. */
  #best: { readonly ms: number; readonly at: number } | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** An answer came after this many milliseconds, whatever it says. */
  onAnswer(afterMs: number): void {
    this.leastMs = Math.min(afterMs, this.leastMs ?? afterMs);
  }

  /**
   * A request was delivered.
   * @param tookMs How long it took.
   * @param isWarm Whether it found an open connection.
   * @param enough How many answers make a round.
   * @returns At the end of a round, how many times as long it took as the best one.
   */
  onDelivered(tookMs: number, isWarm: boolean, enough: number): number | undefined {
    if (isWarm) {
      const typicalMs = this.typicalMs ?? tookMs;
      this.typicalMs = typicalMs + WEIGHT * (tookMs - typicalMs);
    }
    const round = isWarm ? this.#rounds.warm : this.#rounds.cold;
    round.add(tookMs);
    if (round.count < enough) return undefined;
    const ms = round.take();
    const now = this.#now();
    const { ms: before, at } = this.#best ?? { ms, at: now };
    const best = Math.min(ms, before * DRIFT ** ((now - at) / 1000));
    this.#best = { ms: best, at: now };
    // To open connections takes time, too: it only shows that the service can do better than that.
    return isWarm ? ms / best : undefined;
  }
}

class Mean {
  count = 0;
  #sum = 0;

  add(value: number): void {
    this.count++;
    this.#sum += value;
  }

  /** The mean, and begins anew. */
  take(): number {
    const mean = this.#sum / this.count;
    this.count = this.#sum = 0;
    return mean;
  }
}
