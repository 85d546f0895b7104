/**
 * Time and waiting, for both threads. A program that replaces or freezes its clocks and timers, as
 * tests do, does not change how long its log handler waits: all that is used here is taken when the
 * module is loaded, and none of it is what tests usually replace before that.
 *
 * @module
 */

const NEVER = new Int32Array(new SharedArrayBuffer(4));
const { wait, waitAsync } = Atomics;
const { MessageChannel, PerformanceMark } = globalThis;
const { Interrupted } = Deno.errors;
const { getOwnPropertySymbols } = Object;
const { set } = Reflect;

/** Milliseconds since the start of the program, never set back. */
export const now: () => number = realClock();

/**
 * The clock, unless a fake is in its place already. A mark knows the time too, but costs more: the
 * first one makes Deno load what it clones objects with, which takes a millisecond.
 */
function realClock(): () => number {
  const now = globalThis.Performance?.prototype?.now;
  return isGenuine(now) ? now.bind(performance) : () => new PerformanceMark("").startTime;
}

/** Where that clock began, in milliseconds since 1970. */
const timeOrigin = globalThis.performance?.timeOrigin ?? Date.now() - now();

/** Milliseconds since 1970, where a program has put another `Date` in its place that knows no time. */
export function wallTime(): number {
  return Math.floor(timeOrigin + now());
}

/** A genuine method works on its own kind alone (Web IDL, "Operations"); a fake takes what it gets. */
function isGenuine(now: Performance["now"]): boolean {
  try {
    now.call(performance);
  } catch {
    return false;
  }
  try {
    now.call({} as Performance);
    return false;
  } catch {
    return true;
  }
}

/**
 * Waits without keeping the program alive. It waits for a change that never comes, which costs the
 * first log call nothing; the first `setTimeout` of a program would cost it 7 ms.
 */
export async function sleep(ms: number): Promise<void> {
  await waitAsync(NEVER, 0, 0, ms).value;
}

/**
 * Keeps the program alive until the result is called. An open port does; a timer costs ten times
 * as much.
 */
export function keepAlive(): () => void {
  try {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {};
    for (const port of [port1, port2]) leaveUntold(port);
    return () => {
      // Or else the sanitizers of `deno test` take it for a leak. Where both are closed, Deno ends the
      // wait for a message by an error.
      if (canInterrupt()) port1.close();
      port2.close();
    };
  } catch {
    return () => {}; // The program has replaced it. It may end a little too early, and not by us.
  }
}

/**
 * Has Deno not tell a port that it was closed, as it does in programs that use Node's worker threads:
 * by an event that it makes, a little later, of whatever the global `Event` is by then. An emulated
 * window has one of its own, which Deno does not take, and that error nobody could catch.
 */
function leaveUntold(port: MessagePort): void {
  for (const symbol of getOwnPropertySymbols(port)) {
    if (symbol.description === "nodeWorkerThreadCloseCb") set(port, symbol, undefined);
  }
}

/**
 * Whether Deno can make the error by which it ends a wait. Where a program has frozen what errors have
 * in common, Deno throws another one instead, which nobody can catch and which ends the program.
 */
function canInterrupt(): boolean {
  try {
    return new Interrupted() instanceof Interrupted;
  } catch {
    return false;
  }
}

/** Waits, and keeps the program alive. */
export async function stay(ms: number): Promise<void> {
  const stop = keepAlive();
  await sleep(ms);
  stop();
}

/** Waits, blocking the thread. */
export function block(ms: number): void {
  wait(NEVER, 0, 0, ms);
}

const subtle: Partial<SubtleCrypto> | undefined = globalThis.crypto?.subtle;
const digest = subtle?.digest?.bind(subtle);
const NOTHING = new Uint8Array();

/**
 * Lets the event loop make a turn. Any little operation does; the first timer of a program would
 * cost it 6 ms. The loop may look at nothing else in that turn: a signal may be heard in a later one.
 */
export async function turn(): Promise<void> {
  await (digest?.("SHA-1", NOTHING) ?? stay(1)); // Tests replace `crypto` by what they use of it.
}

/** Where somebody's time comes from. A test has one of its own. */
export interface Clock {
  /** Milliseconds since any moment, never set back. */
  now(): number;
  /** Waits without keeping the program alive. */
  sleep(ms: number): Promise<void>;
}
