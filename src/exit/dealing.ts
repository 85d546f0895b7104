/**
 * What is known of a signal while it is dealt with. Runs on the program's thread, and on that of a
 * worker of the program's.
 *
 * @module
 */
import { now } from "../clock.ts";
import type { EndSignal } from "../options/options.ts";
import { ECHO_MS } from "../worker/signal_watch.ts";

/** A signal that is dealt with. */
export interface Dealing {
  readonly signal: EndSignal;
  /** Whether the program hears it, too. */
  readonly isShared: boolean;
  /** Whether the program may end by sending itself the same once more. */
  readonly mayEndItself: boolean;
  readonly heardAt: number;
}

/** Whether what comes now is no echo of it any more. */
export function isEchoOver({ heardAt }: Dealing): boolean {
  return now() - heardAt >= ECHO_MS;
}

/** Whether it is the same signal again, and no watcher of Deno's that calls the listeners again. */
export function isAgain(dealing: Dealing, next: EndSignal): boolean {
  const { signal, isShared, mayEndItself } = dealing;
  return signal === next && (!isShared || mayEndItself || isEchoOver(dealing));
}
