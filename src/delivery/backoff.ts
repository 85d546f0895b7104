/**
 * When to leave the service alone, and when to try it again: a circuit breaker. Closed, everything
 * goes. Open, nothing goes until a pause is over. Half-open, a single request finds out whether the
 * service is back. Runs on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */

/** Pauses after the first, second, … failure in a row, in milliseconds; the last one repeats. */
const LADDER_MS = [250, 500, 1000, 2000, 4000];
/** How much longer or shorter a pause may be, so that programs do not come back all at once. */
const JITTER = 0.1;

/** What requests may do now: all go, none goes, or one goes to try the service. */
export type BackoffState = "closed" | "open" | "half-open";

/** Decides for all requests together. */
export class Backoff {
  #now: () => number;
  /** Pauses in a row. */
  #pauses = 0;
  #resumeAt = 0;
  /** Whether the service asked for the present pause. */
  #isAsked = false;
  #epoch = 0;
  /** Until when somebody waits for the last records. */
  #expeditedUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get state(): BackoffState {
    if (this.#pauses === 0) return "closed";
    return this.#now() < this.#resumeAt ? "open" : "half-open";
  }

  /** When the present pause is over. */
  get resumeAt(): number {
    return this.#resumeAt;
  }

  /**
   * Raised with each pause. What was sent in an epoch before the present one says nothing about now:
   * of the requests that fail together, the first alone counts.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * A request failed so that all others have to wait.
   * @param epoch In which it was sent.
   * @param askedMs The pause that the service asks for, in milliseconds.
   * @param failures How often the request has failed before, which makes the pause as long.
   */
  open(epoch: number, askedMs?: number, failures = 0): void {
    const now = this.#now();
    if (epoch === this.#epoch) {
      this.#epoch++;
      this.#isAsked = askedMs !== undefined;
      this.#resumeAt = now + (askedMs ?? this.pauseAfter(Math.max(this.#pauses, failures)));
      this.#pauses++;
    } else if (askedMs !== undefined) {
      this.#isAsked = true;
      this.#resumeAt = Math.max(this.#resumeAt, now + askedMs);
    }
  }

  /** A request that was sent in this epoch was delivered. */
  close(epoch: number): void {
    if (epoch === this.#epoch) this.#pauses = 0;
  }

  /** Whether somebody waits for the last records. */
  get isExpedited(): boolean {
    return this.#now() < this.#expeditedUntil;
  }

  /**
   * Somebody waits for so long, in milliseconds: the present pause is over, unless the service asked
   * for it, and the next ones are the shortest, since the ladder would be longer than what is left.
   */
  expedite(forMs: number): void {
    const now = this.#now();
    this.#expeditedUntil = now + forMs;
    if (!this.#isAsked) this.#resumeAt = Math.min(this.#resumeAt, now);
  }

  /** The pause after so many failures before, in milliseconds. */
  pauseAfter(failures: number): number {
    const step = LADDER_MS[this.isExpedited ? 0 : Math.min(failures, LADDER_MS.length - 1)]!;
    return step * (1 + JITTER * (2 * Math.random() - 1));
  }
}
