/**
 * The signals that a program may choose, for the rule of the option and for the end of the program.
 * Used on the program's thread.
 *
 * @module
 */
import type { EndSignal } from "./options.ts";

/** Signals that end a program, and the exit codes that stand for them where one cannot be sent. */
export const EXIT_CODES: Readonly<Record<EndSignal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGBREAK: 149,
};
