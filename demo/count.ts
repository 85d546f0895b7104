/**
 * Counts what arrived of what was logged. A record is known by its number and not by its text: what
 * looks like a secret in it was masked before it left the program, and is not lost.
 *
 * @module
 */

/** What the handler writes in place of a secret, and of the rest of a very long message. */
const MASK = "[REDACTED]";
const REPLACED = /\[REDACTED\]|…\[\d+ characters cut\]$/;

/** A record as the service has it. */
export interface Arrival {
  /** Which record it is: the program's first is 1. */
  readonly number: number;
  /** Its message. */
  readonly text: string;
  /** How often it was delivered. */
  readonly times: number;
}

/** What became of the records of a program. */
export interface Count {
  readonly delivered: number;
  readonly lost: number;
  /** Those that the service has twice, or was sent twice, or that nobody logged. */
  readonly doubled: number;
  /** Those that arrived with something masked. */
  readonly masked: number;
}

/** Compares the messages that were logged, in their order, with what arrived. */
export function count(logged: readonly string[], arrivals: readonly Arrival[]): Count {
  const missing = new Set(logged.keys().map((index) => index + 1));
  let doubled = 0;
  let masked = 0;
  for (const { number, text, times } of arrivals) {
    const original = logged[number - 1];
    const isOurs = original !== undefined && isSame(original, text) && missing.delete(number);
    if (isOurs && text !== original && text.includes(MASK)) masked++;
    doubled += isOurs ? times - 1 : 1;
  }
  return { delivered: arrivals.length, lost: missing.size, doubled, masked };
}

/** Whether a message is the one that was logged, but for what is masked in it or cut off. */
function isSame(original: string, text: string): boolean {
  if (original === text) return true;
  const [begin, ...parts] = text.split(REPLACED);
  const end = parts.pop();
  if (end === undefined || !original.startsWith(begin!) || !original.endsWith(end)) return false;
  let at = begin!.length;
  for (const part of parts) {
    const found = original.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= original.length - end.length;
}
