/**
 * The spool: what a program could not deliver is on disk, and the next one delivers it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Logger } from "@std/log/logger";
import { DatabaseSync } from "node:sqlite";
import type { AxonPushHandlerOptions } from "../mod.ts";
import { answer, type FaultyService, hang, slow, startFaultyService } from "./faulty_service.ts";
import { runProgram, startProgram } from "./program.ts";
import { startReceiver } from "./receiver.ts";
import { startService } from "./service.ts";
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
import { assertNothingLost, killGenerations, killPrograms } from "./spool_killer.ts";

for (const [protocol, seed] of [["events", 1], ["otlp", 2]] as const) {
  Deno.test(`spool loses nothing when programs are killed at random, by ${protocol}`, async () => {
    assertNothingLost(await killPrograms(15, protocol, seed));
  });
}

for (const [protocol, seed] of [["events", 3], ["otlp", 4]] as const) {
  Deno.test(`spool loses nothing when several are killed at once while others take over, by ${protocol}`, async () => {
    assertNothingLost(await killGenerations(3, 3, protocol, seed));
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

Deno.test("Long records that others have left are not all read and sent at a time", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const options: AxonPushHandlerOptions = {
    protocol: "otlp",
    batchSize: 10_000,
    queueSize: 100_000,
    maxContentLength: 65_536,
    spoolMaxBytes: 2 ** 28,
  };
  const first = spooling(service, place.spool, options);
  const logger = new Logger("shop", "NOTSET", { handlers: [first.handler] });
  const long = "x".repeat(65_536);
  for (let n = 1; n <= 400; n++) logger.info(long, { n, more: long.slice(1000) });
  await first.handler.close(0);

  const { handler, log } = spooling(service, place.spool, options);
  log(401, 401);
  while (handler.stats.recovered < 100) await turn();
  assert(handler.stats.recovered < 200, `${handler.stats.recovered} of 400 are in memory`);
  service.script = () => undefined;
  await service.has(400);
  assertEquals(await handler.flush(FOREVER_MS), true);
  while (handler.stats.pending > 0) await turn();
  assertEquals(storedBy(service), range(1, 401));
  await handler.close(FOREVER_MS);
  assertEquals(place.files(), []);
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

Deno.test("An end delivers what is in the spool alone as fast as there is room for it", async () => {
  using service = await startService();
  using place = temporary();
  const { handler, log } = spooling(service, place.spool, {
    queueSize: 10,
    shutdownTimeoutMs: 5000,
  });
  log(1, 1000);
  handler.destroy(); // A hundred queues full, each of which would take a tenth of a second to notice.
  assertEquals([handler.stats.delivered, handler.stats.spooled], [1000, 0]);
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

for (
  const [protocol, ms] of [["events", 30], ["otlp", 30], ["events", 300], ["otlp", 300]] as const
) {
  Deno.test(`A short script sends what others have left once, by ${protocol} in ${ms} ms`, async () => {
    using disk = temporary();
    await using receiver = startReceiver(async () => {
      await turn(ms); // So that it has looked at the spool before its own records are settled.
      return undefined;
    });
    const { handler, log } = spooling(receiver, disk.spool, { protocol });
    log(1, 50);
    await handler.close(0);
    assertEquals(handler.stats.spooled, 50);

    const given = { apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url, protocol };
    for (let round = 1; round <= 3; round++) {
      const { code } = await runProgram("natural_end.ts", {
        flags: [
          "--no-prompt",
          "--allow-net=127.0.0.1",
          `--allow-read=${disk.spool}`,
          `--allow-write=${disk.spool}`,
        ],
        args: [JSON.stringify({ ...given, spool: disk.spool })],
      });
      assertEquals(code, 0);
    }
    const text = receiver.requests.map(({ text }) => text).join();
    const keys = Array.from(text.matchAll(/[\da-f]{8}-[\da-f-]{27}-\d+(?=")/g), ([key]) => key);
    assertEquals([keys.length, new Set(keys).size], [200, 200]);
    assertEquals(disk.files(), []);
  });
}

Deno.test("An end delivers several files that others have left, and removes them", async () => {
  using service = await startService();
  using place = temporary();
  for (let n = 1; n <= 5; n++) {
    const other = spooling(service, place.spool);
    other.log(n, n);
    await other.handler.close(0);
  }
  assertEquals(place.files().length, 5);
  const { handler, log } = spooling(service, place.spool, { shutdownTimeoutMs: FOREVER_MS });
  log(6, 6);
  handler.destroy();
  const { recovered, delivered } = handler.stats;
  assert(recovered > 1, `${recovered} recovered`);
  assertEquals([delivered, place.files().length], [1 + recovered, 5 - recovered]);
});

Deno.test("An end without a wait leaves nothing on disk that was delivered", async () => {
  await using service = startFaultyService(({ records: [n] }) => n! <= 5 ? undefined : hang);
  using place = temporary();
  const given = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url, spool: place.spool };
  const { code } = await runProgram("spool_unread.ts", {
    flags: ["-A"],
    args: [JSON.stringify({ ...given, shutdownTimeoutMs: 0 }), "5"],
  });
  assertEquals(code, 0);
  service.script = () => undefined;
  const { handler, log } = spooling(service, place.spool);
  log(9999, 9999);
  await service.has(202);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals(handler.stats.recovered, 195);
});

Deno.test("What is delivered of others while a program ends is not sent again", async () => {
  await using service = startFaultyService();
  using place = temporary();
  await leave(service, place.spool, 101, 130);
  service.script = ({ records: [n] }) => n! > 100 ? slow(100) : hang;
  const given = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url, spool: place.spool };
  const { code } = await runProgram("spool_exits.ts", {
    flags: ["-A"],
    args: ["30", JSON.stringify(given)],
  });
  assertEquals(code, 0);
  service.script = () => undefined;
  const { handler, log } = spooling(service, place.spool);
  log(9999, 9999);
  await service.has(30 + 3 + 1);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals([handler.stats.recovered, place.files()], [3, []]);
});

Deno.test("What one handler delivers while another one ends is not sent again", async () => {
  await using one = startFaultyService(() => slow(200));
  await using other = startFaultyService(() => hang);
  using place = temporary();
  const given = { apiKey: "ak_test", tenantId: "1", spool: place.spool };
  const { code } = await runProgram("spool_exits.ts", {
    flags: ["-A"],
    args: [
      "0",
      JSON.stringify({ ...given, baseUrl: one.url, shutdownTimeoutMs: 1 }),
      JSON.stringify({ ...given, baseUrl: other.url }),
    ],
  });
  assertEquals([code, one.stored.size], [0, 3]);
  const { handler, log } = spooling(one, place.spool);
  log(9999, 9999);
  await one.has(4);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals(handler.stats.recovered, 0);
});

Deno.test("An end at once, by shutdownTimeoutMs 0, loses nothing", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const { handler, log, said } = spooling(service, place.spool, { shutdownTimeoutMs: 0 });
  log(1, 10);
  handler.destroy();
  assertEquals(handler.stats.spooled, 10);
  assertEquals(said.map(({ code }) => code), ["spooled"]);
  assert(place.files().length > 0);
});

Deno.test("close(0) sends nothing of the spool any more, since that would go out again", async () => {
  await using service = startFaultyService(() => slow(200));
  using place = temporary();
  const { handler, log } = spooling(service, place.spool);
  log(1, 1);
  assertEquals(await handler.flush(FOREVER_MS), true);
  log(2, 21); // The worker runs, and would send them at once.
  await handler.close(0);
  assertEquals(handler.stats.spooled, 20);
  const next = spooling(service, place.spool);
  next.log(22, 22);
  await settled(next.handler);
  await next.handler.close(FOREVER_MS);
  assertEquals(storedBy(service), range(1, 22));
  assertEquals(service.requests.length, 22);
});

Deno.test("A handler writes to no file that is named as one it has left", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const { handler, log } = spooling(service, place.spool);
  const names = new Set<string>();
  for (let n = 1; n <= 3; n++) {
    handler.setup();
    log(n, n);
    await handler.close(0);
    for (const name of place.files()) {
      names.add(name);
      Deno.removeSync(`${place.spool}/${name}`); // As somebody does who has delivered it.
    }
  }
  assertEquals(names.size, 3);
});

for (const status of [401, 403, 404]) {
  Deno.test(`An end waits for no answer but ${status}, and leaves the records in the spool`, async () => {
    await using service = startFaultyService(() => answer(status));
    using place = temporary();
    const options = {
      apiKey: "ak_wrong",
      tenantId: "1",
      baseUrl: service.url,
      spool: place.spool,
      shutdownTimeoutMs: FOREVER_MS,
    };
    for (const [file, code] of [["natural_end.ts", 0], ["exit_3.ts", 3]] as const) {
      const args = [JSON.stringify(options)];
      const ended = await runProgram(file, { flags: ["-A"], args });
      assertEquals(ended.code, code);
      assertEquals(ended.stderr.split(`HTTP ${status}`).length - 1, 1, ended.stderr); // Once.
      assertStringIncludes(ended.stderr, "50 records stay in the spool");
    }
    const closed = spooling(service, place.spool, { shutdownTimeoutMs: FOREVER_MS });
    closed.log(1, 20);
    await closed.handler.close();
    assertEquals([closed.handler.stats.spooled, closed.handler.stats.failed], [20, 0]);
    assertEquals(
      new Set(closed.said.map(({ code }) => code)),
      new Set([`http-${status}`, "spooled"]),
    );
    assertBalanced(closed.handler.stats);

    service.script = () => undefined; // The key was put right.
    const last = spooling(service, place.spool);
    last.log(21, 21);
    while (last.handler.stats.delivered < 2 * 50 + 20 + 1) await turn();
    await last.handler.close(FOREVER_MS);
    assertEquals(place.files(), []);
  });
}

/** Leaves records of a handler in the spool, which was never answered. Says where they are. */
async function leave(
  service: FaultyService,
  spool: string,
  from: number,
  to: number,
  options: AxonPushHandlerOptions = {},
): Promise<string> {
  const before = new Set(existing(spool));
  const { script } = service;
  service.script = () => answer(503);
  const { handler, log } = spooling(service, spool, { ...options, shutdownTimeoutMs: 0 });
  log(from, to);
  await handler.close(0);
  service.script = script;
  return `${spool}/${existing(spool).find((name) => !before.has(name))}`;
}

