/**
 * The exporter is what stands between a failing service and the records, and what it does takes
 * seconds to minutes. So here its time is a number and its network a function: what would be waited
 * for is asserted instead, to the millisecond.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import type { Chunk, Origin } from "../record/chunk.ts";
import { writeEvent } from "../record/line.ts";
import { Exporter } from "./exporter.ts";
import type { ExporterSettings } from "./exporter_settings.ts";
import type { SendResult } from "./response.ts";

/** Pauses after failures in a row, in milliseconds, and how far jitter may move them. */
const LADDER = [250, 500, 1000, 2000, 4000, 4000];
const JITTER = 0.1;

const delivered: SendResult = { kind: "delivered" };
const busy = (afterMs?: number): SendResult => ({
  kind: "retry",
  cause: "busy",
  afterMs,
  diagnostic: { level: "warn", code: "http-503", message: "busy" },
});
const away: SendResult = {
  kind: "retry",
  cause: "away",
  diagnostic: { level: "warn", code: "http-502", message: "away" },
};
const failing: SendResult = {
  kind: "retry",
  cause: "failing",
  diagnostic: { level: "warn", code: "http-500", message: "failing" },
};
const silence: SendResult = {
  kind: "retry",
  cause: "unreachable",
  diagnostic: { level: "warn", code: "unreachable", message: "silence" },
};
const refused = (
  because: "settings" | "size" | "content" | "either",
  isCertain = false,
): SendResult => ({
  kind: "refused",
  because,
  isCertain,
  diagnostic: { level: "error", code: "refused", message: because },
});

