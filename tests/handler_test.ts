/**
 * What a program sees of the handler: its life from `setup()` to `close()`, what it takes and what
 * it leaves out, how flushes and the overflow policies behave, and that its counts are always true.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertRejects,
  assertThrows,
} from "@std/assert";
import process from "node:process";
import * as log from "@std/log";
import { Logger, LogRecord } from "@std/log/logger";
import * as axonpush from "../mod.ts";
import {
  AxonPushHandler,
  DEFAULT_EXCLUDED_LOGGERS,
  type Diagnostic,
  type HandlerStats,
} from "../mod.ts";
import { runProgram } from "./program.ts";
import { eventsOf, handlerTo, startReceiver } from "./receiver.ts";
import { startService } from "./service.ts";

/** Longer than any test takes: whoever waits for it hangs. */
const FOREVER_MS = 600_000;

/** A logger that has only this handler. */
function loggerTo(handler: AxonPushHandler, name = "shop"): Logger {
  return new Logger(name, "NOTSET", { handlers: [handler] });
}

/** Checks counts; what is not given must be zero. */
function assertStats(handler: AxonPushHandler, expected: Partial<HandlerStats>): void {
  const none = { accepted: 0, delivered: 0, failed: 0, dropped: 0, filtered: 0, pending: 0 };
  assertEquals(handler.stats, { ...none, spooled: 0, recovered: 0, retried: 0, ...expected });
}

function bodies(receiver: Parameters<typeof eventsOf>[0]): unknown[] {
  return eventsOf(receiver).map(({ payload }) => payload.body);
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `record ${from + i}`);
}

function logNames(logger: Logger, from: number, to: number): void {
  for (const name of names(from, to)) logger.info(name);
}

Deno.test("What the package exports has the name that it is exported by", () => {
  for (const [name, value] of Object.entries(axonpush)) {
    if (typeof value === "function") assertEquals(value.name, name);
  }
});

// ——— What it takes ———

Deno.test("AxonPushHandler ships from log.setup() with nothing but environment variables", async () => {
  await using receiver = startReceiver();
  const outcome = await runProgram("from_environment.ts", {
    flags: ["--no-prompt", "--allow-net=127.0.0.1", "--allow-env"],
    env: {
      AXONPUSH_API_KEY: "ak_test",
      AXONPUSH_TENANT_ID: "1",
      AXONPUSH_BASE_URL: receiver.url,
      AXONPUSH_ENVIRONMENT: "staging",
      AXONPUSH_CHANNEL_ID: "7",
    },
  });
  assertEquals(outcome, { code: 0, signal: null, stdout: "", stderr: "" });
  const [event] = eventsOf(receiver);
  assertEquals(event!.identifier, "default");
  assertEquals(event!.channel_id, "7");
  assertEquals(event!.payload.resource["deployment.environment.name"], "staging");
});

Deno.test("handle() sends a secret key with its organisation, and each record under its key", async () => {
  await using receiver = startReceiver();
  await using handler = handlerTo(receiver, {
    apiKey: "ak_secret",
    tenantId: 42,
    environment: "staging",
  });
  const logger = loggerTo(handler);
  logger.info("one");
  logger.info("two");
  await handler.flush(FOREVER_MS);
  assertEquals(receiver.requests.map(({ path }) => path), ["/event", "/event"]);
  for (const { headers, text } of receiver.requests) {
    assertEquals(headers.get("X-API-Key"), "ak_secret");
    assertEquals(headers.get("x-axonpush-api-key"), "ak_secret");
    assertEquals(headers.get("X-Public-Token"), null);
    assertEquals(headers.get("x-tenant-id"), "42");
    assertEquals(headers.get("X-Axonpush-Environment"), "staging");
    assertEquals(headers.get("Content-Type"), "application/json");
    assertEquals(headers.get("Idempotency-Key"), JSON.parse(text).dedupKey);
  }
  assertEquals(
    new Set(receiver.requests.map(({ headers }) => headers.get("Idempotency-Key"))).size,
    2,
  );
});

