/**
 * The exporter is what stands between a failing service and the records, and what it does takes
 * seconds to minutes. So here its time is a number and its network a function: what would be waited
 * for is asserted instead, to the millisecond.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Chunk, Origin } from "../record/chunk.ts";
import { writeEvent } from "../record/line.ts";
import { Exporter, type ExporterSettings } from "./exporter.ts";
import { MAX_RETRY_AFTER_MS, parseRetryAfter, type SendResult } from "./response.ts";

/** Pauses after failures in a row, in milliseconds, and how far jitter may move them. */
const LADDER = [250, 500, 1000, 2000, 4000, 4000];
const JITTER = 0.1;

const delivered: SendResult = { kind: "delivered" };
const busy = (afterMs?: number): SendResult => ({
  kind: "retry",
  answered: true,
  busy: true,
  afterMs,
  diagnostic: { level: "warn", code: "http-503", message: "busy" },
});
const failing: SendResult = {
  kind: "retry",
  answered: true,
  diagnostic: { level: "warn", code: "http-500", message: "failing" },
};
const silence: SendResult = {
  kind: "retry",
  answered: false,
  diagnostic: { level: "warn", code: "unreachable", message: "silence" },
};
const refused = (because: "settings" | "size" | "content"): SendResult => ({
  kind: "refused",
  because,
  diagnostic: { level: "error", code: "refused", message: because },
});

/** A request that the test has not answered yet. */
interface Request {
  readonly body: string;
  readonly key: string;
  /** The numbers of its records. */
  readonly records: number[];
  answer(result: SendResult): Promise<void>;
}

/** An exporter whose time and network are the test's. */
function simulate(settings: Partial<ExporterSettings> = {}) {
  let now = 0;
  let alarm: { at: number; callback: () => void } | undefined;
  const open: Request[] = [];
  const all: Request[] = [];
  const outcomes = new Map<number, string>();
  const said: string[] = [];
  const counts = { retries: 0 };
  const exporter = new Exporter(
    {
      protocol: "events",
      url: "http://127.0.0.1/",
      headers: {},
      requestTimeoutMs: 1000,
      retryable: [503],
      gzip: false,
      batchSize: settings.protocol === "otlp" ? 512 : 1,
      flushIntervalMs: 1000,
      concurrency: 4,
      maxRetries: 3,
      retryUnreachable: true,
      ...settings,
    },
    {
      settle(sequence, outcome) {
        assert(!outcomes.has(sequence), `record ${sequence} was settled twice`);
        outcomes.set(sequence, outcome);
      },
      countRetries: (count) => counts.retries += count,
      report: ({ message }) => said.push(message),
    },
    (body, key) =>
      new Promise((resolve) => {
        const request: Request = {
          body,
          key,
          records: Array.from(body.matchAll(/"n":(\d+)|"intValue":"(\d+)"/g), ([, a, b]) =>
            Number(a ?? b)),
          async answer(result) {
            open.splice(open.indexOf(request), 1);
            resolve(result);
            await settled();
          },
        };
        open.push(request);
        all.push(request);
      }),
    {
      now: () => now,
      wake(callback, afterMs) {
        const mine = alarm = { at: now + Math.max(0, afterMs), callback };
        return () => {
          if (alarm === mine) alarm = undefined;
        };
      },
    },
  );
  exporter.addOrigin(0, origin("key", settings.protocol));
  return {
    exporter,
    open,
    all,
    outcomes,
    said,
    counts,
    get now() {
      return now;
    },
    /** When the exporter wants to be woken. */
    get alarmAt() {
      return alarm?.at;
    },
    /** Gives it records with these numbers. */
    send(...records: number[]) {
      exporter.send(chunk(records[0]!, records.map((n) => event(n))));
    },
    /** Lets the time come for which the exporter has set its alarm. */
    async skip() {
      assert(alarm, "the exporter waits for nothing");
      const { at, callback } = alarm;
      alarm = undefined;
      now = at;
      callback();
      await settled();
    },
    async advance(ms: number) {
      const until = now + ms;
      while (alarm && alarm.at <= until) await this.skip();
      now = until;
    },
  };
}

function origin(
  keyPrefix: string,
  protocol: Origin["protocol"] = "events",
  resource = "",
): Origin {
  const constants = { envelope: '"eventType":"app.log"', trace: '"traceId":"t"', resource, pid: 1 };
  return { version: 1, protocol, keyPrefix, constants, destination: "" };
}

