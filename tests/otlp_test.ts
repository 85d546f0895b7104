/**
 * By OTLP the handler feeds AxonPush in batches, and any OpenTelemetry Collector: a fleet depends on
 * requests that every implementation reads alike, and on no record being lost with a batch. What
 * the protocol's own definitions and the official exporter say is compared in `peers/`.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Logger } from "@std/log/logger";
import {
  type AxonPushHandler,
  type AxonPushHandlerOptions,
  type Diagnostic,
  type LogEvent,
  withTrace,
} from "../mod.ts";
import { runProgram } from "./program.ts";
import { handlerTo, type Received, startReceiver } from "./receiver.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

function parse({ text }: Received): Json {
  return JSON.parse(text);
}

/** All log records of a request. */
function recordsOf(received: Received): Json[] {
  return parse(received).resourceLogs.flatMap(({ scopeLogs }: Json) =>
    scopeLogs.flatMap(({ logRecords }: Json) => logRecords)
  );
}

function bodiesOf(received: Received): string[] {
  return recordsOf(received).map(({ body }) => body.stringValue);
}

/** Logs through a handler and returns the requests that come of it. */
async function requestsOf(
  use: (handler: AxonPushHandler) => unknown,
  options: AxonPushHandlerOptions = {},
  answer?: Parameters<typeof startReceiver>[0],
): Promise<{ requests: readonly Received[]; handler: AxonPushHandler }> {
  await using receiver = startReceiver(answer);
  const handler = handlerTo(receiver, { protocol: "otlp", ...options });
  await use(handler);
  await handler.close(60_000);
  assertEquals(handler.stats.pending, 0);
  return { requests: receiver.requests, handler };
}

function loggerOf(handler: AxonPushHandler, name = "shop"): Logger {
  return new Logger(name, "NOTSET", { handlers: [handler] });
}

function logNumbers(handler: AxonPushHandler, count: number): void {
  const logger = loggerOf(handler);
  for (let n = 0; n < count; n++) logger.info(String(n));
}

/** Answers 400 to requests that have one of these bodies. */
function refusing(...bodies: string[]) {
  return (received: Received) =>
    bodiesOf(received).some((body) => bodies.includes(body))
      ? new Response("bad record", { status: 400 })
      : undefined;
}

// ——— What is sent ———

Deno.test('protocol "otlp" posts an ExportLogsServiceRequest as JSON to /v1/logs', async () => {
  const { requests } = await requestsOf((handler) => {
    withTrace("0af7651916cd43dd8448eb211c80319c", () => {
      loggerOf(handler).warn("Low stock", { sku: "x-1" });
    });
  }, {
    serviceName: "shop",
    channelId: 7,
    environment: "staging",
    agentId: "planner",
  });

  const [request] = requests as [Received];
  assertEquals(request.path, "/v1/logs");
  const { headers } = request;
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals(headers.get("x-axonpush-channel"), "7");
  assertEquals(headers.get("x-axonpush-environment"), "staging");
  assertEquals(headers.get("x-api-key"), "ak_test");
  assertEquals(headers.get("content-encoding"), null);

  const { resourceLogs } = parse(request);
  assertEquals(resourceLogs.length, 1);
  const [{ resource, scopeLogs }] = resourceLogs;
  assertEquals(resource.attributes.slice(0, 2), [
    { key: "service.name", value: { stringValue: "shop" } },
    { key: "deployment.environment.name", value: { stringValue: "staging" } },
  ]);
  assertEquals(scopeLogs.length, 1);
  assertEquals(scopeLogs[0].scope, { name: "shop" });
  const [
    { timeUnixNano, observedTimeUnixNano, spanId, attributes, ...record },
  ] = scopeLogs[0].logRecords;
  assertMatch(timeUnixNano, /^\d{19}$/);
  assertEquals(observedTimeUnixNano, timeUnixNano);
  assertMatch(spanId, /^[\da-f]{16}$/);
  assertEquals(record, {
    severityNumber: 13,
    severityText: "WARN",
    body: { stringValue: "Low stock" },
    traceId: "0af7651916cd43dd8448eb211c80319c",
  });
  const dedupKey = attributes.find(({ key }: Json) => key === "axonpush.dedup_key");
  assertMatch(dedupKey.value.stringValue, /^[\da-f-]{36}-\d+$/);
  assertEquals(attributes.filter((attribute: Json) => attribute !== dedupKey), [
    { key: "logger.name", value: { stringValue: "shop" } },
    { key: "process.pid", value: { intValue: String(Deno.pid) } },
    { key: "sku", value: { stringValue: "x-1" } },
    { key: "axonpush.agent_id", value: { stringValue: "planner" } },
  ]);
});

