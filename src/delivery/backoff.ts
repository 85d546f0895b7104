/**
 * When to leave the service alone, and when to try it again: a circuit breaker. Closed, everything
 * goes. Open, nothing goes until a pause is over. Half-open, a single request finds out whether the
 * service is back. Runs on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */

/**
 * Pauses after the first, second, … failure in a row, in milliseconds; the last one repeats. For all
 * requests together there are shorter ones, see {@linkcode LEAST_PAUSE}.
 */
const LADDER_MS = [250, 500, 1000, 2000, 4000];
/** How much longer or shorter a pause may be, so that programs do not all come back at once. */
const JITTER = 0.1;
/** The weight of one request in what is known of the last ones: of about twenty. */
const WEIGHT = 0.05;
/** The service is well if this share of first attempts is delivered: in a partial outage some always are. */
const MIN_HEALTH = 0.8;

/**
 * How many refusals in a row prove that the settings are wrong: of a batch, say, and of two of its
 * records by themselves. One or two may be hiccups, or mean what these records say.
 */
const CERTAIN_REFUSALS = 3;

/**
 * The shortest pause: a millisecond, or this share of the time that an answer takes. The first pause is
 * half of what was long enough last time, so that a service gets about as much as it takes. If even the
 * shortest is, pauses are of no use: a part of the service refuses, such as one of its instances, however
 * little it is asked.
 */
const LEAST_PAUSE = { ms: 1, ofAnswer: 0.25 } as const;
/** How long that is remembered after the last failure, in milliseconds. */
const REMEMBERED_MS = 60_000;
/** So many failures in a row are not those of a part. */
const MORE_THAN_A_PART = 16;

/** What requests may do now: all go, none goes, or one goes to try the service. */
export type BackoffState = "closed" | "open" | "half-open";

/** Why there is a pause: requests fail, the service asked for it, or the settings are wrong. */
export type BackoffCause = "failure" | "asked" | "settings";

/** Decides for all requests together. */
export class Backoff {
  #now: () => number;
  /** Pauses in a row. */
  #pauses = 0;
  #resumeAt = 0;
  #cause: BackoffCause = "failure";
  #epoch = 0;
  /** Until when the program waits for the records so far. */
  #expeditedUntil = 0;
  #isEnding = false;
  #deliveries = 0;
  /** About how many of the last requests that were sent for the first time were delivered, 0 to 1. */
  #health = 1;
  #failuresInARow = 0;
  /** How long the first of the next pauses is, unless there was none for long. */
  #firstPauseMs: number = LADDER_MS[0]!;
  /** Until when it is remembered that a part of the service refuses. */
  #partialUntil = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  get state(): BackoffState {
    if (this.#pauses === 0) return "closed";
    return this.#now() < this.#resumeAt ? "open" : "half-open";
  }

  /** Why requests are held back, if they are. */
  get cause(): BackoffCause | undefined {
    return this.#pauses === 0 ? undefined : this.#cause;
  }

  /** When the present pause is over. */
  get resumeAt(): number {
    return this.#resumeAt;
  }

  /**
   * Raised with each pause. A request that was sent in an earlier epoch says nothing about now: of
   * requests that fail together, only the first counts.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the program waits for the records so far. */
  get isExpedited(): boolean {
    return this.#now() < this.#expeditedUntil;
  }

  /** Whether the program ends with wrong settings, which will not be corrected any more. */
  get isHopeless(): boolean {
    return this.#isEnding && this.isExpedited && this.state === "open" &&
      this.#cause === "settings" && this.#failuresInARow >= CERTAIN_REFUSALS;
  }

  /** How many requests were delivered so far. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Whether nearly all requests are delivered when they are sent for the first time. */
  get isWell(): boolean {
    return this.#health >= MIN_HEALTH;
  }

  /** Whether a part of the service refuses, whether it is asked much or little. */
  get isPartial(): boolean {
    return this.#now() < this.#partialUntil;
  }

  /** How many requests failed since the last delivery. */
  get failuresInARow(): number {
    return this.#failuresInARow;
  }

