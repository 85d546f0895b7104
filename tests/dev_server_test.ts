/**
 * The local AxonPush must refuse what the service refuses, or a program that works on the desk fails
 * in production; and as a test helper it must not lose, repeat or invent an event.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as log from "@std/log";
import { type DevEvent, type DevRefusal, type DevServer, startDevServer } from "../dev/mod.ts";
import { AxonPushHandler } from "../mod.ts";

const HEADERS = {
  "content-type": "application/json",
  "x-api-key": "ak_dev",
  "x-tenant-id": "dev",
};
const LOG = {
  identifier: "shop",
  eventType: "app.log",
  payload: { severityNumber: 9, severityText: "INFO", body: "Order placed" },
};

/** Sends a write and returns its status and answer. */
async function post(
  { url }: { readonly url: string },
  body: unknown,
  { path = "/event", headers = HEADERS }: {
    readonly path?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(url + path, {
    method: "POST",
    headers,
    body: typeof body === "string" || body instanceof ReadableStream ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

async function get({ url }: DevServer, path: string): Promise<Record<string, unknown>> {
  return await (await fetch(url + path)).json();
}

/** Sends bytes over a connection of its own and returns the answer, for what fetch would not send. */
async function raw({ url }: DevServer, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

function bodies(events: readonly DevEvent[]): unknown[] {
  return events.map(({ payload }) => payload.body);
}

// ——— What it is for ———

Deno.test("startDevServer() lets a test assert on what a program logged", async () => {
  await using server = startDevServer({ port: 0 });
  const handler = new AxonPushHandler("INFO", {
    baseUrl: server.url,
    apiKey: "ak_dev",
    tenantId: "dev",
  });
  log.setup({
    handlers: { axon: handler },
    loggers: { shop: { level: "INFO", handlers: ["axon"] } },
  });

  log.getLogger("shop").info("Order placed", { order_id: 42 });

  const event = await server.waitFor((event) => event.payload.body === "Order placed");
  assertEquals(event.identifier, "shop");
  assertEquals(event.payload.severityText, "INFO");
  assertEquals(event.payload.attributes?.order_id, 42);
  await handler.close();
  log.setup({});
});

// ——— POST /event ———

Deno.test("startDevServer() keeps an event as it was sent and adds what the service adds", async () => {
  await using server = startDevServer({ port: 0 });
  const { status, answer } = await post(server, LOG);
  assertEquals(status, 201);
  const [event] = server.events;
  const { eventId, createdAt, source, ...sent } = event!;
  assertEquals(answer, { eventId, status: "accepted" });
  assertEquals(new Date(createdAt).toISOString(), createdAt);
  assertEquals(source, "app");
  assertEquals<unknown>(sent, LOG);
});

Deno.test("startDevServer() accepts every field of the API", async () => {
  await using server = startDevServer({ port: 0 });
  const { status } = await post(server, {
    identifier: "",
    payload: {},
    channel_id: "ch_1",
    agentId: "a",
    traceId: "t",
    spanId: "s",
    parentSpanId: "p",
    dedupKey: "k",
    occurredAt: "2026-01-02T03:04:05.678+02:00",
    eventType: "agent.tool_call.start",
    metadata: {},
    sync: true,
  });
  assertEquals(status, 201);
});

const WRONG: readonly (readonly [problem: string, body: unknown])[] = [
  ["property color should not exist", { ...LOG, color: "red" }],
  ["property constructor should not exist", { ...LOG, constructor: "x" }],
  ["identifier is required", { payload: {} }],
  ["identifier must be a string", { identifier: 7, payload: {} }],
  ["payload is required", { identifier: "a" }],
  ["payload must be an object", { identifier: "a", payload: [] }],
  ["traceId must be a string", { ...LOG, traceId: null }],
  ["metadata must be an object", { ...LOG, metadata: "m" }],
  ["sync must be a boolean", { ...LOG, sync: 1 }],
  ["occurredAt must be an RFC 3339 date and time", { ...LOG, occurredAt: "yesterday" }],
  ...[
    "2026-13-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-04-31 00:00:00+02:00",
    "2026-01-01T24:00:00Z",
    "2026-01-01 00:00:00+25:00",
  ].map((occurredAt) =>
    ["occurredAt must be an RFC 3339 date and time", { ...LOG, occurredAt }] as const
  ),
  ["payload.body is required", { ...LOG, payload: { ...LOG.payload, body: undefined } }],
  ["payload.body must be a string, a number or a boolean", {
    ...LOG,
    payload: { ...LOG.payload, body: {} },
  }],
  ["payload.severityNumber must be an integer from 0 to 24", {
    ...LOG,
    payload: { ...LOG.payload, severityNumber: 25 },
  }],
  ["payload.timeUnixNano must be a string of digits", {
    ...LOG,
    payload: { ...LOG.payload, timeUnixNano: 17 },
  }],
  ["payload.attributes must be an object", {
    ...LOG,
    eventType: "agent.log",
    payload: { ...LOG.payload, attributes: [] },
  }],
  ["the body must be a JSON object", []],
];
for (const [problem, body] of WRONG) {
  Deno.test(`startDevServer() answers 422: ${problem}: ${JSON.stringify(body)}`, async () => {
    await using server = startDevServer({ port: 0 });
    const { status, answer } = await post(server, body);
    assertEquals(status, 422);
    assertEquals(answer.message, [problem]);
    assertEquals(Object.keys(answer), ["code", "message", "hint", "requestId"]);
    assertEquals(server.counts.received, 0);
  });
}

Deno.test("startDevServer() answers 422 with all problems at once", async () => {
  await using server = startDevServer({ port: 0 });
  const { answer } = await post(server, { identifier: 1, eventType: "nonsense", a: 1 });
  assertEquals((answer.message as string[]).length, 4);
});

Deno.test("startDevServer() answers 401 without a key and takes any of the key headers", async () => {
  await using server = startDevServer({ port: 0 });
  const { status, answer } = await post(server, LOG, { headers: {} });
  assertEquals([status, answer.code], [401, "missing_api_key"]);
  for (const header of ["X-API-Key", "x-axonpush-api-key", "X-Public-Token"]) {
    for (const key of ["ak_any", "pt_any"]) {
      const headers = { [header]: key, "x-tenant-id": "dev" };
      assertEquals((await post(server, LOG, { headers })).status, 201);
    }
  }
});

Deno.test("startDevServer() answers 401 to what is no key, and says what one begins with", async () => {
  await using server = startDevServer({ port: 0 });
  const { status, answer } = await post(server, LOG, { headers: { "x-api-key": "sk_live" } });
  assertEquals([status, answer.code], [401, "unknown_api_key"]);
  assertEquals(answer.hint, "Here any key will do that begins with ak_ or pt_");
});

Deno.test("startDevServer() answers 401 to another key than the one it was given", async () => {
  await using server = startDevServer({ port: 0, apiKey: "ak_one" });
  const { answer } = await post(server, LOG);
  assertEquals(answer.code, "unknown_api_key");
  assertEquals(answer.hint, "This server was started for one key: send that one");
  assertEquals((await post(server, LOG, { headers: {} })).answer.hint, answer.hint);
  const headers = { ...HEADERS, "x-api-key": "ak_one" };
  assertEquals((await post(server, LOG, { headers })).status, 201);
});

Deno.test("startDevServer() answers 401 to a secret key without a tenant", async () => {
  await using server = startDevServer({ port: 0 });
  for (const path of ["/event", "/v1/logs"]) {
    const { status, answer } = await post(server, LOG, {
      path,
      headers: { "x-api-key": "ak_dev" },
    });
    assertEquals([status, answer.code], [401, "missing_tenant_id"]);
  }
  assertEquals((await post(server, LOG, { headers: { "x-public-token": "pt_dev" } })).status, 201);
});

Deno.test("startDevServer() answers 403 to another tenant than the one it was given", async () => {
  await using server = startDevServer({ port: 0, tenantId: "acme" });
  const { status, answer } = await post(server, LOG);
  assertEquals([status, answer.code], [403, "unknown_tenant"]);
  assert(String(answer.hint).endsWith("set AXONPUSH_TENANT_ID to acme"), String(answer.hint));
  const headers = { ...HEADERS, "x-tenant-id": "acme" };
  assertEquals((await post(server, LOG, { headers })).status, 201);
  // A public token carries its own.
  assertEquals((await post(server, LOG, { headers: { "x-public-token": "pt_dev" } })).status, 201);
});

Deno.test("startDevServer() answers 400 to an environment that is not registered", async () => {
  await using server = startDevServer({ port: 0, environments: ["live"] });
  const send = (environment: string, path = "/event") =>
    post(server, path === "/event" ? LOG : {}, {
      path,
      headers: { ...HEADERS, "x-axonpush-environment": environment },
    });
  for (const path of ["/event", "/v1/logs"]) {
    const { status, answer } = await send("stage", path);
    assertEquals([status, answer.code], [400, "unknown_environment"]);
    assert((await send("live", path)).status < 300);
  }
  assertEquals((await post(server, LOG)).status, 201);
});

Deno.test("startDevServer() says which environment a write went to", async () => {
  await using server = startDevServer({ port: 0 });
  const answer = await fetch(`${server.url}/event`, {
    method: "POST",
    headers: { ...HEADERS, "x-axonpush-environment": "live" },
    body: JSON.stringify(LOG),
  });
  await answer.body?.cancel();
  assertEquals(answer.headers.get("x-axonpush-resolved-environment"), "live");
  assertEquals(answer.headers.get("x-axonpush-resolved-via"), "header");
});

Deno.test("startDevServer() wants a channel for OTLP of a key that belongs to no app", async () => {
  for (
    const [appKeys, key, status] of [
      [true, { "x-api-key": "ak_dev", "x-tenant-id": "dev" }, 200],
      [false, { "x-api-key": "ak_dev", "x-tenant-id": "dev" }, 400],
      [true, { "x-public-token": "pt_dev" }, 400],
    ] as const
  ) {
    await using server = startDevServer({ port: 0, appKeys });
    const send = (headers: object) =>
      post(server, otlp({}), { path: "/v1/logs", headers: { ...key, ...headers } });
    const without = await send({});
    assertEquals(without.status, status);
    if (status === 400) assertEquals(without.answer.code, "missing_channel");
    else assertEquals(server.events[0]?.channel_id, "otlp-logs");
    assertEquals((await send({ "x-axonpush-channel": "ch_1" })).status, 200);
    assertEquals(server.events.at(-1)?.channel_id, "ch_1");
    assertEquals((await post(server, LOG, { headers: key })).status, 201);
  }
});

Deno.test("startDevServer() tells which writes it refused, and why", async () => {
  const told: DevRefusal[] = [];
  await using server = startDevServer({ port: 0, onRefusal: (refusal) => void told.push(refusal) });
  await post(server, { identifier: 1 });
  await post(server, LOG, { path: "/v1/evnt" });
  await get(server, "/nothing");
  assertEquals(told, [...server.refusals]);
  const [{ at, ...first }, second] = told as [DevRefusal, DevRefusal];
  assertEquals(new Date(at).toISOString(), at);
  assertEquals(first, {
    method: "POST",
    path: "/event",
    status: 422,
    code: "validation_failed",
    message: "identifier must be a string; payload is required",
    hint: "Compare the body with the API of POST /event",
  });
  assertEquals([second.path, second.status], ["/v1/evnt", 404]);
  const error = await assertRejects(() => server.waitFor(1, { timeoutMs: 0 }), DOMException);
  assert(error.message.includes("2 refused, the last with 404: Cannot POST /v1/evnt"));
  server.clear();
  assertEquals(server.refusals, []);
});

Deno.test("startDevServer() keeps the newest refusals, and counts all", async () => {
  await using server = startDevServer({ port: 0 });
  for (let i = 0; i < 60; i++) await post(server, LOG, { path: `/${i}` });
  assertEquals(server.refusals.length, 50);
  assertEquals(server.refusals.at(-1)!.path, "/59");
  assertEquals((await get(server, "/health")).refused, 60);
});

Deno.test("startDevServer() has events in the order in which they were logged", async () => {
  await using server = startDevServer({ port: 0 });
  for (const n of [3, 1, 2]) {
    await post(server, {
      ...LOG,
      payload: { ...LOG.payload, body: n, timeUnixNano: `176732304567800000${n}` },
    });
  }
  await post(server, { ...LOG, occurredAt: "2026-01-02T03:04:05.677Z" });
  assertEquals(bodies(server.events), ["Order placed", 1, 2, 3]);
  assertEquals(bodies((await get(server, "/events")).events as DevEvent[]), [
    3,
    2,
    1,
    "Order placed",
  ]);
});

Deno.test("startDevServer() answers 413 to a body over the limit, announced or not", async () => {
  await using server = startDevServer({ port: 0, maxBodyBytes: 200 });
  const large = JSON.stringify({ ...LOG, metadata: { text: "ä".repeat(100) } });
  assert(large.length < 300, "the limit is in bytes");
  assertEquals((await post(server, large)).status, 413);
  assertEquals((await post(server, new Response(large).body)).status, 413);
  assertEquals((await post(server, LOG)).status, 201);
  assertEquals((await post(server, new Response(JSON.stringify(LOG)).body)).status, 201);
});

Deno.test("startDevServer() answers 413 to a body far over the limit", async () => {
  await using server = startDevServer({ port: 0 });
  assertEquals((await post(server, "x".repeat(8_000_000))).status, 413);
});

Deno.test("startDevServer() answers 400 to what is not JSON and 415 to another format", async () => {
  await using server = startDevServer({ port: 0 });
  assertEquals((await post(server, "{")).status, 400);
  const headers = { ...HEADERS, "content-type": "application/x-protobuf" };
  const { status, answer } = await post(server, "\n\x05", { path: "/v1/logs", headers });
  assertEquals(status, 415);
  assert(String(answer.hint).includes("http/json"));
});

Deno.test("startDevServer() reads gzip and answers 415 to another content encoding", async () => {
  await using server = startDevServer({ port: 0 });
  const event = new Response(JSON.stringify(LOG)).body!;
  const packed = await new Response(event.pipeThrough(new CompressionStream("gzip"))).bytes();
  const send = (coding: string, body: BodyInit = JSON.stringify(LOG)) =>
    post(server, new Response(body).body!, {
      headers: { ...HEADERS, "content-encoding": coding },
    });
  for (const coding of ["gzip", "GZIP"]) {
    assertEquals((await send(coding, packed)).status, 201);
  }
  assertEquals((await send("Identity")).status, 201);
  const { status, answer } = await send("br");
  assertEquals([status, answer.code], [415, "unsupported_content_encoding"]);
});

Deno.test("startDevServer() answers 400 to a body that is nested too deeply", async () => {
  await using server = startDevServer({ port: 0 });
  const nested = (open: string, close: string, times: number) =>
    `${open.repeat(times)}${close.repeat(times)}`;
  const event = (times: number) =>
    `{"identifier":"a","eventType":"custom","payload":{"a":${nested("[", "]", times)}}}`;
  assertEquals((await post(server, event(98))).status, 201);
  const value = nested('{"arrayValue":{"values":[', "]}}", 5000);
  for (
    const [path, body] of [
      ["/event", event(99)],
      ["/event", event(20_000)],
      ["/event", nested('{"a":', "}", 20_000).replace('{"a":}', "{}")],
      ["/v1/logs", JSON.stringify(otlp({ body: "?" })).replace('"?"', value)],
    ] as const
  ) {
    const { status, answer } = await post(server, body, { path });
    assertEquals([status, answer.code], [400, "nested_too_deeply"]);
  }
  assertEquals((await get(server, "/events") as { events: unknown[] }).events.length, 1);
});

Deno.test("startDevServer() answers 404 and 405 in the service's envelope", async () => {
  await using server = startDevServer({ port: 0 });
  assertEquals((await post(server, LOG, { path: "/evnt" })).answer.code, "not_found");
  const response = await fetch(`${server.url}/event`);
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  await response.body?.cancel();
});

// ——— Once each ———

Deno.test("startDevServer() collapses events with the same dedupKey", async () => {
  await using server = startDevServer({ port: 0 });
  const first = await post(server, { ...LOG, dedupKey: "a" });
  const again = await post(server, { ...LOG, dedupKey: "a" });
  await post(server, { ...LOG, dedupKey: "b" });
  await post(server, LOG);
  await post(server, LOG);
  assertEquals(again, { status: 201, answer: { ...first.answer, duplicate: true } });
  assertEquals(server.counts, { received: 5, unique: 4, duplicates: 1 });
  assertEquals(["a", "b", "c"].map((key) => server.deliveries(key)), [2, 1, 0]);
  assertEquals(server.events.length, 4);
});

Deno.test("startDevServer() keeps the newest events, and the keys of older ones", async () => {
  await using server = startDevServer({ port: 0, keep: 3 });
  for (let i = 0; i < 30; i++) {
    const payload = { ...LOG.payload, body: i };
    await post(server, { ...LOG, dedupKey: `${i}`, payload });
  }
  assertEquals(bodies(server.events), [27, 28, 29]);
  await post(server, { ...LOG, dedupKey: "0" });
  assertEquals(server.counts, { received: 31, unique: 30, duplicates: 1 });
});

Deno.test("startDevServer() keeps no more text than fits, however few events it is", async () => {
  await using server = startDevServer({ port: 0, maxBodyBytes: 60_000_000 });
  const metadata = { text: "x".repeat(50_000_000) };
  for (const body of [1, 2, 3]) {
    await post(server, { ...LOG, metadata, payload: { ...LOG.payload, body } });
  }
  assertEquals(bodies(server.events), [2, 3]);
});

Deno.test("clear() forgets events, counts and keys", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, { ...LOG, dedupKey: "a" });
  server.clear();
  assertEquals(server.events.length, 0);
  assertEquals(server.deliveries("a"), 0);
  await post(server, { ...LOG, dedupKey: "a" });
  assertEquals(server.counts, { received: 1, unique: 1, duplicates: 0 });
});

// ——— POST /v1/logs ———

Deno.test("startDevServer() makes of an OTLP record the event that POST /event would", async () => {
  await using server = startDevServer({ port: 0 });
  const { status, answer } = await post(server, {
    resourceLogs: [{
      resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
      scopeLogs: [{
        scope: { name: "shop.payments" },
        logRecords: [{
          timeUnixNano: "1767323045678000000",
          observedTimeUnixNano: "1767323045678000001",
          severityNumber: 17,
          severityText: "ERROR",
          body: { stringValue: "Payment failed" },
          attributes: [
            { key: "order_id", value: { intValue: "42" } },
            { key: "large", value: { intValue: "9007199254740993" } },
            { key: "total", value: { doubleValue: 9.5 } },
            { key: "ratio", value: { doubleValue: "NaN" } },
            { key: "paid", value: { boolValue: false } },
            { key: "nothing", value: {} },
            { key: "tags", value: { arrayValue: { values: [{ stringValue: "a" }] } } },
            {
              key: "user",
              value: { kvlistValue: { values: [{ key: "id", value: { intValue: 7 } }] } },
            },
            { key: "axonpush.dedup_key", value: { stringValue: "k1" } },
            { key: "axonpush.agent_id", value: { stringValue: "a1" } },
          ],
          traceId: "4BF92F3577B34DA6A3CE929D0E0E4736",
          spanId: "00f067aa0ba902b7",
          flags: 1,
          somethingNewer: 1,
        }],
      }],
    }],
  }, { path: "/v1/logs", headers: { ...HEADERS, "x-axonpush-channel": "ch_1" } });
  assertEquals({ status, answer }, { status: 200, answer: {} });
  const { eventId: _, createdAt: __, ...event } = server.events[0]!;
  assertEquals(event, {
    identifier: "shop.payments",
    eventType: "app.log",
    channel_id: "ch_1",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    dedupKey: "k1",
    agentId: "a1",
    occurredAt: "2026-01-02T03:04:05.678Z",
    payload: {
      timeUnixNano: "1767323045678000000",
      observedTimeUnixNano: "1767323045678000001",
      severityNumber: 17,
      severityText: "ERROR",
      body: "Payment failed",
      attributes: {
        order_id: 42,
        large: "9007199254740993",
        total: 9.5,
        ratio: "NaN",
        paid: false,
        nothing: null,
        tags: ["a"],
        user: { id: 7 },
      },
      resource: { "service.name": "shop" },
      flags: 1,
    },
    source: "otlp",
  });
});

Deno.test("startDevServer() gets the same event from the handler by either protocol", async () => {
  await using server = startDevServer({ port: 0 });
  for (const protocol of ["events", "otlp"] as const) {
    await using handler = new AxonPushHandler("INFO", {
      baseUrl: server.url,
      apiKey: "ak_dev",
      tenantId: "dev",
      channelId: "ch_1",
      agentId: "a1",
      traceId: "not hexadecimal",
      protocol,
    });
    const logger = new log.Logger("shop", "INFO", { handlers: [handler] });
    logger.error("Payment failed", new TypeError("Card declined"), { order_id: 42, tags: ["a"] });
  }
  const [one, two] = (await server.waitFor(2)).map((event) => {
    const { payload, identifier, eventType, channel_id, agentId, traceId } = event;
    const { timeUnixNano: _, observedTimeUnixNano: __, attributes, ...others } = payload;
    const { "exception.stacktrace": ___, ...rest } = attributes!;
    return { identifier, eventType, channel_id, agentId, traceId, others, rest };
  });
  assertEquals(one, two);
});

/** A request with this one log record. */
function otlp(record: unknown): unknown {
  return { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
}

Deno.test("startDevServer() collapses OTLP records with the same dedup attribute", async () => {
  await using server = startDevServer({ port: 0 });
  const record = { attributes: [{ key: "axonpush.dedup_key", value: { stringValue: "k" } }] };
  await post(server, otlp(record), { path: "/v1/logs" });
  await post(server, otlp(record), { path: "/v1/logs" });
  await post(server, otlp({}), { path: "/v1/logs" });
  assertEquals(server.counts, { received: 3, unique: 2, duplicates: 1 });
});

const AT = "resourceLogs[0].scopeLogs[0].logRecords[0]";
const WRONG_OTLP: readonly (readonly [problem: string, request: unknown])[] = [
  ["the body must be an object", []],
  ["resourceLogs must be an array", { resourceLogs: {} }],
  ["resourceLogs[0].scopeLogs[0] must be an object", { resourceLogs: [{ scopeLogs: [7] }] }],
  [`${AT}.severityNumber must be an integer from 0 to 24`, otlp({ severityNumber: "INFO" })],
  [`${AT}.timeUnixNano must be a string of digits`, otlp({ timeUnixNano: "now" })],
  [`${AT}.traceId must be 32 hexadecimal digits`, otlp({ traceId: "abc" })],
  [`${AT}.body must be an AnyValue`, otlp({ body: { text: "x" } })],
  [`${AT}.body must be an object`, otlp({ body: "x" })],
  [
    `${AT}.attributes[0].value must be an AnyValue`,
    otlp({ attributes: [{ key: "a", value: { intValue: "1.5" } }] }),
  ],
];
for (const [problem, request] of WRONG_OTLP) {
  Deno.test(`startDevServer() answers 400 to OTLP: ${problem}`, async () => {
    await using server = startDevServer({ port: 0 });
    const { status, answer } = await post(server, request, { path: "/v1/logs" });
    assertEquals([status, answer.message], [400, problem]);
    assertEquals(server.counts.received, 0);
  });
}

// ——— GET ———

Deno.test("startDevServer() finds events by each filter of the service, newest first", async () => {
  await using server = startDevServer({ port: 0 });
  const at = (occurredAt: string) => ({ occurredAt });
  await post(server, { ...LOG, ...at("2026-01-01T00:00:00Z"), traceId: "t1", channel_id: "c1" });
  await post(server, {
    ...LOG,
    ...at("2026-01-02T00:00:00Z"),
    payload: { ...LOG.payload, body: `A "quoted" word`, attributes: { order_id: 42, user: "ada" } },
  });
  await post(server, { identifier: "job", payload: {}, ...at("2026-01-03T00:00:00Z") });
  await post(server, otlp({ timeUnixNano: "1767484800000000000" }), { path: "/v1/logs" });

  const found = async (query: string) => {
    const { events } = await get(server, `/events?${query}`);
    return (events as DevEvent[]).map(({ occurredAt }) => Number(occurredAt?.slice(8, 10)));
  };
  assertEquals(await found(""), [4, 3, 2, 1]);
  assertEquals(await found("limit=2"), [4, 3]);
  assertEquals(await found("since=2026-01-03T00:00:00Z"), [4, 3]);
  assertEquals(await found("until=2026-01-03T00:00:00Z"), [2, 1]);
  assertEquals(await found("traceId=t1"), [1]);
  assertEquals(await found("channelId=c1"), [1]);
  assertEquals(await found("eventType=custom"), [3]);
  assertEquals(await found("source=otlp"), [4]);
  assertEquals(await found("q=ORDER+placed"), [1]);
  assertEquals(await found(`q=a+"quoted"`), [2]);
  assertEquals(await found("q=job"), [3]);
  assertEquals(await found("attrKey=order_id&attrValue=42"), [2]);
  assertEquals(await found("attrKey=user&attrValue=ada&limit=9"), [2]);
  assertEquals(await found("attrKey=user&attrValue=bob"), []);
});

for (
  const [problem, query] of [
    ["limit must be an integer from 1 to 500", "limit=501"],
    ["since must be an RFC 3339 date and time", "since=today"],
    ["attrKey and attrValue go together", "attrKey=a"],
    [
      "unknown filter level: use limit, since, until, traceId, eventType, channelId, source, q, " +
      "attrKey, attrValue",
      "level=INFO",
    ],
  ] as const
) {
  Deno.test(`startDevServer() refuses to search: ${problem}`, async () => {
    await using server = startDevServer({ port: 0 });
    assertEquals((await get(server, `/events?${query}`)).message, [problem]);
  });
}

Deno.test("startDevServer() says that it is well", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, LOG);
  const health = { status: "ok", kept: 1, received: 1, unique: 1, duplicates: 0, refused: 0 };
  assertEquals(await get(server, "/health"), health);
});

Deno.test("startDevServer() answers HEAD like GET, without the body", async () => {
  await using server = startDevServer({ port: 0 });
  for (const path of ["/", "/health", "/events"]) {
    const head = await fetch(server.url + path, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    const got = await fetch(server.url + path);
    await got.body?.cancel();
    const type = (answer: Response) => answer.headers.get("content-type");
    assertEquals(type(head), type(got));
  }
});

Deno.test("startDevServer() serves the page with a policy that allows it one script", async () => {
  await using server = startDevServer({ port: 0 });
  const response = await fetch(server.url);
  const page = await response.text();
  const policy = response.headers.get("content-security-policy")!;
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert(policy.startsWith("default-src 'none'; script-src 'sha256-"));
  assert(policy.includes("require-trusted-types-for 'script'; trusted-types 'none'"));
  assert(!policy.includes("unsafe"));
  const [, script] = page.match(/<script>(.*)<\/script>/s)!;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  assert(policy.includes(`'sha256-${new Uint8Array(hash).toBase64()}'`));
});

Deno.test("startDevServer() refuses writes from pages of other origins", async () => {
  await using server = startDevServer({ port: 0 });
  const write = (method: string, origin: string) =>
    raw(
      server,
      `${method} /events HTTP/1.1\r\nhost: localhost:${server.port}\r\norigin: ${origin}\r\n\r\n`,
    );
  for (const origin of ["https://evil.example", "null", "http://localhost:1"]) {
    const answer = await write("DELETE", origin);
    assert(answer.startsWith("HTTP/1.1 403") && answer.includes("forbidden_origin"), answer);
  }
  const own = await write("DELETE", `http://localhost:${server.port}`);
  assert(own.startsWith("HTTP/1.1 204"), own);
});

for (const hostname of ["127.0.0.1", "127.0.0.2", "localhost"]) {
  const name = `startDevServer() on ${hostname} refuses names that another site made point here`;
  const ignore = Deno.build.os === "darwin" && hostname === "127.0.0.2"; // It has but one.
  Deno.test(name, { ignore }, async () => {
    await using server = startDevServer({ port: 0, hostname });
    for (const host of ["evil.example", "127.0.0.1.evil.example", "192.0.2.1"]) {
      const answer = await raw(server, `GET /events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      assert(answer.startsWith("HTTP/1.1 403") && answer.includes("forbidden_host"), answer);
    }
    for (const host of [hostname, "localhost", "[::1]"]) {
      const answer = await raw(server, `GET /events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      assert(answer.startsWith("HTTP/1.1 200"), answer);
    }
  });
}

// ——— The stream ———

/** The messages of the stream, one at a time. */
async function* stream(server: DevServer, lastEventId?: string): AsyncGenerator<string> {
  const response = await fetch(`${server.url}/events/stream`, {
    headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
  });
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const messages = (text + chunk).split("\n\n");
    text = messages.pop()!;
    yield* messages;
  }
}

async function next(messages: AsyncGenerator<string>): Promise<string> {
  return (await messages.next()).value!;
}

function streamed(message: string): unknown[] {
  return bodies(JSON.parse(message.match(/^data: (.*)$/m)![1]!));
}

function idOf(message: string): string {
  return message.match(/^id: (.*)$/m)![1]!;
}

function logOf(body: string | number): unknown {
  return { ...LOG, payload: { ...LOG.payload, body } };
}

Deno.test("startDevServer() streams what it keeps, then what comes", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, logOf("one"));
  const messages = stream(server);
  assert((await next(messages)).includes("event: reset"));
  assertEquals(streamed(await next(messages)), ["one"]);
  await post(server, logOf("two"));
  assertEquals(streamed(await next(messages)), ["two"]);
  await messages.return(undefined);
});

Deno.test("startDevServer() streams to one who comes back only what he has not seen", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, logOf("one"));
  const before = stream(server);
  await next(before);
  const seen = idOf(await next(before));
  await before.return(undefined);
  await post(server, logOf("two"));
  const after = stream(server, seen);
  assertEquals(streamed(await next(after)), ["two"]);
  await after.return(undefined);
});

