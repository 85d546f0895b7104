/**
 * A service that misbehaves on command. It speaks HTTP over bare TCP, because a real server refuses
 * to do most of what a broken one does. It goes through a script, one line for each request:
 *
 * ```ts no-eval
 * await using service = startFaultyService([
 *   answer(500),
 *   answer(429, { headers: { "Retry-After": "1" } }),
 *   closeUnanswered,
 *   hang,
 * ]);
 * ```
 *
 * After the script it accepts everything. It keeps what it saw, and what it would have stored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BaseHandler } from "@std/log/base-handler";
import { Logger, type LogRecord } from "@std/log/logger";
import {
  AxonPushHandler,
  type AxonPushHandlerOptions,
  type Diagnostic,
  type HandlerStats,
} from "../mod.ts";
import { PREPARED } from "./program.ts";

/** A request as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  /** What a retry is recognised by. */
  readonly key: string;
  /** The numbers of the records in it, by the attribute `n`. */
  readonly records: readonly number[];
  /** When it was complete, by the monotonic clock. */
  readonly at: number;
}

/** What the service does with one request. Answers whether the connection can go on. */
export interface Behaviour {
  (connection: Connection, request: Received): Promise<boolean>;
  /** Whether the service keeps the records, whatever its answer. */
  readonly stores?: boolean;
}

/** One behaviour after another, or one chosen for each request; `undefined` is to accept it. */
export type Script = Behaviour[] | ((request: Received) => Behaviour | undefined);