  /**
   * A request failed in such a way that all others have to wait.
   * @param epoch The epoch in which it was sent.
   */
  open(epoch: number, cause: "failure" | "settings"): void {
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#cause = cause;
    const now = this.#now();
    if (now - this.#resumeAt > REMEMBERED_MS) this.#firstPauseMs = LADDER_MS[0]!;
    this.#resumeAt = now +
      (cause === "failure" ? this.#nextPause() : this.pauseAfter(this.#pauses));
    this.#pauses++;
  }

  /** The service asks for a pause, in milliseconds. The longest one counts. */
  openFor(epoch: number, askedMs: number): void {
    const isAsked = epoch !== this.#epoch && this.#cause === "asked";
    const resumeAt = this.#now() + askedMs;
    this.#resumeAt = isAsked ? Math.max(this.#resumeAt, resumeAt) : resumeAt;
    this.#cause = "asked";
    if (epoch !== this.#epoch) return;
    this.#epoch++;
    this.#pauses++;
  }

  /**
   * A request that was sent in this epoch was delivered. The first of all shows that settings were
   * right which were blamed for the refusal of another one, sent at the same time.
   * @param isFirst Whether it was sent for the first time.
   * @param tookMs How long the answer took.
   */
  onDelivered(epoch: number, isFirst = false, tookMs = 0): void {
    const isRefuted = this.#deliveries++ === 0 && this.#cause === "settings";
    if (isFirst) this.#health += WEIGHT * (1 - this.#health);
    this.#failuresInARow = 0;
    if (epoch !== this.#epoch && !isRefuted) return;
    if (this.#pauses > 0 && this.#cause === "failure") this.#onPauseOver(tookMs);
    this.#pauses = 0;
  }

  /** The last pause was long enough: next time, half of it is tried first. */
  #onPauseOver(tookMs: number): void {
    const least = Math.max(LEAST_PAUSE.ms, LEAST_PAUSE.ofAnswer * tookMs);
    if (this.#pauses === 1 && this.#firstPauseMs <= least) {
      this.#partialUntil = this.#now() + REMEMBERED_MS;
    }
    const half = this.#firstPauseMs * 2 ** (this.#pauses - 2);
    this.#firstPauseMs = Math.min(LADDER_MS[0]!, Math.max(LEAST_PAUSE.ms, half));
  }

  /** Each pause in a row is twice as long as the one before, as on the ladder. */
  #nextPause(): number {
    const most = this.isExpedited ? LADDER_MS[0]! : LADDER_MS.at(-1)!;
    return jitter(Math.min(most, this.#firstPauseMs * 2 ** this.#pauses));
  }

  /**
   * A request failed, for reasons that may be its own.
   * @param isFirst Whether it was sent for the first time.
   */
  onFailed(isFirst = false): void {
    if (++this.#failuresInARow >= MORE_THAN_A_PART) {
      this.#firstPauseMs = LADDER_MS[0]!;
      this.#partialUntil = -Infinity;
    } else if (this.isPartial) {
      this.#partialUntil = this.#now() + REMEMBERED_MS;
    }
    if (isFirst) this.#health -= WEIGHT * this.#health;
  }

  /**
   * The program waits for this many milliseconds. The present pause is over, unless the service asked
   * for it or the settings are wrong, and the next pauses are the shortest, since longer ones would
   * not fit into the time that is left.
   * @param isEnding Whether the program ends then.
   */
  expedite(forMs: number, isEnding: boolean): void {
    const now = this.#now();
    this.#expeditedUntil = now + forMs;
    this.#isEnding = isEnding;
    const isWorthTrying = this.#cause === "failure" || this.#cause === "settings" && isEnding;
    if (isWorthTrying) this.#resumeAt = Math.min(this.#resumeAt, now);
  }

  /** The pause after this many failures, in milliseconds. */
  pauseAfter(failures: number): number {
    const step = LADDER_MS[this.isExpedited ? 0 : Math.min(failures, LADDER_MS.length - 1)]!;
    return jitter(step);
  }
}

function jitter(ms: number): number {
  return ms * (1 + JITTER * (2 * Math.random() - 1));
}
