/**
 * Says what the end of a program, or of a handler, leaves behind. Runs on the program's thread.
 *
 * @module
 */
import { type Diagnostics, records } from "../diagnostics.ts";

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
          ? "give it more time, or see why the service is slow"
          : `${silent} has not answered`),
    });
  }
  if (kept > 0) {
    diagnostics.report({
      level: "warn",
      code: "spooled",
      message: `${records(kept)} ${kept === 1 ? "stays" : "stay"} in the spool ${spool}: ` +
        `whoever uses it next delivers them`,
    });
  }
}
