/**
 * Time and waiting, for the program's thread. Taken when the module is loaded, so that a program that
 * replaces or freezes its clocks, as tests do, does not change how long its log handler waits.
 *
 * @module
 */

const NEVER = new Int32Array(new SharedArrayBuffer(4));
const { wait, waitAsync } = Atomics;

/** Milliseconds since the start of the program, never set back. */
export const now: () => number = Performance.prototype.now.bind(performance);

/**
 * Waits without keeping the program alive. It waits for a change that never comes, which costs the
 * first log call nothing; the first `setTimeout` of a program would cost it 7 ms.
 */
export async function sleep(ms: number): Promise<void> {
  await waitAsync(NEVER, 0, 0, ms).value;
}

/** Waits, blocking the thread. */
export function block(ms: number): void {
  wait(NEVER, 0, 0, ms);
}

const digest = crypto.subtle.digest.bind(crypto.subtle);

/**
 * Lets the event loop make a turn. Any little operation does; the first timer of a program would
 * cost it 6 ms.
 */
export async function turn(): Promise<void> {
  await digest("SHA-1", new Uint8Array());
}

/** Where somebody's time comes from. A test has one of its own. */
export interface Clock {
  /** Milliseconds since any moment, never set back. */
  now(): number;
  /** Waits without keeping the program alive. */
  sleep(ms: number): Promise<void>;
}