function chunk(first: number, lines: readonly string[], more: Partial<Chunk> = {}): Chunk {
  const { length: count } = lines;
  return { origin: 0, first, firstKey: first, count, lines: lines.join("\n"), ...more };
}

function event(n: number, more: Record<string, unknown> = {}): string {
  return writeEvent(JSON.stringify({
    identifier: "shop",
    traceId: "0".repeat(31) + "1",
    spanId: "0".repeat(15) + "1",
    payload: {
      body: `record ${n}`,
      attributes: { "logger.name": "shop", n, ...more },
      resource: {},
    },
  }));
}

/** Lets everything run that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function range(length: number, from = 0): number[] {
  return Array.from({ length }, (_, i) => from + i);
}

function assertPause(pauseMs: number, step: number): void {
  assert(Math.abs(pauseMs - step) <= JITTER * step + 1e-6, `paused ${pauseMs} ms, not ${step}`);
}

// ——— The ladder ———

Deno.test("Exporter.send() climbs the ladder with jitter while failures follow each other", async () => {
  const pauses = [];
  const sim = simulate({ maxRetries: 100 });
  sim.send(0);
  for (const step of LADDER) {
    await sim.open[0]!.answer(busy());
    pauses.push(sim.alarmAt! - sim.now);
    assertPause(pauses.at(-1)!, step);
    await sim.skip();
    assertEquals(sim.open.length, 1);
  }
  await sim.open[0]!.answer(delivered);

  assertEquals(sim.outcomes.get(0), "delivered");
  assertEquals(sim.counts.retries, LADDER.length);
  assert(pauses.some((pause, i) => pause !== LADDER[i]), "there is no jitter");
});

Deno.test("Exporter.send() starts at the foot of the ladder after a success", async () => {
  const sim = simulate();
  sim.send(0);
  await sim.open[0]!.answer(busy());
  await sim.skip();
  await sim.open[0]!.answer(busy());
  await sim.skip();
  await sim.open[0]!.answer(delivered);

  sim.send(1);
  await sim.open[0]!.answer(busy());

  assertPause(sim.alarmAt! - sim.now, LADDER[0]!);
});

Deno.test("Exporter.send() retries the same bytes under the same key", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const sim = simulate({ protocol });
    sim.send(0);
    await sim.open[0]!.answer(silence);
    sim.send(1); // Must not slip into the batch that is sent again.
    await sim.skip();
    while (sim.open.length > 0) {
      await sim.open[0]!.answer(delivered);
    }

    const [first] = sim.all;
    const again = sim.all.slice(1).find(({ key }) => key === first!.key);
    assertEquals(again?.body, first!.body);
    assertEquals([...sim.outcomes.keys()].sort(), [0, 1]);
  }
});

Deno.test("Exporter.send() gives up after maxRetries answered failures, and goes on with others", async () => {
  for (const maxRetries of [0, 1, 3]) {
    const sim = simulate({ maxRetries });
    sim.send(0, 1);
    for (let i = 0; i < 100 && sim.outcomes.size < 2; i++) {
      const request = sim.open[0];
      if (request) await request.answer(request.key === "key-0" ? busy() : delivered);
      else await sim.skip();
    }

    assertEquals(sim.all.filter(({ key }) => key === "key-0").length, 1 + maxRetries);
    assertEquals(Object.fromEntries(sim.outcomes), { 0: "failed", 1: "delivered" });
  }
});

// ——— Retry-After ———

Deno.test("Exporter.send() pauses everything for as long as one answer asks", async () => {
  const sim = simulate();
  sim.send(...range(8));
  assertEquals(sim.open.length, 4);
  await sim.open[0]!.answer(busy(7000));
  const resumeAt = sim.now + 7000;
  for (const request of [...sim.open]) await request.answer(delivered);

  assertEquals(sim.open.length, 0); // Connections are free, records wait, and yet nothing goes out.
  assertEquals(sim.alarmAt, resumeAt);
  await sim.advance(6999);
  assertEquals(sim.open.length, 0);
  await sim.advance(1);
  assertEquals(sim.open.length, 1);
});

Deno.test("Exporter.send() keeps the longest pause of those that were asked for at once", async () => {
  for (const asked of [[9000, 1000], [1000, 9000], [undefined, 9000], [9000, undefined]]) {
    const sim = simulate({ concurrency: 2 });
    sim.send(0, 1);
    const [first, second] = [...sim.open];
    await first!.answer(busy(asked[0]));
    await second!.answer(busy(asked[1]));

    assertEquals(sim.alarmAt, 9000);
  }
});

Deno.test("parseRetryAfter() takes seconds and dates, and leaves the rest to the ladder", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const cases: [header: string, afterMs: number | undefined][] = [
    ["1", 1000],
    [" 30 ", 30_000],
    ["Thu, 01 Jan 2026 00:00:05 GMT", 5000],
    ["Thursday, 01-Jan-26 00:00:05 GMT", 5000],
    // Huge: clamped.
    ["86400", MAX_RETRY_AFTER_MS],
    ["9".repeat(400), MAX_RETRY_AFTER_MS],
    ["Fri, 01 Jan 2027 00:00:00 GMT", MAX_RETRY_AFTER_MS],
    // In the past: coming back at once, again and again, would be hammering.
    ["0", undefined],
    ["Wed, 31 Dec 2025 23:59:59 GMT", undefined],
    // Garbage, some of which Date.parse would take for a date.
    ["", undefined],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["1e9", undefined],
    ["in 2099", undefined],
    ["2099-01-01", undefined],
    ["Infinity", undefined],
    ["Xyz, 99 Foo 2099 99:99:99 GMT", undefined],
  ];
  for (const [header, afterMs] of cases) {
    assertEquals(parseRetryAfter(header, now), afterMs, `Retry-After: ${header}`);
  }
});

// ——— Outages ———

Deno.test("Exporter.send() counts failures that were in flight together as one", async () => {
  const sim = simulate();
  sim.send(...range(4));
  for (const request of [...sim.open]) await request.answer(silence);

  assertPause(sim.alarmAt! - sim.now, LADDER[0]!);
});

Deno.test("Exporter.send() delays one failed record among many that succeed, and no other", async () => {
  const { send, open, all, skip, outcomes, advance } = simulate();
  send(...range(12));
  for (const result of [delivered, delivered, failing]) await open[0]!.answer(result);
  assertEquals(open.length, 4, "nothing is held back");
  while (open.length > 0) await open[0]!.answer(delivered);
  assertEquals([outcomes.size, all.length], [11, 12]);
  await advance(LADDER[0]! * (1 - JITTER) - 1);
  assertEquals(all.length, 12, "too early");
  await skip();
  assertEquals(all.at(-1)!.records, [2]);
  assertEquals(all.at(-1)!.body, all[2]!.body);
  await open[0]!.answer(delivered);
  assertEquals(outcomes.size, 12);
});

Deno.test("Exporter.send() tries one request at a time in an outage, and all after it", async () => {
  const sim = simulate({ concurrency: 8 });
  sim.send(...range(50));
  for (const request of [...sim.open]) await request.answer(silence);
  for (let i = 0; i < 20; i++) {
    assertEquals(sim.open.length, 0);
    await sim.skip();
    assertEquals(sim.open.length, 1);
    await sim.open[0]!.answer(silence);
  }
  await sim.skip();
  await sim.open[0]!.answer(delivered);

  assertEquals(sim.open.length, 8);
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  assertEquals(sim.outcomes.size, 50);
  assertEquals(new Set(sim.outcomes.values()), new Set(["delivered"]));
});

Deno.test("Exporter.send() tries no oftener than every 3.6 s in a long outage", async () => {
  const sim = simulate();
  sim.send(...range(100));
  const end = 3_600_000;
  while (sim.now < end) {
    if (sim.open.length > 0) await sim.open[0]!.answer(silence);
    else await sim.skip();
  }

  assert(sim.all.length <= 10 + end / 3600, `${sim.all.length} attempts in an hour`);
  assertEquals(sim.outcomes.size, 0); // Silence says nothing about a record, however long it lasts.
});

Deno.test("Exporter.send() counts silence against a record only if others get through", async () => {
  const sim = simulate({ maxRetries: 1 });
  sim.send(0);
  for (let n = 1; sim.outcomes.get(0) === undefined; n++) {
    assert(n < 10, "a record that silences the service is tried for ever");
    if (sim.open.length === 0) await sim.skip();
    await sim.open[0]!.answer(silence);
    sim.send(n);
    if (sim.open.length === 0) await sim.skip();
    // In trouble a record that has not failed yet goes first.
    assertEquals(sim.open[0]!.key, `key-${n}`);
    await sim.open[0]!.answer(delivered);
  }

  assertEquals(sim.outcomes.get(0), "failed");
});

Deno.test("Exporter.send() counts silence where the log call waits for an end", async () => {
  const sim = simulate({ retryUnreachable: false, maxRetries: 2 });
  sim.send(0);
  await sim.open[0]!.answer(silence);
  await sim.skip();
  await sim.open[0]!.answer(silence);
  await sim.skip();
  await sim.open[0]!.answer(silence);

  assertEquals(sim.outcomes.get(0), "failed");
});

// ——— Refusals ———

Deno.test("Exporter.send() fails a refused record alone, without a pause", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(0, 1, 2);
  await sim.open[0]!.answer(delivered);
  await sim.open[0]!.answer(refused("content"));
  await sim.open[0]!.answer(delivered);

  assertEquals(sim.now, 0);
  assertEquals(Object.fromEntries(sim.outcomes), { 0: "delivered", 1: "failed", 2: "delivered" });
});

Deno.test("Exporter.send() asks one request at a time whether wrong settings were mended", async () => {
  const sim = simulate();
  sim.send(...range(20));
  for (const request of [...sim.open]) await request.answer(refused("settings"));
  for (const step of LADDER) {
    assertPause(sim.alarmAt! - sim.now, step);
    await sim.skip();
    assertEquals(sim.open.length, 1);
    if (step !== LADDER.at(-1)) await sim.open[0]!.answer(refused("settings"));
    else break;
  }
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);

  const outcomes = [...sim.outcomes.values()];
  assertEquals(outcomes.filter((outcome) => outcome === "failed").length, 4 + 4);
  assertEquals(outcomes.filter((outcome) => outcome === "delivered").length, 20 - 8);
});

Deno.test("Exporter.send() halves a refused batch until the bad record is alone", async () => {
  for (const bad of [[], [0], [511], [100, 101, 300], range(512)]) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(...range(512));
    while (sim.open.length > 0) {
      const [request] = sim.open as [Request];
      const spoiled = request.records.some((n) => bad.includes(n));
      await request.answer(spoiled ? refused("content") : delivered);
    }

    assertEquals(sim.outcomes.size, 512);
    const failed = range(512).filter((n) => sim.outcomes.get(n) === "failed");
    assertEquals(failed, bad);
    assertEquals(sim.now, 0);
  }
});

Deno.test("Exporter.send() splits a batch that is too large, and cuts a record that is", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.exporter.send(chunk(0, [event(0), event(1, { huge: "x".repeat(5000) }), event(2), event(3)]));
  while (sim.open.length > 0) {
    const [request] = sim.open as [Request];
    await request.answer(request.body.length > 2000 ? refused("size") : delivered);
  }

  assertEquals(new Set(sim.outcomes.values()), new Set(["delivered"]));
  const short = sim.all.find(({ body }) => body.includes("axonpush.truncated"))!;
  assert(short.body.includes('"record 1…[cut: too large]"'), short.body);
  assertDistinct(sim.all);
});

/** Checks that no key stands for two different requests, since a service would take only one. */
function assertDistinct(requests: readonly Request[]): void {
  const keys = new Map(requests.map(({ key, body }) => [key, body]));
  for (const { key, body } of requests) assertEquals(keys.get(key), body);
}