Deno.test("startDevServer() tells one who comes back too late to begin anew", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, logOf("one"));
  const messages = stream(server, "another-server/7");
  assert((await next(messages)).includes("event: reset"));
  assertEquals(streamed(await next(messages)), ["one"]);
  await messages.return(undefined);
});

Deno.test("startDevServer() streams what is wanted of a writer, and which writes were refused", async () => {
  await using server = startDevServer({ port: 0, apiKey: "ak_one", tenantId: "acme", keep: 7 });
  const messages = stream(server);
  const data = (message: string) => JSON.parse(message.match(/^data: (.*)$/m)![1]!);
  assertEquals(data(await next(messages)), { keep: 7, apiKey: "ak_one", tenantId: "acme" });
  await post(server, LOG);
  const message = await next(messages);
  assert(message.startsWith("event: refused\n"));
  assertEquals(data(message), { refused: 1, refusals: [...server.refusals] });
  await messages.return(undefined);
});

Deno.test("clear() resets the stream", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, logOf("one"));
  const messages = stream(server);
  await next(messages);
  await next(messages);
  server.clear();
  assert((await next(messages)).includes("event: reset"));
  await post(server, logOf("two"));
  assertEquals(streamed(await next(messages)), ["two"]);
  await messages.return(undefined);
});

