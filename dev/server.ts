/**
 * The local AxonPush: the routes of the service that a log handler needs, kept in memory, for
 * looking at what a program logs before there is an account, and for asserting on it in tests.
 * It refuses what the service would refuse, but for keys: any will do that looks like one.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { asText, type DevEvent } from "./contract.ts";
import type { DevRefusal } from "./refusal.ts";
import { route } from "./routes.ts";
import { type DevCounts, Store } from "./store.ts";

/** Largest body of a request that is accepted by default, in bytes. */
const MAX_BODY_BYTES = 1_048_576;
/** How long `waitFor` waits by default, in milliseconds. */
const WAIT_MS = 5000;
/** Longest time that a timer of JavaScript can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** What an error begins with. */
const STARTING = "Cannot start the local AxonPush";
const WAITING = "Cannot wait for events";

/** How a local AxonPush is started. */
export interface DevServerOptions {
  /** Port to listen on, 0 to 65,535; 0 picks a free one. @default {3000} */
  readonly port?: number;
  /** Address to listen on. Anything but loopback shows your logs to the network. @default {"127.0.0.1"} */
  readonly hostname?: string;
  /** How many events are kept, the newest ones; 1 or more. @default {10_000} */
  readonly keep?: number;
  /** The only key to accept. @default {any that begins with `ak_` or `pt_`} */
  readonly apiKey?: string;
  /** The only tenant to accept with an `ak_` key. @default {any} */
  readonly tenantId?: string;
  /** The registered environments: a request for another one is answered with 400. @default {any} */
  readonly environments?: readonly string[];
  /**
   * Whether keys belong to an app. With a key that does not, as with a `pt_` token, the service
   * accepts `/v1/logs` only with the header `X-Axonpush-Channel`. @default {true}
   */
  readonly appKeys?: boolean;
  /** Largest body of a request in bytes, 1 or more; a larger one is answered with 413. @default {1_048_576} */
  readonly maxBodyBytes?: number;
  /** Delay of each answer to a write in milliseconds, 0 or more: a service far away. @default {0} */
  readonly delayMs?: number;
  /** Called with each new event. */
  readonly onEvent?: (event: DevEvent) => void;
  /** Called with each write that was refused. */
  readonly onRefusal?: (refusal: DevRefusal) => void;
  /** Sees each request first. If it returns a response, that is the answer. */
  readonly intercept?: (
    request: Request,
  ) => Response | undefined | Promise<Response | undefined>;
}

/** A local AxonPush that is running. */
export interface DevServer extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:3000`: what `baseUrl` is set to. */
  readonly url: string;
  /** The port it listens on. */
  readonly port: number;
  /**
   * The newest events in the order in which they were logged, each once. A copy: read it again for
   * newer ones.
   */
  readonly events: readonly DevEvent[];
  /** How many events were received, and received again. */
  readonly counts: DevCounts;
  /** The newest writes that were refused, newest last, at most 50. */
  readonly refusals: readonly DevRefusal[];
  /** How often an event with this `dedupKey` was delivered. */
  deliveries(dedupKey: string): number;
  /** Waits for the first event that matches, among those received already too. */
  waitFor(predicate: (event: DevEvent) => boolean, options?: WaitOptions): Promise<DevEvent>;
  /** Waits until this many different events were received, and returns all that are kept. */
  waitFor(count: number, options?: WaitOptions): Promise<readonly DevEvent[]>;
  /** Removes all events, refusals and counts. */
  clear(): void;
  /** Stops at once, and closes open connections. May be called again. */
  close(): Promise<void>;
}

/** How long to wait. */
export interface WaitOptions {
  /**
   * How long to wait in milliseconds, 0 to 2,147,483,647, or `Infinity`; then it rejects with a
   * TimeoutError. @default {5000}
   */
  readonly timeoutMs?: number;
}

/**
 * Starts a local AxonPush.
 *
 * @param options See {@linkcode DevServerOptions}. The default is `{}`.
 * @returns The server, which listens already.
 * @throws {TypeError} If an option is unknown or has the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} If the port is in use.
 *
 * @example Assert on what a program logged
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as log from "@std/log";
 * import { AxonPushHandler } from "@axonpush/std-log";
 * import { startDevServer } from "@axonpush/std-log/dev";
 *
 * await using server = startDevServer({ port: 0 });
 * const credentials = { baseUrl: server.url, apiKey: "ak_dev", tenantId: "dev" };
 * await using axon = new AxonPushHandler("INFO", credentials);
 * log.setup({
 *   handlers: { axon },
 *   loggers: { default: { level: "INFO", handlers: ["axon"] } },
 * });
 *
 * log.info("Order placed", { order_id: 42 });
 *
 * const event = await server.waitFor((event) => event.payload.body === "Order placed");
 * assertEquals(event.payload.attributes?.order_id, 42);
 * assertEquals(server.counts.unique, 1);
 * ```
 */
