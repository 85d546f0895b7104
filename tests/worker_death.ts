/**
 * The worker is a thread of its own and can die of its own: of an error, of memory, by somebody's
 * hand. The records that it had must not die with it, and the program must not notice.
 *
 * Run by `worker_death_test.ts`.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import process from "node:process";
import {
  answer,
  assertInvariant,
  type Behaviour,
  handlerFor,
  hang,
  log,
  startFaultyService,
  startServiceProcess,
} from "./faulty_service.ts";
import { runProgram } from "./program.ts";

const PLENTY_MS = 30_000;
const threads = process.getBuiltinModule("node:worker_threads");
type NodeWorker = InstanceType<typeof threads.Worker>;

/** Collects the workers that are started. With a source, they run that in place of their own. */
function watchWorkers(source?: string) {
  const { Worker } = threads;
  const workers: NodeWorker[] = [];
  const startedAt: number[] = [];
  threads.Worker = class extends Worker {
    constructor(url: URL, options?: ConstructorParameters<typeof Worker>[1]) {
      startedAt.push(performance.now());
      super(source === undefined ? url : new URL(`data:text/javascript,${source}`), options);
      workers.push(this);
    }
  };
  return {
    workers,
    startedAt,
    [Symbol.dispose]: () => void (threads.Worker = Worker),
  };
}

/** Ways to kill a worker. */
const DEATHS: [way: string, kill: (worker: NodeWorker) => void][] = [
  ["is terminated", (worker) => void worker.terminate()],
  ["throws", (worker) => worker.postMessage({ kind: "batch", first: 0 })],
];

for (const [way, kill] of DEATHS) {
  Deno.test(`AxonPushHandler sends again what a worker had that ${way}, without being asked`, async () => {
    using watched = watchWorkers();
    const script: Behaviour[] = Array(10).fill(hang);
    await using service = startFaultyService(script);
    const handler = handlerFor(service);
    log(handler, 50);
    await service.seen(32); // The worker has all records: ten hang, the others go on.
    kill(watched.workers[0]!);
    await service.has(50); // Nobody touches the handler in the meantime.

    assert(await handler.flush(PLENTY_MS));
    assertEquals(watched.workers.length, 2);
    assertEquals(handler.stats.delivered, 50);
    assertEquals(handler.said.map(({ code }) => code), ["worker"]);
    assertMatch(handler.said[0]!.message, /started again/);
    assertInvariant(handler.stats, service);
    await handler.close();
  });

  Deno.test(`AxonPushHandler.flushSync() survives a worker that ${way}`, async () => {
    using watched = watchWorkers();
    await using service = await startServiceProcess();
    const handler = handlerFor(service);
    log(handler, 1);
    assert(handler.flushSync(PLENTY_MS));
    kill(watched.workers[0]!);
    log(handler, 50, 1);

    assert(handler.flushSync(PLENTY_MS));
    assertEquals(handler.stats.delivered, 51);
    assertEquals(new Set(await service.stored()).size, 51);
    handler.destroy();
  });
}

Deno.test("AxonPushHandler.flush() leaves the thread to the program between two workers", async () => {
  using watched = watchWorkers();
  await using service = startFaultyService();
  const handler = handlerFor(service);
  log(handler, 1);
  assert(await handler.flush(PLENTY_MS));
  await watched.workers[0]!.terminate();
  log(handler, 1, 1);
  const flushed = handler.flush(PLENTY_MS);
  // A thread that spins until the next worker may be started gives no timer a chance before that.
  await new Promise((resolve) => setTimeout(resolve));

  assertEquals(watched.workers.length, 1);
  assert(await flushed);
  assertEquals([handler.stats.delivered, watched.workers.length], [2, 2]);
  await handler.close();
});

Deno.test("AxonPushHandler starts a worker that always dies three times again, then ships without", async () => {
  using watched = watchWorkers("throw new Error('broken')");
  await using service = startFaultyService();
  const handler = handlerFor(service);
  log(handler, 20);
  await service.has(20); // Nobody touches the handler in the meantime.

  assert(await handler.flush(PLENTY_MS));
  assertEquals(watched.workers.length, 4);
  const pauses = watched.startedAt.map((at, i) => at - (watched.startedAt[i - 1] ?? 0)).slice(1);
  for (const [i, least] of [100, 500, 2000].entries()) {
    assert(pauses[i]! >= least - 5, `pause ${i} took ${pauses[i]} ms`);
  }
  assertEquals(handler.said.map(({ code }) => code), ["worker", "no-worker"]);
  assertMatch(handler.said[0]!.message, /broken/);
  assertMatch(handler.said[1]!.message, /Deno\.exit\(\)/);
  assertEquals(handler.stats.delivered, 20);
  assertInvariant(handler.stats, service);
  await handler.close();
});

