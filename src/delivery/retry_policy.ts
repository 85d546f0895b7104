/**
 * How often a request is tried again. An outage says nothing about a record, whether nobody answers,
 * a gateway says so or a service that is too busy; what counts is that the service fails at it, or that
 * it alone finds none while others are delivered. Runs where requests are sent: on the worker's
 * thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Request } from "./request.ts";
import { isCrowded, type RetryCause } from "./response.ts";

/**
 * How often a record finds no service, each time while others are delivered, before it is believed to
 * be its own fault: for about two minutes by the ladder of pauses.
 */
const MAX_PASSED_OVER = 30;
/**
 * How often a connection is closed instead of an answer, or the request given back unread, before a
 * batch counts as too large, while others are delivered or not. Then it is halved, by which nothing
 * is lost.
 */
const MANY_CUTOFFS_OF_BATCH = { others: 2, none: 4 };
/**
 * The same of a single record, which is cut then, while nearly all others are delivered or fewer: where
 * many connections are closed it happens to one record again and again by chance.
 */
const MANY_CUTOFFS_OF_RECORD = { nearlyAll: 4, fewer: 8 };
/**
 * How often a record that is kept on disk fails, or is refused as if the settings were wrong, each
 * time while others are delivered, before it is believed to be its own fault: for about a minute by
 * the ladder of pauses.
 */
const MAX_KEPT_RETRIES = 16;
/** A request shorter than this is not too large for any service, in characters. */
const MIN_LARGE_CHARS = 1 << 14;

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
  readonly anyDelivered: boolean;
  /** At least one, and nearly all of the last ones: the service is well, but for this request. */
  readonly nearlyAllDelivered: boolean;
}

/** What becomes of a request that failed. Both halves of a batch are sent by themselves. */
export type Sequel = "retry" | "halve" | "give-up";

/**
 * Counts a failure against a request as far as it says something about it, and says what becomes of
 * it when it has failed often enough.
 */
export function countFailure(
  request: Request,
  cause: RetryCause,
  others: Others,
  settings: RetrySettings,
): Sequel {
  if (cause === "busy" && settings.isEndpoint && isStuck(request)) return "halve";
  return settings.isKept
    ? countKept(request, cause, others, settings)
    : countOther(request, cause, others, settings);
}

/**
 * Whether a batch may be too large for the whole queue of a Collector, which says then that it is full
 * although it takes nothing at all.
 */
function isStuck({ items, failures }: Request): boolean {
  return items.length > 1 && failures >= MAX_PASSED_OVER;
}

/** Records that are kept on disk are given up only one by one, and only by a service that is well. */
function countKept(
  request: Request,
  cause: RetryCause,
  { nearlyAllDelivered }: Others,
  { maxRetries }: RetrySettings,
): Sequel {
  if (isCrowded(cause) || !nearlyAllDelivered) return "retry";
  request.retries++;
  if (request.items.length > 1) return request.retries > maxRetries ? "halve" : "retry";
  return request.retries >= Math.max(MAX_KEPT_RETRIES, maxRetries) ? "give-up" : "retry";
}

function countOther(
  request: Request,
  cause: RetryCause,
  { anyDelivered }: Others,
  { maxRetries, retryUnreachable, isEndpoint }: RetrySettings,
): Sequel {
  // A log call that waits is not to wait for ever, where no other request ends either.
  if (isCrowded(cause) && (retryUnreachable || anyDelivered)) return "retry";
  if (cause === "failing" || !retryUnreachable) request.retries++;
  else if (anyDelivered) request.passedOver++;
  const isSpent = request.retries > maxRetries ||
    request.passedOver >= Math.max(MAX_PASSED_OVER, maxRetries);
  if (!isSpent) return "retry";
  // One record may be why the service fails; the others are not given up with it.
  if (request.items.length > 1) return "halve";
  // A Collector is busy while its queue is full, and that can last.
  return cause === "busy" && isEndpoint && retryUnreachable ? "retry" : "give-up";
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
  if (others.nearlyAllDelivered) request.retries++;
  return request.retries >= MAX_KEPT_RETRIES;
}

/**
 * Counts a connection that was closed instead of an answer, or a request that came back unread, and says
 * whether a gateway probably does that for the size of the request.
 */
export function countCutOff(request: Request, cause: RetryCause, others: Others): boolean {
  if (cause !== "closed" && cause !== "unread") return false;
  request.cutOff++;
  const { cutOff, chars, items } = request;
  if (chars < MIN_LARGE_CHARS) return false;
  if (items.length > 1) {
    return cutOff >= MANY_CUTOFFS_OF_BATCH[others.anyDelivered ? "others" : "none"];
  }
  return others.anyDelivered &&
    cutOff >= MANY_CUTOFFS_OF_RECORD[others.nearlyAllDelivered ? "nearlyAll" : "fewer"];
}
