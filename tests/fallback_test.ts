/**
 * Without a worker the program's own thread ships: on hosts that have none, and through a client of
 * the user's. There it can lose more, and it can get in its own way, so here is what still holds.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Logger } from "@std/log/logger";
import process from "node:process";
import type { AxonPushClient, AxonPushHandler } from "../mod.ts";
import {
  answer,
  assertInvariant,
  type FaultyService,
  handlerFor,
  hang,
  log,
  slow,
  startFaultyService,
} from "./faulty_service.ts";
import {
  CAN_HIDE_PROC,
  type Outcome,
  runProgram,
  runWithoutProc,
  startProgram,
} from "./program.ts";

const PLENTY_MS = 30_000;
const NOWHERE = { url: "" };
const NOTICE = /records are shipped from the program's own thread, where Deno\.exit\(\)/g;

/** A client whose `publish` is this function. */
function client(publish: AxonPushClient["events"]["publish"]): { client: AxonPushClient } {
  return { client: { events: { publish } } };
}

/** Takes the workers of this process away for a while. */
function withoutWorkers(): Disposable {
  const threads = process.getBuiltinModule("node:worker_threads");
  const { Worker } = threads;
  threads.Worker = undefined as unknown as typeof Worker;
  return { [Symbol.dispose]: () => void (threads.Worker = Worker) };
}

// ——— Ends of the program ———

/** Checks that all fifty records arrived, though the service takes its time, and how it ended. */
async function assertNothingLost(
  run: (service: FaultyService) => Promise<Outcome>,
  ends: Partial<Outcome>,
  notices: number,
): Promise<void> {
  await using service = startFaultyService(() => slow(20));
  const { code, signal, stderr } = await run(service);

  assertEquals({ code, signal, stored: service.stored.size }, { ...ends, stored: 50 } as never);
  assertEquals(stderr.match(NOTICE)?.length ?? 0, notices, stderr);
}

async function killWhenReady(program: ReturnType<typeof startProgram>): Promise<Outcome> {
  await program.output(/ready/);
  program.kill("SIGTERM");
  return await program.ended;
}

const settings = ({ url }: FaultyService) =>
  JSON.stringify({ baseUrl: url, apiKey: "ak_test", tenantId: "1", shutdownTimeoutMs: PLENTY_MS });

Deno.test("AxonPushHandler loses nothing at the natural end of a program without workers", () =>
  assertNothingLost(
    (service) =>
      runProgram("no_worker_natural_end.ts", { flags: ["-A"], args: [settings(service)] }),
    { code: 0, signal: null },
    1,
  ));

for (
  const [file, code] of Object.entries({
    "natural_end.ts": 0,
    "exit_3.ts": 3,
    "throw_in_timer.ts": 1,
    "reject.ts": 1,
  })
) {
  Deno.test({
    name: `AxonPushHandler has Deno panic by no end where there is no /proc: ${file}`,
    ignore: !CAN_HIDE_PROC,
    async fn() {
      await using service = startFaultyService([]);
      const run = async (given: string) => {
        const { stderr, ...outcome } = await runWithoutProc(file, { flags: ["-A"], args: [given] });
        return {
          ...outcome,
          stderr: stderr.replace(/^\[axonpush\].* there is no \/proc: .*\n/, ""),
        };
      };
      const outcome = await run(settings(service));

      assertEquals({ code: outcome.code, stored: service.stored.size }, { code, stored: 50 });
      assertEquals(outcome, await run("off"));
    },
  });
}

Deno.test("AxonPushHandler has Deno print nothing where the working directory was removed", async () => {
  await using service = startFaultyService([]);
  const { code, stderr } = await runProgram("directory_removed.ts", {
    flags: ["-A"],
    args: [settings(service)],
  });

  assertEquals({ code, stored: service.stored.size }, { code: 0, stored: 50 });
  assertMatch(stderr, /^\[axonpush\] Cannot start the worker: No such file or directory.*\n$/);
});

Deno.test("AxonPushHandler loses nothing at a signal to a program without workers", () =>
  assertNothingLost(
    (service) =>
      killWhenReady(
        startProgram("no_worker_wait.ts", { flags: ["-A"], args: [settings(service)] }),
      ),
    { code: 143, signal: "SIGTERM" },
    1,
  ));

Deno.test("AxonPushHandler loses nothing at the natural end of a program with a client", () =>
  assertNothingLost(
    ({ url }) => runProgram("client.ts", { flags: ["-A"], args: [url, "natural"] }),
    { code: 0, signal: null },
    0,
  ));

Deno.test("AxonPushHandler loses nothing at a signal to a program with a client", () =>
  assertNothingLost(
    ({ url }) => killWhenReady(startProgram("client.ts", { flags: ["-A"], args: [url, "wait"] })),
    { code: 143, signal: "SIGTERM" },
    0,
  ));

Deno.test("AxonPushHandler lets a program end whose client reaches nobody", async () => {
  const { code, stderr } = await runProgram("client.ts", {
    flags: ["-A"],
    args: ["http://127.0.0.1:9", "natural", JSON.stringify({ shutdownTimeoutMs: 300 })],
  });

  assertEquals(code, 0);
  assertMatch(stderr, /Cannot reach AxonPush/);
});

