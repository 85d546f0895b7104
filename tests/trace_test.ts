/**
 * Records that belong together must be found together: by the trace that is going on where they are
 * logged, and by what the program says about its work there, across awaits and in concurrent work.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { currentTrace, type LogEvent, withContext, withTrace } from "../mod.ts";
import { runProgram, startProgram } from "./program.ts";
import { attributesOf, eventsOf, handlerTo, shipped, startReceiver } from "./receiver.ts";

const TRACE_ID = /^[\da-f]{32}$/;
const SPAN_ID = /^[\da-f]{16}$/;
const OTEL_API = Symbol.for("opentelemetry.js.api.1");

function idsOf(events: readonly LogEvent[]): string[] {
  for (const { spanId } of events) assertMatch(spanId, SPAN_ID);
  return events.map(({ traceId }) => traceId);
}

// ——— Which trace ———

Deno.test("handle() gives the records of a handler one random trace, if there is no other", async () => {
  const one = await shipped((logger) => {
    logger.info("a");
    logger.info("b");
  });
  const [other] = await shipped((logger) => logger.info("a"));
  assertMatch(one[0]!.traceId, TRACE_ID);
  assertEquals(one[1]!.traceId, one[0]!.traceId);
  assertEquals(one[1]!.spanId, one[0]!.spanId);
  assertNotEquals(other!.traceId, one[0]!.traceId);
  assertNotEquals(other!.spanId, one[0]!.spanId);
  assert(!("flags" in one[0]!.payload));
});

Deno.test("maxContentLength cuts what is said, and not the trace, the level or the logger", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const [event] = await shipped(
    (logger) => withTrace(trace, () => logger.warn("hello")),
    { maxContentLength: 1 },
  );
  const { traceId, identifier, payload } = event!;
  assertEquals([traceId, identifier, payload.severityText], [trace, "shop", "WARN"]);
  assertEquals(payload.attributes["logger.name"], "shop");
  assertEquals(payload.body, "h…[4 characters cut]");
});

Deno.test("withTrace() comes before the option traceId, and that before a random one", async () => {
  const events = await shipped((logger) => {
    logger.info("a");
    withTrace("inner", () => logger.info("b"));
    logger.info("c");
  }, { traceId: "option" });
  assertEquals(idsOf(events), ["option", "inner", "option"]);
});

Deno.test("withTrace() returns what the function returns and throws what it throws", async () => {
  assertEquals(withTrace("t", () => 42), 42);
  assertEquals(await withTrace("t", () => Promise.resolve(43)), 43);
  let thrown: unknown;
  try {
    withTrace("t", () => {
      throw "x";
    });
  } catch (error) {
    thrown = error;
  }
  assertEquals(thrown, "x");
  assertEquals(currentTrace(), undefined);
});

Deno.test("withTrace() and withContext() say what is missing where there is nothing to run", () => {
  const run = () => {};
  for (
    const call of [
      () => withTrace(run as never, undefined!),
      () => withContext(run as never, undefined!),
    ]
  ) {
    assertThrows(
      call,
      TypeError,
      "the second argument must be a function: current value is of type",
    );
  }
});

Deno.test("withTrace() gives each record the whole ids, however many there are", async () => {
  const ids = new Set<string>();
  await using handler = handlerTo({ url: "http://127.0.0.1:9" }, {
    redact({ traceId, spanId }) {
      ids.add(`${traceId} ${spanId}`);
      return null;
    },
  });
  const { traceId, spanId } = withTrace(undefined, () => {
    for (let i = 0; i < 4000; i++) handler.log("a record");
    return currentTrace()!;
  });
  assertEquals([...ids], [`${traceId} ${spanId}`]);
});

Deno.test("withTrace() begins a new trace where it is given none", () => {
  const ids = [undefined, ""].map((none) => withTrace(none, () => currentTrace()!));
  for (const { traceId, spanId } of ids) {
    assertMatch(traceId, TRACE_ID);
    assertMatch(spanId, SPAN_ID);
  }
  assertNotEquals(ids[0]!.traceId, ids[1]!.traceId);
});

Deno.test("withTrace() holds across awaits, callbacks and nesting, and in concurrent work", async () => {
  const events = await shipped(async (logger) => {
    await Promise.all(["one", "two", "three"].map((id) =>
      withTrace(id, async () => {
        logger.info(id);
        await delay(1);
        await withTrace(`${id}, inner`, async () => {
          await Promise.resolve();
          logger.info(`${id}, inner`);
        });
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(() => {
          logger.info(id);
          resolve();
        });
        await promise;
        queueMicrotask(() => logger.info(id));
        await delay(1);
      })
    ));
  });
  assertEquals(events.length, 12);
  assertEquals(idsOf(events), events.map(({ payload }) => payload.body));
});

// ——— OpenTelemetry ———

/** Registers what an OpenTelemetry API registers, with a span that is always active. */
function withSpan(spanContext: () => unknown, use: () => void): void {
  const global = globalThis as { [OTEL_API]?: unknown };
  const key = Symbol.for("OpenTelemetry Context Key SPAN");
  const getValue = (asked: symbol) => asked === key ? { spanContext } : undefined;
  global[OTEL_API] = { context: { active: () => ({ getValue }) } };
  try {
    use();
  } finally {
    delete global[OTEL_API];
  }
}

