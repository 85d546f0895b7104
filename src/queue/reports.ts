/**
 * What a shipper reports about records that it does not deliver: those that found the queue full, and
 * those that an end leaves behind. Runs on the program's thread.
 *
 * @module
 */
import { type Diagnostics, type Loss, records } from "../diagnostics.ts";
import type { Settings } from "../options/settings.ts";

/** What is reported of records that find the queue full. */
export interface OverflowLosses {
  /** Where there are too many. */
  readonly tooMany: Loss;
  /** Where they are too long. */
  readonly tooLong: Loss;
}

/**
 * Puts in words that records are dropped, and what to do.
 * @param characters How many characters the queue takes.
 */
export function overflowLosses(
  { queueSize, overflowPolicy, exporter, spool, spoolMaxBytes }: Settings,
  characters: number,
): OverflowLosses {
  const loss = (full: string, advice: string): Loss => ({
    level: "warn",
    code: "overflow",
    message: (count) =>
      `${full}: ${records(count)} dropped so far by the overflow policy "${overflowPolicy}": ` +
      advice,
  });
  if (spool !== undefined) {
    const isFull = loss(
      `The spool ${spool} is full ('spoolMaxBytes' is ${spoolMaxBytes}), or its disk is`,
      "raise 'spoolMaxBytes', or make room",
    );
    return { tooMany: isFull, tooLong: isFull };
  }
  const others = exporter.protocol === "otlp"
    ? " or log less"
    : `, log less, or choose protocol "otlp"`;
  return {
    tooMany: loss(`The queue is full ('queueSize' is ${queueSize})`, `raise 'queueSize'${others}`),
    tooLong: loss(
      `The queue is full (${characters >> 20} Mi characters of large records)`,
      "log shorter records or fewer",
    ),
  };
}

/** What was not delivered in time. */
export interface Remainder {
  /** Records that are lost. */
  readonly lost: number;
  /** Records that stay on disk. */
  readonly kept: number;
  /** How much time there was, in milliseconds. */
  readonly timeoutMs: number;
  /** Where nobody has answered yet. Nothing if somebody has, or an error was reported. */
  readonly silent: string | undefined;
  readonly spool: string | undefined;
}

/** Reports it, if there is any. */
export function reportRemainder(
  diagnostics: Diagnostics,
  { lost, kept, timeoutMs, silent, spool }: Remainder,
): void {
  if (lost > 0) {
    diagnostics.report({
      level: "error",
      code: "shutdown",
      message: `${records(lost)} ${lost === 1 ? "was" : "were"} not delivered within ` +
        `${timeoutMs} ms ('shutdownTimeoutMs', or what close() was given): ` +
        (silent === undefined
          ? "give it more time, or see why the service is slow or cannot be reached"
          : `${silent} has not answered`),
    });
  }
  if (kept > 0) {
    diagnostics.report({
      level: "warn",
      code: "spooled",
      message: `${records(kept)} ${kept === 1 ? "stays" : "stay"} in the spool ${spool}: ` +
        `whoever uses it next delivers ${kept === 1 ? "it" : "them"}`,
    });
  }
}
