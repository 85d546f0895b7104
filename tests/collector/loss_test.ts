/**
 * What a Collector has acknowledged arrives, and what it refuses waits in the program: through a
 * Collector that is killed, is full, is short of memory or cannot reach its own target. Each test
 * counts at the service, by dedup key.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions, type Diagnostic } from "../../mod.ts";
import { type DevServer, startDevServer } from "../../dev/mod.ts";
import { startReceiver } from "../receiver.ts";
import { Collector, freePort } from "./collector.ts";

/** How long a test waits for what it knows must come. */
const PATIENCE_MS = 60_000;
/** Records that are logged before the program does anything else. */
const BLOCK = 50;

/** A program's handler, and what it said. */
function handlerTo(endpoint: string, options: AxonPushHandlerOptions = {}) {
  const diagnostics: Diagnostic[] = [];
  const handler = new AxonPushHandler("NOTSET", {
    protocol: "otlp",
    endpoint,
    compression: "gzip",
    queueSize: 100_000,
    batchSize: 100,
    diagnostics: (diagnostic) => void diagnostics.push(diagnostic),
    ...options,
  });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  const codes = () => diagnostics.map(({ code }) => code);
  return { handler, logger, codes };
}

/** Logs so many records, and lets others work between blocks of them. */
async function logMany(
  logger: Logger,
  count: number,
  between: (logged: number) => unknown = () => {},
): Promise<void> {
  for (let n = 0; n < count; n++) {
    logger.info(`record ${n}`, { n, text: "x".repeat(200) });
    if (n % BLOCK === BLOCK - 1) {
      await new Promise((resolve) => setTimeout(resolve));
      await between(n + 1);
    }
  }
}

function startServer(port = 0, intercept?: Parameters<typeof startDevServer>[0]): DevServer {
  return startDevServer({ keep: 200_000, ...intercept, port });
}

/** Waits for something that is to come true. */
async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const late = performance.now() + PATIENCE_MS;
  while (!await isTrue()) {
    assert(performance.now() < late, `Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Asserts that all of them came, by their keys and by what they say. */
async function assertAllCame(
  server: DevServer,
  count: number,
  { handler }: { handler: AxonPushHandler },
): Promise<void> {
  await handler.close(PATIENCE_MS);
  const { accepted, delivered, failed, dropped, pending } = handler.stats;
  assertEquals(
    { accepted, delivered, failed, dropped, pending },
    { accepted: count, delivered: count, failed: 0, dropped: 0, pending: 0 },
  );
  const events = await server.waitFor(count, { timeoutMs: PATIENCE_MS });
  assertEquals(new Set(events.map(({ dedupKey }) => dedupKey)).size, count);
  assertEquals(new Set(events.map(({ payload }) => payload.attributes!.n)).size, count);
}

Deno.test("Nothing is lost when the Collector is killed in the middle, again and again", async () => {
  await using server = startServer(0, { delayMs: 5 });
  await using collector = await Collector.start({ target: server.url });
  const program = handlerTo(collector.endpoint);
  const COUNT = 20_000;
  // Each at a moment of its own between two records, and however far the Collector is with them.
  const kills = Array.from(
    { length: 5 },
    (_, i) => BLOCK * Math.ceil((i + Math.random()) * COUNT / 5 / BLOCK),
  );
  await logMany(program.logger, COUNT, async (logged) => {
    if (!kills.includes(logged)) return;
    const before = program.handler.stats.delivered;
    await until("the Collector acknowledges", () => {
      const { delivered, pending } = program.handler.stats;
      return delivered > before || pending === 0;
    });
    await collector.end("SIGKILL");
    await collector.start();
  });
  await assertAllCame(server, COUNT, program);
});

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  Deno.test(`Nothing is lost at ${signal} while the Collector's target is away`, async () => {
    const port = freePort();
    const COUNT = 5000;
    await using collector = await Collector.start({ target: `http://127.0.0.1:${port}` });
    const program = handlerTo(collector.endpoint);
    await logMany(program.logger, COUNT);
    await until("the Collector has all", () => program.handler.stats.delivered === COUNT);
    for (let i = 0; i < 3; i++) {
      // Requests under way are the ones that an end could lose.
      const before = collector.output.length;
      const isTrying = () => collector.output.slice(before).includes("Will retry the request");
      await until("it tries", isTrying);
      await collector.end(signal);
      await collector.start();
    }
    await using server = startServer(port);
    await assertAllCame(server, COUNT, program);
  });
}

Deno.test("A gateway takes records from who has the token, and says that it is there", async () => {
  await using server = startServer();
  const health = freePort();
  await using collector = await Collector.start({
    target: server.url,
    config: "collector.yaml",
    more: ["collector.gateway.yaml"],
    changes: { extensions: { health_check: { endpoint: `127.0.0.1:${health}` } } },
    env: { FLEET_TOKEN: "fleet-token" },
  });
  const answer = await fetch(`http://127.0.0.1:${health}`);
  await answer.body?.cancel();
  assertEquals(answer.status, 200);
  const stranger = handlerTo(collector.endpoint);
  stranger.logger.info("no token");
  await stranger.handler.close(PATIENCE_MS);
  assert(stranger.codes().includes("http-401"));
  const program = handlerTo(collector.endpoint, {
    headers: { Authorization: "Bearer fleet-token" },
  });
  await logMany(program.logger, 100);
  await assertAllCame(server, 100, program);
});

