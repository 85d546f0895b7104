/**
 * The events as server-sent events: what is kept, then what comes. A message is an array of events.
 * Its id is the epoch and the number of events so far, so that a page that lost the connection goes on
 * where it was; `reset` makes the page forget what it has. `refused` carries the requests that were
 * refused, all that are kept.
 *
 * @module
 */
import type { Store } from "./store.ts";

/** About how many characters of events go into one message of the stream. */
const MESSAGE_CHARACTERS = 65_536;

/** What the page needs to know about the server, sent with `reset`. */
export interface Greeting {
  /** How many events are kept. */
  readonly keep: number;
  /** The settings to copy. */
  readonly apiKey: string;
  readonly tenantId: string;
}

/** The stream for a reader that has seen everything up to this id. */
export function eventStream(
  lastEventId: string | null,
  store: Store,
  greeting: Greeting,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const [lastEpoch, lastSeen] = (lastEventId ?? "").split("/");
  let epoch = lastEpoch;
  let seen = Number(lastSeen) || 0;
  let refusals = 0;
  let cancelled = false;

  /** The next message, if there is anything to send. */
  function next(): string | undefined {
    if (epoch !== store.epoch) {
      epoch = store.epoch;
      seen = 0;
      refusals = 0;
      return `retry: 500\nevent: reset\nid: ${epoch}/0\ndata: ${JSON.stringify(greeting)}\n\n`;
    }
    if (refusals !== store.refused) {
      refusals = store.refused;
      const data = JSON.stringify({ refused: store.refused, refusals: store.refusals });
      return `event: refused\ndata: ${data}\n\n`;
    }
    const texts: string[] = [];
    let characters = 0;
    for (const [number, event] of store.after(seen)) {
      seen = number;
      const text = JSON.stringify(event);
      texts.push(text);
      characters += text.length;
      if (characters > MESSAGE_CHARACTERS) break;
    }
    return texts.length > 0 ? `id: ${epoch}/${seen}\ndata: [${texts.join()}]\n\n` : undefined;
  }

  const stream = new ReadableStream<string>({
    async pull(controller) {
      while (!(cancelled || signal.aborted)) {
        const message = next();
        if (message !== undefined) return controller.enqueue(message);
        await store.change();
      }
      if (!cancelled) controller.close();
    },
    cancel() {
      cancelled = true;
      store.wake();
    },
  }, { highWaterMark: 0 });
  return stream.pipeThrough(new TextEncoderStream());
}
