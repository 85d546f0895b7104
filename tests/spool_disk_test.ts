/**
 * The spool where the disk does not do what it should, or the program may not use it. None of that
 * ever throws into a log call, or makes Deno ask.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { Logger } from "@std/log/logger";
import type { HandlerStats } from "../mod.ts";
import { sqlite } from "../src/spool/sqlite.ts";
import { answer, type FaultyService, slow, startFaultyService } from "./faulty_service.ts";
import {
  HAS_LIMITS,
  HAS_TERMINAL,
  type Outcome,
  PROMPT,
  runOnTerminal,
  runProgram,
  runWithLimit,
} from "./program.ts";
import {
  assertBalanced,
  existsSync,
  FOREVER_MS,
  range,
  settled,
  spooling,
  storedBy,
  temporary,
  turn,
} from "./spooling.ts";

/** The options of a program with a spool, as its argument. */
function options({ url }: FaultyService, spool: string, more: object = {}): string {
  return JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: url, spool, ...more });
}

/** What a program has printed last: its numbers. */
function statsOf({ stdout }: Outcome): HandlerStats {
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

const PERMISSIONS = ["without a terminal", "on a terminal"] as const;

for (const where of PERMISSIONS) {
  const ignore = where === "on a terminal" && !HAS_TERMINAL;
  const run = where === "on a terminal" ? runOnTerminal : runProgram;
  const noPrompt = where === "on a terminal" ? [] : ["--no-prompt"];

  Deno.test({
    name: `spool needs the permissions for its directory, and no other, ${where}`,
    ignore,
    async fn() {
      await using service = startFaultyService(() => undefined);
      using place = temporary();
      const { spool } = place;
      const net = `--allow-net=${new URL(service.url).host}`;
      const outcome = await run("tell_stats.ts", {
        flags: [...noPrompt, net, `--allow-read=${spool}`, `--allow-write=${spool}`],
        args: [options(service, spool)],
      });
      assertEquals([outcome.code, outcome.stderr], [0, ""], outcome.stdout);
      assertEquals([statsOf(outcome).delivered, place.files()], [50, []]);
    },
  });

  Deno.test({
    name: `spool whose permissions are missing is an error that names the flags, ${where}`,
    ignore,
    async fn() {
      await using service = startFaultyService(() => undefined);
      using place = temporary();
      const { spool } = place;
      for (const missing of ["read", "write"]) {
        const other = missing === "read" ? "write" : "read";
        const { code, stdout, stderr } = await run("tell_stats.ts", {
          flags: [...noPrompt, "--allow-net", `--allow-${other}=${spool}`],
          args: [options(service, spool)],
        });
        assertNotMatch(stdout + stderr, PROMPT);
        assertEquals(code, 1);
        assertMatch(stdout + stderr, new RegExp(`no permission.*run with --allow-${missing}=`));
        assert(!existsSync(spool));
      }
    },
  });

  Deno.test({
    name: `spool that may not be written any more is told, and nothing is lost, ${where}`,
    ignore,
    async fn() {
      await using service = startFaultyService(() => undefined);
      using place = temporary();
      const { spool } = place;
      const outcome = await run("spool_revoked.ts", {
        flags: [...noPrompt, "--allow-net", `--allow-read=${spool}`, `--allow-write=${spool}`],
        args: [options(service, spool)],
      });
      assertNotMatch(outcome.stdout + outcome.stderr, PROMPT);
      assertEquals([outcome.code, statsOf(outcome).delivered], [0, 51]);
      assertStringIncludes(outcome.stdout + outcome.stderr, "was taken back");
    },
  });

  Deno.test({
    name: `What others have left is sent once where it may not be removed any more, ${where}`,
    ignore,
    async fn() {
      for (const delayMs of [0, 120]) { // Before the program ends, and while it does.
        await using service = startFaultyService(() => answer(503));
        using place = temporary();
        const { spool } = place;
        const first = spooling(service, spool);
        first.log(1, 30);
        await first.handler.close(0);
        service.script = ({ records }) => records.length > 0 ? slow(delayMs) : undefined;
        const outcome = await run("spool_revoked.ts", {
          flags: [...noPrompt, "--allow-net", `--allow-read=${spool}`, `--allow-write=${spool}`],
          args: [options(service, spool), "30"],
        });
        const said = outcome.stdout + outcome.stderr;
        assertNotMatch(said, PROMPT);
        assertEquals(outcome.code, 0, said);
        assertBalanced(statsOf(outcome));

        const { handler, log } = spooling(service, spool);
        log(31, 31);
        while (!service.requests.some(({ records }) => records.includes(31))) await turn();
        await settled(handler);
        await handler.close(FOREVER_MS);
        assertEquals(handler.stats.recovered, 0);
      }
    },
  });
}

Deno.test({
  name: "spool whose disk takes no more keeps the rest in memory, and loses nothing unsaid",
  ignore: !HAS_LIMITS,
  async fn() {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const LOGGED = 3000;
    const outcome = await runWithLimit(800, "spool_many.ts", {
      flags: ["-A", "--no-code-cache"],
      args: [options(service, place.spool, { shutdownTimeoutMs: 0, queueSize: 500 }), `${LOGGED}`],
    });
    assertEquals(outcome.code, 0, outcome.stderr);
    const stats = statsOf(outcome);
    assertBalanced(stats);
    const { spooled, dropped, failed } = stats;
    assert(spooled > 500 && dropped + failed > 500, JSON.stringify(stats));
    assertStringIncludes(outcome.stderr, "Cannot write to the spool");
    assertStringIncludes(outcome.stderr, `${spooled} records stay in the spool`);

    service.script = () => undefined;
    const { handler, log } = spooling(service, place.spool);
    log(9999, 9999);
    await service.has(spooled + 1);
    await handler.close(FOREVER_MS);
    assertEquals(service.stored.size, spooled + 1);
    assertEquals(place.files(), []);
  },
});

for (const damage of ["zeroed", "cut"] as const) {
  Deno.test(`spool whose file is ${damage} while it is used is made anew, and the rest goes on`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const { handler, log, said } = spooling(service, place.spool, { queueSize: 10 });
    const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
    // More than SQLite keeps in memory.
    for (let n = 1; n <= 1500; n++) logger.info("x".repeat(4000), { n });
    const { spooled } = handler.stats;
    for (const name of place.files()) {
      using file = Deno.openSync(`${place.spool}/${name}`, { write: true });
      const { size } = file.statSync();
      file.truncateSync(20_000);
      if (damage === "zeroed") file.truncateSync(size);
    }
    service.script = () => undefined;
    await service.has(1500 - spooled);
    log(2001, 2300);
    await service.has(1500 - spooled + 300);
    const stored = storedBy(service);
    assertEquals(stored.filter((n) => n > 2000), range(2001, 2300));
    assertEquals(handler.stats.dropped, 0);
    assertBalanced(handler.stats);
    assertEquals(said.map(({ code }) => code).filter((code) => code.startsWith("spool")), [
      "spool-damaged",
    ]);
    await handler.close(FOREVER_MS);
    assertBalanced(handler.stats);
  });
}

