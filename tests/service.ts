/**
 * The local AxonPush in a thread of its own, because some tests block theirs: a flush that blocks
 * would wait for ever for a service in the same thread.
 *
 * @module
 */

/** How the service answers. */
export interface ServiceOptions {
  /** How long each answer takes, in milliseconds. @default {0} */
  readonly delayMs?: number;
  /** Answers with this status, and keeps nothing. */
  readonly status?: number;
  /** Answers nobody until `release()`. */
  readonly held?: boolean;
}

/** A service that is running. */
export interface Service extends Disposable {
  readonly url: string;
  /** Answers those who were held, and everybody from now on. */
  release(): void;
  /** The bodies of the records that were kept, in the order they were logged. */
  bodies(): Promise<unknown[]>;
  /** How many records came again. */
  duplicates(): Promise<number>;
}

/** Starts a service. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const thread = new Worker(new URL("./service_thread.ts", import.meta.url), { type: "module" });
  const message = () =>
    new Promise<{ data: unknown }>((resolve) => thread.onmessage = (event) => resolve(event));
  const started = message();
  thread.postMessage({ ...options });
  const url = (await started).data as string;
  const get = async (path: string) => await (await fetch(url + path)).json();
  return {
    url,
    release: () => thread.postMessage("release"),
    async bodies() {
      const { events } = await get("/events?limit=500");
      const numberOf = ({ dedupKey }: { dedupKey: string }) => Number(dedupKey.split("-").at(-1));
      return events
        .toSorted((one: never, other: never) => numberOf(one) - numberOf(other))
        .map((event: { payload: { body: unknown } }) => event.payload.body);
    },
    async duplicates() {
      return (await get("/health")).duplicates;
    },
    [Symbol.dispose]: () => thread.terminate(),
  };
}
