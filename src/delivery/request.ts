/**
 * What one request carries, and its history from one try to the next. Runs where requests
 * are sent: on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { dedupKey, type Origin } from "../record/chunk.ts";

/** A record on its way. */
export interface Item {
  /** The number of its origin. */
  readonly origin: number;
  /** The number by which it is acknowledged. */
  readonly sequence: number;
  /** The number at the end of its dedup key. */
  readonly key: number;
  readonly line: string;
}

/** What one request carries. It is sent again with the same bytes under the same key. */
export interface Request {
  readonly items: readonly Item[];
  readonly key: string;
  /** Characters of its lines. */
  readonly chars: number;
  /** When it may be sent again. */
  dueAt: number;
  /** How often it has failed. */
  failures: number;
  /**
   * How many deliveries of others there had been when it, or the batch that it was part of, last failed.
   */
  failedAt: number | undefined;
  /** How often it was sent again for reasons that count against it. */
  retries: number;
  /** How often it failed for want of a service, while others were delivered. */
  passedOver: number;
  /** How often the connection was closed instead of an answer, or it was given back unread. */
  cutOff: number;
  /** Whether it, or the batch that it was part of, was refused before. */
  isDoubted: boolean;
  /** It was refused by connections that were opened before this time, and is to go by others. */
  openedAfter: number | undefined;
  /** How often it waits or is in flight. */
  copies: number;
  isSettled: boolean;
}

/** The text of a request's body, in pieces: V8 and the system are slow with long ones. */
export type Body = readonly string[];

/** Makes a request of records of one origin. */
export function createRequest(items: readonly Item[], origin: Pick<Origin, "keyPrefix">): Request {
  const [first, last] = [items[0]!, items.at(-1)!];
  // A worker that replaces another starts with gaps, so the first number and the length do not identify
  // the records.
  const rest = first === last ? "" : `-${last.key}-${items.length}`;
  return {
    items,
    key: dedupKey(origin, first.key) + rest,
    chars: items.reduce((sum, { line }) => sum + line.length, 0),
    dueAt: 0,
    failures: 0,
    failedAt: undefined,
    retries: 0,
    passedOver: 0,
    cutOff: 0,
    isDoubted: false,
    openedAfter: undefined,
    copies: 1,
    isSettled: false,
  };
}