Deno.test({
  name: "spool whose path is too long for SQLite is told, and no file is left there",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using service = startFaultyService(() => undefined);
    using place = temporary();
    const spool = `${place.spool}/${`${"x".repeat(200)}/`.repeat(3)}`;
    const { handler, log, said } = spooling(service, spool);
    sqlite();
    log(1, 20);
    await handler.close(FOREVER_MS);
    assertEquals([storedBy(service), [...Deno.readDirSync(spool)]], [range(1, 20), []]);
    assertEquals(said.map(({ code }) => code), ["spool-failed"]);
  },
});

Deno.test("What others have left outlives a clock that the program has put forward", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  const first = spooling(service, place.spool, { channelId: "another" });
  first.log(1, 20);
  await first.handler.close(0);
  const left = place.files();
  const { now } = Date;
  Date.now = () => now() + 8 * 24 * 3600 * 1000;
  try {
    const { handler, log, said } = spooling(service, place.spool);
    log(21, 40);
    await service.has(20);
    await settled(handler);
    await handler.close(FOREVER_MS);
    assertEquals([said, place.files()], [[], left]);
  } finally {
    Date.now = now;
  }
});

Deno.test("spool that is a file is told, and records are kept in memory", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  Deno.writeTextFileSync(place.spool, "no directory");
  const { handler, log, said } = spooling(service, place.spool);
  log(1, 20);
  assertEquals(handler.stats.pending, 20);
  service.script = () => undefined;
  assertEquals(await handler.flush(FOREVER_MS), true);
  await handler.close(FOREVER_MS);
  assertEquals(storedBy(service), range(1, 20));
  assertEquals(said.filter(({ code }) => code === "spool-failed").length, 1);
  assertEquals(Deno.readTextFileSync(place.spool), "no directory");
});