Deno.test("close() ends what is under way in a program without workers", async () => {
  await using service = startFaultyService(() => hang);
  const given = { ...JSON.parse(settings(service)), requestTimeoutMs: 600_000 };
  const { code, stderr } = await runProgram("no_worker_close.ts", {
    flags: ["-A"],
    args: [JSON.stringify({ ...given, shutdownTimeoutMs: 300 })],
  });

  assertEquals(code, 0);
  assertMatch(stderr, /50 records were not delivered within 300 ms/);
});

Deno.test("destroy() without a worker delivers what is pending after it returns", async () => {
  const published = new Set<string>();
  const handler = handlerFor(NOWHERE, {
    ...client(async ({ dedupKey }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      published.add(dedupKey);
    }),
    shutdownTimeoutMs: PLENTY_MS,
  });
  log(handler, 50);
  handler.destroy();
  handler.setup(); // As log.setup() does with a handler that is in both configurations.
  log(handler, 50, 50);
  handler.destroy();
  assert(await handler.flush(PLENTY_MS));

  assertEquals(handler.stats.delivered, 100);
  assertEquals(published.size, 100);
});

Deno.test("close() without a worker is the end of what it counts as failed", async () => {
  let published = 0;
  const attempt = Promise.withResolvers<void>();
  const handler = handlerFor(
    NOWHERE,
    client(() => {
      published++;
      return attempt.promise;
    }),
  );
  log(handler, 1);
  await handler.close(50);
  assertEquals(handler.stats.failed, 1);
  attempt.reject(new Error("offline"));
  await new Promise((resolve) => setTimeout(resolve, 400)); // Longer than a retry would wait.

  assertEquals(published, 1);
  assertEquals(handler.said.map(({ code }) => code), ["shutdown"]);
});

// ——— A client ———

Deno.test("AxonPushHandler publishes through a client with exactly the documented fields", async () => {
  const published: Record<string, unknown>[] = [];
  const publish = (params: unknown) => {
    published.push(params as Record<string, unknown>);
    return Promise.resolve();
  };
  const all = handlerFor(NOWHERE, { ...client(publish), channelId: 7, agentId: "robot" });
  log(all, 1);
  await all.close();
  const least = handlerFor(NOWHERE, client(publish));
  log(least, 1);
  await least.close();

  const [one, other] = published as [Record<string, unknown>, Record<string, unknown>];
  const optional = ["agentId", "channelId"];
  const always = [
    "dedupKey",
    "eventType",
    "identifier",
    "metadata",
    "occurredAt",
    "payload",
    "spanId",
    "traceId",
  ];
  assertEquals(Object.keys(one).sort(), [...always, ...optional].sort());
  assertEquals(Object.keys(other).sort(), always);
  assertEquals([one.channelId, one.agentId, one.identifier], ["7", "robot", "shop"]);
  assertEquals((one.payload as { body: string }).body, "record 0");
});

Deno.test("AxonPushHandler tries again what a client rejects as the service does", async () => {
  const cases: [error: unknown, retried: number, failed: number, code: string][] = [
    [Object.assign(new Error("busy"), { status: 503 }), 1, 0, "http-503"],
    [Object.assign(new Error("slow down"), { status: 429, retryAfter: 1 }), 1, 0, "http-429"],
    [Object.assign(new Error("bad"), { status: 422 }), 0, 1, "http-422"],
    [new Error("offline"), 1, 0, "unreachable"],
    [Object.assign(new Error("offline"), { status: 0 }), 1, 0, "unreachable"],
    [Object.assign(new Error("offline"), { statusCode: NaN }), 1, 0, "unreachable"],
    ["offline", 1, 0, "unreachable"],
    [undefined, 1, 0, "unreachable"],
    [Object.create(null), 1, 0, "unreachable"],
    [
      {
        get status() {
          throw new Error("no");
        },
        toString: null,
      },
      1,
      0,
      "unreachable",
    ], // deno-fmt-ignore
  ];
  await Promise.all(cases.map(async ([error, retried, failed, code]) => {
    let calls = 0;
    const seen: string[] = [];
    const handler = handlerFor(
      NOWHERE,
      client((params) => {
        seen.push(JSON.stringify(params));
        return calls++ === 0 ? Promise.reject(error) : Promise.resolve();
      }),
    );
    log(handler, 1);
    assert(await handler.flush(PLENTY_MS));
    await handler.close();

    assertEquals([handler.stats.retried, handler.stats.failed], [retried, failed]);
    assertEquals(handler.said.map(({ code }) => code), [code]);
    assertEquals(new Set(seen).size, 1); // A retry publishes the same event under the same key.
  }));
});

Deno.test("AxonPushHandler survives a client that throws, and one that never comes back", async () => {
  let calls = 0;
  const handler = handlerFor(NOWHERE, {
    ...client(() => {
      if (calls++ === 0) throw new Error("thrown");
      return calls === 2 ? new Promise(() => {}) : Promise.resolve();
    }),
    requestTimeoutMs: 100,
  });
  log(handler, 1);
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  assertEquals([calls, handler.stats.delivered], [3, 1]);
});