function existing(spool: string): string[] {
  try {
    return [...Deno.readDirSync(spool)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Overwrites some bytes in the middle of a file. */
function garble(path: string, at: number, length: number): void {
  const bytes = Deno.readFileSync(path);
  bytes.fill(0x41, Math.floor(bytes.length * at), Math.floor(bytes.length * at) + length);
  Deno.writeFileSync(path, bytes);
}

/** Replaces a text in a file by another one of the same length, the first time that it occurs. */
function replaceIn(path: string, text: string, by: string): void {
  const bytes = Deno.readFileSync(path);
  const at = new TextDecoder("latin1").decode(bytes).indexOf(text);
  assert(at > 0 && text.length === by.length);
  bytes.set(new TextEncoder().encode(by), at);
  Deno.writeFileSync(path, bytes);
}

const WEEK_AGO = new Date(Date.now() - 8 * 24 * 3600 * 1000);

Deno.test("spool sets what is damaged aside, and delivers the rest", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  const { spool } = place;
  const whole = await leave(service, spool, 1, 400);
  const garbled = await leave(service, spool, 1001, 1400);
  garble(garbled, 0.5, 700);
  const cut = await leave(service, spool, 2001, 2400);
  Deno.truncateSync(cut, 20_000);
  const headless = await leave(service, spool, 3001, 3400);
  garble(headless, 0, 100);
  const zeroed = await leave(service, spool, 4001, 4400);
  Deno.writeFileSync(zeroed, Deno.readFileSync(zeroed).fill(0, 16_384));
  const nameless = await leave(service, spool, 5001, 5400);
  replaceIn(nameless, "number INTEGER", "numbed INTEGER");
  const strange = await leave(service, spool, 6001, 6400);
  replaceIn(strange, "deno", "demo");
  const empty = `${spool}/${crypto.randomUUID()}.sqlite`;
  Deno.writeFileSync(empty, new Uint8Array());
  Deno.utimeSync(empty, WEEK_AGO, WEEK_AGO);
  const gone = `${spool}/${crypto.randomUUID()}.sqlite`;
  const journals = [`${empty}-journal`, `${gone}-journal`, `${gone}-shm`];
  for (const journal of journals) {
    Deno.writeFileSync(journal, new Uint8Array(512));
    Deno.utimeSync(journal, WEEK_AGO, WEEK_AGO);
  }

  const { handler, log, said } = spooling(service, spool);
  log(9001, 9001);
  const damaged = [garbled, cut, headless, zeroed, nameless, strange];
  while ([whole, ...damaged, empty, ...journals].some((path) => existsSync(path))) await turn();
  await handler.close(FOREVER_MS);

  const stored = storedBy(service);
  for (const n of [...range(1, 400), 9001]) assert(stored.includes(n), `${n} is missing`);
  for (const [key, n] of service.stored) {
    const sound = n === 9001 || n < 6000 && n % 1000 > 0 && n % 1000 <= 400;
    assert(sound && Number(key.split("-").at(-1)) === (n === 9001 ? 0 : (n - 1) % 1000), key);
  }
  assert(stored.filter((n) => n > 1000 && n <= 1400).length > 300);
  assert(said.every(({ code }) => code === "spool-damaged"), JSON.stringify(said));
  const names = damaged.map((path) => `${path.split("/").at(-1)}.corrupt`);
  assertEquals(place.files(), names.sort());
  // What cannot be delivered is still there for whoever examines it.
  const database = new DatabaseSync(`${strange}.corrupt`);
  assertEquals(database.prepare("SELECT count(*) AS count FROM lines").get()!.count, 400);
  database.close();
  assertBalanced(handler.stats);
});

Deno.test("spool touches nothing that is not its own", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  const { spool } = place;
  const left = await leave(service, spool, 1, 10);
  const elsewhere = `${spool}/../elsewhere.sqlite`;
  Deno.renameSync(left, elsewhere);
  Deno.symlinkSync(elsewhere, left);
  Deno.writeTextFileSync(`${spool}/notes.sqlite`, "mine");
  Deno.writeTextFileSync(`${spool}/${crypto.randomUUID()}.txt`, "mine");
  Deno.mkdirSync(`${spool}/${crypto.randomUUID()}.sqlite`);
  const newer = await leave(service, spool, 11, 20);
  const database = new DatabaseSync(newer);
  database.exec("PRAGMA user_version = 2");
  database.close();
  const before = place.files();
  const { handler, log, said } = spooling(service, spool);
  log(21, 21);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals([storedBy(service), place.files(), said], [[21], before, []]);
  assert(Deno.statSync(elsewhere).size > 0);
});

Deno.test("spool sends nothing to another tenant, channel, environment or protocol", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  const { spool } = place;
  await leave(service, spool, 1, 3, { tenantId: "2" });
  await leave(service, spool, 11, 13, { channelId: "other" });
  await leave(service, spool, 21, 23, { environment: "other" });
  await leave(service, spool, 31, 33, { protocol: "otlp" });
  await leave(service, spool, 41, 43, { apiKey: "ak_rotated" }); // A key is no destination.
  const old = await leave(service, spool, 51, 53, { tenantId: "3" });
  Deno.utimeSync(old, WEEK_AGO, WEEK_AGO);
  const { handler, log, said } = spooling(service, spool);
  log(61, 61);
  await service.has(4);
  await settled(handler);
  await handler.close(FOREVER_MS);
  assertEquals(storedBy(service), [41, 42, 43, 61]);
  assertEquals(place.files().length, 4);
  assertEquals(said.map(({ code }) => code), ["spool-expired"]);
  const keys = service.requests.slice(-4).map(({ headers }) => headers.get("x-api-key"));
  assertEquals(new Set(keys), new Set(["ak_test"]));
});

