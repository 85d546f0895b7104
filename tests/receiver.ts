/**
 * A service that accepts everything and keeps it as it came over the wire, and the shortest way to
 * get there: a logger, what is logged through it, and the events that arrive.
 *
 * @module
 */
import { assertEquals, fail } from "@std/assert";
import type { LevelName } from "@std/log";
import { Logger } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions, type LogEvent } from "../mod.ts";

/** A request as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: Headers;
  /** The body, decompressed. */
  readonly text: string;
}

/** A service that is running. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Received[];
}

/** Starts a service. It answers 200 with an empty object, or what the function says. */
export function startReceiver(
  answer: (received: Received) => Response | undefined | Promise<Response | undefined> = () =>
    undefined,
): Receiver {
  const requests: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { headers } = request;
    const body = headers.get("content-encoding") === "gzip"
      ? request.body!.pipeThrough(new DecompressionStream("gzip"))
      : request.body;
    const text = await new Response(body).text();
    const received = { path: new URL(request.url).pathname, headers, text };
    requests.push(received);
    return await answer(received) ?? Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A handler that ships to a service. Its diagnostics fail the test unless it takes them. */
export function handlerTo(
  { url }: Pick<Receiver, "url">,
  options: AxonPushHandlerOptions = {},
  level: LevelName = "NOTSET",
): AxonPushHandler {
  return new AxonPushHandler(level, {
    apiKey: "ak_test",
    tenantId: "1",
    baseUrl: url,
    diagnostics: ({ message }) => fail(message),
    ...options,
  });
}

/** What the service gets, in the order it was logged, of what a function logs. */
export async function shipped(
  use: (logger: Logger, handler: AxonPushHandler) => unknown,
  options?: AxonPushHandlerOptions,
): Promise<LogEvent[]> {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver, options);
  await use(new Logger("shop", "NOTSET", { handlers: [handler] }), handler);
  await handler.close(60_000);
  const { pending, accepted, delivered } = handler.stats;
  assertEquals({ pending, delivered }, { pending: 0, delivered: accepted });
  return eventsOf(receiver);
}

/** The events of a service, in the order they were logged. */
export function eventsOf({ requests }: Receiver): LogEvent[] {
  const numberOf = ({ dedupKey }: { dedupKey: string }) => Number(dedupKey.split("-").at(-1));
  return requests.map(({ text }) => JSON.parse(text))
    .sort((one, other) => numberOf(one) - numberOf(other));
}

/** The attributes of what a function logs, without those that every record has. */
export async function attributesOf(
  use: (logger: Logger, handler: AxonPushHandler) => unknown,
  options?: AxonPushHandlerOptions,
): Promise<Record<string, unknown>[]> {
  const events = await shipped(use, options);
  return events.map(({ payload }) => {
    const { "logger.name": _name, "process.pid": _pid, ...attributes } = payload.attributes;
    return attributes;
  });
}