Deno.test("Exporter.send() gives batches with gaps keys of their own", async () => {
  const before = simulate({ protocol: "otlp", batchSize: 3 });
  before.send(5, 6, 7);
  await before.open[0]!.answer(delivered);
  // A worker that takes over gets what the one before it had not acknowledged.
  const after = simulate({ protocol: "otlp", batchSize: 3 });
  after.send(0);
  for (const n of [5, 9, 10]) after.send(n);
  await after.open[0]!.answer(delivered);

  assertEquals(after.open[0]!.records, [5, 9, 10]);
  assertDistinct([...before.all, ...after.all]);
});

Deno.test("Exporter.send() mixes no two origins, and gives each record its writer's key and constants", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const sim = simulate({ protocol });
    sim.exporter.addOrigin(7, origin("other", protocol, '"host.name":"elsewhere"'));
    const line = (n: number) => `record\t20\t"INFO"\t"shop"\t1000\t0\t\t\t"record ${n}"\t`;
    sim.exporter.send(chunk(0, [line(0)])); // In flight, so that the others are collected.
    sim.exporter.send(chunk(1, [line(1), line(2)]));
    sim.exporter.send(chunk(3, [line(3), line(4)], { origin: 7, firstKey: 100 }));
    sim.exporter.send(chunk(5, [line(5)]));
    sim.exporter.flush(1000);
    while (sim.open.length > 0) await sim.open[0]!.answer(delivered);

    for (const { body } of sim.all) {
      const isOthers = body.includes("record 3") || body.includes("record 4");
      assertEquals(body.includes("elsewhere"), isOthers, body);
      assertEquals(body.includes('"key-'), !isOthers, body);
    }
    const keys = sim.all.flatMap(({ body }) => body.match(/(key|other)-\d+/g) ?? []);
    assertEquals(keys, ["key-0", "key-1", "key-2", "other-100", "other-101", "key-5"]);
    assertEquals([...sim.outcomes.keys()], range(6));
    assertDistinct(sim.all);
  }
});

