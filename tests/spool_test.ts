/**
 * The spool: what a program could not deliver is on disk, and the next one delivers it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Logger } from "@std/log/logger";
import {
  AxonPushHandler,
  type AxonPushHandlerOptions,
  type Diagnostic,
  type HandlerStats,
} from "../mod.ts";
import { answer, type FaultyService, startFaultyService } from "./faulty_service.ts";
import { assertNothingLost, killPrograms } from "./spool_killer.ts";

const FOREVER_MS = 600_000;

/** A directory that is gone after the test, and where the spool is in it. */
function temporary(): Disposable & { readonly spool: string; files(): string[] } {
  const folder = Deno.makeTempDirSync();
  const spool = `${folder}/spool`;
  return {
    spool,
    files: () => [...Deno.readDirSync(spool)].map(({ name }) => name).sort(),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** A handler with a spool, its logger, and what it says. */
function spooling(service: { url: string }, spool: string, options: AxonPushHandlerOptions = {}) {
  const said: Diagnostic[] = [];
  const handler = new AxonPushHandler("NOTSET", {
    apiKey: "ak_test",
    tenantId: "1",
    baseUrl: service.url,
    spool,
    diagnostics: (diagnostic) => said.push(diagnostic),
    ...options,
  });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  const log = (from: number, to: number) => {
    for (let n = from; n <= to; n++) logger.info(`record ${n}`, { n });
  };
  return { handler, log, said };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** What is documented of the numbers. */
function assertBalanced(stats: HandlerStats): void {
  const { accepted, recovered, delivered, failed, dropped, pending, spooled } = stats;
  assertEquals(accepted + recovered, delivered + failed + dropped + pending + spooled);
}

function storedBy({ stored }: FaultyService): number[] {
  return [...stored.values()].sort((one, other) => one - other);
}

for (const [protocol, seed] of [["events", 1], ["otlp", 2]] as const) {
  Deno.test(`spool loses nothing when programs are killed at random, by ${protocol}`, async () => {
    assertNothingLost(await killPrograms(15, protocol, seed));
  });
}

Deno.test("spool holds nothing after a clean end", async () => {
  await using service = startFaultyService();
  using place = temporary();
  const { handler, log, said } = spooling(service, place.spool);
  log(1, 500);
  assertEquals(place.files().length, 2); // The database and its log.
  await handler.close(FOREVER_MS);
  assertEquals([place.files(), said, storedBy(service)], [[], [], range(1, 500)]);
  assertBalanced(handler.stats);
});

Deno.test("spool can be read by nobody else", async () => {
  await using service = startFaultyService();
  using place = temporary();
  const { handler, log } = spooling(service, place.spool);
  log(1, 1);
  const modes = ["", ...place.files()].map((name) =>
    Deno.statSync(`${place.spool}/${name}`).mode! & 0o777
  );
  assertEquals(modes, [0o700, 0o600, 0o600]);
  await handler.close(FOREVER_MS);
});

Deno.test("spool takes what the queue has no room for, and gives it back in order", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const { handler, log } = spooling(service, place.spool, {
    queueSize: 100,
    protocol: "otlp",
    concurrency: 1,
  });
  log(1, 2000);
  const { pending, spooled, dropped } = handler.stats;
  assertEquals([pending, spooled, dropped], [100, 1900, 0]);
  service.script = () => undefined;
  assertEquals(await handler.flush(FOREVER_MS), true);
  assertEquals([...service.stored.values()], range(1, 2000));
  assertEquals(handler.stats.delivered, 2000);
  assertBalanced(handler.stats);
  await handler.close(FOREVER_MS);
  assertEquals(place.files(), []);
});

Deno.test("close() leaves in the spool what it cannot deliver, and the next handler delivers it", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const first = spooling(service, place.spool);
  first.log(1, 3000);
  await first.handler.close(1);
  assertEquals(first.handler.stats.spooled, 3000);
  assertBalanced(first.handler.stats);
  assertStringIncludes(first.said.at(-1)!.message, "3000 records stay in the spool");

  service.script = () => undefined;
  const second = spooling(service, place.spool);
  second.log(3001, 3003);
  await service.has(3003);
  await second.handler.close(FOREVER_MS);
  assertEquals(storedBy(service), range(1, 3003));
  const { accepted, recovered } = second.handler.stats;
  assertEquals([accepted, recovered], [3, 3000]);
  assertBalanced(second.handler.stats);
  assertEquals(place.files(), []);
});

Deno.test("close(0) ends at once and loses nothing", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const { handler, log, said } = spooling(service, place.spool, { shutdownTimeoutMs: 0 });
  log(1, 10);
  handler.destroy();
  assertEquals(handler.stats.spooled, 10);
  assertEquals(said.map(({ code }) => code), ["spooled"]);
  assert(place.files().length > 0);
});