Deno.test("headers take the place of ours, whatever their case", async () => {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver, {
    headers: { "x-api-key": "mine", "CONTENT-TYPE": "text/plain", "x-more": "1" },
  });
  handler.log("a");
  await handler.close(60_000);
  const { headers, text } = receiver.requests[0]!;
  assertEquals(headers.get("x-api-key"), "mine");
  assertEquals(headers.get("x-more"), "1");
  // What the body is, and the key that makes a retry harmless, are not for the program to say.
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals(headers.get("idempotency-key"), JSON.parse(text).dedupKey);
});

Deno.test("handle() sends a public token alone", async () => {
  await using receiver = startReceiver();
  await using handler = new AxonPushHandler("NOTSET", {
    apiKey: "pt_token",
    baseUrl: receiver.url,
  });
  loggerTo(handler).info("one");
  await handler.flush(FOREVER_MS);
  const { headers } = receiver.requests[0]!;
  assertEquals(headers.get("X-Public-Token"), "pt_token");
  assertEquals(headers.get("X-API-Key"), null);
  assertEquals(headers.get("x-axonpush-api-key"), null);
});

Deno.test("handle() ignores records below the handler's level", async () => {
  await using receiver = startReceiver();
  await using handler = handlerTo(receiver, {}, "WARN");
  const logger = loggerTo(handler);
  logger.info("below");
  logger.warn("at");
  logger.error("above");
  await handler.flush(FOREVER_MS);
  assertEquals(bodies(receiver), ["at", "above"]);
  assertStats(handler, { accepted: 2, delivered: 2 });
});

Deno.test("handle() leaves out its own logger by name, and others by prefix", async () => {
  await using receiver = startReceiver();
  await using handler = handlerTo(receiver, { excludeLoggers: ["http", "db."] });
  const shipped = ["axonpush-shop", "axonpush.shop", "shop.http", "db"];
  const left = ["axonpush", "http", "https", "http.client", "db.pool"];
  for (const name of [...left, ...shipped]) loggerTo(handler, name).info(name);
  await handler.flush(FOREVER_MS);
  assertEquals(bodies(receiver), shipped);
  assertStats(handler, { accepted: 4, delivered: 4, filtered: 5 });
  assertEquals(DEFAULT_EXCLUDED_LOGGERS, ["axonpush"]);
});

Deno.test("handle() leaves out what is logged by the diagnostics function", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 422 }));
  const said: Diagnostic[] = [];
  const handler = handlerTo(receiver, {
    diagnostics(diagnostic) {
      said.push(diagnostic);
      logger.error(`diagnostic: ${diagnostic.message}`);
      handler.handle(new LogRecord({ msg: "", args: [], level: 50, loggerName: "x" }));
    },
  });
  const logger = loggerTo(handler);
  logger.info("one");
  logger.info("two");
  await handler.close(FOREVER_MS);
  assertEquals(said.map(({ code }) => code), ["http-422", "lost"]);
  assertStats(handler, { accepted: 2, failed: 2, filtered: 4 });
});

Deno.test("flush(), flushSync() and close() refuse what is no time", async () => {
  await using receiver = startReceiver();
  await using handler = handlerTo(receiver);
  loggerTo(handler).info("still pending");
  for (
    const [value, shown, refusal] of [
      [NaN, "NaN", RangeError],
      [-1, "-1", RangeError],
      [-Infinity, "-Infinity", RangeError],
      ["500", '"500"', TypeError],
      [null, "null", TypeError],
      [500n, "500n", TypeError],
      [{}, "{}", TypeError],
    ] as const
  ) {
    const time = value as number;
    const message = (action: string) =>
      `Cannot ${action} AxonPushHandler: 'timeoutMs' must be a number of milliseconds, not ` +
      `negative: current value is ${shown}`;
    await assertRejects(() => handler.flush(time), refusal, message("flush"));
    assertThrows(() => handler.flushSync(time), refusal, message("flush"));
    await assertRejects(() => handler.close(time), refusal, message("close"));
  }
  // Nothing was given up, and what waits for as long as it takes is fine.
  assertEquals(await handler.flush(Infinity), true);
  assertStats(handler, { accepted: 1, delivered: 1 });
  await handler.close();
  await assertRejects(() => handler.close(NaN), RangeError);
});

