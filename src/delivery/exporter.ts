/**
 * Delivers events to the service, a bounded number of requests at a time.
 * It runs in the worker, and in the program's thread where there is no worker. What it must get
 * right is failure: the same bytes under the same key until the service has them, and one pause for
 * all requests when the service is in trouble, ended by a single request that tries it again.
 *
 * @module
 */
import type { Outcome } from "../worker/acknowledgements.ts";
import { type Attempt, httpAttempt, type HttpSettings, type Verdict } from "./http.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { type Constants, dedupKey, type Item } from "../record/chunk.ts";
import { reason } from "../record/errors.ts";
import { createEventText } from "../record/event_text.ts";
import { shortenLine } from "../record/line.ts";
import { createExport } from "./otlp_body.ts";

/** Pauses after the first, second, … failure in a row, in milliseconds; the last one repeats. */
const BACKOFF_MS = [250, 500, 1000, 2000, 4000];
/** How much longer or shorter a pause may be, so that programs do not come back all at once. */
const JITTER = 0.1;

/** What the transport has to know. Can be sent to another thread. */
export interface TransportSettings extends HttpSettings {
  /** Most records of one request. */
  readonly batchSize: number;
  /** How long a batch that is not full waits while another is in flight, in milliseconds. */
  readonly flushIntervalMs: number;
  readonly constants: Constants;
  /** Begins every dedup key; the record's number ends it. */
  readonly keyPrefix: string;
  readonly concurrency: number;
  readonly maxRetries: number;
  /** Whether records wait for as long as the service cannot be reached at all. */
  readonly patient: boolean;
}

/** Whom the transport answers to. */
export interface TransportHost {
  settle(sequence: number, outcome: Outcome): void;
  countRetries(count: number): void;
  report(diagnostic: Diagnostic): void;
}

/** Where the transport's time comes from. A test has one of its own. */
export interface Clock {
  /** Milliseconds since any moment, never set back. */
  now(): number;
  /** Calls back once; the program need not live for it. The answer calls it off. */
  wake(callback: () => void, afterMs: number): () => void;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  wake(callback, afterMs) {
    const timer = setTimeout(callback, afterMs);
    Deno.unrefTimer(timer); // A pause is no reason for a program to go on.
    return () => clearTimeout(timer);
  },
};

/** What one request carries. A retry sends the same bytes under the same key. */
interface Parcel {
  readonly items: readonly Item[];
  readonly key: string;
  retries: number;
  /** How many deliveries there had been when this parcel last failed. */
  failedAt: number;
  /** How often it has failed. */
  failures: number;
  /** When it may be sent again. */
  dueAt: number;
}

/** Sends what it is given until each record is settled. */
export class Transport {
  #settings: TransportSettings;
  #host: TransportHost;
  #attempt: Attempt;
  #clock: Clock;
  /** Makes the body of a request, of the same records always the same. */
  #bodyOf: (items: readonly Item[]) => string;
  #loose: Item[] = [];
  /** Where `#loose` begins: to take items off its front would move all the others. */
  #first = 0;
  #again: Parcel[] = [];
  #inFlight = 0;
  #delivered = 0;
  /** Failed requests since the last delivery. */
  #streak = Infinity;
  /** Pauses in a row. While there are any, one request at a time tries the service. */
  #failures = 0;
  /** Raised at each failure, so that requests sent before it do not count as another. */
  #wave = 0;
  #resumeAt = 0;
  #asked = false;
  #misconfigured = false;
  #hurryUntil = -Infinity;
  #looseSince = 0;
  #stopped = false;
  #cancelWake = () => {};