Deno.test("Exporter.send() fails a record that is too large even when cut", async () => {
  const sim = simulate();
  sim.send(0, 1);
  while (sim.open.length > 0) {
    const [request] = sim.open as [Request];
    await request.answer(request.key.startsWith("key-0") ? refused("size") : delivered);
  }

  assertEquals(Object.fromEntries(sim.outcomes), { 0: "failed", 1: "delivered" });
  assertEquals(sim.all.length, 3);
});

Deno.test("Exporter.send() counts the rejected part of a batch, and does not send it again", async () => {
  for (const rejected of [0, 2, 5, 1000]) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(...range(5));
    await sim.open[0]!.answer({ kind: "delivered", rejected });

    const failed = [...sim.outcomes.values()].filter((outcome) => outcome === "failed");
    assertEquals(failed.length, Math.min(rejected, 5));
    assertEquals(sim.all.length, 1);
  }
});

Deno.test("Exporter.send() fails what is no event, and nothing else", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.exporter.send(
    chunk(0, [event(0), writeEvent("{}"), event(2), writeEvent('{"payload":null}')]),
  );
  await settled();
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);

  assertEquals(
    Object.fromEntries(sim.outcomes),
    { 0: "delivered", 1: "failed", 2: "delivered", 3: "failed" },
  );
});