/** A request that the test has not answered yet. */
interface Request {
  readonly body: string;
  readonly key: string;
  /** The numbers of its records. */
  readonly records: number[];
  /** Whether it goes by a new connection. */
  readonly isAnew: boolean;
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
  const counts = { retries: 0, lost: 0, reason: "", hopeless: 0 };
  const exporter = new Exporter(
    {
      protocol: "events",
      url: "http://127.0.0.1/",
      isEndpoint: false,
      isKept: false,
      headers: {},
      requestTimeoutMs: 60_000,
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
      acknowledgements: {
        acknowledge(sequence, outcome) {
          assert(!outcomes.has(sequence), `record ${sequence} was acknowledged twice`);
          outcomes.set(sequence, outcome);
        },
        countRetries: (count) => counts.retries += count,
        setHopeless: () => counts.hopeless++,
      },
      report: ({ message }) => said.push(message),
      countLost({ count, reason }) {
        counts.lost += count;
        counts.reason = reason;
      },
    },
    (pieces, key, openedAfter) =>
      new Promise((resolve) => {
        const body = pieces.join("");
        const request: Request = {
          body,
          key,
          isAnew: openedAfter !== undefined,
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
    /** Lets time pass until a request is sent, and says how much it was. */
    async next(): Promise<number> {
      const began = now;
      while (open.length === 0) await this.skip();
      return now - began;
    },
    /** Suspends the process: the alarm rings when it goes on. */
    async suspend(ms: number) {
      assert(alarm, "the exporter waits for nothing");
      alarm.at = Math.max(alarm.at, now + ms);
      await this.skip();
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
    pauses.push(await sim.next());
    assertPause(pauses.at(-1)!, step);
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
  await sim.next();
  await sim.open[0]!.answer(busy());
  await sim.next();
  await sim.open[0]!.answer(delivered);

  sim.send(1);
  await sim.open[0]!.answer(busy());

  assertPause(await sim.next(), LADDER[0]!);
});

Deno.test("Exporter.send() retries the same bytes under the same key", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const sim = simulate({ protocol });
    sim.send(0);
    await sim.open[0]!.answer(silence);
    sim.send(1); // Must not slip into the batch that is sent again.
    await sim.next();
    while (sim.outcomes.size < 2) {
      if (sim.open.length === 0) await sim.next();
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
      if (request) await request.answer(request.key === "key-0" ? failing : delivered);
      else await sim.skip();
    }

    assertEquals(sim.all.filter(({ key }) => key === "key-0").length, 1 + maxRetries);
    assertEquals(Object.fromEntries(sim.outcomes), { 0: "failed", 1: "delivered" });
  }
});

Deno.test("Exporter.send() gives up no batch as a whole in which one record makes the service fail", async () => {
  for (const bad of [0, 20, 39]) {
    const sim = simulate({ protocol: "otlp", maxRetries: 3 });
    sim.send(...range(40));
    while (sim.outcomes.size < 40) {
      if (sim.open.length === 0) await sim.next();
      const [request] = sim.open as [Request];
      await request.answer(request.records.includes(bad) ? failing : delivered);
    }
    assertEquals(range(40).filter((n) => sim.outcomes.get(n) === "failed"), [bad]);
    assert(sim.all.length < 30, `${sim.all.length} requests`);
  }
});

// ——— Records that are kept on disk ———

for (const [name, answer] of [["500", failing], ["503", busy()], ["no answer", silence]] as const) {
  Deno.test(`Exporter.send() gives a kept record up that alone gets ${name}, and tells it apart from an outage`, async () => {
    const sim = simulate({ isKept: true, maxRetries: 3 });
    const bad = () => sim.all.filter(({ key }) => key === "key-0").length;
    sim.send(0);
    for (let n = 1; sim.outcomes.get(0) === undefined; n++) {
      assert(bad() <= 17, "it is tried without an end");
      if (n > 0) sim.send(n); // Others go on being delivered.
      while (sim.open.length > 0) {
        const request = sim.open[0]!;
        await request.answer(request.key === "key-0" ? answer : delivered);
      }
      const next = bad() + 1;
      while (bad() < next && sim.outcomes.get(0) === undefined) {
        if (sim.open.length > 0 && sim.open[0]!.key !== "key-0") {
          await sim.open[0]!.answer(delivered);
        } else await sim.skip();
      }
    }
    assertEquals([sim.outcomes.get(0), bad()], ["failed", 17]);
    assertEquals([...sim.outcomes.values()].filter((outcome) => outcome === "failed").length, 1);
    assert(sim.now > 30_000, `given up after ${sim.now} ms`);
  });
}

Deno.test("Exporter.send() gives nothing up that is kept while most of the service is away", async () => {
  const random = new Generator(7);
  for (const every of [2, 3, 10]) {
    const sim = simulate({ isKept: true, maxRetries: 0, concurrency: 1 });
    let sent = 0;
    for (let requests = 0; requests < 2000; requests++) {
      sim.send(sent++);
      await sim.next();
      const { key } = sim.open[0]!;
      // One instance of several works, and a record may never get there.
      const isLucky = key !== "key-0" && random.below(every) === 0;
      await sim.open[0]!.answer(isLucky ? delivered : failing);
    }
    assert([...sim.outcomes.values()].every((outcome) => outcome === "delivered"));
    assert(sim.outcomes.size > 0);
  }
});

Deno.test("Exporter.send() delivers the others of a kept batch in which one record makes the service fail", async () => {
  for (const answer of [failing, busy()]) {
    const sim = simulate({ protocol: "otlp", isKept: true, maxRetries: 2, concurrency: 2 });
    sim.send(...range(64));
    for (let n = 64; sim.outcomes.get(13) === undefined; n++) {
      assert(n < 500, "it is tried without an end");
      sim.send(n);
      await sim.advance(1000);
      while (sim.open.length > 0) {
        const request = sim.open[0]!;
        await request.answer(request.records.includes(13) ? answer : delivered);
      }
    }
    const failed = [...sim.outcomes].filter(([, outcome]) => outcome === "failed");
    assertEquals(failed.map(([n]) => n), [13]);
    for (const n of range(64)) assert(sim.outcomes.has(n), `${n} is held`);
  }
});

// ——— Retry-After ———

Deno.test("Exporter.send() pauses everything for as long as one answer asks", async () => {
  const sim = simulate();
  sim.send(...range(8));
  assertEquals(sim.open.length, 4);
  await sim.open[0]!.answer(busy(7000));
  for (const request of [...sim.open]) await request.answer(delivered);

  assertEquals(sim.open.length, 0); // Connections are free, records wait, and yet nothing goes out.
  await sim.advance(6999);
  assertEquals(sim.open.length, 0);
  await sim.advance(1);
  assertEquals(sim.open.length, 1);
});

Deno.test("Exporter.send() comes back when the service says, however soon that is", async () => {
  const sim = simulate();
  sim.send(0);
  await sim.open[0]!.answer(busy(100));

  assertEquals(await sim.next(), 100);
});

Deno.test("Exporter.send() keeps the longest pause of those that were asked for at once", async () => {
  for (const asked of [[9000, 1000], [1000, 9000], [undefined, 9000], [9000, undefined]]) {
    const sim = simulate({ concurrency: 2 });
    sim.send(0, 1);
    const [first, second] = [...sim.open];
    await first!.answer(busy(asked[0]));
    await second!.answer(busy(asked[1]));

    assertEquals(await sim.next(), 9000);
  }
});

// ——— Outages ———

Deno.test("Exporter.send() counts failures that were in flight together as one", async () => {
  const sim = simulate();
  sim.send(...range(4));
  for (const request of [...sim.open]) await request.answer(silence);

  assertPause(await sim.next(), LADDER[0]!);
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
    await sim.next();
    assertEquals(sim.open.length, 1);
    await sim.open[0]!.answer(silence);
  }
  await sim.next();
  await sim.open[0]!.answer(delivered);

  assertEquals(sim.open.length, 8);
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  assertEquals(sim.outcomes.size, 50);
  assertEquals(new Set(sim.outcomes.values()), new Set(["delivered"]));
});

Deno.test("Exporter.send() tries each record in turn in an outage, and what failed first without one", async () => {
  const outage = simulate({ concurrency: 1 });
  outage.send(...range(4));
  for (let i = 0; i < 5; i++) {
    if (i > 0) await outage.next();
    await outage.open[0]!.answer(silence);
  }
  assertEquals(outage.all.flatMap(({ records }) => records), [0, 1, 2, 3, 0]);

  const sim = simulate({ concurrency: 1 });
  sim.send(...range(4));
  for (const result of [delivered, failing]) await sim.open[0]!.answer(result);
  await sim.advance(LADDER[0]! * (1 + JITTER));
  for (let i = 0; i < 3; i++) await sim.open[0]!.answer(delivered);
  assertEquals(sim.all.flatMap(({ records }) => records), [0, 1, 2, 1, 3]);
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
    assert(n < 50, "a record that silences the service is tried for ever");
    await sim.next();
    await sim.open[0]!.answer(silence);
    sim.send(n);
    await sim.next();
    // In trouble a record that has not failed yet goes first.
    assertEquals(sim.open[0]!.key, `key-${n}`);
    await sim.open[0]!.answer(delivered);
  }

  assertEquals(sim.outcomes.get(0), "failed");
});