Deno.test("spool holds no credential and nothing that is masked", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  const { spool } = place;
  service.script = () => answer(503);
  const { handler } = spooling(service, spool, {
    apiKey: "ak_hunter2",
    headers: { "x-extra": "hunter3" },
    redactKeys: ["pin"],
    baseUrl: `${service.url}/receiver/Zq7hunter6X91kLmW0/`,
    shutdownTimeoutMs: 0,
  });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  for (let i = 0; i < 50; i++) {
    logger.info("Signed in", { password: "hunter4", pin: "hunter5", user: "somebody" });
  }
  const texts = () =>
    existing(spool).map((name) =>
      new TextDecoder("latin1").decode(
        Deno.readFileSync(`${spool}/${name}`),
      )
    ).join();
  await handler.close(0);
  assert(texts().includes("somebody"));
  assert(!texts().includes("hunter"));
});

for (
  const [more, before, last] of [
    ["and the program goes on", 50, 300],
    ["and the program is idle", 50, 50],
    ["with what is on disk alone", 2000, 2100],
  ] as const
) {
  Deno.test(`spool is made again where somebody has removed it, ${more}`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const first = spooling(service, place.spool, { shutdownTimeoutMs: 0, queueSize: 100 });
    first.log(1, before);
    Deno.removeSync(place.spool, { recursive: true });
    while (first.said.every(({ code }) => code !== "spool-failed")) await turn();
    first.log(before + 1, last);
    await first.handler.close(0);
    assertEquals(first.handler.stats.spooled, last);
    service.script = () => undefined;
    const second = spooling(service, place.spool);
    second.log(last + 1, last + 1);
    await service.has(last + 1);
    await second.handler.close(FOREVER_MS);
    assertEquals(storedBy(service), range(1, last + 1));
  });
}

