/**
 * The order in which events were logged. They arrive in a different one: a handler has several
 * requests in flight, and several programs may log at once.
 *
 * @module
 */
import type { DevEvent } from "./contract.ts";

/** Nanoseconds of a date need no more digits. */
const DIGITS = 20;

/** When an event was logged, as text that sorts by it: nanoseconds since 1970 are no safe number. */
export function orderOf({ payload, occurredAt, createdAt }: DevEvent): string {
  const { timeUnixNano } = payload;
  const nanoseconds = typeof timeUnixNano === "string" && /^\d+$/.test(timeUnixNano)
    ? timeUnixNano
    : `${Math.max(0, Date.parse(occurredAt ?? createdAt))}000000`;
  return nanoseconds.padStart(DIGITS, "0");
}

/** Events in the order in which they were logged; those of one moment as they came. */
export function inOrder(events: readonly DevEvent[]): DevEvent[] {
  const keyed = events.map((event) => ({ event, order: orderOf(event) }));
  return keyed
    .sort((one, other) => one.order < other.order ? -1 : one.order > other.order ? 1 : 0)
    .map(({ event }) => event);
}

/** Passes events on with a short delay, so that late ones get their place in the order. */
export class Orderly {
  #waiting: { readonly event: DevEvent; readonly order: string; readonly due: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly delayMs: number, readonly pass: (event: DevEvent) => void) {}

  /** Takes an event. */
  add(event: DevEvent): void {
    const entry = { event, order: orderOf(event), due: performance.now() + this.delayMs };
    // Nearly all belong at the end.
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.order > entry.order) at--;
    this.#waiting.splice(at, 0, entry);
    this.#timer ??= setTimeout(() => this.#passDue(), this.delayMs);
  }

  /** Passes everything on. */
  flush(): void {
    for (const { event } of this.#waiting.splice(0)) this.pass(event);
  }

  #passDue(): void {
    const now = performance.now();
    const count = 1 + this.#waiting.findLastIndex(({ due }) => due <= now);
    for (const { event } of this.#waiting.splice(0, count)) this.pass(event);
    const [next] = this.#waiting;
    this.#timer = next && setTimeout(() => this.#passDue(), Math.max(1, next.due - now));
  }
}