Deno.test("log() ships a bare message at the handler's level", async () => {
  await using receiver = startReceiver();
  await using handler = handlerTo(receiver, {}, "WARN");
  handler.log("bare");
  await handler.flush(FOREVER_MS);
  const { identifier, payload } = eventsOf(receiver)[0]!;
  assertEquals(
    { identifier, body: payload.body, severity: payload.severityText },
    { identifier: "default", body: "bare", severity: "WARN" },
  );
});

// ——— Flushing ———

Deno.test("flush() waits for what is in flight", async () => {
  const answer = Promise.withResolvers<undefined>();
  const received = Promise.withResolvers<void>();
  await using receiver = startReceiver(() => {
    received.resolve();
    return answer.promise;
  });
  await using handler = handlerTo(receiver);
  loggerTo(handler).info("one");
  await received.promise; // In flight: the service has it and has not answered.
  let flushed = false;
  const flush = handler.flush(FOREVER_MS).then((result) => {
    flushed = true;
    return result;
  });
  assertEquals(await handler.flush(1), false);
  assertEquals(flushed, false);
  assertStats(handler, { accepted: 1, pending: 1 });
  answer.resolve(undefined);
  assertEquals(await flush, true);
  assertStats(handler, { accepted: 1, delivered: 1 });
});

Deno.test("flush() lets all concurrent callers wait", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  await using handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  const flushes = Array.from({ length: 5 }, async (_, i) => {
    logger.info(`record ${i + 1}`);
    const result = await handler.flush(FOREVER_MS);
    return { result, delivered: handler.stats.delivered > i };
  });
  answer.resolve(undefined);
  assertEquals(await Promise.all(flushes), Array(5).fill({ result: true, delivered: true }));
});

Deno.test("flush() does not wait for what is logged after the call", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(({ text }) =>
    JSON.parse(text).payload.body === "later" ? answer.promise : undefined
  );
  await using handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  logger.info("before");
  const flush = handler.flush(FOREVER_MS);
  logger.info("later");
  assertEquals(await flush, true);
  answer.resolve(undefined);
});

Deno.test("flush() and flushSync() return at once with nothing pending", async () => {
  // No worker could start and no request could be made with this address.
  await using handler = handlerTo({ url: "http://192.0.2.1" });
  assertEquals(await handler.flush(0), true);
  assertEquals(handler.flushSync(0), true);
  await handler.close(0);
  assertEquals(await handler.flush(0), true);
});

Deno.test("flush() keeps the program alive, and close() lets it end", async () => {
  await using receiver = startReceiver();
  const outcome = await runProgram("tell_stats.ts", {
    flags: ["--no-prompt", "--allow-net=127.0.0.1"],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url })],
  });
  assertEquals(outcome.code, 0, outcome.stderr);
  assertEquals(JSON.parse(outcome.stdout).delivered, 50);
});

Deno.test("flushSync() blocks until all is settled, or the time is up", async () => {
  using service = await startService({ held: true });
  await using handler = handlerTo(service);
  logNames(loggerTo(handler), 1, 5);
  assertEquals(handler.flushSync(50), false);
  assertStats(handler, { accepted: 5, pending: 5 });
  service.release();
  assertEquals(handler.flushSync(FOREVER_MS), true);
  assertStats(handler, { accepted: 5, delivered: 5 });
  assertEquals(await service.bodies(), names(1, 5));
});

// ——— Life and end ———

Deno.test("close() delivers what is pending, and again after setup()", async () => {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  for (let round = 1; round <= 3; round++) {
    handler.setup();
    logger.info(`round ${round}`);
    await handler.close(FOREVER_MS);
    assertStats(handler, { accepted: round, delivered: round });
  }
  assertEquals(bodies(receiver), ["round 1", "round 2", "round 3"]);
});