Deno.test("Exporter.send() loses nothing in an outage, however it shows, nor in one of half the service", async () => {
  const random = new Generator(11);
  const closed = { ...silence, cause: "closed" } as SendResult;
  for (const answer of [busy(), away, silence, closed]) {
    for (const protocol of ["events", "otlp"] as const) {
      const outage = simulate({ protocol, maxRetries: 0 });
      const half = simulate({ protocol, maxRetries: 0 });
      for (let n = 0; n < 200; n++) {
        for (const sim of [outage, half]) {
          sim.send(n);
          await sim.advance(2000);
          for (const request of [...sim.open]) {
            const isAway = sim === outage ? n > 0 && n < 150 : random.below(2) === 0;
            await request.answer(isAway ? answer : delivered);
          }
        }
      }
      for (const sim of [outage, half]) {
        while (sim.outcomes.size < 200) {
          if (sim.open.length === 0) await sim.next();
          await sim.open[0]!.answer(delivered);
        }
        assertEquals([sim.counts.lost, new Set(sim.outcomes.values())], [
          0,
          new Set(["delivered"]),
        ]);
      }
    }
  }
});

Deno.test("Exporter.send() counts silence where the log call waits for an end", async () => {
  const sim = simulate({ retryUnreachable: false, maxRetries: 2 });
  sim.send(0);
  await sim.open[0]!.answer(silence);
  await sim.next();
  await sim.open[0]!.answer(silence);
  await sim.next();
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

Deno.test("Exporter.send() fails records alone of which no body can be made, however many", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.send(0);
  await sim.open[0]!.answer(delivered);
  const lines = range(5000, 1).map((n) => n === 2500 ? event(n) : writeEvent("no JSON"));
  sim.exporter.send(chunk(1, lines));
  for (let turns = 0; turns < 10_000 && sim.outcomes.size < 5001; turns++) {
    await settled();
    await sim.open[0]?.answer(delivered);
  }
  const outcomes = [...sim.outcomes].filter(([, outcome]) => outcome === "delivered");
  assertEquals(outcomes, [[0, "delivered"], [2500, "delivered"]]);
  assertEquals(sim.counts.lost, 4999);
  assertEquals(sim.all.length, 2);
});

Deno.test("Exporter.send() asks one request at a time whether wrong settings were mended", async () => {
  const sim = simulate();
  sim.send(...range(20));
  for (const request of [...sim.open]) await request.answer(refused("settings"));
  for (const step of LADDER) {
    assertPause(await sim.next(), step);
    assertEquals(sim.open.length, 1);
    if (step !== LADDER.at(-1)) await sim.open[0]!.answer(refused("settings"));
    else break;
  }
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);

  const outcomes = [...sim.outcomes.values()];
  // Those of the first wave were sent once more, one at a time.
  assertEquals(outcomes.filter((outcome) => outcome === "failed").length, 4);
  assertEquals(outcomes.filter((outcome) => outcome === "delivered").length, 20 - 4);
});

Deno.test("Exporter.send() tries a record again that is refused among deliveries, and fails it alone", async () => {
  for (const verdicts of [["settings", "delivered"], ["settings", "settings"]] as const) {
    const sim = simulate({ concurrency: 2 });
    sim.send(...range(20));
    await sim.open[0]!.answer(delivered);
    let refusals = 0;
    while (sim.outcomes.size < 20) {
      assertEquals(sim.said.length > 0, refusals > 0); // At once, and not only when it is given up.
      if (sim.open.length === 0) await sim.next();
      const [request] = sim.open as [Request];
      const kind = request.key === "key-3" ? verdicts[refusals++] : "delivered";
      await request.answer(kind === "settings" ? refused("settings") : delivered);
    }

    const failed = range(20).filter((n) => sim.outcomes.get(n) === "failed");
    assertEquals(failed, verdicts[1] === "settings" ? [3] : []);
    assertEquals(sim.all.length, 21);
    assert(sim.now < 300, `${sim.now} ms`);
  }
});