Deno.test('protocol "otlp" has an AnyValue for every value', async () => {
  const expected: readonly (readonly [value: unknown, any: Json])[] = [
    ["text", { stringValue: "text" }],
    ["", { stringValue: "" }],
    [true, { boolValue: true }],
    [false, { boolValue: false }],
    [0, { intValue: "0" }],
    [-0, { intValue: "0" }],
    [-5, { intValue: "-5" }],
    [2 ** 53 - 1, { intValue: "9007199254740991" }],
    [2 ** 53, { doubleValue: 2 ** 53 }],
    [1e300, { doubleValue: 1e300 }],
    [0.5, { doubleValue: 0.5 }],
    [NaN, { stringValue: "NaN" }],
    [-Infinity, { stringValue: "-Infinity" }],
    [2n ** 63n, { stringValue: "9223372036854775808" }],
    [null, {}],
    [[], { arrayValue: { values: [] } }],
    [[1, ["a", null]], {
      arrayValue: {
        values: [{ intValue: "1" }, {
          arrayValue: { values: [{ stringValue: "a" }, {}] },
        }],
      },
    }],
    [{}, { kvlistValue: { values: [] } }],
    [{ a: { b: 1.5 } }, {
      kvlistValue: {
        values: [{
          key: "a",
          value: {
            kvlistValue: {
              values: [{ key: "b", value: { doubleValue: 1.5 } }],
            },
          },
        }],
      },
    }],
    [new Date(0), { stringValue: "1970-01-01T00:00:00.000Z" }],
    [new Map([["k", 1]]), {
      kvlistValue: { values: [{ key: "k", value: { intValue: "1" } }] },
    }],
    [JSON.parse(`{"__proto__":1}`), {
      kvlistValue: { values: [{ key: "__proto__", value: { intValue: "1" } }] },
    }],
  ];
  const { requests } = await requestsOf((handler) => {
    for (const [value] of expected) loggerOf(handler).info("a", { value });
  });
  const values = requests.flatMap(recordsOf).map(({ attributes }) =>
    attributes.find(({ key }: Json) => key === "value").value
  );
  assertEquals(values, expected.map(([, any]) => any));
});

Deno.test('protocol "otlp" keeps the types of bodies', async () => {
  const bodies = ["text", 5, 0.5, true];
  let next = 0;
  const { requests } = await requestsOf((handler) => logNumbers(handler, 4), {
    formatter: () => bodies[next++] as string,
  });
  assertEquals(requests.flatMap(recordsOf).map(({ body }) => body), [
    { stringValue: "text" },
    { intValue: "5" },
    { doubleValue: 0.5 },
    { boolValue: true },
  ]);
});

Deno.test('protocol "otlp" ships a trace id of another form as an attribute', async () => {
  const { requests } = await requestsOf(
    (handler) => loggerOf(handler).info("a"),
    {
      traceId: "run-1",
    },
  );
  const [{ traceId, spanId, attributes }] = requests.flatMap(recordsOf) as [
    Json,
  ];
  assertEquals([traceId, spanId], [undefined, undefined]);
  assertEquals(attributes.at(-1), {
    key: "axonpush.trace_id",
    value: { stringValue: "run-1" },
  });
});

Deno.test('protocol "otlp" has each attribute once, also those that a record brings from elsewhere', async () => {
  const { requests } = await requestsOf((handler) => {
    const logger = loggerOf(handler);
    const received = { "axonpush.dedup_key": "k-1", "axonpush.agent_id": "a", "logger.name": "b" };
    logger.info("received", received);
    logger.info("received", received, { n: 1 }, ["x"]);
  }, { agentId: "planner" });
  for (const { attributes } of requests.flatMap(recordsOf)) {
    const keys = attributes.map(({ key }: Json) => key);
    assertEquals(keys.length, new Set(keys).size, keys.join());
    assert(!JSON.stringify(attributes).includes('"k-1"'));
  }
});

// ——— Batches ———

