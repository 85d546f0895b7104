/**
 * A record that has gone through a real Collector is the record that was logged: nothing of it is
 * lost, rounded or of another type, whatever was logged.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { LogLevel } from "@std/log/levels";
import { LogRecord } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions, withTrace } from "../../mod.ts";
import { startDevServer } from "../../dev/mod.ts";
import { Generator } from "../generate.ts";
import { startReceiver } from "../receiver.ts";
import { Collector } from "./collector.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const SEED = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 32));
/** How a difference is shown. */
const SHORT = { strAbbreviateSize: 100 };
const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** Values that travel badly. */
const VALUES: Record<string, unknown> = {
  empty: "",
  text: 'quotes " \\ / \u0000\u0001\u007f\u0085\u2028 \n\r\t',
  unicode: "ä 漢字 😀 \u202e",
  loneSurrogates: "\ud800 and \udfff",
  markup: "</script><!-- & < > --> <b>",
  base64: "aGVsbG8=",
  true: true,
  false: false,
  null: null,
  zero: 0,
  minusZero: -0,
  one: 1,
  minusOne: -1,
  largestSafe: 2 ** 53 - 1,
  smallestSafe: -(2 ** 53 - 1),
  unsafe: 2 ** 53,
  int64: 2n ** 63n - 1n,
  beyondInt64: 2n ** 64n,
  half: 0.5,
  wholeDouble: 1e21,
  largest: Number.MAX_VALUE,
  smallest: 5e-324,
  nan: NaN,
  infinity: Infinity,
  list: [1, 0.5, "a", null, [], {}, [true]],
  emptyList: [],
  map: { a: { b: { c: 1 } }, "": "empty name", "__proto__ ": 1 },
  emptyMap: {},
  proto: JSON.parse('{"__proto__":{"x":1}}'),
  date: new Date(0),
  error: new TypeError("inner", { cause: new Error("cause") }),
  bytes: new Uint8Array([0, 255]),
};

/** Nearly the most that one record can hold. */
const LARGE = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`text${i}`, "漢".repeat(4000)]),
);

/** Hands the same records to every handler, and as many made up ones. */
function logEverything(handlers: readonly AxonPushHandler[], madeUp: number): number {
  const generator = new Generator(SEED);
  let count = 0;
  const logRecord = (
    msg: string,
    args: unknown[],
    level: LogLevel = 20,
    loggerName = "shop",
  ) => {
    const record = new LogRecord({ msg, args, level, loggerName });
    for (const handler of handlers) handler.handle(record);
    count++;
  };
  logRecord("All values", [VALUES]);
  logRecord("", []);
  logRecord("Large", [LARGE]);
  for (const level of [0, 10, 20, 30, 40, 50] as const) logRecord("A level", [{ level }], level);
  for (const name of ["default", "a.b", "漢字", '"']) logRecord("A logger", [], 20, name);
  logRecord("Not an object", ["a", 1, null, [1]]);
  logRecord("An error", [new Error("failed", { cause: new AggregateError([1, new Error("x")]) })]);
  withTrace(TRACE, () => logRecord("In a trace", []));
  for (let i = 0; i < madeUp; i++) {
    logRecord(generator.text(), [{ value: generator.value() }, generator.value(3)]);
  }
  return count;
}

const OPTIONS: AxonPushHandlerOptions = {
  serviceName: "shop",
  serviceVersion: "1.2.3",
  environment: "staging",
  agentId: "planner",
  channelId: "7",
  traceId: TRACE,
  queueSize: 10_000,
};

Deno.test("A Collector passes on every value as it was sent", async () => {
  for (const compression of ["none", "gzip"] as const) {
    await using service = startReceiver();
    await using collector = await Collector.start({ target: service.url });
    // What the handler sends is noted on its way into the Collector.
    await using way = startReceiver(({ text }) =>
      fetch(collector.endpoint, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: text,
      })
    );
    const handler = new AxonPushHandler("NOTSET", {
      ...OPTIONS,
      protocol: "otlp",
      endpoint: `${way.url}/v1/logs`,
      compression,
      batchSize: 100,
    });
    const count = logEverything([handler], 200);
    await handler.close(60_000);
    assertEquals(handler.stats.delivered, count, collector.output);
    const sent = way.requests.flatMap(({ text }) => recordsOf(text));
    assertEquals(way.requests[0]!.headers.get("content-encoding") ?? "none", compression);
    let came: Json[] = [];
    while (came.length < count) {
      await arrival(service, came.length);
      came = service.requests.flatMap(({ text }) => recordsOf(text));
    }
    assertEquals(came.length, count);
    assertEquals([...differences(byKey(came), byKey(sent))], [], `SEED=${SEED}`);
    assert(!/deprecated|warn\t/i.test(collector.output), collector.output);
  }
});