Deno.test("spool that is full leaves the rest to the overflow policy", async () => {
  for (const overflowPolicy of ["drop-oldest", "drop-newest"] as const) {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const { handler, log, said } = spooling(service, place.spool, {
      overflowPolicy,
      spoolMaxBytes: 2 ** 20,
      protocol: "otlp",
    });
    log(1, 10_000);
    const { dropped, spooled, pending } = handler.stats;
    assert(dropped > 1000 && spooled > 1000, `${dropped} dropped, ${spooled} on disk`);
    const bytes = place.files().reduce(
      (sum, name) => sum + Deno.statSync(`${place.spool}/${name}`).size,
      0,
    );
    assert(bytes <= 2 ** 20, `${bytes} bytes`);
    assertStringIncludes(said.find(({ code }) => code === "overflow")!.message, "'spoolMaxBytes'");
    service.script = () => undefined;
    assertEquals(await handler.flush(FOREVER_MS), true);
    const stored = storedBy(service);
    assertEquals(stored.length, spooled + pending);
    // What is in flight is not dropped, so how many of the oldest are left depends on the machine.
    assertEquals(stored.includes(10_000), overflowPolicy === "drop-oldest");
    const kept = overflowPolicy === "drop-oldest"
      ? range(10_001 - spooled, 10_000)
      : range(1, spooled);
    assertEquals(kept.filter((n) => !stored.includes(n)), []);
    assertBalanced(handler.stats);
    await handler.close(FOREVER_MS);
    assertEquals(place.files(), []);
  }
});