Deno.test('protocol "otlp" groups the records of a batch by logger, the resource once', async () => {
  const { requests } = await requestsOf((handler) => {
    const [shop, db] = [loggerOf(handler, "shop"), loggerOf(handler, "db")];
    shop.info("1");
    db.info("2");
    shop.info("3");
  });
  assertEquals(requests.length, 1);
  const { resourceLogs } = parse(requests[0]!);
  assertEquals(resourceLogs.length, 1);
  assertEquals(
    resourceLogs[0].scopeLogs.map(({ scope, logRecords }: Json) => [
      scope.name,
      logRecords.map(({ body }: Json) => body.stringValue),
    ]),
    [["shop", ["1", "3"]], ["db", ["2"]]],
  );
});

Deno.test('protocol "otlp" keeps the resources apart that redact makes', async () => {
  const { requests } = await requestsOf((handler) => logNumbers(handler, 3), {
    redact: (event) =>
      event.payload.body === "1"
        ? { ...event, payload: { ...event.payload, resource: {} } }
        : event,
  });
  const { resourceLogs } = parse(requests[0]!);
  assertEquals(
    resourceLogs.map(({ resource, scopeLogs }: Json) => [
      resource.attributes.length > 0,
      scopeLogs[0].logRecords.map(({ body }: Json) => body.stringValue),
    ]),
    [[true, ["0", "2"]], [false, ["1"]]],
  );
});

Deno.test('protocol "otlp" ships whatever redact leaves of an event', async () => {
  const leave: ((event: LogEvent) => unknown)[] = [
    ({ traceId: _, ...event }) => event,
    ({ spanId: _, ...event }) => event,
    ({ identifier: _, ...event }) => event,
    ({ payload: { severityText: _, ...payload }, ...event }) => ({ ...event, payload }),
    ({ payload, ...event }) => ({ ...event, payload: { ...payload, timeUnixNano: 'a "quote"' } }),
    ({ payload, ...event }) => ({ ...event, payload: { ...payload, severityNumber: "9" } }),
  ];
  const { requests } = await requestsOf((handler) => logNumbers(handler, leave.length), {
    redact: (event) => leave[Number(event.payload.body)]!(event) as LogEvent,
  });
  assertEquals(
    requests.flatMap(bodiesOf).toSorted(),
    leave.map((_, i) => String(i)),
  );
});

Deno.test('protocol "otlp" cuts and marks the record that alone is too large', async () => {
  for (const redact of [undefined, (event: LogEvent) => event]) {
    const { requests, handler } = await requestsOf(
      (handler) => {
        const logger = loggerOf(handler);
        logger.info("small");
        logger.info("large", { text: "x".repeat(4000) });
      },
      {
        ...redact && { redact },
        diagnostics: ({ code }) => assertEquals(code, "http-413"),
      },
      ({ text }) => text.length > 2000 ? new Response(null, { status: 413 }) : undefined,
    );
    assertEquals(handler.stats.delivered, 2);
    const taken = requests.filter(({ text }) => text.length <= 2000);
    assertEquals(taken.flatMap(bodiesOf).toSorted(), ["large…[cut: too large]", "small"]);
    const record = taken.flatMap(recordsOf).find(({ body }) => body.stringValue !== "small")!;
    const mark = { key: "axonpush.truncated", value: { boolValue: true } };
    assertEquals(record.attributes.find(({ key }: Json) => key === mark.key), mark);
    assert(record.attributes.some(({ key }: Json) => key === "logger.name"));
  }
});

Deno.test('protocol "otlp" halves what a Collector finds too large before it took anything', async () => {
  // What an OpenTelemetry Collector answers, where OTLP wants 413.
  const tooLarge = () =>
    Response.json({ code: 3, message: "http: request body too large" }, { status: 400 });
  const { requests, handler } = await requestsOf(
    (handler) => logNumbers(handler, 500),
    { batchSize: 10, diagnostics: ({ code }) => assertEquals(code, "http-400") },
    (received) => recordsOf(received).length > 1 ? tooLarge() : undefined,
  );
  assertEquals(handler.stats.delivered, 500);
  assertEquals(requests.filter((request) => recordsOf(request).length === 1).length, 500);
});

Deno.test("batchSize is the most that one request has", async () => {
  const { requests, handler } = await requestsOf(
    (handler) => logNumbers(handler, 25),
    {
      batchSize: 10,
    },
  );
  assert(requests.every((request) => recordsOf(request).length <= 10));
  assertEquals(
    requests.flatMap(bodiesOf).toSorted(),
    Array.from({ length: 25 }, (_, n) => String(n)).toSorted(),
  );
  assertEquals(handler.stats.delivered, 25);
});