Deno.test("Nothing is lost when the Collector is restarted in order", async () => {
  await using server = startServer(0, { delayMs: 5 });
  await using collector = await Collector.start({ target: server.url });
  const program = handlerTo(collector.endpoint);
  const COUNT = 10_000;
  await logMany(program.logger, COUNT, async (logged) => {
    if (logged % 2500 !== 0) return;
    await collector.end("SIGTERM");
    await collector.start();
  });
  await assertAllCame(server, COUNT, program);
});

Deno.test("A full queue of the Collector is waited out", async () => {
  let away = true;
  await using server = startServer(0, {
    intercept: () => away ? new Response(null, { status: 503 }) : undefined,
  });
  const sending_queue = { queue_size: 200_000, batch: { min_size: 50_000, max_size: 100_000 } };
  const retry_on_failure = { initial_interval: "100ms", max_interval: "1s" };
  await using collector = await Collector.start({
    target: server.url,
    changes: { exporters: { "otlp_http/axonpush": { sending_queue, retry_on_failure } } },
  });
  const program = handlerTo(collector.endpoint, { maxRetries: 1 });
  const COUNT = 5000;
  await logMany(program.logger, COUNT);
  await until("the Collector is full", () => program.codes().includes("http-503"));
  // Longer than the tries that a record has when it alone is refused.
  const { retried } = program.handler.stats;
  await until("more is tried", () => program.handler.stats.retried > retried + 300);
  assert(program.handler.stats.pending > 0);
  assertEquals(program.handler.stats.failed, 0);
  away = false;
  await assertAllCame(server, COUNT, program);
});

for (const status of [429, 503]) {
  for (const retryAfter of [undefined, "1"]) {
    const how = `${status} ${retryAfter ? "with" : "without"} Retry-After`;
    Deno.test(`${how} before the Collector is waited out`, async () => {
      await using server = startServer();
      await using collector = await Collector.start({ target: server.url });
      let refusals = 5;
      await using balancer = startReceiver(async ({ text }) => {
        if (refusals-- > 0) {
          const headers = retryAfter ? { "retry-after": retryAfter } : {};
          return new Response(null, { status, headers });
        }
        const headers = { "content-type": "application/json" };
        return await fetch(collector.endpoint, { method: "POST", headers, body: text });
      });
      const program = handlerTo(`${balancer.url}/v1/logs`, { maxRetries: 1 });
      await logMany(program.logger, 1000);
      await assertAllCame(server, 1000, program);
      assert(program.codes().includes(`http-${status}`));
    });
  }
}

Deno.test("A Collector that is short of memory refuses, and gets everything later", async () => {
  await using server = startServer();
  // Less than it needs by itself.
  const changes = { processors: { memory_limiter: { check_interval: "10ms", limit_mib: 2 } } };
  await using collector = await Collector.start({ target: server.url, changes });
  const program = handlerTo(collector.endpoint, { maxRetries: 1 });
  await logMany(program.logger, 2000);
  await until("it refuses", () => program.codes().includes("http-503"));
  const { retried } = program.handler.stats;
  await until("more is tried", () => program.handler.stats.retried > retried + 300);
  assertEquals(program.handler.stats.failed, 0);
  await collector.end("SIGTERM");
  await collector.start({});
  await assertAllCame(server, 2000, program);
});

Deno.test("A batch that is too large for the Collector is halved, a record is cut", async () => {
  await using server = startServer();
  const http = { max_request_body_size: 20_000 };
  await using collector = await Collector.start({
    target: server.url,
    changes: { receivers: { otlp: { protocols: { http } } } },
  });
  const program = handlerTo(collector.endpoint, {
    compression: "none",
    batchSize: 512,
    maxContentLength: 65_536,
  });
  program.logger.info("too large", { text: "x".repeat(30_000) });
  await logMany(program.logger, 500);
  await assertAllCame(server, 501, program);
  const cut = server.events.filter(({ payload }) => payload.attributes!["axonpush.truncated"]);
  assertEquals(cut.map(({ payload }) => payload.body), ["too large…[cut: too large]"]);
});

Deno.test("A target that asks a Collector for time with Retry-After gets everything", async () => {
  let refusals = 3;
  await using server = startServer(0, {
    intercept: () =>
      refusals-- > 0
        ? new Response(null, { status: 429, headers: { "retry-after": "1" } })
        : undefined,
  });
  await using collector = await Collector.start({ target: server.url });
  const program = handlerTo(collector.endpoint);
  await logMany(program.logger, 1000);
  await assertAllCame(server, 1000, program);
});