Deno.test("close() is idempotent, and concurrent calls all wait", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  const handler = handlerTo(receiver);
  loggerTo(handler).info("one");
  const closes = [1, 2, 3].map(async () => {
    await handler.close(FOREVER_MS);
    return handler.stats.delivered;
  });
  answer.resolve(undefined);
  assertEquals(await Promise.all(closes), [1, 1, 1]);
  await handler.close();
  handler.destroy();
  assertStats(handler, { accepted: 1, delivered: 1 });
});

Deno.test("close() delivers what is logged while it drains", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  const handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  logger.info("before");
  const closed = handler.close(FOREVER_MS);
  logger.info("meanwhile");
  answer.resolve(undefined);
  await closed;
  assertStats(handler, { accepted: 2, delivered: 2 });
});

Deno.test("close() delivers what is logged just before it is over", async () => {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver, { diagnostics: () => {} });
  const logger = loggerTo(handler);
  for (let microtasks = 0; microtasks < 20; microtasks++) {
    handler.setup();
    const closed = handler.close(FOREVER_MS);
    for (let i = 0; i < microtasks; i++) await undefined;
    logger.info(`after ${microtasks} microtasks`);
    await closed;
    const { accepted, delivered, dropped } = handler.stats; // Dropped is what came after it.
    assertEquals(delivered + dropped, accepted, `after ${microtasks} microtasks`);
  }
  assertGreater(handler.stats.dropped, 0);
});

Deno.test("setup() during close() keeps the handler live", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  const handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  logger.info("before");
  const closed = handler.close(FOREVER_MS);
  handler.setup();
  answer.resolve(undefined);
  await closed;
  logger.info("after");
  await handler.close(FOREVER_MS);
  assertStats(handler, { accepted: 2, delivered: 2 });
});

Deno.test("close() has its own time though one before setup() had less", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  const handler = handlerTo(receiver);
  const logger = loggerTo(handler);
  logger.info("before");
  const early = handler.close(10);
  handler.setup();
  logger.info("after");
  const closed = handler.close(FOREVER_MS);
  await early;
  answer.resolve(undefined);
  await closed;
  assertStats(handler, { accepted: 2, delivered: 2 });
});

Deno.test("close() makes haste though setup() was called meanwhile", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() =>
    receiver.requests.length === 1 ? answer.promise : undefined
  );
  const handler = handlerTo(receiver, { requestTimeoutMs: FOREVER_MS });
  loggerTo(handler).info("hangs");
  const closed = handler.close(FOREVER_MS);
  handler.setup();
  await closed; // By a second copy.
  answer.resolve(undefined);
  assertStats(handler, { accepted: 1, delivered: 1 });
  await handler.close();
});

Deno.test("close() counts what is pending after the timeout as failed, and says so", async () => {
  const answer = Promise.withResolvers<undefined>();
  await using receiver = startReceiver(() => answer.promise);
  const said: Diagnostic[] = [];
  const handler = handlerTo(receiver, { diagnostics: (diagnostic) => said.push(diagnostic) });
  logNames(loggerTo(handler), 1, 3);
  await handler.close(50);
  answer.resolve(undefined);
  assertStats(handler, { accepted: 3, failed: 3 });
  assertEquals(said.map(({ code }) => code), ["shutdown"]);
});

Deno.test("destroy() blocks until all is delivered, and setup() makes the handler live again", async () => {
  using service = await startService({ delayMs: 20 });
  const handler = handlerTo(service, { shutdownTimeoutMs: FOREVER_MS });
  const logger = loggerTo(handler);
  for (const [from, to] of [[1, 50], [51, 100]] as const) {
    handler.setup();
    handler.setup();
    logNames(logger, from, to);
    handler.destroy();
    handler.destroy();
    assertStats(handler, { accepted: to, delivered: to });
  }
  assertEquals(await service.bodies(), names(1, 100));
  assertEquals(await service.duplicates(), 0);
});