Deno.test("startDevServer() streams from the oldest event that it still keeps", async () => {
  await using server = startDevServer({ port: 0, keep: 2 });
  await post(server, logOf(0));
  const messages = stream(server);
  await next(messages);
  const seen = idOf(await next(messages));
  await messages.return(undefined);
  for (let i = 1; i < 9; i++) await post(server, logOf(i));
  const after = stream(server, seen);
  assertEquals(streamed(await next(after)), [7, 8]);
  await after.return(undefined);
});

Deno.test("startDevServer() streams large events in several messages", async () => {
  await using server = startDevServer({ port: 0 });
  for (let i = 0; i < 3; i++) {
    await post(server, { ...LOG, metadata: { text: "x".repeat(50_000) } });
  }
  const messages = stream(server);
  await next(messages);
  assertEquals(streamed(await next(messages)).length, 2);
  assertEquals(streamed(await next(messages)).length, 1);
  await messages.return(undefined);
});

// ——— waitFor ———

Deno.test("waitFor() finds an event that came already and one that comes later", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, logOf("early"));
  assertEquals(
    (await server.waitFor(({ payload }) => payload.body === "early")).identifier,
    "shop",
  );
  const late = server.waitFor(({ payload }) => payload.body === "late");
  await post(server, logOf("other"));
  await post(server, logOf("late"));
  assertEquals((await late).payload.body, "late");
});

