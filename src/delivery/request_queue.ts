/**
 * Forms requests out of records, and keeps those that have to be sent again. Runs where requests
 * are sent: on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { type Chunk, dedupKey, type Origin, OWN_ORIGIN } from "../record/chunk.ts";
import { createEventText } from "../record/event_text.ts";
import { shortenLine } from "../record/line.ts";
import { createOtlpBody } from "./otlp_body.ts";
import { type Body, createRequest, type Item, type Request } from "./request.ts";

/**
 * Most characters of a request's lines. A single record may have more; with constants and ids the
 * body comes to about twice as much for short lines.
 */
const MAX_REQUEST_CHARS = 1 << 20;

/** How large requests may be, and how long one waits for more records. */
export interface BatchSettings {
  /** Most records of one request. */
  readonly batchSize: number;
  /** How long a partial batch may wait while another one is in flight, in milliseconds. */
  readonly flushIntervalMs: number;
}

/** Makes the body of a request. The same records always give the same body. */
type BodyOf = (items: readonly Item[]) => Body;

/** An origin, and what it is needed for. */
interface KnownOrigin {
  readonly origin: Origin;
  readonly bodyOf: BodyOf;
}

/** Records that wait to be sent, for the first time or again. */
export class RequestQueue {
  #settings: BatchSettings;
  #origins = new Map<number, KnownOrigin>();
  /** What waits to be sent for the first time: the handler's own records, and those left by others. */
  #own = new Fifo();
  #others = new Fifo();
  #pendingSince = 0;
  #retries: Request[] = [];

  constructor(settings: BatchSettings) {
    this.#settings = settings;
  }

  /** Takes a chunk apart. */
  push({ origin, first, firstKey, lines }: Chunk, now: number): void {
    if (this.pending === 0) this.#pendingSince = now;
    const fifo = origin === OWN_ORIGIN ? this.#own : this.#others;
    let i = 0;
    for (const line of lines.split("\n")) {
      fifo.push({ origin, sequence: first + i, key: firstKey + i, line });
      i++;
    }
  }