Deno.test("destroy() blocks until all is delivered while somebody awaits close()", async () => {
  using service = await startService({ delayMs: 20 });
  const handler = handlerTo(service, { shutdownTimeoutMs: FOREVER_MS });
  logNames(loggerTo(handler), 1, 3);
  const closed = handler.close();
  handler.destroy();
  assertStats(handler, { accepted: 3, delivered: 3 });
  await closed;
  assertEquals(await service.bodies(), names(1, 3));
});

Deno.test("destroy() counts what is pending after shutdownTimeoutMs as failed", async () => {
  using service = await startService({ held: true });
  const said: string[] = [];
  const handler = handlerTo(service, {
    shutdownTimeoutMs: 50,
    diagnostics: ({ code }) => said.push(code),
  });
  logNames(loggerTo(handler), 1, 3);
  handler.destroy();
  assertStats(handler, { accepted: 3, failed: 3 });
  assertEquals(said, ["shutdown"]);
});

Deno.test("log.setup() with the same handler again loses and doubles nothing", async () => {
  using service = await startService({ delayMs: 5 });
  const axon = handlerTo(service, { shutdownTimeoutMs: FOREVER_MS });
  const logger = "handler_test";
  for (let round = 0; round < 3; round++) {
    log.setup({ handlers: { axon }, loggers: { [logger]: { level: "INFO", handlers: ["axon"] } } });
    logNames(log.getLogger(logger), 10 * round + 1, 10 * round + 10);
  }
  log.setup({}); // Destroys the handler.
  assertStats(axon, { accepted: 30, delivered: 30 });
  assertEquals(await service.bodies(), names(1, 30));
  assertEquals(await service.duplicates(), 0);
});

Deno.test("Symbol.dispose and Symbol.asyncDispose deliver what is pending", async () => {
  using service = await startService();
  const options = { shutdownTimeoutMs: FOREVER_MS };
  {
    using handler = handlerTo(service, options);
    loggerTo(handler).info("blocking");
  }
  assertEquals(await service.bodies(), ["blocking"]);
  {
    await using handler = handlerTo(service, options);
    loggerTo(handler).info("waiting");
  }
  assertEquals((await service.bodies()).toSorted(), ["blocking", "waiting"]);
});

Deno.test("handle() counts records after close() as dropped, and says so once", async () => {
  await using receiver = startReceiver();
  const said: string[] = [];
  const handler = handlerTo(receiver, { diagnostics: ({ code }) => said.push(code) });
  const logger = loggerTo(handler);
  logger.info("in time");
  await handler.close(FOREVER_MS);
  logNames(logger, 1, 3);
  assertEquals(await handler.flush(0), true);
  assertStats(handler, { accepted: 4, delivered: 1, dropped: 3 });
  assertEquals(said, ["closed"]);
  assertEquals(bodies(receiver), ["in time"]);
});

Deno.test("handle() drops a record whose own getter closes the handler, unless it is set up again", async () => {
  using service = await startService();
  const options = { shutdownTimeoutMs: FOREVER_MS, diagnostics: () => {} };
  const handler = handlerTo(service, options);
  const logger = loggerTo(handler);
  const close = (andThen: () => void) => ({
    get attribute() {
      handler.destroy();
      andThen();
      return 1;
    },
  });
  logger.info("before");
  logger.info("dropped", close(() => {}));
  assertStats(handler, { accepted: 2, delivered: 1, dropped: 1 });
  handler.setup();
  logger.info("delivered", close(() => handler.setup()));
  handler.destroy();
  assertStats(handler, { accepted: 3, delivered: 2, dropped: 1 });
  assertEquals((await service.bodies()).toSorted(), ["before", "delivered"]);
});

Deno.test("AxonPushHandler works for each of several handlers by itself", async () => {
  await using one = startReceiver();
  await using other = startReceiver();
  await using all = handlerTo(one);
  await using errors = handlerTo(other, {}, "ERROR");
  const logger = new Logger("shop", "NOTSET", { handlers: [all, errors] });
  logger.info("information");
  logger.error("error");
  await all.close(FOREVER_MS);
  logger.error("after one was closed");
  await errors.flush(FOREVER_MS);
  assertEquals(bodies(one), ["information", "error"]);
  assertEquals(bodies(other), ["error", "after one was closed"]);
});