export function startDevServer(options: DevServerOptions = {}): DevServer {
  try {
    check(options);
  } catch (error) {
    Error.captureStackTrace(error as Error, startDevServer); // The caller's line says more.
    throw error;
  }
  const {
    port = 3000,
    hostname = "127.0.0.1",
    keep = 10_000,
    apiKey,
    tenantId,
    environments,
    appKeys = true,
    maxBodyBytes = MAX_BODY_BYTES,
    delayMs = 0,
    onEvent,
    onRefusal,
    intercept,
  } = options;
  const store = new Store(keep, onEvent, onRefusal);
  const stop = new AbortController();
  const { signal } = stop;
  const rules = { apiKey, tenantId, environments, appKeys };
  const settings = { ...rules, store, hostname, maxBodyBytes, signal };
  const server = Deno.serve(
    { port, hostname, signal, onListen() {} },
    async (request) => {
      const early = intercept && await intercept(request);
      if (early) return early;
      const response = await route(request, settings);
      if (delayMs > 0 && request.method === "POST") {
        await delay(delayMs, { signal }).catch(() => {}); // Stopping ends the delay.
      }
      return response;
    },
  );

  async function waitFor(
    wanted: number | ((event: DevEvent) => boolean),
    { timeoutMs = WAIT_MS, ...unknown }: WaitOptions = {},
  ): Promise<DevEvent | readonly DevEvent[]> {
    refuseUnknown(WAITING, unknown);
    if (typeof wanted !== "function") requireInteger(WAITING, "count", wanted, 0);
    if (timeoutMs !== Infinity) requireInteger(WAITING, "timeoutMs", timeoutMs, 0, MAX_TIMER_MS);
    let late = false;
    const timer = timeoutMs === Infinity ? undefined : setTimeout(() => {
      late = true;
      store.wake();
    }, timeoutMs);
    try {
      for (let epoch = "", seen = 0;;) {
        if (epoch !== store.epoch) [epoch, seen] = [store.epoch, 0];
        if (typeof wanted === "number") {
          if (store.counts.unique >= wanted) return store.events;
        } else {
          for (const [number, event] of store.after(seen)) {
            if (wanted(event)) return event;
            seen = number;
          }
        }
        if (late) throw new DOMException(missing(wanted, timeoutMs, store), "TimeoutError");
        if (signal.aborted) throw new Error(`${WAITING}: the server was closed`);
        await store.change();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async function close(): Promise<void> {
    stop.abort();
    store.wake();
    await server.finished;
  }

  return {
    url: `http://${urlHost(hostname)}:${server.addr.port}`,
    port: server.addr.port,
    get events() {
      return store.events;
    },
    get counts() {
      return store.counts;
    },
    get refusals() {
      return store.refusals;
    },
    deliveries: (dedupKey) => store.deliveries(dedupKey),
    waitFor: waitFor as DevServer["waitFor"],
    clear: () => store.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const TEXT = [
  "a non-empty string",
  (value: unknown) => typeof value === "string" && value !== "",
] as const;
const FUNCTION = ["a function", (value: unknown) => typeof value === "function"] as const;
/** What each option must be that is not an integer. */
const KINDS: ReadonlyMap<string, readonly [must: string, test: (value: unknown) => boolean]> =
  new Map<keyof DevServerOptions, readonly [must: string, test: (value: unknown) => boolean]>([
    ["hostname", TEXT],
    ["apiKey", TEXT],
    ["tenantId", TEXT],
    ["environments", [
      "an array of non-empty strings",
      (value) => Array.isArray(value) && value.every(TEXT[1]),
    ]],
    ["appKeys", ["true or false", (value) => typeof value === "boolean"]],
    ["onEvent", FUNCTION],
    ["onRefusal", FUNCTION],
    ["intercept", FUNCTION],
  ]);

/** Refuses what a program in plain JavaScript may pass, or a test that has it from elsewhere. */
function check(options: DevServerOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${STARTING}: 'options' must be an object: current value is ${options}`);
  }
  const { port = 0, keep = 1, maxBodyBytes = 1, delayMs = 0, ...others } = options;
  requireInteger(STARTING, "port", port, 0, 65_535);
  requireInteger(STARTING, "keep", keep, 1);
  requireInteger(STARTING, "maxBodyBytes", maxBodyBytes, 1);
  requireInteger(STARTING, "delayMs", delayMs, 0);
  for (const [name, value] of Object.entries(others)) {
    const [must, test] = KINDS.get(name) ?? [];
    if (must === undefined || test === undefined) refuseUnknown(STARTING, { [name]: value });
    else if (value !== undefined && !test(value)) {
      const shown = name === "apiKey" ? `of type ${typeof value}` : Deno.inspect(value);
      throw new TypeError(`${STARTING}: '${name}' must be ${must}: current value is ${shown}`);
    }
  }
}

function refuseUnknown(action: string, unknown: object): void {
  for (const name of Object.keys(unknown)) {
    throw new TypeError(`${action}: unknown option '${name}'`);
  }
}

function requireInteger(
  action: string,
  name: string,
  value: number,
  least: number,
  most = Infinity,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new (typeof value === "number" ? RangeError : TypeError)(
    `${action}: '${name}' must be an integer ${range}: current value is ${Deno.inspect(value)}`,
  );
}

/** The text of a timeout: what did not come, and what came instead. */
function missing(
  wanted: unknown,
  timeoutMs: number,
  { counts, events, refused, refusals }: Store,
): string {
  const what = typeof wanted === "number" ? `${wanted} events` : "the event";
  const last = events.slice(-5).map(({ payload, eventType, identifier }) =>
    `\n  ${asText(payload.severityText ?? eventType ?? "custom")} ${
      asText(payload.body ?? identifier)
    }`
  );
  return `Waited ${timeoutMs} ms for ${what}: ${counts.unique} came` +
    (last.length > 0 ? `, the last of them:${last.join("")}` : "") +
    refusals.slice(-1).map(({ status, message, hint }) =>
      `\n${refused} refused, the last with ${status}: ${message}. ${hint}`
    ).join("");
}

/** The host in the URL of a server that listens on this address. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "127.0.0.1";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