/** A service that is running. */
export interface FaultyService extends AsyncDisposable {
  readonly url: string;
  /** All requests, in their order. */
  readonly requests: readonly Received[];
  /** Every record that was stored, by its dedup key: the number of the record. */
  readonly stored: ReadonlyMap<string, number>;
  /** Connections that were opened. */
  readonly connections: number;
  /** Most requests that were being answered at a time. */
  readonly busiest: number;
  script: Script;
  /** Waits until so many requests have come in. */
  seen(count: number): Promise<void>;
  /** Waits until so many records are stored. */
  has(count: number): Promise<void>;
  /** Refuses connections from now on, and closes the present ones. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): void;
}

/** How to start it. */
export interface FaultyServiceOptions {
  /** Serves TLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

// ——— Behaviours ———

/** Answers properly, with this status. */
export function answer(
  status: number,
  { headers = {}, body = "" }: { headers?: Record<string, string>; body?: unknown } = {},
): Behaviour {
  const bytes = typeof body === "string" ? encode(body) : encode(JSON.stringify(body));
  const head = Object.entries({ ...headers, "Content-Length": String(bytes.length) });
  const behaviour = async (connection: Connection) => {
    await connection.write(concat([headOf(status, head), bytes])); // One packet: two would wait.
    return true;
  };
  return Object.assign(behaviour, { stores: status >= 200 && status < 300 });
}

/** Accepts the event the way the service does. */
export const accept: Behaviour = answer(201, { body: { eventId: "e1", status: "queued" } });

/** Does not answer at all, for as long as the other side waits. */
export const hang: Behaviour = async (connection) => {
  await connection.closed;
  return false;
};

/** Closes the connection instead of answering. */
export const closeUnanswered: Behaviour = () => Promise.resolve(false);

/** Stores the record, and closes the connection without saying so. */
export const storeUnanswered: Behaviour = Object.assign(() => Promise.resolve(false), {
  stores: true,
});

/** Writes these bytes and closes the connection. */
export function say(bytes: string | Uint8Array, stores = false): Behaviour {
  const behaviour = async (connection: Connection) => {
    await connection.write(typeof bytes === "string" ? encode(bytes) : bytes);
    return false;
  };
  return Object.assign(behaviour, { stores });
}

/** Promises more than it says: the connection closes in the middle of the answer. */
export function closeMidAnswer(status: number): Behaviour {
  return say(`HTTP/1.1 ${status} X\r\nContent-Length: 1000\r\n\r\n{"cut": `, status < 300);
}

/** Answers, and closes the connection without having said that it would. */
export function closeAfterAnswer(status: number): Behaviour {
  return say(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\n{}`, status < 300);
}

/** Begins an answer and never goes on with it. */
export function stall(status: number, begin = ""): Behaviour {
  const behaviour = async (connection: Connection) => {
    await connection.write(encode(begin || `HTTP/1.1 ${status} X\r\nContent-Length: 1000\r\n\r\n`));
    await connection.closed;
    return false;
  };
  return Object.assign(behaviour, { stores: status < 300 });
}

/** Answers with a body that has no end. */
export function endless(status: number): Behaviour {
  const chunk = encode(`10000\r\n${"x".repeat(65_536)}\r\n`);
  const behaviour = async (connection: Connection) => {
    await connection.write(encode(`HTTP/1.1 ${status} X\r\nTransfer-Encoding: chunked\r\n\r\n`));
    while (await connection.write(chunk));
    return false;
  };
  return Object.assign(behaviour, { stores: status < 300 });
}

/** Answers one byte at a time, never to come to the end of the body. */
export function drip(status: number): Behaviour {
  const behaviour = async (connection: Connection) => {
    await connection.write(encode(`HTTP/1.1 ${status} X\r\nContent-Length: 60000\r\n\r\n`));
    while (await connection.write(encode("x"))) await turn(5);
    return false;
  };
  return Object.assign(behaviour, { stores: status < 300 });
}

/** Says that it is compressed, which it is not. */
export function wronglyCompressed(status: number): Behaviour {
  return answer(status, { headers: { "Content-Encoding": "gzip" }, body: "this is no gzip" });
}

/** Answers with some kilobytes that unpack to many megabytes. */
export async function bomb(status: number, megabytes: number): Promise<Behaviour> {
  const zeros = ReadableStream.from(Array(megabytes).fill(new Uint8Array(1 << 20)));
  const packed = await new Response(zeros.pipeThrough(new CompressionStream("gzip"))).bytes();
  const length = String(packed.length);
  const behaviour = async (connection: Connection) => {
    await connection.write(
      headOf(status, [["Content-Encoding", "gzip"], ["Content-Length", length]]),
    );
    await connection.write(packed);
    return true;
  };
  return Object.assign(behaviour, { stores: status < 300 });
}

/** Takes this long for a proper answer. */
export function slow(delayMs: number, then: Behaviour = accept): Behaviour {
  const behaviour: Behaviour = async (connection, request) => {
    await turn(delayMs);
    return await then(connection, request);
  };
  return Object.assign(behaviour, { stores: then.stores ?? false });
}

// ——— The service ———

/** Starts it on a free port. */
export function startFaultyService(
  script: Script = [],
  { tls }: FaultyServiceOptions = {},
): FaultyService {
  const requests: Received[] = [];
  const stored = new Map<string, number>();
  const open = new Set<Connection>();
  let waiting: (() => void)[] = [];
  let connections = 0;
  let answering = 0;
  let busiest = 0;
  let port = 0;
  let listener: Deno.Listener | undefined;

  const listen = () => {
    const at = { hostname: "127.0.0.1", port };
    listener = tls ? Deno.listenTls({ ...at, ...tls }) : Deno.listen(at);
    port = (listener.addr as Deno.NetAddr).port;
    void take(listener);
  };
  const take = async (from: Deno.Listener) => {
    while (from === listener) {
      // A handshake that fails is the caller's failure, not the service's.
      const socket = await from.accept().catch(() => undefined);
      if (socket === undefined) continue;
      connections++;
      const connection = new Connection(socket);
      open.add(connection);
      void serve(connection).finally(() => {
        connection.close();
        open.delete(connection);
      });
    }
  };
  const serve = async (connection: Connection) => {
    for (;;) {
      const request = await connection.read();
      if (request === undefined) return;
      requests.push(request);
      const { script } = service;
      const behaviour = (typeof script === "function" ? script(request) : script.shift()) ?? accept;
      if (behaviour.stores) store(request);
      busiest = Math.max(busiest, ++answering);
      wake();
      const goesOn = await behaviour(connection, request).finally(() => answering--);
      if (!goesOn) return;
    }
  };
  const store = ({ body, records, path }: Received) => {
    const keys = path === "/event" ? [JSON.parse(body).dedupKey as string] : dedupKeys(body);
    for (const [i, key] of keys.entries()) {
      // One that was cut has lost its number; then that of its key does, below zero.
      stored.set(key, records[i] ?? -1 - Number(key.split("-").at(-1)));
    }
  };
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const down = async () => {
    const last = listener;
    listener = undefined;
    last?.close();
    for (const connection of open) connection.close();
    while (open.size > 0) await turn(1);
  };

  const service: FaultyService = {
    get url() {
      return `${tls ? "https" : "http"}://127.0.0.1:${port}`;
    },
    requests,
    stored,
    get connections() {
      return connections;
    },
    get busiest() {
      return busiest;
    },
    script,
    seen: (count) => until(() => requests.length >= count),
    has: (count) => until(() => stored.size >= count),
    down,
    up: listen,
    [Symbol.asyncDispose]: down,
  };
  listen();
  return service;
}

/** A program that answers each line with a line. */
export interface Correspondent extends AsyncDisposable {
  /** What it said first. */
  readonly greeting: string;
  ask(question: string): Promise<string>;
}

/** Starts a program that reads and writes lines. It ends with its input. */
export async function startCorrespondent(file: string, args: string[]): Promise<Correspondent> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PREPARED, "--no-check", "-A", String(new URL(file, import.meta.url)), ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines())
    .getReader();
  const next = async () => {
    const { value } = await output.read();
    assert(value !== undefined, `${file} ended without an answer`);
    return value;
  };
  return {
    greeting: await next(),
    async ask(question) {
      await input.write(encode(`${question}\n`));
      return await next();
    },
    async [Symbol.asyncDispose]() {
      await input.close();
      await output.cancel();
      await child.status;
    },
  };
}