Deno.test("AxonPushHandler.flush() of several handlers takes no worker for dead that lives", async () => {
  using watched = watchWorkers();
  // For three seconds the worker has nothing to acknowledge, and gives no other sign of life.
  const script: Behaviour[] = Array(3 * 12).fill(answer(503));
  await using service = startFaultyService(script);
  const handlers = [1, 2, 3].map(() => handlerFor(service));
  for (const handler of handlers) log(handler, 1);

  const flushed = await Promise.all(handlers.map((handler) => handler.flush(PLENTY_MS)));
  assertEquals([flushed, watched.workers.length], [[true, true, true], 1]);
  for (const { said } of handlers) assert(said.every(({ code }) => code !== "worker"));
  await Promise.all(handlers.map((handler) => handler.close()));
});

/** Ways of a worker to fall silent, of which neither an error nor an end is ever told. */
const SILENCES: [way: string, spoil: (source: string) => string][] = [
  ["is silent", () => "for(;;);"],
  // What Deno leaves of one whose memory ran out while it took a message: the rest goes on.
  ["takes no message any more", (source) => `
    let chunks = 0;
    addEventListener("message", (event) => {
      if (event.data.kind === "chunk") chunks++;
      if (chunks > 1) event.stopImmediatePropagation();
    });
    ${source}`],
];

for (const [way, spoil] of SILENCES) {
  Deno.test(`AxonPushHandler notices in a blocked thread that the worker ${way}`, async () => {
    const { Worker } = threads;
    let started = 0;
    threads.Worker = class extends Worker {
      constructor(url: URL, options?: ConstructorParameters<typeof Worker>[1]) {
        const [type, source] = String(url).split(/(?<=^[^,]*,)/) as [string, string];
        const spoilt = new URL(type + encodeURIComponent(spoil(decodeURIComponent(source))));
        super(started++ > 0 ? url : spoilt, options);
      }
    };
    try {
      await using service = await startServiceProcess();
      const handler = handlerFor(service, { mode: "sync" });
      log(handler, 3); // Each call returns when its record is delivered, or never.

      assertEquals([handler.stats.delivered, started], [3, 2]);
      assertEquals(new Set(await service.stored()).size, 3);
      handler.flushSync(PLENTY_MS);
      assertEquals(handler.said.map(({ code }) => code), ["worker"]);
      assertMatch(handler.said[0]!.message, /does not answer/);
      handler.destroy();
    } finally {
      threads.Worker = Worker;
    }
  });
}

Deno.test("AxonPushHandler shares one worker with others, and a crash of it loses nothing of any", async () => {
  using watched = watchWorkers();
  const script: Behaviour[] = Array(5).fill(hang);
  await using service = startFaultyService(script);
  const handlers = Array.from({ length: 20 }, () => handlerFor(service));
  for (const [i, handler] of handlers.entries()) log(handler, 5, 5 * i);
  await service.seen(20);
  assertEquals(watched.workers.length, 1);
  await watched.workers[0]!.terminate();
  await service.has(100);

  for (const handler of handlers) assert(await handler.flush(PLENTY_MS));
  assertEquals(watched.workers.length, 2);
  assertEquals(handlers.map(({ stats }) => stats.delivered), Array(20).fill(5));
  await handlers[0]!.close(); // The others go on.
  log(handlers[1]!, 1, 100);
  assert(await handlers[1]!.flush(PLENTY_MS));
  assertEquals(watched.workers.length, 2);
  for (const handler of handlers) await handler.close();
});

Deno.test("AxonPushHandler ships without a worker where none can be started", async () => {
  const { Worker } = threads;
  threads.Worker = class {
    constructor() {
      throw new Error("no threads left");
    }
  } as unknown as typeof Worker;
  try {
    await using service = startFaultyService();
    const handler = handlerFor(service);
    log(handler, 20);
    await service.has(20);

    assert(await handler.flush(PLENTY_MS));
    assertEquals(handler.said.map(({ code }) => code), ["no-worker"]);
    assertMatch(handler.said[0]!.message, /no threads left/);
    assertInvariant(handler.stats, service);
    await handler.close();
  } finally {
    threads.Worker = Worker;
  }
});

Deno.test("AxonPushHandler bounds the worker's memory, and survives its exhaustion", async () => {
  await using service = startFaultyService();
  const options = { baseUrl: service.url, apiKey: "ak_test", tenantId: "1" };
  const { code, stdout, stderr } = await runProgram("worker_out_of_memory.ts", {
    flags: ["-A"],
    args: [JSON.stringify(options)],
  });

  assertEquals(stdout, "settled true workers 2\n");
  assertMatch(stderr, /\[axonpush\] The worker crashed: .*memory/);
  assertEquals([code, service.stored.size], [0, 50]);
});