Deno.test("batchSize may be larger than what is usually in flight", async () => {
  const count = 40_000;
  const { requests, handler } = await requestsOf(
    async (handler) => {
      logNumbers(handler, count);
      assert(await handler.flush(60_000));
    },
    { batchSize: 10_000, queueSize: 2 * count },
  );
  assert(requests.every((request) => recordsOf(request).length <= 10_000));
  assertEquals(new Set(requests.flatMap(bodiesOf)).size, count);
  assertEquals(handler.stats.delivered, count);
});

Deno.test('protocol "otlp" keeps bodies apart that are in flight together, whatever their size', async () => {
  const texts = Array.from(
    { length: 160 },
    // One to three bytes a letter, so that some requests are of less than a megabyte and some of more,
    // however many of the last ones there are in a request.
    (_, n) =>
      `${n} ${(n < 40 ? "a" : n < 80 ? "é" : "漢").repeat(n % 3 === 0 || n > 80 ? 30_000 : 30)}`,
  );
  const { requests } = await requestsOf(
    (handler) => {
      const logger = loggerOf(handler);
      for (const text of texts) logger.info(text);
    },
    { batchSize: 40, maxContentLength: 40_000 },
  );
  const sizes = requests.map(({ text }) => new TextEncoder().encode(text).length);
  assert(Math.min(...sizes) < 1 << 20 && Math.max(...sizes) > 1 << 20, String(sizes));
  assertEquals(requests.flatMap(bodiesOf).toSorted(), texts.toSorted());
});

Deno.test('protocol "otlp" sends at once what comes while nothing is in flight', async () => {
  const arrived = Promise.withResolvers<void>();
  const { requests } = await requestsOf(
    async (handler) => {
      logNumbers(handler, 1);
      await arrived.promise; // Nobody flushes, and the interval would be a day.
    },
    { flushIntervalMs: 86_400_000 },
    () => {
      arrived.resolve();
      return undefined;
    },
  );
  assertEquals(requests.length, 1);
});