Deno.test("A record that alone is refused fails, and the others are delivered", async () => {
  for (const status of [400, 403]) {
    await using service = startFaultyService(({ records }) =>
      records.includes(5) ? answer(status) : undefined
    );
    using place = temporary();
    const { handler, log } = spooling(service, place.spool, { maxRetries: 0 });
    log(1, 10);
    while (handler.stats.failed === 0) {
      log(11, 11); // Others are delivered meanwhile.
      await turn();
    }
    assertEquals(await handler.flush(FOREVER_MS), true);
    assertEquals(handler.stats.failed, 1);
    await handler.close(FOREVER_MS);
    assertEquals(place.files(), []);
  }
});

for (const overflowPolicy of ["drop-oldest", "drop-newest"] as const) {
  Deno.test(`spool that is full of long records is full, and no failing disk, with "${overflowPolicy}"`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const { handler, said } = spooling(service, place.spool, {
      overflowPolicy,
      queueSize: 4,
      spoolMaxBytes: 2 ** 22,
      maxContentLength: 65_536,
    });
    const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
    const long = "x".repeat(65_536);
    for (let n = 1; n <= 60; n++) logger.info(long, { n, more: long.slice(1000) });
    await handler.close(0);
    const { spooled, dropped } = handler.stats;
    assertEquals(spooled + dropped, 60);
    assert(spooled >= 20, `${spooled} on disk`);
    assertEquals(said.filter(({ code }) => code === "spool-failed"), []);

    service.script = () => undefined;
    const second = spooling(service, place.spool);
    second.log(61, 61);
    const kept = overflowPolicy === "drop-oldest" ? range(61 - spooled, 60) : range(1, spooled);
    await service.has(spooled + 1);
    await second.handler.flush(FOREVER_MS);
    while (second.handler.stats.pending > 0) await turn();
    // What may have been in flight could not be dropped.
    const stored = storedBy(service);
    const isInFlight = (n: number) => overflowPolicy === "drop-oldest" && n < 40;
    assertEquals(stored.length, spooled + 1);
    assertEquals(
      stored.filter((n) => !isInFlight(n)),
      [...kept, 61].filter((n) => !isInFlight(n)),
    );
    await second.handler.close(FOREVER_MS);
    assertEquals(place.files(), []);
  });
}