Deno.test("waitFor() waits for so many different events", async () => {
  await using server = startDevServer({ port: 0 });
  const two = server.waitFor(2);
  await post(server, { ...LOG, dedupKey: "a" });
  await post(server, { ...LOG, dedupKey: "a" });
  await post(server, { ...LOG, dedupKey: "b" });
  assertEquals((await two).map(({ dedupKey }) => dedupKey), ["a", "b"]);
});

Deno.test("waitFor() says what came instead when the time is up", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, LOG);
  const error = await assertRejects(() => server.waitFor(2, { timeoutMs: 1 }), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertEquals(
    error.message,
    "Waited 1 ms for 2 events: 1 came, the last of them:\n  INFO Order placed",
  );
});

Deno.test("waitFor() waits for ever with a timeout of Infinity", async () => {
  await using server = startDevServer({ port: 0 });
  const waiting = server.waitFor(1, { timeoutMs: Infinity });
  await assertRejects(() => server.waitFor(1, { timeoutMs: 5 }), DOMException);
  await post(server, LOG);
  assertEquals((await waiting).length, 1);
});

for (
  const [wanted, timeoutMs, message] of [
    [1, 2 ** 31, `'timeoutMs' must be an integer from 0 to ${2 ** 31 - 1}`],
    [1, NaN, "'timeoutMs' must be an integer"],
    [1, -1, "'timeoutMs' must be an integer"],
    [1, 1.5, "'timeoutMs' must be an integer"],
    [NaN, 0, "'count' must be an integer of 0 or more"],
    [-1, 0, "'count' must be an integer of 0 or more"],
    [1.5, 0, "'count' must be an integer of 0 or more"],
    ["1", 0, "'count' must be an integer of 0 or more"],
  ] as const
) {
  Deno.test(`waitFor(${Deno.inspect(wanted)}, { timeoutMs: ${timeoutMs} }) throws at once`, async () => {
    await using server = startDevServer({ port: 0 });
    await assertRejects(
      () => server.waitFor(wanted as number, { timeoutMs }),
      typeof wanted === "number" ? RangeError : TypeError,
      `Cannot wait for events: ${message}`,
    );
  });
}

