/**
 * Hears of signals that the program sends itself, in the call that sends them. One that ends the
 * program would end it there, without us, and nothing that stands behind the call would run, such as
 * `Deno.exit()` with another code. So that is where it is drained. Runs on the program's thread.
 *
 * @module
 */
import { block } from "../clock.ts";
import type { EndSignal } from "../options/options.ts";
import { EXIT_CODES } from "../options/schema.ts";
import { guard } from "./guard.ts";
import { exit, kill, onKill, pid } from "./host.ts";

const SIGNALS = Object.keys(EXIT_CODES) as EndSignal[];
/** Longest time that a signal to the own process takes to arrive, in milliseconds. */
const ARRIVAL_MS = 100;

/** Sends a signal to the own process, and blocks until that has ended it. */
export function sendToSelf(signal: EndSignal): void {
  try {
    kill(pid, signal);
  } catch {
    exit(EXIT_CODES[signal]); // Before 2.9, Deno wants a permission for the own process too.
  }
  block(ARRIVAL_MS); // What the program logged meanwhile would be lost.
}

/** What happens when the program sends itself a signal. */
export interface AtOwnSignal {
  /** This one is about to be sent. Says whether it ends the program, once nobody of ours listens. */
  onSent(signal: EndSignal): boolean;
  /** The program goes on after all, since somebody on another thread listens. */
  goOn(): void;
}

/** Calls these until the function that it returns is called. */
export function hearOwnSignals(at: AtOwnSignal): () => void {
  // By default a signal is SIGTERM, and Node takes numbers, too.
  return onKill((to, sent = "SIGTERM") => {
    const signal = SIGNALS.find((name) => sent === name || sent === EXIT_CODES[name] - 128);
    if (to !== pid || signal === undefined) return;
    let isEnd = false;
    guard(() => {
      isEnd = at.onSent(signal);
    })();
    if (!isEnd) return;
    return guard(() => {
      block(ARRIVAL_MS);
      // A worker of the program's has heard it and drained. As after any signal, it waits for the next.
      sendToSelf(signal);
      at.goOn();
    });
  });
}