for (const end of ["close", "destroy"] as const) {
  Deno.test(`${end}() puts on disk what the disk did not take before, if it does by now`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    Deno.writeTextFileSync(place.spool, "no directory");
    const { handler, log, said } = spooling(service, place.spool, { shutdownTimeoutMs: 1 });
    log(1, 20);
    Deno.removeSync(place.spool);
    await handler[end]();
    const { spooled, failed } = handler.stats;
    assertEquals([spooled, failed, said.some(({ code }) => code === "shutdown")], [20, 0, false]);

    service.script = () => undefined;
    const next = spooling(service, place.spool);
    next.log(21, 21);
    await service.has(21);
    await next.handler.close(FOREVER_MS);
    assertEquals([storedBy(service), place.files()], [range(1, 21), []]);
  });
}

Deno.test({
  name: "spool that is read-only is told, and records are kept in memory",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0, // Root may write all the same.
  async fn() {
    await using service = startFaultyService(() => undefined);
    using place = temporary();
    Deno.mkdirSync(place.spool);
    Deno.chmodSync(place.spool, 0o500);
    const { handler, log, said } = spooling(service, place.spool);
    log(1, 20);
    await handler.close(FOREVER_MS);
    assertEquals([storedBy(service), place.files()], [range(1, 20), []]);
    assertEquals(new Set(said.map(({ code }) => code)), new Set(["spool-failed"]));
  },
});

for (const [by, many] of [["a text", 50], ["a database", 500]] as const) {
  Deno.test(`spool whose directory is renamed while it is used, with ${by}, is in one place alone`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const { handler, log, said } = spooling(service, place.spool);
    log(1, many);
    Deno.renameSync(place.spool, `${place.spool}.old`);
    while (said.every(({ code }) => code !== "spool-failed")) await turn();
    log(many + 1, many + 30);
    await handler.close(0);
    assertEquals(handler.stats.spooled, many + 30);

    service.script = () => undefined;
    for (
      const [spool, recovered] of [[`${place.spool}.old`, 0], [place.spool, many + 30]] as const
    ) {
      const next = spooling(service, spool);
      next.log(9999, 9999);
      await service.has(1);
      await settled(next.handler);
      await next.handler.close(FOREVER_MS);
      assertEquals(next.handler.stats.recovered, recovered);
    }
    assertEquals(storedBy(service), [...range(1, many + 30), 9999, 9999]);
  });
}

Deno.test("spool whose directory is replaced by a copy takes what is logged from then on", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const { spool } = place;
  const first = spooling(service, spool);
  first.log(1, 50);
  Deno.mkdirSync(`${spool}.copy`);
  for (const name of place.files()) Deno.copyFileSync(`${spool}/${name}`, `${spool}.copy/${name}`);
  Deno.renameSync(spool, `${spool}.old`);
  Deno.renameSync(`${spool}.copy`, spool);
  while (first.said.every(({ code }) => code !== "spool-failed")) await turn();
  first.log(51, 80);
  await first.handler.close(0);

  service.script = () => undefined;
  const { handler, log } = spooling(service, spool);
  log(81, 81);
  await service.has(81);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals([storedBy(service), place.files()], [range(1, 81), []]);
});

Deno.test("What others have left is not found again where its directory was renamed meanwhile", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const first = spooling(service, place.spool);
  first.log(1, 30);
  await first.handler.close(0);
  service.script = () => slow(100);
  const second = spooling(service, place.spool);
  second.log(31, 31);
  while (second.handler.stats.recovered === 0) await turn(1);
  Deno.renameSync(place.spool, `${place.spool}.old`);
  await service.has(31);
  await settled(second.handler);
  await second.handler.close(FOREVER_MS);

  service.script = () => undefined;
  const { handler, log } = spooling(service, `${place.spool}.old`);
  log(32, 32);
  await service.has(32);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals(handler.stats.recovered, 0);
});