Deno.test("waitFor() ends when the server is closed", async () => {
  const server = startDevServer({ port: 0 });
  const waiting = assertRejects(() => server.waitFor(1), Error, "the server was closed");
  await server.close();
  await waiting;
});

Deno.test("waitFor() passes on what its predicate throws", async () => {
  await using server = startDevServer({ port: 0 });
  await post(server, LOG);
  await assertRejects(
    () =>
      server.waitFor(() => {
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  );
});

// ——— Options and life ———

Deno.test("startDevServer() calls onEvent with each new event", async () => {
  const seen: unknown[] = [];
  await using server = startDevServer({
    port: 0,
    onEvent: ({ payload }) => void seen.push(payload.body),
  });
  await post(server, { ...LOG, dedupKey: "a" });
  await post(server, { ...LOG, dedupKey: "a" });
  assertEquals(seen, ["Order placed"]);
});

Deno.test("startDevServer() has the event before it answers late", async () => {
  await using server = startDevServer({ port: 0, delayMs: 20 });
  let answered = false;
  const answer = post(server, LOG).then(() => answered = true);
  await server.waitFor(1);
  assertEquals(answered, false);
  await answer;
});

Deno.test("startDevServer() lets intercept answer, or pass the request on", async () => {
  await using server = startDevServer({
    port: 0,
    intercept: (request) =>
      request.url.endsWith("/event") ? Response.json({ mine: true }, { status: 503 }) : undefined,
  });
  assertEquals(await post(server, LOG), { status: 503, answer: { mine: true } });
  assertEquals((await get(server, "/health")).received, 0);
});

Deno.test("startDevServer() survives a client that goes away in mid-request", async () => {
  await using server = startDevServer({ port: 0 });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head =
    "POST /event HTTP/1.1\r\nhost: localhost\r\nx-api-key: ak_a\r\ncontent-length: 99\r\n\r\n{";
  await connection.write(new TextEncoder().encode(head));
  connection.close();
  assertEquals((await post(server, LOG)).status, 201);
  assertEquals(server.counts.received, 1);
});

Deno.test("close() ends what hangs: a request, a late answer, a stream", async () => {
  const hanging = startDevServer({ port: 0, intercept: () => new Promise<Response>(() => {}) });
  const unanswered = assertRejects(() => fetch(hanging.url));
  const slow = startDevServer({ port: 0, delayMs: 600_000 });
  const late = post(slow, LOG).catch(() => "ended");
  const messages = stream(slow);
  await next(messages);
  await slow.waitFor(1);
  await Promise.all([hanging.close(), slow.close()]);
  await Promise.all([unanswered, late, messages.next().catch(() => "ended")]);
});

Deno.test("close() may be called twice", async () => {
  const server = startDevServer({ port: 0 });
  await server.close();
  await server.close();
  await assertRejects(() => fetch(server.url));
});

Deno.test("startDevServer() throws at once when the port is in use", async () => {
  await using server = startDevServer({ port: 0 });
  assertThrows(() => startDevServer({ port: server.port }), Deno.errors.AddrInUse);
});

Deno.test("startDevServer() and waitFor() refuse an option that is misspelled", async () => {
  const misspelled = { port: 0, prt: 1, timeout: 1 };
  assertThrows(
    () => startDevServer(misspelled),
    TypeError,
    "Cannot start the local AxonPush: unknown option 'prt'",
  );
  await using server = startDevServer({ port: 0 });
  await assertRejects(
    () => server.waitFor(1, { timeout: 1 } as object),
    TypeError,
    "Cannot wait for events: unknown option 'timeout'",
  );
});

Deno.test("startDevServer() refuses an option of a wrong type", () => {
  for (
    const [option, problem] of [
      [{ port: "3000" }, "'port' must be an integer from 0 to 65535: current value is \"3000\""],
      [{ hostname: "" }, "'hostname' must be a non-empty string: current value is \"\""],
      [{ apiKey: 5 }, "'apiKey' must be a non-empty string: current value is of type number"],
      [{ tenantId: 5 }, "'tenantId' must be a non-empty string: current value is 5"],
      [{ environments: "prod" }, "'environments' must be an array of non-empty strings"],
      [{ appKeys: "no" }, "'appKeys' must be true or false"],
      [{ onEvent: {} }, "'onEvent' must be a function"],
      [{ onRefusal: {} }, "'onRefusal' must be a function"],
      [{ intercept: {} }, "'intercept' must be a function"],
    ] as const
  ) {
    const options = { port: 0, ...option } as object;
    const { stack } = assertThrows(
      () => startDevServer(options),
      TypeError,
      `Cannot start the local AxonPush: ${problem}`,
    );
    assert(stack!.split("\n    at ")[1]!.includes("dev_server_test.ts"), stack);
  }
  assertThrows(() => startDevServer(null as never), TypeError, "'options' must be an object");
});

for (const name of ["port", "keep", "maxBodyBytes", "delayMs"] as const) {
  Deno.test(`startDevServer() refuses ${name} -1`, () => {
    assertThrows(() => startDevServer({ port: 0, [name]: -1 }), RangeError, `'${name}' must be`);
  });
}