Deno.test("AxonPushHandler settles what a client gets exactly once", async () => {
  const seen = new Map<string, number>();
  const handler = handlerFor(NOWHERE, {
    ...client(async ({ dedupKey }) => {
      await Promise.resolve();
      if (!seen.has(dedupKey) && Number(dedupKey.split("-").at(-1)) % 25 === 0) {
        seen.set(dedupKey, 0);
        throw new Error("offline");
      }
      seen.set(dedupKey, 1);
    }),
    queueSize: 200,
  });
  log(handler, 200);
  assert(await handler.flush(PLENTY_MS));

  assertEquals(handler.stats.delivered, 200);
  assertEquals(seen.size, 200);
  await handler.close();
});

Deno.test('overflowPolicy "block" drops what it cannot wait for with a client', async () => {
  const handler = handlerFor(NOWHERE, {
    ...client(() => Promise.resolve()),
    overflowPolicy: "block",
    queueSize: 10,
  });
  log(handler, 15); // No answer comes before this thread yields, so to wait for one would be for ever.
  assert(await handler.flush(PLENTY_MS));

  const { delivered, dropped } = handler.stats;
  assertEquals({ delivered, dropped }, { delivered: 10, dropped: 5 });
  assertEquals(handler.said.map(({ code }) => code), ["overflow"]);
  await handler.close();
});

// ——— Recursion ———

Deno.test("AxonPushHandler ships nothing of what its own client logs, even after an await", async () => {
  let published = 0;
  const handler: AxonPushHandler = handlerFor(
    NOWHERE,
    client(async () => {
      published++;
      logger.info("publishing");
      await new Promise((resolve) => setTimeout(resolve, 1));
      logger.info("published");
      queueMicrotask(() => logger.info("in a microtask"));
      setTimeout(() => logger.info("in a timer"));
    }),
  );
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  log(handler, 5);
  assert(await handler.flush(PLENTY_MS));
  await new Promise((resolve) => setTimeout(resolve, 50)); // For what may come late.
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  assertEquals(published, 5);
  assertEquals([handler.stats.accepted, handler.stats.filtered], [5, 20]);
});

Deno.test("AxonPushHandler ships nothing of a fetch and a console that log into it", async () => {
  using _ = withoutWorkers();
  await using service = startFaultyService([answer(503), hang]);
  const { fetch } = globalThis;
  const { warn, error } = console;
  const handler = handlerFor(service, { diagnostics: undefined as never, requestTimeoutMs: 100 });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  globalThis.fetch = async (...args) => {
    logger.info("fetching");
    await Promise.resolve();
    const response = await fetch(...args);
    logger.info("fetched");
    return response;
  };
  console.warn = console.error = (...args) => void logger.warn(args.join(" "));
  try {
    log(handler, 5);
    assert(await handler.flush(PLENTY_MS));
    logger.info("the last");
    await globalThis.fetch(service.url, { method: "POST", body: "{}" }).then((r) => r.text());
    assert(await handler.flush(PLENTY_MS));
  } finally {
    globalThis.fetch = fetch;
    Object.assign(console, { warn, error });
  }
  await handler.close();

  // The program's own fetch is logged; what the handler fetched and wrote is not.
  assertEquals(handler.stats.accepted, 5 + 1 + 2);
  assertEquals(handler.stats.delivered, 8);
});

Deno.test("AxonPushHandler keeps two handlers from feeding each other", async () => {
  let published = 0;
  const publish = async () => {
    published++;
    await Promise.resolve();
    logger.info("published");
  };
  const handlers = [handlerFor(NOWHERE, client(publish)), handlerFor(NOWHERE, client(publish))];
  const logger = new Logger("shop", "NOTSET", { handlers });
  logger.info("once");
  for (const handler of handlers) assert(await handler.flush(PLENTY_MS));
  for (const handler of handlers) await handler.close();

  assertEquals(published, 2);
});

Deno.test("AxonPushHandler keeps its numbers right without a worker", async () => {
  using _ = withoutWorkers();
  await using service = startFaultyService([answer(400), answer(503)]);
  const handler = handlerFor(service, { overflowPolicy: "drop-newest", queueSize: 100 });
  log(handler, 150);
  assert(await handler.flush(PLENTY_MS));

  const { accepted, delivered, failed, dropped } = handler.stats;
  assertEquals([accepted, delivered, failed, dropped], [150, 99, 1, 50]);
  assertInvariant(handler.stats, service);
  await handler.close();
});

Deno.test("AxonPushHandler.flushSync() says that it cannot wait without a worker", async () => {
  await using service = startFaultyService();
  const handler = handlerFor(NOWHERE, client(() => fetch(service.url).then((r) => r.text())));
  log(handler, 1);

  assertEquals(handler.flushSync(PLENTY_MS), false);
  assert(await handler.flush(PLENTY_MS));
  assertEquals(handler.flushSync(), true);
  await handler.close();
});