Deno.test("handle() takes trace, span and flags of the active span, before withTrace()", async () => {
  const span = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
  const none = { traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 };
  const events = await shipped((logger) =>
    withTrace("t", () => {
      withSpan(() => span, () => logger.info("a"));
      withSpan(() => ({ ...span, traceFlags: 0 }), () => logger.info("b"));
      withSpan(() => none, () => logger.info("c"));
      logger.info("d");
    })
  );
  assertEquals(idsOf(events), [span.traceId, span.traceId, "t", "t"]);
  assertEquals(events[0]!.spanId, span.spanId);
  assertEquals(events.map(({ payload }) => payload.flags), [1, 0, undefined, undefined]);
});

Deno.test("handle() gets along with an OpenTelemetry API without a usable span", async () => {
  const global = globalThis as { [OTEL_API]?: unknown };
  const apiWithSpan = (span: unknown) => ({
    context: { active: () => ({ getValue: () => span }) },
  });
  const spans = [null, {}, { spanContext: () => undefined }];
  try {
    for (const api of [{ version: "1.9.0" }, ...spans.map(apiWithSpan)]) {
      global[OTEL_API] = api;
      const [event] = await shipped((logger) => logger.info("a"), { traceId: "t" });
      assertEquals(event!.traceId, "t");
    }
  } finally {
    delete global[OTEL_API];
  }
});

Deno.test("withTrace() lets a stranger's id neither grow nor hold a secret", async () => {
  const [long, secret, broken] = await shipped((logger) => {
    for (const id of ["x".repeat(100_000), "ak_live_0123456789abcdef", "a\ud800"]) {
      withTrace(id, () => logger.info("a"));
    }
  });
  assertEquals(long!.traceId, `${"x".repeat(256)}…[99744 characters cut]`);
  assertEquals(secret!.traceId, "[REDACTED]");
  assertEquals(broken!.traceId, "a\ufffd");
});

Deno.test("handle() takes the active span of Deno's own OpenTelemetry", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  await using receiver = startReceiver();
  await using collector = startReceiver();
  const program = startProgram("otel.ts", {
    flags: ["--no-prompt", "--allow-net=127.0.0.1"],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url })],
    env: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  const [, port] = await program.output(/port (\d+)/);
  const response = await fetch(`http://127.0.0.1:${port}`, {
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  const span = await response.json();
  assertEquals((await program.ended).code, 0);

  const [first, second, outside] = eventsOf(receiver);
  assertEquals([span.traceId, span.flags], [traceId, 1]);
  for (const event of [first!, second!]) {
    assertEquals([event.traceId, event.spanId], [traceId, span.spanId]);
    assertEquals(event.payload.flags, 1);
  }
  assertNotEquals(outside!.traceId, traceId);
});

// ——— Context ———

Deno.test("withContext() adds attributes, the inner ones winning, and the log call's over all", async () => {
  const attributes = await attributesOf(async (logger) => {
    await withContext({ request: "r", user: 1 }, async () => {
      logger.info("a");
      await delay(1);
      await withContext({ user: 2, job: "j" }, async () => {
        await Promise.resolve();
        logger.info("b", { job: "k" });
        withTrace("t", () => logger.info("c", "x"));
      });
      logger.info("d");
    });
    logger.info("e");
  });
  assertEquals(attributes, [
    { request: "r", user: 1 },
    { request: "r", user: 2, job: "k" },
    { request: "r", user: 2, job: "j", args: ["x"] },
    { request: "r", user: 1 },
    {},
  ]);
});

Deno.test("withContext() and withTrace() nest either way, in concurrent work", async () => {
  const events = await shipped(async (logger) => {
    await Promise.all([1, 2, 3].map((n) =>
      withTrace(`t${n}`, () =>
        withContext({ n }, async () => {
          await delay(1);
          logger.info("a");
        }))
    ));
  });
  assertEquals(
    idsOf(events).toSorted(),
    events.map(({ payload }) => `t${payload.attributes.n}`).toSorted(),
  );
  assertEquals(idsOf(events), events.map(({ payload }) => `t${payload.attributes.n}`));
});

Deno.test("withContext() runs the function whatever the attributes do when they are read", async () => {
  const refuse = () => {
    throw null;
  };
  const hostile = Object.defineProperty({ a: 1 }, "b", { get: refuse, enumerable: true });
  const proxy = new Proxy({}, { ownKeys: refuse });
  const attributes = await attributesOf((logger) => {
    withContext(hostile, () => logger.info("a"));
    withContext(proxy, () => logger.info("b"));
    withContext(null as never, () => logger.info("c"));
  });
  assertEquals(attributes, [
    { a: 1, b: "[unreadable: null]" },
    { args: ["[unreadable: null]"] },
    {},
  ]);
});

Deno.test("withContext() keeps to the reserved names", async () => {
  const [event] = await shipped((logger) =>
    withContext({ "logger.name": "fake", "process.pid": 1 }, () => logger.info("a"))
  );
  assertEquals(event!.payload.attributes, { "logger.name": "shop", "process.pid": Deno.pid });
});

Deno.test("withContext() and withTrace() cost nothing while nobody uses them", async () => {
  await using receiver = startReceiver();
  const { code, stdout } = await runProgram("no_context.ts", {
    flags: ["--no-prompt", "--allow-net=127.0.0.1"],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url })],
  });
  assertEquals(code, 0);
  assertEquals(receiver.requests.length, 1);
  assert(stdout.includes("node:worker_threads"), stdout); // It did look.
  assert(!stdout.includes("node:async_hooks"), stdout);
});