  /**
   * Takes the next request that is due.
   * @param isAtOnce Whether a partial batch may go.
   * @param freshFirst Whether requests that have not failed yet go first.
   */
  take(now: number, isAtOnce: boolean, freshFirst: boolean): Request | undefined {
    if (!freshFirst || this.pending === 0) {
      const due = this.#retries.findIndex(({ dueAt }) => dueAt <= now);
      if (due >= 0) return this.#retries.splice(due, 1)[0];
    }
    if (!this.#isBatchDue(now, isAtOnce)) return undefined;
    this.#pendingSince = now;
    const fifo = this.#own.length > 0 ? this.#own : this.#others;
    const items = fifo.take(this.#countOfNext(fifo));
    return createRequest(items, this.#originOf(items).origin);
  }

  #isBatchDue(now: number, isAtOnce: boolean): boolean {
    const { pending } = this;
    const { batchSize, flushIntervalMs } = this.#settings;
    return pending > 0 &&
      (isAtOnce || pending >= batchSize || now - this.#pendingSince >= flushIntervalMs);
  }

  /** How many of the oldest records one request may carry: of one origin, and not too long. */
  #countOfNext(fifo: Fifo): number {
    const { origin } = fifo.peek(0)!;
    const most = Math.min(this.#settings.batchSize, fifo.length);
    let count = 0;
    let chars = 0;
    do chars += fifo.peek(count++)!.line.length; while (
      count < most && fifo.peek(count)!.origin === origin &&
      chars + fifo.peek(count)!.line.length <= MAX_REQUEST_CHARS
    );
    return count;
  }

  /** The body of a request. */
  bodyOf({ items }: Request): Body {
    return this.#originOf(items).bodyOf(items);
  }

  /** All records of a request are of one origin. */
  #originOf(items: readonly Item[]): KnownOrigin {
    return this.#origins.get(items[0]!.origin)!;
  }

  /** Registers the origin that chunks refer to by this number. */
  addOrigin(id: number, origin: Origin): void {
    const create = origin.protocol === "otlp" ? createOtlpBody : createEventBody;
    this.#origins.set(id, { origin, bodyOf: create(origin) });
  }

  /** How many records wait to be sent for the first time. */
  get pending(): number {
    return this.#own.length + this.#others.length;
  }

  get isEmpty(): boolean {
    return this.pending === 0 && this.#retries.length === 0;
  }

  /** When the next request that is not due yet will be, if there is one. */
  dueAfter(now: number): number | undefined {
    const batchAt = this.#pendingSince + this.#settings.flushIntervalMs;
    let next = this.pending > 0 && batchAt > now ? batchAt : undefined;
    for (const { dueAt } of this.#retries) {
      if (dueAt > now && (next === undefined || dueAt < next)) next = dueAt;
    }
    return next;
  }

  /** Whether a request waits for nothing but its turn. */
  isDue(now: number, isAtOnce: boolean): boolean {
    return this.#isBatchDue(now, isAtOnce) || this.#retries.some(({ dueAt }) => dueAt <= now);
  }

  /** The program waits: what has failed may be sent again now. */
  expedite(now: number): void {
    for (const request of this.#retries) request.dueAt = Math.min(request.dueAt, now);
  }

  /** Takes a request back, to be sent again when it is due. */
  retry(request: Request): void {
    this.#retries.push(request);
  }

  /** Sends each half of a batch by itself. */
  halve(request: Request): void {
    this.#split(request, request.items.length >> 1);
  }

  /** Sends the first record of a batch by itself, and the others after it. */
  isolate(request: Request): void {
    this.#split(request, 1);
  }

  #split({ items, isDoubted, cutOff, failedAt, retries, passedOver }: Request, at: number): void {
    const { origin } = this.#originOf(items);
    const parts = [items.slice(0, at), items.slice(at)].map((part) => createRequest(part, origin));
    for (const part of parts) {
      part.isDoubted = isDoubted;
      part.failedAt = failedAt;
      // A single record begins anew.
      if (part.items.length > 1) Object.assign(part, { retries, passedOver });
      part.cutOff = Math.max(0, cutOff - 1); // What was too large once probably is again.
    }
    this.#retries.unshift(...parts);
  }

  /** Sends a shorter form of a single record that is too large; false if it cannot be shortened. */
  shorten({ items }: Request): boolean {
    const { origin } = this.#originOf(items);
    const [item] = items;
    const line = shortenLine(item!.line, origin.protocol);
    if (line === undefined) return false;
    // It is a different request now, so it needs another key; the dedup key inside stays.
    const short = createRequest([{ ...item!, line }], origin);
    this.#retries.unshift({ ...short, key: `${short.key}-cut` });
    return true;
  }

  /** Takes everything that waits. Copies of it that are in flight are settled by that, too. */
  clear(): readonly Item[] {
    const items = [...this.#own.clear(), ...this.#others.clear()];
    for (const request of this.#retries) {
      if (!request.isSettled) items.push(...request.items);
      request.isSettled = true;
    }
    this.#retries.length = 0;
    return items;
  }
}

/** On `/event` each record is a request of its own. */
function createEventBody(origin: Origin): BodyOf {
  const eventText = createEventText(origin.constants);
  return ([item]) => [eventText(item!.line, dedupKey(origin, item!.key))];
}

/** Items in the order in which they came. */
class Fifo {
  #items: Item[] = [];
  /** Where they begin: to take items off the front would move all the others. */
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The item at this place. */
  peek(at: number): Item | undefined {
    return this.#items[this.#first + at];
  }

  /** Takes this many off the front. */
  take(count: number): Item[] {
    const taken = this.#items.slice(this.#first, this.#first += count);
    if (2 * this.#first >= this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return taken;
  }

  /** Takes all of them. */
  clear(): Item[] {
    return this.take(this.length);
  }
}
