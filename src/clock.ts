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

/**
 * A genuine method looks whether it works on its own kind (Web IDL, "Operations"), which Deno marks by
 * a symbol; a fake takes what it gets. To give it another kind would be simpler, but to create an error
 * while a module is loaded makes V8 parse all of that module once more.
 */
function isGenuine(now: Performance["now"]): boolean {
  let hasLooked = false;
  const get = (target: Performance, property: string | symbol) => {
    hasLooked ||= typeof property === "symbol";
    return target[property as keyof Performance];
  };
  try {
    now.call(new Proxy(performance, { get }));
    return hasLooked;
  } catch {
    return false;
  }
}

/** A wait that ends this much too late was one in which the thread stood still, in milliseconds. */
export const STOOD_STILL_MS = 250;

/** How long this thread stood still so far, and when that was last noticed. */
const stoodStill = { ms: 0, noticedAt: -Infinity };

/**
 * The same as {@linkcode now}, without the time for which the process was suspended while this thread
 * waited: nobody has had that time.
 */
export function awake(): number {
  return now() - stoodStill.ms;
}

/**
 * Notices whether this thread stood still. To be called when a wait is over.
 * @param until When it should have been over at the latest, by {@linkcode now}.
 */
export function noticeStandstill(until: number): void {
  const at = now();
  const lateMs = at - Math.max(until, stoodStill.noticedAt); // Several may have waited.
  if (lateMs < STOOD_STILL_MS) return;
  stoodStill.ms += lateMs;
  stoodStill.noticedAt = at;
}

/**
 * Waits without keeping the program alive. It waits for a change that never comes, which costs the
 * first log call nothing; the first `setTimeout` of a program would cost it 7 ms.
 */
export async function sleep(ms: number): Promise<void> {
  await waitAsync(NEVER, 0, 0, ms).value;
}

/**
 * Keeps the program alive until the result is called. An open port that is listened to does; a timer
 * costs ten times as much.
 */
export function keepAlive(): () => void {
  try {
    const { port1, port2 } = new MessageChannel();
    const listener = () => {};
    port1.addEventListener("message", listener);
    port1.start();
    return () => {
      port1.removeEventListener("message", listener);
      if (!canClose(port1)) return;
      // Or else the sanitizers of `deno test` take them for a leak.
      port1.close();
      port2.close();
    };
  } catch {
    return () => {}; // The program has replaced it. It may end a little too early, and not by us.
  }
}

/**
 * Whether Deno can end the wait of a port that is closed, and tell it. It does the one by an error, and
 * the other by an event of what the global `Event` is by then. Where a program has frozen what errors
 * have in common, or an emulated window is in place, it throws what nobody can catch instead.
 */
function canClose(port: MessagePort): boolean {
  try {
    return port.dispatchEvent(new globalThis.Event("")) && new Interrupted() instanceof Interrupted;
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