for (const overflowPolicy of ["drop-oldest", "drop-newest", "block"] as const) {
  Deno.test(`A record that is larger than the spool is dropped alone, with "${overflowPolicy}"`, async () => {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const { handler, log, said } = spooling(service, place.spool, {
      overflowPolicy,
      spoolMaxBytes: 2 ** 20,
      redact: ({ payload, ...event }) => ({
        ...event,
        payload: payload.attributes["n"] === 6
          ? { ...payload, body: "x".repeat(2 ** 20) }
          : payload,
      }),
    });
    log(1, 10);
    const { accepted, dropped } = handler.stats;
    assertEquals([accepted, dropped], [10, 1]);
    assertStringIncludes(said.find(({ code }) => code === "overflow")!.message, "'spoolMaxBytes'");
    service.script = () => undefined;
    assertEquals(await handler.flush(FOREVER_MS), true);
    assertEquals(storedBy(service), range(1, 10).filter((n) => n !== 6));
    await handler.close(FOREVER_MS);
    assertEquals(place.files(), []);
  });
}

Deno.test("The first records of a program are within spoolMaxBytes, however long they are", async () => {
  using place = temporary();
  const { stdout } = await runProgram("spool_long.ts", {
    flags: ["-A"],
    args: [JSON.stringify({
      spool: place.spool,
      spoolMaxBytes: 2 ** 20,
      maxContentLength: 65_536,
      baseUrl: "http://127.0.0.1:1",
      apiKey: "ak_test",
      tenantId: "1",
    })],
  });
  const { spooled, dropped, failed } = JSON.parse(stdout);
  assertEquals({ spooled, dropped, failed }, { spooled: 1, dropped: 2, failed: 0 });
});