Deno.test("AxonPushHandler leaves no listener and no worker behind", async () => {
  await using receiver = startReceiver();
  using left = watchResources();
  const handler = handlerTo(receiver, { signals: ["SIGINT", "SIGTERM", "SIGHUP"] });
  const logger = loggerTo(handler);
  for (let round = 0; round < 2; round++) {
    logger.info("started");
    await handler.flush(FOREVER_MS);
    assert(left().includes("Worker")); // Which hears the signals.
    await handler.close(FOREVER_MS);
    assertEquals(left(), []);
    handler.setup();
  }
  await handler.close(FOREVER_MS);
  assertEquals(left(), []);
});

// ——— Modes and overflow ———

Deno.test('handle() returns in mode "sync" when the record is acknowledged', async () => {
  using service = await startService({ delayMs: 5 });
  using handler = handlerTo(service, { mode: "sync" });
  const logger = loggerTo(handler);
  for (let i = 1; i <= 5; i++) {
    logger.info(`record ${i}`);
    assertStats(handler, { accepted: i, delivered: i });
  }
  assertEquals(await service.bodies(), names(1, 5));
});

Deno.test('handle() returns in mode "sync" when the record is refused', async () => {
  using service = await startService({ status: 422 });
  const said: string[] = [];
  using handler = handlerTo(service, {
    mode: "sync",
    diagnostics: ({ code }) => said.push(code),
  });
  const logger = loggerTo(handler);
  for (let i = 1; i <= 2; i++) {
    logger.info(`record ${i}`);
    assertStats(handler, { accepted: i, failed: i });
  }
  assertEquals(said, ["http-422"]);
});

Deno.test('handle() counts what overflowPolicy "drop-oldest" drops, and keeps the newest', async () => {
  const { receiver, release } = startHeldReceiver();
  await using _ = receiver;
  const said: Diagnostic[] = [];
  await using handler = handlerTo(receiver, {
    queueSize: 10,
    diagnostics: (diagnostic) => said.push(diagnostic),
  });
  const logger = loggerTo(handler);
  logger.info("record 1");
  await receiver.requested; // In flight, and not to be dropped any more.
  logNames(logger, 2, 100);
  const { accepted, dropped, pending } = handler.stats;
  assertEquals({ accepted, dropped, pending }, { accepted: 100, dropped: 90, pending: 10 });
  release();
  assertEquals(await handler.flush(FOREVER_MS), true);
  assertStats(handler, { accepted: 100, delivered: 10, dropped: 90 });
  const arrived = bodies(receiver);
  assertEquals(arrived[0], "record 1");
  assertEquals(arrived.slice(-5), names(96, 100));
  assertEquals(said.map(({ code }) => code), ["overflow"]);
});

Deno.test('handle() counts what overflowPolicy "drop-newest" drops, and keeps the oldest', async () => {
  const { receiver, release } = startHeldReceiver();
  await using _ = receiver;
  const said: Diagnostic[] = [];
  await using handler = handlerTo(receiver, {
    queueSize: 10,
    overflowPolicy: "drop-newest",
    diagnostics: (diagnostic) => said.push(diagnostic),
  });
  logNames(loggerTo(handler), 1, 100);
  assertStats(handler, { accepted: 100, dropped: 90, pending: 10 });
  release();
  assertEquals(await handler.flush(FOREVER_MS), true);
  assertStats(handler, { accepted: 100, delivered: 10, dropped: 90 });
  assertEquals(bodies(receiver), names(1, 10));
  assertEquals(said, [{
    level: "warn",
    code: "overflow",
    message: `The queue is full ('queueSize' is 10): 1 record dropped so far by the overflow ` +
      `policy "drop-newest": raise 'queueSize', log less, or choose protocol "otlp"`,
  }]);
});

