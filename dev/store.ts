/**
 * The events received, newest last, bounded in number and size; how often each key came; and the
 * requests that were refused. Readers that follow along (the page, a waiting test) ask for what comes
 * after the last event that they have seen, so that a slow one costs no memory here.
 *
 * @module
 */
import type { DevEvent, EventBody } from "./contract.ts";
import { inOrder } from "./order.ts";
import type { DevRefusal } from "./refusal.ts";

/** Most characters of JSON that are kept, however few events they are. */
const MAX_CHARACTERS = 128 * 1024 * 1024;
/** How many keys are remembered at least: an event may come again when it is no longer kept. */
const LEAST_KEYS = 100_000;

/** How many refused requests are kept, the newest. */
const MOST_REFUSALS = 50;

/** How many events were received. */
export interface DevCounts {
  /** All events, duplicates included. */
  readonly received: number;
  /** Different ones. */
  readonly unique: number;
  /** Events with the key of an earlier one. */
  readonly duplicates: number;
}

/** What became of one event of a request. */
export interface Receipt {
  readonly eventId: string;
  readonly duplicate: boolean;
}

interface Entry {
  readonly event: DevEvent;
  /** How many characters it came as. */
  readonly size: number;
}

interface Delivery {
  readonly eventId: string;
  times: number;
}

/** Keeps the newest events. */
export class Store {
  counts: DevCounts = { received: 0, unique: 0, duplicates: 0 };
  /** How many requests were refused. */
  refused = 0;
  /** The newest of them, newest last. */
  refusals: readonly DevRefusal[] = [];
  /** Names this content; another one after `clear()`. */
  epoch: string = crypto.randomUUID();
  /** Those before the head are gone; they are cut off now and then, because a cut is costly. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #characters = 0;
  #events: readonly DevEvent[] | undefined;
  /** Two generations of keys: when the newer is full, the older is forgotten. */
  #keys = new Map<string, Delivery>();
  #olderKeys = new Map<string, Delivery>();
  #change: PromiseWithResolvers<void> | undefined;

  constructor(
    readonly keep: number,
    readonly onEvent?: (event: DevEvent) => void,
    readonly onRefusal?: (refusal: DevRefusal) => void,
  ) {}

  /** Records a refused request. */
  refuse(refusal: DevRefusal): void {
    this.refused++;
    this.refusals = [...this.refusals, refusal].slice(-MOST_REFUSALS);
    this.onRefusal?.(refusal);
    this.wake();
  }

  /** Adds an event of this many characters. */
  add(body: EventBody, source: DevEvent["source"], size: number): Receipt {
    const { received, unique, duplicates } = this.counts;
    const known = body.dedupKey === undefined ? undefined : this.#find(body.dedupKey);
    if (known !== undefined) {
      known.times++;
      this.counts = { received: received + 1, unique, duplicates: duplicates + 1 };
      return { eventId: known.eventId, duplicate: true };
    }
    this.counts = { received: received + 1, unique: unique + 1, duplicates };
    const eventId = crypto.randomUUID();
    if (body.dedupKey !== undefined) this.#remember(body.dedupKey, { eventId, times: 1 });
    const event: DevEvent = Object.assign(body, {
      eventId,
      createdAt: new Date().toISOString(),
      source,
    });
    this.#entries.push({ event, size });
    this.#characters += size;
    while (this.size > this.keep || this.#characters > MAX_CHARACTERS) this.#forgetOldest();
    this.#events = undefined;
    this.onEvent?.(event);
    this.wake();
    return { eventId, duplicate: false };
  }

  /** How many events are kept. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** The kept events in the order in which they were logged, a copy. */
  get events(): readonly DevEvent[] {
    this.#events ??= inOrder(this.#entries.slice(this.#head).map((entry) => entry!.event));
    return this.#events;
  }

  /** How often an event with this key came. */
  deliveries(dedupKey: string): number {
    return this.#find(dedupKey)?.times ?? 0;
  }

  /** The kept events after this many of the epoch, each with its number. */
  *after(seen: number): Generator<readonly [number: number, event: DevEvent]> {
    const { unique } = this.counts;
    const offset = unique - this.#entries.length;
    for (let i = Math.max(seen, offset + this.#head); i < unique; i++) {
      yield [i + 1, this.#entries[i - offset]!.event];
    }
  }

  /** Fulfilled by the next event, by `clear()` and by `wake()`. */
  change(): Promise<void> {
    this.#change ??= Promise.withResolvers();
    return this.#change.promise;
  }

  /** Removes everything. */
  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#characters = 0;
    this.#events = undefined;
    this.#keys.clear();
    this.#olderKeys.clear();
    this.counts = { received: 0, unique: 0, duplicates: 0 };
    this.refused = 0;
    this.refusals = [];
    this.epoch = crypto.randomUUID();
    this.wake();
  }

  /** Wakes those who wait for a change. */
  wake(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }

  #forgetOldest(): void {
    this.#characters -= this.#entries[this.#head]!.size;
    this.#entries[this.#head++] = undefined;
    if (this.#head <= this.keep) return;
    this.#entries.splice(0, this.#head);
    this.#head = 0;
  }

  #find(key: string): Delivery | undefined {
    return this.#keys.get(key) ?? this.#olderKeys.get(key);
  }

  #remember(key: string, delivery: Delivery): void {
    if (this.#keys.size >= Math.max(this.keep, LEAST_KEYS)) {
      this.#olderKeys = this.#keys;
      this.#keys = new Map();
    }
    this.#keys.set(key, delivery);
  }
}
