/**
 * How many requests are in flight: the rules one by one, and what comes of them between an exporter
 * and a service whose time and network are a program's.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Exporter } from "./exporter.ts";
import { FAR_MS, Limit } from "./limit.ts";
import type { SendResult } from "./response.ts";

/** A limit whose clock is a number. */
function limitOf(ceiling = 256) {
  const clock = { now: 0 };
  return { limit: new Limit(ceiling, () => clock.now), clock };
}

/** Delivers a round of requests of which so many found a connection. */
function deliver(limit: Limit, count: number, warm: number, tookMs = 100, isFull = true): void {
  for (let i = 0; i < count; i++) {
    limit.onDelivered(limit.epoch, tookMs, i < warm, isFull);
  }
}

Deno.test("Limit doubles each round trip while records wait for nothing else", () => {
  const { limit } = limitOf();
  const sizes = [limit.size];
  for (let warm = 0; sizes.length < 5; warm = sizes.at(-2)!) {
    deliver(limit, limit.size, warm);
    sizes.push(limit.size);
  }
  // Nearly so: that a round is not slow is known only when a part of its answers has come.
  for (const [i, size] of [32, 64, 110, 200, 256].entries()) assert(sizes[i]! >= size, `${sizes}`);
  assert(sizes.every((size, i) => i === 0 || size <= 2 * sizes[i - 1]!), `${sizes}`);

  const { limit: idle } = limitOf();
  deliver(idle, 1000, 1000, 100, false);
  assertEquals(idle.size, 32);
});

Deno.test("Limit stays under its ceiling, at which it may begin", () => {
  for (const ceiling of [1, 2, 31, 33, 100]) {
    const { limit } = limitOf(ceiling);
    assertEquals(limit.size, Math.min(32, ceiling));
    for (let i = 0; i < 20; i++) deliver(limit, limit.size, limit.size);
    assertEquals(limit.size, ceiling);
    limit.expedite(100_000, FAR_MS);
    assertEquals(limit.size, ceiling);
  }
});

Deno.test("Limit is cut once for a wave of refusals", () => {
  const { limit } = limitOf();
  deliver(limit, 4, 0, 100, false);
  const { epoch } = limit;
  const pauses = Array.from({ length: 28 }, () => limit.onRefused(epoch));

  assertEquals(limit.size, 22);
  assertEquals(pauses.filter(Boolean).length, 0);
});

Deno.test("Limit comes down to what a wave shows that the service bears, in whatever order it tells", () => {
  for (const delivered of [0, 10, 28]) { // After so many refusals.
    const { limit } = limitOf();
    const { epoch } = limit;
    for (let i = 0; i < 28; i++) {
      if (i === delivered) limit.onDelivered(epoch, 30, false, false);
      limit.onRefused(epoch);
    }
    limit.onDelivered(epoch, 30, false, false);
    assertEquals(limit.size, 4);
  }
  const { limit: known, clock } = limitOf();
  for (let i = 0; i < 28; i++) known.onRefused(0);
  known.onDelivered(0, 30, false, false);
  clock.now = 1000;
  deliver(known, 1000, 1000);
  assertEquals(known.size, 4); // Now that is what it grows back to, and not from where it was cut.

  const { limit } = limitOf();
  for (let i = 0; i < 31; i++) limit.onRefused(0);
  limit.onDelivered(limit.epoch, 30, false, false); // An outage that is over.
  assertEquals(limit.size, 22);
});

Deno.test("Limit asks for a pause where nothing is delivered, and keeps then what it knows", () => {
  const { limit } = limitOf();
  assertEquals(limit.onRefused(limit.epoch), true); // Nobody has been delivered yet.
  assertEquals(limit.size, 22);
  for (let i = 0; i < 10; i++) assertEquals(limit.onRefused(limit.epoch), true);
  assertEquals(limit.size, 22);

  deliver(limit, 1, 0, 100, false);
  assertEquals(limit.onRefused(limit.epoch), false); // It is only busy.
  assertEquals(limit.onRefused(limit.epoch), true); // Nothing has been delivered since.
});