Deno.test("handle() says that records are too large, not too many, where that fills the queue", async () => {
  const { receiver, release } = startHeldReceiver();
  await using _ = receiver;
  const said: string[] = [];
  await using handler = handlerTo(receiver, {
    queueSize: 10_000,
    maxContentLength: 65_536,
    diagnostics: ({ message }) => said.push(message),
  });
  const logger = loggerTo(handler);
  const text = "x".repeat(65_536);
  for (let i = 0; handler.stats.dropped === 0; i++) {
    logger.info(`record ${i}`, { a: text, b: text });
  }
  release();
  assertEquals(
    said[0],
    "The queue is full (64 Mi characters of large records): 1 record dropped so far by the " +
      `overflow policy "drop-oldest": log shorter records or fewer`,
  );
  await handler.close(0);
});

Deno.test("handle() does not advise to choose OTLP where it is chosen", async () => {
  const { receiver, release } = startHeldReceiver();
  await using _ = receiver;
  const said: string[] = [];
  await using handler = handlerTo(receiver, {
    protocol: "otlp",
    queueSize: 10,
    diagnostics: ({ message }) => said.push(message),
  });
  logNames(loggerTo(handler), 1, 11);
  release();
  await handler.close(FOREVER_MS);
  assert(said[0]!.endsWith(`policy "drop-oldest": raise 'queueSize' or log less`), said[0]);
});

Deno.test('handle() waits for room with overflowPolicy "block", and drops nothing', async () => {
  using service = await startService({ delayMs: 1 });
  await using handler = handlerTo(service, { queueSize: 10, overflowPolicy: "block" });
  const logger = loggerTo(handler);
  for (let i = 1; i <= 100; i++) {
    logger.info(`record ${i}`);
    const { pending } = handler.stats;
    assert(pending <= 10, `${pending} records are pending`);
  }
  assertEquals(await handler.flush(FOREVER_MS), true);
  assertStats(handler, { accepted: 100, delivered: 100 });
  assertEquals(await service.bodies(), names(1, 100));
});

Deno.test("handle() counts what is in flight towards queueSize", async () => {
  const { receiver, release } = startHeldReceiver();
  await using _ = receiver;
  await using handler = handlerTo(receiver, {
    queueSize: 3,
    overflowPolicy: "drop-newest",
    diagnostics: () => {},
  });
  const logger = loggerTo(handler);
  logNames(logger, 1, 3);
  await receiver.requested;
  logger.info("too much");
  assertStats(handler, { accepted: 4, dropped: 1, pending: 3 });
  release();
  await handler.flush(FOREVER_MS);
  logger.info("room again");
  await handler.flush(FOREVER_MS);
  assertStats(handler, { accepted: 5, delivered: 4, dropped: 1 });
});

Deno.test("stats add up at any time", async () => {
  let requests = 0;
  await using receiver = startReceiver(() => {
    requests++;
    if (requests === 20 || requests === 100) return new Response(null, { status: 503 });
    if (requests % 3 === 0) return new Response(null, { status: 400 });
    return undefined;
  });
  const handler = handlerTo(receiver, { queueSize: 40, diagnostics: () => {} });
  const logger = loggerTo(handler);
  const check = (logged: number) => {
    const { accepted, delivered, failed, dropped, pending } = handler.stats;
    assertEquals(accepted, logged);
    assertEquals(delivered + failed + dropped + pending, logged);
  };
  let logged = 0;
  while (logged < 300) {
    for (let i = 0; i < 30; i++) {
      logger.info(`record ${++logged}`);
      check(logged);
    }
    // Every other time not long enough to make room for all that comes next.
    await handler.flush(logged % 60 === 0 ? FOREVER_MS : 1);
    check(logged);
  }
  await handler.close(FOREVER_MS);
  check(300);
  logger.info("late");
  check(301);
  const { delivered, failed, pending, retried } = handler.stats;
  assertEquals(pending, 0);
  for (const count of [delivered, failed, retried]) assertGreater(count, 0);
  // The service has seen what the handler says: each record once, and each retry.
  assertEquals(requests, delivered + failed + retried);
});