Deno.test("spool gives nobody's records to two", async () => {
  await using service = startFaultyService(() => undefined);
  using place = temporary();
  for (let i = 0; i < 6; i++) await leave(service, place.spool, i * 100, i * 100 + 99);
  const refused = service.requests.length; // Where it took long to leave them.
  const all = Array.from({ length: 4 }, () => spooling(service, place.spool));
  for (const [i, { log }] of all.entries()) log(1000 + i, 1000 + i);
  await service.has(604);
  for (const { handler } of all) await settled(handler);
  for (const { handler } of all) await handler.close(FOREVER_MS);
  const sent = service.requests.slice(refused).flatMap(({ records }) => records);
  assertEquals(sent.length, 604);
  assertEquals(all.reduce((sum, { handler }) => sum + handler.stats.recovered, 0), 600);
  assertEquals(place.files(), []);
});

for (const [protocol, left] of [["events", 8000], ["otlp", 80_000]] as const) {
  Deno.test(`Records of a program's own do not wait for what others have left, by ${protocol}`, async () => {
    await using service = startFaultyService(() => undefined);
    using place = temporary();
    const OWN = 1_000_000;
    const options = { protocol, spoolMaxBytes: 2 ** 28 };
    await leave(service, place.spool, 1, left, options);
    const { handler, log } = spooling(service, place.spool, options);
    log(OWN, OWN);
    const isFlushed = [];
    for (let n = 1; n <= 3; n++) {
      await service.has(1000 * n); // In the midst of it.
      log(OWN + n, OWN + n);
      isFlushed.push(await handler.flush(FOREVER_MS)); // Does not wait for it either.
    }
    const order = [...service.stored.values()];
    const last = order.indexOf(OWN + 3);
    assert(last >= 0, "a record was not delivered though flush() has returned");
    assertEquals(isFlushed, [true, true, true]);
    while (handler.stats.recovered < left) await turn();
    await settled(handler);
    await handler.close(FOREVER_MS);
    assertEquals(service.stored.size, left + 4);
    assert(last < 0.9 * left, `the last one came after ${last} of ${left}`);
    assertEquals(place.files(), []);
  });
}

Deno.test("spool is shared by isolates, and outlives terminate() and SIGKILL", async () => {
  await using service = startFaultyService(() => answer(503));
  using place = temporary();
  const options = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url, spool: place.spool };
  const program = startProgram("isolates.ts", { flags: ["-A"], args: [JSON.stringify(options)] });
  await program.output(/^logged$/m);
  program.kill("SIGKILL");
  await program.ended;
  service.script = () => undefined;
  const { handler, log } = spooling(service, place.spool);
  log(9999, 9999);
  await service.has(901);
  await settled(handler);
  await handler.close(FOREVER_MS);
  const all = [...range(0, 299), ...range(1000, 1299), ...range(2000, 2299), 9999];
  assertEquals([storedBy(service), place.files()], [all, []]);
});

Deno.test({
  name: "spool of a program that is stopped is not taken from it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using service = startFaultyService(() => answer(503));
    using place = temporary();
    const options = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url, spool: place.spool };
    const oracle = `${place.spool}-oracle`;
    const program = startProgram("spooling.ts", {
      flags: ["-A"],
      args: [JSON.stringify(options), "paced", "0", oracle],
    });
    while (!existsSync(oracle) || Deno.statSync(oracle).size < 50) await turn();
    program.kill("SIGSTOP");
    const { handler, log } = spooling(service, place.spool);
    // What the program had in flight when it was stopped is not delivered either.
    service.script = ({ records }) => records.includes(9999) ? undefined : answer(503);
    log(9999, 9999);
    await service.has(1);
    await settled(handler);
    await turn(200);
    assertEquals(handler.stats.recovered, 0);
    await handler.close(FOREVER_MS);
    assertEquals([handler.stats.recovered, storedBy(service)], [0, [9999]]);
    service.script = () => undefined;
    program.kill("SIGCONT");
    await service.has(20);
    program.kill("SIGKILL");
    await program.ended;
  },
});