Deno.test("Exporter.send() finds the record of a batch that somebody before the service refuses", async () => {
  for (const bad of [[50], [0, 99], [10, 11, 60]]) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(600);
    await sim.open[0]!.answer(delivered);
    sim.send(...range(100));
    while (sim.outcomes.size < 101) {
      if (sim.open.length === 0) await sim.next();
      const [request] = sim.open as [Request];
      const isBad = request.records.some((n) => bad.includes(n));
      await request.answer(isBad ? refused("settings") : delivered);
    }

    assertEquals(range(100).filter((n) => sim.outcomes.get(n) === "failed"), bad);
  }
});

Deno.test("Exporter.send() sends a batch once more by other connections before it halves it", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.send(600);
  await sim.open[0]!.answer(delivered);
  sim.send(...range(100));
  await sim.open[0]!.answer(refused("settings"));
  assertPause(await sim.next(), LADDER[0]!);
  await sim.open[0]!.answer(refused("settings"));

  const [, first, again, ...halves] = sim.all;
  assertEquals([again!.key, again!.isAnew], [first!.key, true]);
  assertEquals(halves.map(({ isAnew }) => isAnew), [false, false]);
});

Deno.test("Exporter.send() stops halving and asking where all is refused, whatever was delivered before", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const sim = simulate({ protocol, concurrency: 32 });
    sim.send(5000);
    await sim.open[0]!.answer(delivered);
    sim.send(...range(2000));
    while (sim.now < 20_000) {
      if (sim.open.length > 0) await sim.open[0]!.answer(refused("settings"));
      else await sim.next();
    }
    // A wave, then one a step of the ladder.
    assert(sim.all.length < 64 + 12, `${sim.all.length} requests`);
    const failed = [...sim.outcomes.values()].filter((outcome) => outcome === "failed");
    assert(failed.length < 12, `${failed.length} failed`);

    await sim.next();
    while (sim.outcomes.size < 2001) {
      if (sim.open.length === 0) await sim.next();
      await sim.open[0]!.answer(delivered);
    }
  }
});

Deno.test("Exporter.send() takes an address that refuses every batch for a wrong one", async () => {
  for (const because of ["settings", "content"] as const) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(...range(512));
    sim.send(...range(512, 512));
    while (sim.now < 10_000) {
      if (sim.open.length > 0) await sim.open[0]!.answer(refused(because));
      else await sim.next();
    }

    assert(sim.all.length < 40, `${sim.all.length} requests`);
  }
});

Deno.test("Exporter.send() takes sixteen refusals before any delivery for wrong settings, or one of what is kept", async () => {
  for (const [because, isKept, refusals] of [["either", false, 16], ["either", true, 1]] as const) {
    const sim = simulate({ isKept, concurrency: 1 });
    sim.send(...range(40));
    while (sim.open.length > 0) await sim.open[0]!.answer(refused(because));

    assertEquals([sim.all.length, sim.outcomes.size, sim.now], [refusals, refusals - 1, 0]);
    assertPause(await sim.next(), LADDER[0]!);
  }
  // What the service says of a record is never the settings' fault.
  const sim = simulate({ concurrency: 1 });
  sim.send(...range(40));
  while (sim.open.length > 0) await sim.open[0]!.answer(refused("content"));
  assertEquals([sim.all.length, sim.outcomes.size, sim.now], [40, 40, 0]);
});

Deno.test("Exporter.send() fails at once what could not even be sent, and tries again what may be a hiccup", async () => {
  for (const isCertain of [true, false]) {
    const sim = simulate();
    sim.send(0);
    await sim.open[0]!.answer(refused("settings", isCertain));

    assertEquals(sim.outcomes.get(0), isCertain ? "failed" : undefined);
  }
});

Deno.test("Exporter.send() sends the same again where a connection is closed, unless it is large", async () => {
  const sim = simulate({ maxRetries: 0 });
  sim.send(0);
  for (let i = 0; i < 6; i++) {
    await sim.open[0]!.answer({ ...silence, cause: "closed" } as SendResult);
    await sim.next();
  }

  assertEquals(new Set(sim.all.map(({ body }) => body)).size, 1);
});

Deno.test("Exporter.send() halves a batch at which a gateway hangs up while others pass", async () => {
  const sim = simulate({ protocol: "otlp" });
  const line = (n: number) => event(n, { text: "x".repeat(3000) });
  sim.send(1000);
  await sim.open[0]!.answer(delivered);
  sim.exporter.send(chunk(0, range(300).map(line)));
  let more = 2000;
  while (sim.outcomes.size < 301 || sim.open.length > 0) {
    if (sim.open.length === 0) await sim.next();
    const [request] = sim.open as [Request];
    const isLarge = request.body.length > 200_000;
    await request.answer(isLarge ? { ...silence, cause: "closed" } as SendResult : delivered);
    if (isLarge && more < 2100) sim.send(more++);
    assert(sim.all.length < 500, "it goes on and on");
  }

  assertEquals(sim.counts.lost, 0);
});