/** A service that answers nobody until it is told to. */
function startHeldReceiver() {
  const answer = Promise.withResolvers<undefined>();
  const request = Promise.withResolvers<void>();
  const receiver = startReceiver(() => {
    request.resolve();
    return answer.promise;
  });
  return {
    receiver: Object.assign(receiver, {
      /** Fulfilled by the first request. */
      requested: request.promise,
    }),
    release: () => answer.resolve(undefined),
  };
}

/** Lists the listeners and workers that came since and are still there. */
function watchResources(): (() => string[]) & Disposable {
  const left: string[] = [];
  const remove = (name: string) => left.includes(name) && left.splice(left.indexOf(name), 1);
  const undo: (() => void)[] = [];
  // deno-lint-ignore no-explicit-any
  const watch = (owner: any, add: string, remover: string) => {
    const { [add]: adds, [remover]: removes } = owner;
    owner[add] = (name: string, ...rest: unknown[]) => {
      left.push(name);
      return adds.call(owner, name, ...rest);
    };
    owner[remover] = (name: string, ...rest: unknown[]) => {
      remove(name);
      return removes.call(owner, name, ...rest);
    };
    undo.push(() => Object.assign(owner, { [add]: adds, [remover]: removes }));
  };
  watch(globalThis, "addEventListener", "removeEventListener");
  watch(Deno, "addSignalListener", "removeSignalListener");
  // deno-lint-ignore no-explicit-any
  for (const owner of [globalThis, process.getBuiltinModule("node:worker_threads")] as any[]) {
    const { Worker } = owner;
    owner.Worker = class extends Worker {
      constructor(...args: unknown[]) {
        super(...args);
        left.push("Worker");
      }
      terminate() {
        remove("Worker");
        return super.terminate();
      }
    };
    undo.push(() => owner.Worker = Worker);
  }
  return Object.assign(() => [...left], {
    [Symbol.dispose]: () => undo.forEach((step) => step()),
  });
}

Deno.test("handle() loses nothing and throws nothing where the stack is nearly used up", async () => {
  using service = await startService();
  await using handler = handlerTo(service, { queueSize: 100_000, diagnostics: () => {} });
  const logger = loggerTo(handler);
  let logged = 0;
  function descend(): void {
    try {
      descend();
    } catch (error) {
      // As a program does that tells of an error on its way up, first where there is no room left.
      const before = handler.stats.accepted;
      handler.handle(new LogRecord({ msg: "deep", args: [], level: 20, loggerName: "shop" }));
      logged += handler.stats.accepted - before;
      if (logged % 40 !== 39) throw error;
    }
  }
  for (let round = 0; round < 200; round++) {
    for (let n = 0; n < 20; n++) logger.info("shallow", { n });
    logged += 20;
    try {
      descend();
    } catch { /* Its own. */ }
    if (round % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  assert(await handler.flush(60_000));

  const { accepted, delivered, failed, dropped, pending } = handler.stats;
  assertEquals([failed, pending, dropped], [0, 0, 0]);
  assertEquals(delivered, accepted);
  assertGreaterOrEqual(accepted, logged); // Where there was no room to count, none was counted.
});

for (const [when, ...widths] of [["at once", 3, 4], ["due", 2, 4, 6, 8]] as const) {
  Deno.test(`handle() loses nothing that is logged all the way up from where the stack is used up: ${when}`, async () => {
    using service = await startService();
    const options = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url };
    for (const width of widths) { // Which calls find no room depends on it.
      const { code, stdout, stderr } = await runProgram("deep.ts", {
        flags: ["--no-prompt", "--allow-net=127.0.0.1"],
        args: [JSON.stringify({ ...options, shutdownTimeoutMs: 60_000 }), when, `${width}`],
      });
      assertEquals([code, stderr], [0, ""]);
      assertEquals(stdout, 'worker started\n{"isSettled":true,"missing":[0,0],"said":[]}\n');
    }
  });
}
