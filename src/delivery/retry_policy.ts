/**
 * How often a request is tried again. An outage says nothing about a record; what counts is the
 * service's answer to it, or a failure of it alone while others are delivered. Runs where requests are
 * sent: on the worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Request } from "./request.ts";
import { isAnswer, type RetryCause } from "./response.ts";

/**
 * How often a record is sent again while the service is too busy for it: for about two minutes by the
 * ladder of pauses.
 */
const MAX_BUSY = 30;
/** How often a connection is closed instead of an answer before a request counts as too large. */
const MANY_CUTOFFS = 2;
/** The same where nothing else is delivered meanwhile. */
const MANY_CUTOFFS_ALONE = 4;
/**
 * How often a record that is kept on disk fails, or is refused as if the settings were wrong, each
 * time while others are delivered, before it is believed to be its own fault: for about a minute by
 * the ladder of pauses.
 */
const MANY_ALONE = 16;
/** A request shorter than this is not too large for any service, in characters. */
const NOT_LARGE = 1 << 14;

/** How often requests are tried again. */
export interface RetrySettings {
  /** How often a record is sent again after the service has answered that it fails. */
  readonly maxRetries: number;
  /** Whether records wait for as long as the service cannot be reached, or is too busy. */
  readonly retryUnreachable: boolean;
  /**
   * Whether records are kept on disk until the service has taken or refused them: no outage counts
   * against any of them then, however long it lasts and whatever it looks like.
   */
  readonly isKept: boolean;
  /** Whether that is an endpoint of the user's, such as a Collector, and not AxonPush itself. */
  readonly isEndpoint: boolean;
}

/** What became of others since a request failed before. */
export interface Others {
  /** Whether any were delivered. */
  readonly pass: boolean;
  /** Whether nearly all of them were, and any at all: the service is well, but for this request. */
  readonly areWell: boolean;
}

/**
 * Counts a failure against a request as far as it says something about it, and says whether it has
 * failed often enough.
 */
export function countFailure(
  request: Request,
  cause: RetryCause,
  others: Others,
  { maxRetries, retryUnreachable, isEndpoint, isKept }: RetrySettings,
): boolean {
  if (isKept) {
    if (cause === "local" || !others.areWell || request.items.length > 1) return false;
    return ++request.retries >= Math.max(MANY_ALONE, maxRetries);
  }
  if (cause === "busy" && retryUnreachable) {
    // A Collector answers so while its queue is full, and that can last.
    if (!isEndpoint) request.busy++;
  } else if (cause !== "local" && (isAnswer(cause) || !retryUnreachable || others.pass)) {
    request.retries++;
  }
  return request.retries > maxRetries || request.busy > Math.max(MAX_BUSY, maxRetries);
}

/**
 * Counts a refusal against a single record, as if the settings were wrong, and says whether it is
 * refused for itself. One hiccup of whoever stands before the service says nothing yet.
 */
export function countRefusal(
  request: Request,
  others: Others,
  { isKept }: Pick<RetrySettings, "isKept">,
): boolean {
  if (!isKept) return request.isDoubted;
  if (others.areWell) request.retries++;
  return request.retries >= MANY_ALONE;
}

/** Counts a failure against a batch that is kept on disk, and says whether one of its records is bad. */
export function countBatchFailure(
  request: Request,
  cause: RetryCause,
  others: Others,
  { isKept, maxRetries }: RetrySettings,
): boolean {
  if (!isKept || cause === "local" || !others.areWell || request.items.length === 1) return false;
  return ++request.retries > maxRetries;
}

/**
 * Counts a connection that was closed instead of an answer, and says whether a gateway probably does
 * that for the size of the request.
 */
export function countCutOff(request: Request, others: Others): boolean {
  request.cutOff++;
  const { cutOff, chars, items } = request;
  if (chars < NOT_LARGE) return false;
  return others.pass ? cutOff >= MANY_CUTOFFS : cutOff >= MANY_CUTOFFS_ALONE && items.length > 1;
}