Deno.test("Limit goes down to one request, and asks for a pause then", () => {
  const { limit } = limitOf();
  let pauses = 0;
  for (let i = 0; i < 20; i++) {
    deliver(limit, 1, 0, 100, false);
    if (limit.onRefused(limit.epoch)) pauses++;
  }
  assertEquals(limit.size, 1);
  assert(pauses > 0);
});

Deno.test("Limit is back where it was cut after the time that CUBIC takes, and goes on from there", () => {
  const { limit, clock } = limitOf();
  for (let warm = 0; limit.size < 256; warm = limit.size / 2) deliver(limit, limit.size, warm);
  limit.onRefused(limit.epoch);
  assertEquals(limit.size, 179);
  // RFC 9438, 4.2: K = cbrt(W_max (1 - beta) / C).
  const plateau = 1000 * Math.cbrt(256 * 0.3 / 0.4);
  const sizeAt = (ms: number) => {
    clock.now = ms;
    deliver(limit, 2000, 2000);
    return limit.size;
  };
  assert(sizeAt(plateau / 4) < 235);
  assertAlmostEquals(sizeAt(0.99 * plateau), 256, 2);

  const { limit: small, clock: time } = limitOf();
  deliver(small, 1, 0, 100, false);
  small.onRefused(small.epoch);
  time.now = 8000;
  deliver(small, 2000, 2000);
  assert(small.size > 60, `${small.size}`); // Beyond where it was cut: there may be more by now.
});

Deno.test("Limit gives back what it has grown when answers become slow, and no more than that", () => {
  const { limit } = limitOf();
  for (let warm = 0; limit.size < 256; warm = limit.size / 2) deliver(limit, limit.size, warm);
  const sizes = [];
  for (let i = 0; i < 8; i++) {
    deliver(limit, limit.size, limit.size, 1000, false);
    sizes.push(limit.size);
  }
  assert(sizes[0]! < 64, `${sizes}`);
  assertEquals(Math.min(...sizes), 32);

  const { limit: other } = limitOf();
  deliver(other, 100, 100);
  const grown = other.size;
  while (other.size === grown) deliver(other, 1, 1, 1000, false);
  const { size } = other;
  deliver(other, 3, 3, 1000); // Before the next round is over, nobody knows whether it is better.
  assertEquals(other.size, size);
});

Deno.test("Limit does not take the first answers over new connections for slow ones", () => {
  const { limit } = limitOf();
  deliver(limit, 32, 0, 400);
  deliver(limit, limit.size, 32);
  deliver(limit, limit.size, 64);
  assert(limit.size >= 200, `${limit.size}`);
});

Deno.test("Limit.expedite() lets what waits go in eight rounds, unless anything was refused", () => {
  for (const [waiting, size] of [[1000, 125], [200, 32], [100_000, 256]] as const) {
    const { limit } = limitOf();
    limit.expedite(waiting, FAR_MS);
    assertEquals(limit.size, size);
  }
  const { limit } = limitOf();
  limit.onRefused(limit.epoch);
  limit.expedite(1000, FAR_MS);
  assertEquals(limit.size, 22);
});

Deno.test("Limit.expedite() takes no more connections near by", () => {
  const { limit } = limitOf();
  limit.expedite(1000, 0);
  limit.expedite(1000, FAR_MS - 1);
  assertEquals(limit.size, 32);
  limit.latency.onAnswer(FAR_MS);
  limit.expedite(1000, 0);
  assertEquals(limit.size, 125);
  const slow = limitOf().limit;
  slow.latency.onAnswer(5);
  slow.latency.onAnswer(1000);
  slow.expedite(1000, 1000);
  assertEquals(slow.size, 32);
});

Deno.test("Limit.onCrowded() comes down to the connections that there are", () => {
  const { limit } = limitOf();
  const pauses = Array.from({ length: 29 }, (_, i) => limit.onCrowded(31 - i));
  assertEquals([limit.size, pauses.includes(true)], [3, false]);
  assertEquals(limit.onCrowded(0), true);
  assertEquals(limit.size, 1);

  const { limit: busy } = limitOf();
  const { epoch } = busy;
  busy.onCrowded(20);
  deliver(busy, 1, 0, 100, false);
  busy.onRefused(epoch); // Sent when there were more.
  assertEquals(busy.size, 20);
});