// Made up values are left out here: some of them read differently each time.
Deno.test("A record arrives by a Collector as it does by POST /event", async () => {
  await using server = startDevServer({ port: 0 });
  await using collector = await Collector.start({ target: server.url });
  const direct = new AxonPushHandler("NOTSET", {
    ...OPTIONS,
    baseUrl: server.url,
    apiKey: "ak_direct",
    tenantId: "1",
  });
  const way = new AxonPushHandler("NOTSET", {
    ...OPTIONS,
    protocol: "otlp",
    endpoint: collector.endpoint,
    compression: "gzip",
  });
  const count = logEverything([direct, way], 0);
  await Promise.all([direct.close(60_000), way.close(60_000)]);
  assertEquals([direct.stats.delivered, way.stats.delivered], [count, count], collector.output);
  const events = await server.waitFor(2 * count, { timeoutMs: 30_000 }).catch((error) => {
    throw new Error(`SEED=${SEED}: ${error.message}: ${collector.output.slice(-3000)}`);
  });
  const [byEvent, byCollector] = (["app", "otlp"] as const).map((source) => {
    const some = events.filter((event) => event.source === source).map(comparable);
    return Object.fromEntries(some.map((event) => [event.number, event]));
  });
  assertEquals([...differences(byCollector, byEvent)], [], `SEED=${SEED}`);
});

/** Where two values differ, one line each: they are too large to be shown whole. */
function* differences(one: Json, other: Json, path = ""): Iterable<string> {
  if (Object.is(one, other)) return;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    yield `${path}: ${Deno.inspect(one, SHORT)}, not ${Deno.inspect(other, SHORT)}`;
  } else {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const [mine, others] = [one, other].map((each) =>
        Object.hasOwn(each, name) ? each[name] : undefined
      );
      yield* differences(mine, others, `${path}/${name}`);
    }
  }
}

/** An event without what is each handler's own or said by one way alone. */
function comparable(event: Json): Json {
  const { dedupKey, eventId: _id, createdAt: _at, source: _source, metadata: _meta, ...rest } =
    event;
  // Outside a trace of the program's the span is the handler's own.
  if (rest.payload.body !== "In a trace") delete rest.spanId;
  return { number: Number(dedupKey.split("-").at(-1)), ...rest };
}

/** The records of a request, each with its resource and scope. */
function recordsOf(text: string): Json[] {
  return JSON.parse(text).resourceLogs.flatMap(({ resource, scopeLogs }: Json) =>
    scopeLogs.flatMap(({ scope, logRecords }: Json) =>
      logRecords.map((record: Json) => plain({ resource, scope, ...record }))
    )
  );
}

function byKey(records: readonly Json[]): Record<string, Json> {
  const keyOf = ({ attributes }: Json) =>
    attributes.find(({ key }: Json) => key === "axonpush.dedup_key").value.stringValue;
  return Object.fromEntries(records.map((record) => [keyOf(record), record]));
}

/**
 * A message of OTLP in one of the forms that JSON has for it: what has the default value may be left
 * out (Protocol Buffers, "ProtoJSON Format"), but the value of an attribute, which is one of several.
 */
function plain(message: Json): Json {
  if (typeof message === "string") return message.toWellFormed(); // What UTF-8 makes of it.
  if (Array.isArray(message)) return message.map(plain);
  if (typeof message !== "object" || message === null) return message;
  const isDefault = (name: string, value: Json) =>
    !name.endsWith("Value") &&
    (value === "" || value === 0 || Array.isArray(value) && value.length === 0);
  return Object.fromEntries(
    Object.entries(message).filter(([name, value]) => !isDefault(name, value))
      .map(([name, value]) => [name, plain(value)]),
  );
}

/** Waits until a service has got more records than so many. */
async function arrival({ requests }: { requests: readonly { text: string }[] }, count: number) {
  while (requests.flatMap(({ text }) => recordsOf(text)).length <= count) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