Deno.test("batchSize and flushIntervalMs end the wait of a batch while another is in flight", async () => {
  const second = { "a full batch": ["1", "2"], "the interval": ["1"] };
  for (const [reason, bodies] of Object.entries(second)) {
    const [first, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { requests } = await requestsOf(
      async (handler) => {
        const logger = loggerOf(handler);
        logger.info("0");
        await first.promise;
        for (const body of bodies) logger.info(body);
        await next.promise;
      },
      reason === "the interval" ? { flushIntervalMs: 20 } : {
        flushIntervalMs: 86_400_000,
        batchSize: 2,
      },
      async (received) => {
        if (!bodiesOf(received).includes("0")) return void next.resolve();
        first.resolve();
        await next.promise; // It is in flight until the other one is here.
      },
    );
    assertEquals(requests.map(bodiesOf), [["0"], bodies], reason);
  }
});

Deno.test("flush() has partial batches go at once until it is over, however much time it had", async () => {
  const [first, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { requests } = await requestsOf(
    async (handler) => {
      const logger = loggerOf(handler);
      logger.info("before");
      assert(await handler.flush(Infinity));
      logger.info("0");
      await first.promise;
      logger.info("1");
      await delay(200); // It waits for another one, however long that takes.
      logger.info("2");
      await next.promise;
    },
    { flushIntervalMs: 86_400_000, batchSize: 2 },
    async (received) => {
      const bodies = bodiesOf(received);
      if (bodies.includes("before")) return;
      if (!bodies.includes("0")) return void next.resolve();
      first.resolve();
      await next.promise;
    },
  );
  assertEquals(requests.map(bodiesOf), [["before"], ["0"], ["1", "2"]]);
});

Deno.test("compression shrinks the bodies and says so", async () => {
  const { requests } = await requestsOf((handler) => logNumbers(handler, 100), {
    compression: "gzip",
  });
  assertEquals(requests.flatMap(bodiesOf).length, 100);
  for (const { headers, text } of requests) {
    assertEquals(headers.get("content-encoding"), "gzip");
    const bytes = Number(headers.get("content-length"));
    assert(bytes < text.length, `${bytes} bytes for ${text.length} characters`);
  }
});

// ——— What the service answers ———

Deno.test("a partial success counts what was rejected as failed, and reports it", async () => {
  const said: Diagnostic[] = [];
  const { requests, handler } = await requestsOf(
    (handler) => logNumbers(handler, 5),
    { diagnostics: (diagnostic) => said.push(diagnostic) },
    (received) =>
      recordsOf(received).length < 5 ? undefined : Response.json({
        partialSuccess: {
          rejectedLogRecords: "2",
          errorMessage: "no severity",
        },
      }),
  );
  const { delivered, failed, accepted } = handler.stats;
  assertEquals(requests.length, 1);
  assertEquals({ delivered, failed, accepted }, {
    delivered: 3,
    failed: 2,
    accepted: 5,
  });
  assertEquals(said.map(({ level, code }) => [level, code]), [
    ["error", "partial-success"],
    ["error", "lost"],
  ]);
  assertStringIncludes(said[0]!.message, "2 records of a batch: no severity");
  assertMatch(said[1]!.message, /^2 records could not be delivered.*no severity/);
});

Deno.test("a partial success with only a message is a warning", async () => {
  const said: Diagnostic[] = [];
  const { handler } = await requestsOf(
    (handler) => logNumbers(handler, 1),
    { diagnostics: (diagnostic) => said.push(diagnostic) },
    () => Response.json({ partialSuccess: { errorMessage: "deprecated" } }),
  );
  assertEquals(handler.stats.delivered, 1);
  assertEquals(said.map(({ level, code }) => [level, code]), [[
    "warn",
    "partial-success",
  ]]);
});

Deno.test("a refused batch is halved until only what is bad has failed", async () => {
  const said: Diagnostic[] = [];
  const { requests, handler } = await requestsOf(
    (handler) => logNumbers(handler, 40),
    { diagnostics: (diagnostic) => said.push(diagnostic) },
    refusing("7", "31"),
  );
  const { delivered, failed } = handler.stats;
  assertEquals({ delivered, failed }, { delivered: 38, failed: 2 });
  const accepted = requests.map(bodiesOf)
    .filter((bodies) => !bodies.includes("7") && !bodies.includes("31"));
  assertEquals(new Set(accepted.flat()).size, 38);
  assertEquals(accepted.flat().length, 38);
  assertEquals(said.map(({ code }) => code), ["http-400", "lost"]);
  assertMatch(said[1]!.message, /^2 records could not be delivered so far.*: HTTP 400/);
});

Deno.test("a batch that is sent again is the same, under the same key", async () => {
  let busy = 2;
  const { requests, handler } = await requestsOf(
    (handler) => logNumbers(handler, 3),
    { diagnostics: () => {} },
    () => busy-- > 0 ? new Response(null, { status: 503 }) : undefined,
  );
  assertEquals(requests.length, 3);
  assertEquals(new Set(requests.map(({ text }) => text)).size, 1);
  assertEquals(
    new Set(requests.map(({ headers }) => headers.get("idempotency-key"))).size,
    1,
  );
  assertEquals(handler.stats.retried, 6);
});

// ——— Another endpoint ———

/** Names of our headers that carry credentials. */
const CREDENTIALS = [
  "x-api-key",
  "x-axonpush-api-key",
  "x-tenant-id",
  "x-public-token",
];

/** What an endpoint with a path of its own gets, with credentials in the environment. */
async function atEndpoint(options: AxonPushHandlerOptions): Promise<Received> {
  await using receiver = startReceiver();
  const endpoint = `${receiver.url}/collector/logs`;
  // By a program of its own: tests that run at a time share one environment.
  const { stderr } = await runProgram("so_many.ts", {
    flags: ["--no-prompt", "--allow-net", "--allow-env"],
    args: [JSON.stringify({ protocol: "otlp", endpoint, ...options }), "1"],
    env: { AXONPUSH_API_KEY: "ak_environment", AXONPUSH_TENANT_ID: "9" },
  });
  assertEquals(stderr, "");
  return receiver.requests[0]!;
}

Deno.test("endpoint gets no credentials from the environment, and the headers it is given", async () => {
  const { path, headers } = await atEndpoint({
    headers: { Authorization: "Bearer collector", "X-Scope-OrgID": "team" },
  });
  assertEquals(path, "/collector/logs");
  assertEquals(CREDENTIALS.filter((name) => headers.has(name)), []);
  assertEquals(headers.get("authorization"), "Bearer collector");
  assertEquals(headers.get("x-scope-orgid"), "team");
});

Deno.test("endpoint gets the credentials that are given as options", async () => {
  const { headers } = await atEndpoint({ apiKey: "ak_option", tenantId: "3" });
  assertEquals(headers.get("x-api-key"), "ak_option");
  assertEquals(headers.get("x-tenant-id"), "3");
});