// ——— Between an exporter and a service ———

/** A service, and a program that logs to it. Times in milliseconds. */
interface Scene {
  readonly roundTrip: number;
  /** Requests that it works on at a time; more are refused, or wait if they `queue`. */
  readonly capacity?: number;
  readonly queues?: boolean;
  /** How long it works on each, perhaps the longer the more it works on. */
  readonly work?: number | ((working: number) => number);
  readonly records: number;
  readonly concurrency?: number;
  /** Whether the program ends at once. */
  readonly ends?: boolean;
  /** When to stop. */
  readonly until: number;
}

/** Plays it, and says what became of the records, and when the last of them was settled. */
async function play(scene: Scene) {
  const { roundTrip, capacity = Infinity, queues = false, work = 1, records, until } = scene;
  let now = 0;
  const events: { at: number; run: () => void }[] = [];
  const schedule = (after: number, run: () => void) => {
    const event = { at: now + Math.max(0, after), run };
    let i = events.length;
    while (i > 0 && events[i - 1]!.at > event.at) i--;
    events.splice(i, 0, event);
    return () => void (event.run = () => {});
  };
  const counts = { requests: 0, refused: 0, delivered: 0, failed: 0, most: 0, doneAt: 0 };
  const delivered: SendResult = { kind: "delivered" };
  const busy: SendResult = {
    kind: "retry",
    cause: "busy",
    diagnostic: { level: "warn", code: "http-429", message: "busy" },
  };
  let working = 0;
  let out = 0;
  let idle = 0;
  const waiting: (() => void)[] = [];
  const send = () =>
    new Promise<SendResult>((resolve) => {
      counts.requests++;
      counts.most = Math.max(counts.most, ++out);
      const answer = (result: SendResult) =>
        schedule(roundTrip / 2, () => {
          out--;
          resolve(result);
        });
      const begin = () => {
        working++;
        schedule(typeof work === "number" ? work : work(working), () => {
          working--;
          answer(delivered);
          waiting.shift()?.();
        });
      };
      schedule(roundTrip / 2, () => {
        if (working < capacity) return begin();
        if (queues) return void waiting.push(begin);
        counts.refused++;
        answer(busy);
      });
    });
  const exporter = new Exporter(
    {
      protocol: "events",
      url: "http://127.0.0.1/",
      isEndpoint: false,
      isKept: false,
      headers: {},
      requestTimeoutMs: 30_000,
      retryable: [],
      gzip: false,
      batchSize: 1,
      flushIntervalMs: 1000,
      concurrency: scene.concurrency ?? 256,
      maxRetries: 3,
      retryUnreachable: true,
    },
    {
      acknowledgements: {
        acknowledge(_sequence, outcome) {
          counts[outcome]++;
          counts.doneAt = now;
        },
        countRetries() {},
        setHopeless() {},
      },
      report() {},
      countLost() {},
    },
    send,
    { now: () => now, wake: (callback, afterMs) => schedule(afterMs, callback) },
  );
  const constants = {
    envelope: '"eventType":"app.log"',
    trace: '"traceId":"t"',
    resource: "",
    pid: 1,
  };
  exporter.addOrigin(0, {
    version: 1,
    protocol: "events",
    keyPrefix: "key",
    constants,
    destination: "",
  });
  const line = `record\t20\t"INFO"\t"shop"\t1000\t0\t\t\t"one"\t`;
  const lines = Array(records).fill(line).join("\n");
  exporter.send({ origin: 0, first: 0, firstKey: 0, count: records, lines });
  if (scene.ends) exporter.flush(until);
  while (counts.delivered + counts.failed < records) {
    const event = events.shift();
    if (event === undefined || event.at > until) break;
    assert(now < event.at || ++idle < 10_000, "wakes up again and again");
    if (now < event.at) idle = 0;
    now = event.at;
    event.run();
    for (let i = 0; i < 6; i++) await Promise.resolve();
  }
  exporter.stop();
  return counts;
}