  constructor(
    settings: TransportSettings,
    host: TransportHost,
    attempt: Attempt = httpAttempt(settings),
    clock: Clock = CLOCK,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#attempt = attempt;
    this.#clock = clock;
    const { protocol, constants, keyPrefix } = settings;
    const eventText = createEventText(constants);
    this.#bodyOf = protocol === "otlp"
      ? createExport(constants, keyPrefix)
      : ([item]) => eventText(item!.line, this.#keyOf(item!));
  }

  /** Takes lines of events; the first has this number, the others the ones after it. */
  send(first: number, lines: readonly string[]): void {
    if (this.#waiting === 0) this.#looseSince = this.#clock.now();
    for (const line of lines) this.#loose.push({ sequence: first++, line });
    this.#pump();
  }

  /**
   * The program is ending and waits for so long: the present pause is over, unless the service asked
   * for it, nothing is collected any more, and nobody will mend wrong settings.
   */
  hurry(forMs: number): void {
    this.#hurryUntil = this.#clock.now() + forMs;
    if (!this.#asked) this.#resumeAt = -Infinity;
    this.#pump();
  }

  /** Gives up: nothing more is sent or settled. */
  stop(): void {
    this.#stopped = true;
    this.#loose.length = this.#first = this.#again.length = 0;
    this.#cancelWake();
  }

  /** How many items wait to be sent for the first time. */
  get #waiting(): number {
    return this.#loose.length - this.#first;
  }

  #pump(): void {
    const now = this.#clock.now();
    if (this.#misconfigured && now < this.#hurryUntil) return this.#refuseAll();
    if (now < this.#resumeAt) return this.#wake(this.#resumeAt - now);
    const most = this.#failures > 0 ? 1 : this.#settings.concurrency;
    while (this.#inFlight < most) {
      const parcel = this.#next(now);
      if (parcel === undefined) break;
      void this.#deliver(parcel);
    }
    if (this.#inFlight >= most) return;
    const wakeAt = Math.min(
      this.#waiting > 0 ? this.#looseSince + this.#settings.flushIntervalMs : Infinity,
      ...this.#again.map(({ dueAt }) => dueAt),
    );
    if (wakeAt < Infinity) this.#wake(wakeAt - now);
  }

  #wake(afterMs: number): void {
    this.#cancelWake();
    this.#cancelWake = this.#clock.wake(() => this.#pump(), afterMs);
  }

  /** What to send next. In trouble something that has not failed yet, to share out the attempts. */
  #next(now: number): Parcel | undefined {
    const hurried = now < this.#hurryUntil;
    if (this.#failures === 0 || this.#waiting === 0) {
      const due = this.#again.findIndex(({ dueAt }) => hurried || dueAt <= now);
      if (due >= 0) return this.#again.splice(due, 1)[0];
    }
    const { batchSize, flushIntervalMs } = this.#settings;
    const due = this.#waiting >= batchSize || this.#inFlight === 0 || hurried ||
      now - this.#looseSince >= flushIntervalMs;
    if (this.#waiting === 0 || !due) return undefined;
    this.#looseSince = now;
    const items = this.#loose.slice(this.#first, this.#first + batchSize);
    this.#first += items.length;
    if (2 * this.#first >= this.#loose.length) {
      this.#loose.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#seal(items);
  }

  /** The key by which the service knows a record again. */
  #keyOf({ sequence }: Item): string {
    return dedupKey(this.#settings, sequence);
  }

  #seal(items: readonly Item[]): Parcel {
    const [first, last] = [items[0]!, items.at(-1)!];
    // A worker that replaces another starts with gaps, so the first number and the length are not
    // enough to tell what is inside.
    const rest = first === last ? "" : `-${last.sequence}-${items.length}`;
    const key = this.#keyOf(first) + rest;
    return { items, key, retries: 0, failedAt: -1, failures: 0, dueAt: 0 };
  }

  async #deliver(parcel: Parcel): Promise<void> {
    const wave = this.#wave;
    this.#inFlight++;
    const verdict = await this.#try(parcel);
    if (this.#stopped) return;
    if (verdict.diagnostic) this.#host.report(verdict.diagnostic);
    switch (verdict.kind) {
      case "delivered":
        this.#delivered++;
        this.#streak = 0;
        if (wave === this.#wave) this.#failures = 0;
        this.#misconfigured = false;
        this.#settle(parcel.items, verdict.rejected);
        await verdict.finished;
        break;
      case "refused":
        this.#refuse(parcel, verdict.because, wave);
        break;
      case "retry":
        // Among requests that succeed one may fail; when all that are in flight do, or the service
        // says that it is too much, the others are better held back too.
        if (++this.#streak < this.#settings.concurrency && !verdict.busy) {
          parcel.dueAt = this.#clock.now() + this.#pause(parcel.failures);
        } else {
          this.#backOff(wave, verdict.afterMs, parcel.failures);
        }
        parcel.failures++;
        this.#retry(parcel, verdict.answered);
        break;
    }
    this.#inFlight--;
    this.#pump();
  }

  async #try({ items, key }: Parcel): Promise<Verdict> {
    try {
      return await this.#attempt(this.#bodyOf(items), key);
    } catch (error) {
      // The user's `redact` can leave something that is no event. It must not stop the others.
      const message = `Cannot send a record: ${reason(error)}`;
      const diagnostic = { level: "error", code: "malformed", message } as const;
      return { kind: "refused", because: "content", diagnostic };
    }
  }

  /** Counts records as delivered, but for the last so many, which count as failed. */
  #settle(items: readonly Item[], rejected = 0): void {
    const delivered = items.length - rejected;
    for (let i = 0; i < items.length; i++) {
      this.#host.settle(items[i]!.sequence, i < delivered ? "delivered" : "failed");
    }
  }

  #refuse({ items }: Parcel, because: string, wave: number): void {
    if (because === "settings") {
      // All will be refused until somebody mends it, so one request at a time finds out when.
      this.#misconfigured = true;
      this.#settle(items, items.length);
      this.#backOff(wave);
    } else if (items.length > 1) {
      // One bad record spoils a batch: halves of it find out which.
      const half = items.length >> 1;
      this.#again.unshift(this.#seal(items.slice(0, half)), this.#seal(items.slice(half)));
    } else {
      const [item] = items as [Item];
      const line = because === "size" ? shortenLine(item.line, this.#settings.protocol) : undefined;
      if (line === undefined) return this.#settle(items, 1);
      // It is another request now, so it needs another key; the dedup key inside stays.
      const key = `${this.#keyOf(item)}-cut`;
      this.#again.unshift({ ...this.#seal([{ ...item, line }]), key });
    }
  }

  #refuseAll(): void {
    for (const items of [this.#loose.slice(this.#first), ...this.#again.map((one) => one.items)]) {
      this.#settle(items, items.length);
    }
    this.#loose.length = this.#first = this.#again.length = 0;
  }

  #retry(parcel: Parcel, answered: boolean): void {
    // An outage says nothing about the record, so only what the service answers counts against it,
    // or silence while others were delivered.
    const counts = answered || !this.#settings.patient ||
      parcel.failedAt >= 0 && parcel.failedAt < this.#delivered;
    parcel.failedAt = this.#delivered;
    if (counts && ++parcel.retries > this.#settings.maxRetries) {
      this.#settle(parcel.items, parcel.items.length);
      return;
    }
    this.#host.countRetries(parcel.items.length);
    this.#again.push(parcel);
  }

  /**
   * How long to wait after so many failures before, in milliseconds. Where somebody waits for the
   * last records the ladder would be longer than what is left.
   */
  #pause(failures: number): number {
    const hurried = this.#clock.now() < this.#hurryUntil;
    const step = BACKOFF_MS[hurried ? 0 : Math.min(failures, BACKOFF_MS.length - 1)]!;
    return step * (1 + JITTER * (2 * Math.random() - 1));
  }

  /** Pauses everything: by the ladder once for each wave of failures, or as the service asks. */
  #backOff(wave: number, askedMs?: number, failures = 0): void {
    const now = this.#clock.now();
    if (wave === this.#wave) {
      this.#wave++;
      this.#asked = askedMs !== undefined;
      this.#resumeAt = now + (askedMs ?? this.#pause(Math.max(this.#failures, failures)));
      this.#failures++;
    } else if (askedMs !== undefined) {
      this.#asked = true;
      this.#resumeAt = Math.max(this.#resumeAt, now + askedMs);
    }
  }
}