// ——— The end of the program ———

Deno.test("Exporter.flush() ends a pause of ours, and keeps one that was asked for", async () => {
  for (const asked of [undefined, 1500]) {
    const sim = simulate();
    sim.send(0);
    await sim.open[0]!.answer(busy(asked));
    sim.exporter.flush(2000);

    assertEquals(sim.open.length, asked === undefined ? 1 : 0);
  }
});

Deno.test("Exporter.flush() tries again after the shortest pause, however long the outage", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(0);
  for (let i = 0; i < 6; i++) {
    await sim.open[0]!.answer(silence);
    await sim.skip();
  }
  sim.exporter.flush(2000);
  for (let i = 0; i < 3; i++) {
    await sim.open[0]!.answer(silence);
    assertPause(sim.alarmAt! - sim.now, 250);
    await sim.skip();
  }
});

Deno.test("Exporter.flush() sends a batch that is not full beside one in flight", () => {
  const sim = simulate({ protocol: "otlp" });
  sim.send(0);
  sim.send(1);
  assertEquals(sim.open.length, 1);
  sim.exporter.flush(2000);

  assertEquals(sim.open.length, 2);
});

Deno.test("Exporter.flush() fails everything at once where the settings are wrong", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(...range(10));
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000);
  assertEquals(sim.outcomes.size, 10);

  sim.send(10); // The rest of the queue, which comes when there is room.
  assertEquals(sim.outcomes.get(10), "failed");
  assertEquals(sim.all.length, 1);
});

Deno.test("Exporter.flush() is over after its time: the program went on after all", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(0);
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000);
  await sim.advance(60_000);
  sim.send(1);
  await sim.open[0]!.answer(delivered);

  assertEquals(Object.fromEntries(sim.outcomes), { 0: "failed", 1: "delivered" });
});

Deno.test("Exporter.stop() sends and settles nothing more", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(0, 1);
  await sim.open[0]!.answer(silence);
  sim.exporter.stop();

  assertEquals(sim.alarmAt, undefined);
  assertEquals(sim.outcomes.size, 0);
});