Deno.test("Exporter moves a backlog from far away six times as fast as with 32 requests", async () => {
  for (const roundTrip of [100, 200]) {
    const scene = { roundTrip, records: 20_000, until: 10_000 };
    const { delivered, failed } = await play(scene);
    const fixed = 32 * 10_000 / roundTrip;
    assert(delivered >= 6 * fixed, `${delivered} of ${roundTrip} ms, ${fixed} with 32`);
    assertEquals(failed, 0);
  }
});

Deno.test("Exporter delivers a full queue at the end within two seconds from 200 ms away", async () => {
  for (const roundTrip of [20, 100, 200]) {
    const { delivered, doneAt } = await play({ roundTrip, records: 1000, ends: true, until: 2000 });
    assertEquals(delivered, 1000);
    assert(doneAt <= 1500, `${doneAt} ms`);
  }
});

Deno.test("Exporter loses nothing to a service that refuses more, and has few requests refused", async () => {
  // How much of what the service could take.
  for (const [capacity, share] of [[4, 0.8], [16, 0.8], [64, 0.7]] as const) {
    for (const roundTrip of [5, 20, 50]) {
      const work = 10;
      const { delivered, failed, refused, requests } = await play({
        roundTrip,
        capacity,
        work,
        records: 30_000,
        until: 10_000,
      });
      // Without a queue of its own it cannot work while the next request is on its way.
      const possible = capacity * 10_000 / (roundTrip + work);
      const told = `${capacity}, ${roundTrip} ms: ${delivered} of ${possible}, ` +
        `${refused} of ${requests} refused`;
      assertEquals(failed, 0, told);
      assert(delivered >= share * possible, told);
      assert(refused <= 32 + 0.02 * requests, told); // The first wave is a guess.
    }
  }
});

Deno.test("Exporter finds out by the first wave how few requests a service bears", async () => {
  for (const roundTrip of [5, 20, 50]) {
    for (const ends of [false, true]) {
      const scene = { roundTrip, capacity: 4, work: 10, records: 500, ends, until: 60_000 };
      const { delivered, refused, requests, doneAt } = await play(scene);
      const told = `${roundTrip} ms: ${refused} of ${requests} refused, ${doneAt} ms`;
      assertEquals(delivered, 500, told);
      // At the end of a program more are sent to a service that is far away.
      assert(refused <= (ends ? 0.15 : 0.08) * requests, told);
      assert(doneAt < 1.3 * 500 / 4 * (roundTrip + 10), told);
    }
  }
});

Deno.test("Exporter leaves a service alone that becomes slow under load", async () => {
  const work = (working: number) => 10 * Math.max(1, (working / 16) ** 1.5);
  for (const roundTrip of [5, 20]) {
    const scene = { roundTrip, work, records: 5000, until: 60_000 };
    const { doneAt, most } = await play(scene);
    const fixed = await play({ ...scene, concurrency: 32 });
    const told = `${doneAt} ms, ${fixed.doneAt} ms with 32 at a time, at most ${most}`;
    assert(doneAt < 1.3 * fixed.doneAt, told);
    assert(most <= 128, told);
  }
});

Deno.test("Exporter does not wake up for a request that hangs from this moment on", async () => {
  const scene = { roundTrip: 50, capacity: 4, work: 10, records: 5000, ends: true, until: 100_000 };
  assertEquals((await play(scene)).delivered, 5000);
});

Deno.test("Exporter loses nothing at the end to a service that refuses more", async () => {
  for (const capacity of [4, 16, 64]) {
    const scene = { roundTrip: 5, capacity, work: 5, records: 1000, ends: true, until: 60_000 };
    const { delivered, failed, doneAt } = await play(scene);
    assertEquals([delivered, failed], [1000, 0]);
    assert(doneAt < 15_000, `${capacity}: ${doneAt} ms`);
  }
});

Deno.test("Exporter does not pile requests up at a service that queues them", async () => {
  const { most, delivered } = await play({
    roundTrip: 5,
    capacity: 16,
    queues: true,
    work: 5,
    records: 50_000,
    until: 10_000,
  });
  assert(most < 256, `${most} at a time`);
  assert(delivered >= 0.9 * 16 * 10_000 / 5, `${delivered}`);
});