/** A service in a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  /** The numbers of the records that it has stored, in their order. */
  stored(): Promise<number[]>;
  /** Answers those who were held, and everybody from now on. */
  release(): Promise<void>;
}

/**
 * Starts a service in a process of its own, for tests that block. It answers after so many
 * milliseconds, refuses all if these are negative, or answers nobody until it is told to.
 */
export async function startServiceProcess(
  delayMs: number | "held" = 0,
): Promise<ServiceProcess> {
  const service = await startCorrespondent("fixtures/service.ts", [String(delayMs)]);
  return {
    url: service.greeting,
    stored: async () => JSON.parse(await service.ask("stored")),
    release: async () => void await service.ask("release"),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}

/** One connection, read request by request. */
export class Connection {
  /** Settles when the other side has gone. */
  readonly closed: Promise<void>;
  #socket: Deno.Conn;
  #heard = new Uint8Array(0);
  #more = Promise.withResolvers<void>();
  #ended = false;
  #isClosed = false;

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
    this.closed = this.#listen();
  }

  /** The next request, or nothing if there is none any more. */
  async read(): Promise<Received | undefined> {
    let end: number;
    while ((end = indexOf(this.#heard, "\r\n\r\n")) < 0) {
      if (!await this.#wait()) return undefined;
    }
    const [first, ...lines] = decode(this.#heard.subarray(0, end)).split("\r\n") as [
      string,
      ...string[],
    ];
    const headers = new Headers(
      lines.map((line) => line.split(/:\s*(.*)/s, 2) as [string, string]),
    );
    const length = Number(headers.get("content-length"));
    while (this.#heard.length < end + 4 + length) if (!await this.#wait()) return undefined;
    const bytes = this.#heard.slice(end + 4, end + 4 + length);
    this.#heard = this.#heard.slice(end + 4 + length);
    const body = headers.get("content-encoding") === "gzip" ? await unpack(bytes) : decode(bytes);
    const key = headers.get("idempotency-key") ?? "";
    const path = first.split(" ")[1]!;
    return { path, headers, body, key, records: numbers(body), at: performance.now() };
  }

  /** Writes, and says whether the other side is still there. */
  async write(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#socket.write(bytes.subarray(sent));
      }
      return !this.#ended;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  async #listen(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const length = await this.#socket.read(buffer).catch(() => null);
      if (length === null) break;
      this.#heard = concat([this.#heard, buffer.subarray(0, length)]);
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
    this.#ended = true;
    this.#more.resolve();
  }

  async #wait(): Promise<boolean> {
    if (!this.#ended) await this.#more.promise;
    return !this.#ended;
  }
}

// ——— The invariant ———

/** A handler that ships to the service, and the diagnostics it wrote. */
export function handlerFor(
  { url }: Pick<FaultyService, "url">,
  options: AxonPushHandlerOptions = {},
): AxonPushHandler & { readonly said: Diagnostic[] } {
  const said: Diagnostic[] = [];
  const credentials = options.client
    ? {}
    : { baseUrl: url, apiKey: "ak_test_secret", tenantId: "1" };
  const handler = new AxonPushHandler("NOTSET", {
    ...credentials,
    signals: false,
    diagnostics: (diagnostic) => said.push(diagnostic),
    ...options,
  });
  return Object.assign(handler, { said });
}

/** Logs records with these numbers. */
export function log(handler: AxonPushHandler, count: number, from = 0): void {
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  for (let n = from; n < from + count; n++) logger.info(`record ${n}`, { n });
}

/**
 * Logs in a loop to a handler that does next to nothing, for tests of memory: std/log alone makes
 * garbage enough to grow a process by 90 MiB, and what is asked is what comes on top.
 */
export function warmUp(): void {
  class Nothing extends BaseHandler {
    override handle(record: LogRecord): void {
      JSON.stringify([record.msg, record.args, record.datetime]);
    }
    override log(): void {}
  }
  const logger = new Logger("warm-up", "NOTSET", { handlers: [new Nothing("NOTSET")] });
  for (let n = 0; n < 200_000; n++) logger.info("A message of a usual length", { n, customer: n });
}

/**
 * Checks that the handler's numbers add up and agree with what the service saw: each record is
 * settled in exactly one way, none is stored twice, and a retry is the same request again.
 */
export function assertInvariant(
  stats: HandlerStats,
  { requests, stored }: Pick<FaultyService, "requests" | "stored">,
): void {
  const { accepted, delivered, failed, dropped, pending } = stats;
  assertEquals(accepted, delivered + failed + dropped + pending, `numbers: ${show(stats)}`);

  const records = new Set(stored.values());
  assertEquals(records.size, stored.size, "a record was stored under two keys");
  // The answer to a stored record can be lost, so the handler may know of fewer, never of more.
  assert(delivered <= stored.size, `${delivered} delivered, ${stored.size} stored`);
  const unknown = failed + pending;
  assert(stored.size <= delivered + unknown, `${stored.size} stored, numbers: ${show(stats)}`);

  const bodies = new Map<string, string>();
  for (const { key, body, path } of requests) {
    assert(key !== "", "a request has no Idempotency-Key");
    assertEquals(bodies.get(key) ?? body, body, `the body under key ${key} changed`);
    bodies.set(key, body);
    if (path === "/event") assertEquals(JSON.parse(body).dedupKey, key.replace(/-cut$/, ""));
  }
}

function show(stats: HandlerStats): string {
  return JSON.stringify(stats);
}

// ——— Bytes ———

function headOf(status: number, headers: readonly (readonly [string, string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return encode(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`);
}

/** The records that a body is about: each test gives its records the attribute `n`. */
function numbers(body: string): number[] {
  const events = /"n":(\d+)/g;
  const otlp = /"key":"n","value":\{"intValue":"(\d+)"/g;
  return [...body.matchAll(body.startsWith('{"resourceLogs"') ? otlp : events)]
    .map(([, n]) => Number(n));
}

function dedupKeys(body: string): string[] {
  const keys = body.matchAll(/"key":"axonpush.dedup_key","value":\{"stringValue":"([^"]+)"/g);
  return Array.from(keys, ([, key]) => key!);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return await new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).text();
}

function indexOf(bytes: Uint8Array, text: string): number {
  // A head is ASCII, and latin1 keeps places: one character for each byte.
  return new TextDecoder("latin1").decode(bytes.subarray(0, 16_384)).indexOf(text);
}

function turn(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
