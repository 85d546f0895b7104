/**
 * A program can log faster than any service takes it. What becomes of the rest is the user's choice,
 * and the same for each choice are two things: the numbers are exact, and the memory is bounded.
 * The service runs in a process of its own here: the loops that log never let go of the thread, and
 * its memory is not the program's.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Logger } from "@std/log/logger";
import type { Diagnostic, HandlerStats, OverflowPolicy } from "../mod.ts";
import { handlerFor, startServiceProcess } from "./faulty_service.ts";
import { runProgram } from "./program.ts";

const PLENTY_MS = 60_000;
const DEFAULT_QUEUE_SIZE = 1000;
/** Records of a loop that logs as fast as it can. */
const FLOOD = 1_000_000;
/** Records that the worker has in hand at most with drop-oldest: they cannot be dropped any more. */
const WINDOW = 500;

/** Lets a program of its own log so many records in a loop that never yields; see there. */
async function flood(overflowPolicy: OverflowPolicy, count: number, delayMs: number | "held") {
  const { stdout, stderr } = await runProgram("flood.ts", {
    flags: ["-A"],
    args: [overflowPolicy, String(count), String(delayMs)],
  });
  assertEquals(stderr, "");
  const told = JSON.parse(stdout) as {
    readonly stats: HandlerStats;
    readonly atEnd: HandlerStats;
    readonly stored: readonly number[];
    readonly said: readonly Diagnostic[];
    readonly grownMiB: number;
  };
  const { stats, atEnd, stored, grownMiB } = told;
  assertSum(atEnd);
  assertSum(stats);
  assertEquals([stats.accepted, stats.pending, stats.failed], [count, 0, 0]);
  assertEquals(stored.length, stats.delivered);
  assertEquals(new Set(stored).size, stored.length);
  // Some 30 MiB of it are connections, where a service bears 256 at a time.
  assert(grownMiB < 96, `the process grew by ${grownMiB} MiB`);
  return told;
}

function assertSum({ accepted, delivered, failed, dropped, pending }: HandlerStats): void {
  assertEquals(accepted, delivered + failed + dropped + pending);
}

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

Deno.test('overflowPolicy "drop-oldest" keeps the newest records', async () => {
  const { atEnd, stats, stored, said } = await flood("drop-oldest", FLOOD, "held");

  // Full to the last record: what waited is the newest, unbroken, but for what the worker had.
  assertEquals([atEnd.pending, atEnd.delivered], [DEFAULT_QUEUE_SIZE, 0]);
  const newest = DEFAULT_QUEUE_SIZE - WINDOW;
  assertEquals(stored.slice(-newest), range(FLOOD - newest, newest));
  // Told when it began, perhaps while it grew, and to the last one at the end.
  const told = said.filter(({ code }) => code === "overflow").map(({ message }) => message);
  assertStringIncludes(told.at(0)!, ": 1 record dropped so far");
  assertStringIncludes(told.at(-1)!, `: ${stats.dropped} records dropped so far`);
});

Deno.test('overflowPolicy "drop-newest" keeps the oldest records', async () => {
  const { stats, stored } = await flood("drop-newest", FLOOD, "held");

  assertEquals(stored, range(0, DEFAULT_QUEUE_SIZE));
  assertEquals(stats.dropped, FLOOD - DEFAULT_QUEUE_SIZE);
});

Deno.test('overflowPolicy "drop-newest" goes on delivering though the thread never yields', async () => {
  await using service = await startServiceProcess();
  const handler = handlerFor(service, { overflowPolicy: "drop-newest" });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  let n = 0;
  while (handler.stats.delivered < 2 * DEFAULT_QUEUE_SIZE) {
    assert(n < 10_000_000, "nothing moves");
    logger.info("one", { n: n++ });
  }
  await handler.close();

  assertSum(handler.stats);
});

Deno.test('overflowPolicy "block" loses nothing', async () => {
  const count = 5000;
  const { stats, stored, said } = await flood("block", count, 5);

  assertEquals([stats.delivered, stats.dropped], [count, 0]);
  assertEquals(stored, range(0, count));
  assertEquals(said, []);
});

Deno.test("the smallest queue keeps its numbers right with every overflowPolicy", async () => {
  for (const overflowPolicy of ["drop-oldest", "drop-newest", "block"] as const) {
    await using service = await startServiceProcess();
    const handler = handlerFor(service, { overflowPolicy, queueSize: 1 });
    const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
    for (let n = 0; n < 100; n++) logger.info("one", { n });
    assert(await handler.flush(PLENTY_MS));
    const { accepted, delivered, dropped } = handler.stats;

    assertEquals([accepted, delivered + dropped], [100, 100]);
    if (overflowPolicy === "block") assertEquals(dropped, 0);
    assertEquals((await service.stored()).length, delivered);
    await handler.close();
  }
});

Deno.test('overflowPolicy "block" keeps no program from ending', async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close(); // Nobody answers there.
  const { code, stdout } = await runProgram("blocked_at_end.ts", {
    flags: ["-A"],
    args: [JSON.stringify({
      apiKey: "ak_test",
      tenantId: "1",
      baseUrl: `http://127.0.0.1:${port}`,
      overflowPolicy: "block",
      queueSize: 1,
      shutdownTimeoutMs: 100,
    })],
  });
  const stats: HandlerStats = JSON.parse(stdout);
  assertSum(stats);
  assertEquals([code, stats.accepted, stats.delivered], [0, 6, 0]);
  assert(stats.dropped > 0);
});

Deno.test('overflowPolicy "block" says why it blocks while it does', async () => {
  // Nothing but the thread that is blocked could say it, and a program that stands still is a riddle.
  await using service = await startServiceProcess(-1);
  const handler = handlerFor(service, { overflowPolicy: "block", queueSize: 10, maxRetries: 0 });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  let saidAfter = 0;
  while (handler.said.length === 0) {
    logger.info("refused", { n: saidAfter++ });
    assert(saidAfter < 1000, "it says nothing");
  }

  assertEquals(handler.said[0]!.code, "http-401");
  await handler.close();
});