Deno.test("Exporter.send() halves what a gateway hangs up at, or gives back unread, though nothing else is sent", async () => {
  for (const cause of ["closed", "unread"]) {
    const sim = simulate({ protocol: "otlp" });
    sim.exporter.send(chunk(0, range(300).map((n) => event(n, { text: "x".repeat(3000) }))));
    while (sim.outcomes.size < 300) {
      if (sim.open.length === 0) await sim.next();
      const [request] = sim.open as [Request];
      const isLarge = request.body.length > 200_000;
      await request.answer(isLarge ? { ...silence, cause } as SendResult : delivered);
    }

    assertEquals(sim.counts.lost, 0);
    assert(sim.now < 60_000, `${sim.now} ms`);
  }
});

Deno.test("Exporter.send() halves a refused batch until the bad record is alone", async () => {
  for (const bad of [[], [0], [511], [100, 101, 300], range(512)]) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(600);
    await sim.open[0]!.answer(delivered);
    sim.send(...range(512));
    while (sim.open.length > 0) {
      const [request] = sim.open as [Request];
      const spoiled = request.records.some((n) => bad.includes(n));
      await request.answer(spoiled ? refused("content") : delivered);
    }

    assertEquals(sim.outcomes.size, 513);
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

Deno.test("Exporter.send() sends the handler's own records first, and gives each its writer's key and constants", async () => {
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
    const own = ["key-0", "key-1", "key-2", "key-5"];
    assertEquals(keys.toSorted(), [...own, "other-100", "other-101"]);
    // Where each record is a request, that of somebody else was sent before the last one came.
    if (protocol === "otlp") assertEquals(keys.slice(0, 4), own);
    assertEquals([...sim.outcomes.keys()].toSorted(), range(6));
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
    const diagnostic = { level: "error", code: "partial-success", message: "too old" } as const;
    await sim.open[0]!.answer({ kind: "delivered", rejected, diagnostic });

    const failed = [...sim.outcomes.values()].filter((outcome) => outcome === "failed");
    assertEquals(failed.length, Math.min(rejected, 5));
    assertEquals(sim.all.length, 1);
    assertEquals(sim.said, ["too old"]);
    assertEquals([sim.counts.lost, sim.counts.reason], [failed.length, rejected ? "too old" : ""]);
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

// ——— Requests that hang ———

Deno.test("Exporter.send() gives the slots of requests that hang to others", async () => {
  const sim = simulate();
  sim.send(...range(20));
  const hanging = [...sim.open];
  sim.open.length = 0;
  await sim.next();
  assertEquals([sim.now, sim.open.length], [1000, 1]); // One finds out whether all hang.
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  assertEquals(sim.outcomes.size, 16);

  for (const request of hanging) await request.answer(delivered);
  assertEquals([sim.outcomes.size, sim.now], [20, 1000]);
});

Deno.test("Exporter.send() opens one connection a second to a service that never answers", async () => {
  const sim = simulate({ requestTimeoutMs: 30_000 });
  sim.send(...range(1000));
  await sim.advance(20_000);

  assert(sim.open.length >= 8 && sim.open.length <= 2 * 4, `${sim.open.length} open`);
});

Deno.test("Exporter.send() tries a service after a pause though many requests hang", async () => {
  const sim = simulate({ concurrency: 32, requestTimeoutMs: 30_000 });
  sim.send(...range(8));
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  sim.send(...range(32).map((n) => 8 + n));
  const rest = sim.open.splice(16); // Half of them hang, as at one of two instances.
  for (const request of rest) await request.answer(busy(2000));
  sim.open.length = 0;
  await sim.next();

  assertEquals([sim.now, sim.open.length], [2000, 1]);
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  assertEquals([sim.now, sim.outcomes.size], [2000, 24]);
});

Deno.test("Exporter.send() goes by a new connection while nothing is answered, and only then", async () => {
  const sim = simulate({ concurrency: 2 });
  sim.send(0);
  await sim.open[0]!.answer(delivered);
  sim.send(1, 2, 3, 4);
  await sim.advance(1000); // They hang: the connection may be dead.
  await sim.open[2]!.answer(delivered);

  // The other two are still unanswered, but this service answers.
  assertEquals(sim.all.map(({ isAnew }) => isAnew), [false, false, false, true, false]);
});

Deno.test("Exporter.flush() sends a second copy of an event that hangs, and settles it once", async () => {
  for (const first of ["copy", "original"]) {
    const sim = simulate();
    sim.send(0, 1);
    const originals = [...sim.open];
    sim.open.length = 0;
    sim.exporter.flush(2000);
    await sim.next();
    assertEquals(sim.now, 1000);
    if (first === "original") { for (const request of originals) await request.answer(delivered); }
    while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
    if (first === "copy") { for (const request of originals) await request.answer(delivered); }

    assertEquals(sim.outcomes.size, 2);
    const copies = sim.all.slice(2);
    assert(copies.length > 0);
    for (const { key, body } of copies) {
      assertEquals(body, originals.find((request) => request.key === key)!.body);
    }
  }
});

Deno.test("Exporter.flush() sends no third copy of an event that hangs", async () => {
  const sim = simulate();
  sim.send(0);
  sim.exporter.flush(20_000);
  await sim.advance(19_000);

  assertEquals(sim.all.map(({ key }) => key), ["key-0", "key-0"]);
});

Deno.test("Exporter.flush() sends up to four copies of an event while others are delivered", async () => {
  const sim = simulate({ concurrency: 32 });
  sim.send(0);
  sim.exporter.flush(20_000);
  const copies = () => sim.all.filter(({ key }) => key === "key-0").length;
  const times: number[] = [];
  for (let n = 1; n <= 100; n++) {
    sim.send(n);
    const isOpen = ({ records }: Request) => records[0] === n;
    while (!sim.open.some(isOpen)) await sim.advance(10);
    await sim.advance(20);
    await sim.open.find(isOpen)!.answer(delivered);
    await sim.advance(20);
    times[copies()] ??= sim.now;
  }
  assertEquals(copies(), 4);
  // Each goes when all the others have hung for half a second.
  for (const n of [2, 3, 4]) assert(times[n]! - times[n - 1]! >= 400, String(times));
  await sim.open.at(-1)!.answer(delivered);

  assertEquals([sim.outcomes.size, sim.outcomes.get(0)], [101, "delivered"]);
});

Deno.test("Exporter.flush() loses nothing when a copy, or the original, fails", async () => {
  for (const failing of [0, 2]) {
    const sim = simulate();
    sim.send(0);
    sim.exporter.flush(60_000);
    await sim.advance(1000);
    const [original, copy] = sim.open as [Request, Request];
    await (failing === 0 ? original : copy).answer(silence);
    assertEquals([sim.outcomes.size, sim.all.length], [0, 2]);
    await (failing === 0 ? copy : original).answer(silence);
    sim.open.length = 0;
    await sim.next();
    await sim.open[0]!.answer(delivered);

    assertEquals([sim.outcomes.get(0), sim.all.length], ["delivered", 3]);
  }
});

Deno.test("Exporter.flush() counts nothing of a copy that comes too late to matter", async () => {
  for (const late of [refused("content"), refused("settings"), failing]) {
    const sim = simulate();
    sim.send(1, 2);
    while (sim.open.length > 0) await sim.open[0]!.answer(delivered); // There are two connections now.
    sim.send(0);
    sim.exporter.flush(60_000);
    await sim.advance(1000);
    const [original, copy] = sim.open as [Request, Request];
    await sim.advance(600);
    await copy.answer(delivered); // By which the service is slow, and the original does not hang any more.
    await original.answer(late);
    await sim.advance(10_000);

    assertEquals([sim.outcomes.get(0), sim.all.length], ["delivered", 4]);
    assertEquals([sim.counts.lost, sim.counts.retries], [0, 0]);
  }
});

Deno.test("Exporter.flush() gives an event up once whose copy waits", async () => {
  const sim = simulate({ concurrency: 2 });
  sim.send(...range(10));
  const originals = [...sim.open];
  sim.exporter.flush(60_000);
  await sim.advance(1000);
  assertEquals(sim.open.length, 3); // The copy of the first, while that of the second waits.
  while (sim.outcomes.size < 10) {
    if (sim.open.length === originals.length) await sim.skip();
    else await sim.open.at(-1)!.answer(refused("settings"));
  }
  for (const request of originals) await request.answer(refused("settings"));

  assertEquals([sim.outcomes.size, sim.counts.lost], [10, 10]);
});

Deno.test("Exporter.flush() sends nothing twice by OTLP, which does not collapse it", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.send(0);
  sim.exporter.flush(20_000);
  await sim.advance(20_000);

  assertEquals(sim.all.length, 1);
});

Deno.test("Exporter.send() takes the slot from a request that outlasts its own timeout", async () => {
  const sim = simulate({ requestTimeoutMs: 1000 });
  sim.send(0);
  const [stuck] = sim.open as [Request];
  sim.open.length = 0;
  await sim.next();
  assert(sim.now >= 6000 && sim.now <= 6300, `${sim.now} ms`);
  await sim.open[0]!.answer(delivered);
  await stuck.answer(delivered); // Too late to count.

  assertEquals([...sim.outcomes], [[0, "delivered"]]);
});

Deno.test("Exporter.send() waits for answers that may have come while the process was suspended", async () => {
  const sim = simulate({ requestTimeoutMs: 1000, protocol: "otlp", batchSize: 1 });
  sim.send(...range(4));
  await sim.suspend(600_000);
  for (const request of sim.open.slice(0, 4)) await request.answer(delivered);

  assertEquals(sim.outcomes.size, 4);
  assertEquals(sim.counts.retries, 0);
});

Deno.test("Exporter.send() sends what is overdue once more, however much is at the same time", async () => {
  const sim = simulate({ requestTimeoutMs: 1000 });
  sim.send(...range(4));
  const stuck = sim.open.splice(0);
  while (sim.open.length < 4) await sim.skip();
  await sim.advance(900);

  assertEquals(sim.counts.retries, 4);
  assertEquals(sim.open.map(({ key }) => key).toSorted(), stuck.map(({ key }) => key));
});

// ——— How much at a time ———

Deno.test("Exporter.send() loses nothing to a service that is too busy, but what it alone is refused", async () => {
  const sim = simulate({ maxRetries: 3, concurrency: 4 });
  sim.send(...range(100));
  let refusals = 0;
  for (let more = 1000; !sim.outcomes.has(7);) {
    if (sim.open.length === 0) await sim.next();
    const [request] = sim.open as [Request];
    const isBad = request.key === "key-7";
    await request.answer(isBad ? busy() : delivered);
    if (!isBad) continue;
    assert(++refusals < 100, "it is tried without an end");
    sim.send(more++);
  }

  assertEquals([sim.outcomes.get(7), refusals, sim.counts.lost], ["failed", 31, 1]);
});

/** Sends records to a service that answers after 20 ms, and says how long all of them take. */
async function timeToDeliver(records: number, isRefused: (now: number) => boolean) {
  const sim = simulate({ concurrency: 256 });
  sim.send(...range(records));
  let requests = 0;
  while (sim.outcomes.size < records) {
    const began = [...sim.open];
    await sim.advance(20);
    for (const request of began) {
      requests++;
      await request.answer(isRefused(sim.now) ? busy() : delivered);
    }
  }
  assertEquals([sim.counts.lost, sim.outcomes.size], [0, records]);
  return { ms: sim.now, requests };
}

Deno.test("Exporter.send() goes on at its pace where a part of the service is busy", async () => {
  const generator = new Generator(7);
  let requests = 0;
  for (
    const isRefused of [
      () => ++requests % 3 === 0, // One of three instances.
      () => generator.below(3) === 0,
    ]
  ) {
    const { ms, requests } = await timeToDeliver(2000, isRefused);
    // By a pause of 250 ms at each refusal it would be four minutes.
    assert(ms < 30_000, `${ms} ms`);
    assert(requests < 3300, `${requests} requests`);
  }
});

Deno.test("Exporter.send() finds out how much a service takes that says nothing but that it is busy", async () => {
  let freeAt = 0;
  const isRefused = (now: number) => {
    if (now < freeAt) return true;
    freeAt = now + 40;
    return false;
  };
  const { ms, requests } = await timeToDeliver(500, isRefused);
  assert(ms < 3 * 500 * 40, `${ms} ms`);
  assert(requests < 6 * 500, `${requests} requests`);
});

Deno.test("Exporter.send() waits for a Collector as long as that is busy", async () => {
  const sim = simulate({ isEndpoint: true, maxRetries: 0 });
  sim.send(0);
  for (let i = 0; i < 200; i++) {
    await sim.open[0]!.answer(busy());
    await sim.next();
  }
  await sim.open[0]!.answer(delivered);

  assertEquals(sim.outcomes.get(0), "delivered");
});

Deno.test("Exporter.send() halves batches that are larger than a Collector's whole queue", async () => {
  for (const isKept of [false, true]) {
    const sim = simulate({ protocol: "otlp", isEndpoint: true, isKept });
    sim.send(...range(100));
    while (sim.outcomes.size < 100) {
      if (sim.open.length === 0) await sim.next();
      const [request] = sim.open as [Request];
      await request.answer(request.records.length > 30 ? busy() : delivered);
      assert(sim.now < 600_000, "it is tried without an end");
    }

    assertEquals(new Set(sim.outcomes.values()), new Set(["delivered"]));
    assert(sim.now > 90_000, `halved after ${sim.now} ms: it may only have been full`);
  }
});

Deno.test("Exporter.send() counts busy answers where the log call waits for an end", async () => {
  const sim = simulate({ retryUnreachable: false, maxRetries: 2 });
  sim.send(0);
  for (let i = 0; i < 3; i++) {
    if (sim.open.length === 0) await sim.next();
    await sim.open[0]!.answer(busy());
  }

  assertEquals(sim.outcomes.get(0), "failed");
});

Deno.test("Exporter.send() sends fewer at a time to a service that does not answer in time", async () => {
  for (const [cause, inFlight] of [["timeout", 32 - 6], ["unreachable", 32]] as const) {
    const sim = simulate({ concurrency: 32 });
    sim.send(...range(200));
    await sim.open[0]!.answer(delivered);
    await sim.open[0]!.answer({ ...silence, cause } as SendResult);
    for (let i = 0; i < 5; i++) await sim.open[0]!.answer(delivered);

    assertEquals(sim.open.length, inFlight);
  }
});

Deno.test("Exporter.send() opens fewer connections where this machine has no more", async () => {
  const local = { ...silence, cause: "local" } as SendResult;
  const sim = simulate({ concurrency: 32, maxRetries: 0 });
  sim.send(...range(200));
  let most = 0;
  while (sim.outcomes.size < 200) {
    if (sim.open.length === 0) await sim.next();
    // The first ten have a descriptor, the others have none.
    for (const request of sim.open.slice(10)) await request.answer(local);
    most = sim.now > 2000 ? Math.max(most, sim.open.length) : 0;
    await sim.open[0]!.answer(delivered);
  }

  assertEquals(sim.counts.lost, 0);
  assert(sim.all.length < 300, `${sim.all.length} requests`);
});

Deno.test("Exporter.send() pauses where a request hangs and there is no connection for another", async () => {
  const local = { ...silence, cause: "local" } as SendResult;
  const sim = simulate({ concurrency: 32, requestTimeoutMs: 30_000 });
  sim.send(...range(10));
  sim.open.shift();
  while (sim.now < 20_000) {
    if (sim.open.length === 0) await sim.skip();
    else await sim.open[0]!.answer(local);
    assert(sim.all.length < 30, `${sim.all.length} requests in ${sim.now} ms`);
  }
});

Deno.test("Exporter.send() bounds a batch in characters", async () => {
  const sim = simulate({ protocol: "otlp" });
  sim.exporter.send(chunk(0, range(200).map((n) => event(n, { text: "x".repeat(100_000) }))));
  let largest = 0;
  while (sim.outcomes.size < 200) {
    if (sim.open.length === 0) await sim.next();
    largest = Math.max(largest, ...sim.open.map(({ body }) => body.length));
    await sim.open[0]!.answer(delivered);
  }

  assert(largest < 1.2e6, `${largest} characters`);
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
    await sim.next();
  }
  sim.exporter.flush(2000);
  for (let i = 0; i < 3; i++) {
    await sim.open[0]!.answer(silence);
    assertPause(await sim.next(), 250);
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

Deno.test("Exporter.flush() asks twice more whether the settings are wrong, and then fails everything", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(...range(10));
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000);
  await sim.open[0]!.answer(refused("settings"));
  assertPause(await sim.next(), LADDER[0]!);
  await sim.open[0]!.answer(refused("settings"));
  assertEquals(sim.outcomes.size, 10);

  sim.send(10); // The rest of the queue, which comes when there is room.
  assertEquals(sim.outcomes.get(10), "failed");
  assertEquals([sim.all.length, sim.counts.lost], [3, 11]);
});

for (const protocol of ["events", "otlp"] as const) {
  for (const bad of [0, 1, 20, 39]) {
    Deno.test(`Exporter.flush() fails record ${bad} alone by ${protocol}, though all answers before are refusals`, async () => {
      const sim = simulate({ protocol, concurrency: 32 });
      sim.send(...range(40));
      sim.exporter.flush(60_000);
      while (sim.outcomes.size < 40) {
        if (sim.open.length === 0) await sim.next();
        const isBad = ({ records }: Request) => records.includes(bad);
        const request = sim.open.find(isBad) ?? sim.open[0]!; // What is refused is answered first.
        await request.answer(isBad(request) ? refused("settings") : delivered);
      }
      assertEquals(range(40).filter((n) => sim.outcomes.get(n) === "failed"), [bad]);
    });
  }
}

Deno.test("Exporter.flush() loses nothing by one refusal, which comes before all others are delivered", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const sim = simulate({ protocol, concurrency: 32 });
    sim.send(...range(100));
    sim.exporter.flush(60_000);
    await sim.open[0]!.answer(refused("settings"));
    while (sim.outcomes.size < 100) {
      if (sim.open.length === 0) await sim.next();
      await sim.open[0]!.answer(delivered);
    }
    assertEquals(new Set(sim.outcomes.values()), new Set(["delivered"]));
  }
});

Deno.test("Exporter.flush() says why it gives everything up, whatever the refusals are", async () => {
  for (const because of ["settings", "content"] as const) {
    const sim = simulate({ protocol: "otlp" });
    sim.send(...range(40));
    sim.exporter.flush(60_000);
    while (sim.outcomes.size < 40) {
      if (sim.open.length === 0) await sim.next();
      await sim.open[0]!.answer(refused(because));
    }
    assertEquals([sim.counts.lost, sim.counts.reason], [40, because]);
    assert(sim.said.includes(because));
  }
});

Deno.test("Exporter.flush() gives nothing up for wrong settings where the program goes on", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(...range(10));
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000, false);
  assertEquals([sim.open.length, sim.outcomes.size], [0, 0]); // Waiting mends no settings.
  await sim.next();
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);

  assertEquals(sim.outcomes.size, 10);
});

Deno.test("Exporter.flush() says that waiting is in vain where the settings are wrong, and fails nothing that is kept", async () => {
  const sim = simulate({ concurrency: 1, isKept: true });
  sim.send(...range(10));
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000, false);
  await sim.next();
  await sim.open[0]!.answer(refused("settings"));
  assertEquals(sim.counts.hopeless, 0); // The program goes on, and somebody may correct them.
  sim.exporter.flush(2000);
  assertEquals([sim.counts.hopeless, sim.open.length], [0, 1]);
  await sim.open[0]!.answer(refused("settings"));
  assert(sim.counts.hopeless > 0);
  assertEquals([sim.outcomes.size, sim.counts.lost], [0, 0]);

  await sim.next(); // The program goes on after all.
  while (sim.open.length > 0) await sim.open[0]!.answer(delivered);
  assertEquals(sim.outcomes.size, 10);
});

Deno.test("Exporter.flush() is over after its time: the program went on after all", async () => {
  const sim = simulate({ concurrency: 1 });
  sim.send(0);
  await sim.open[0]!.answer(refused("settings"));
  sim.exporter.flush(2000);
  await sim.open[0]!.answer(refused("settings"));
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
