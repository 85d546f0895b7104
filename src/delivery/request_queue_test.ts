/**
 * Which records make a request, and when it is due: to the record, the character and the millisecond.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Chunk } from "../record/chunk.ts";
import { RequestQueue } from "./request_queue.ts";

const INTERVAL_MS = 1000;

function queueOf(batchSize: number): RequestQueue {
  const queue = new RequestQueue({ batchSize, flushIntervalMs: INTERVAL_MS });
  const constants = { envelope: "", trace: '"traceId":"t"', resource: "", pid: 1 };
  for (const id of [0, 1, 2]) {
    const keyPrefix = `key${id}`;
    queue.addOrigin(id, { version: 1, protocol: "otlp", keyPrefix, constants, destination: "" });
  }
  return queue;
}

function chunk(first: number, lines: readonly string[], origin = 0): Chunk {
  return { origin, first, firstKey: first, count: lines.length, lines: lines.join("\n") };
}

const lines = (count: number) => Array<string>(count).fill("x");
const numbersOf = (request: ReturnType<RequestQueue["take"]>) =>
  request?.items.map(({ sequence }) => sequence);

Deno.test("RequestQueue.isEmpty says whether anything waits, for the first time or again", () => {
  const queue = queueOf(10);
  assertEquals(queue.isEmpty, true);
  queue.push(chunk(0, lines(2)), 0);
  assertEquals([queue.isEmpty, queue.pending], [false, 2]);
  const request = queue.take(0, true, false)!;
  assertEquals([queue.isEmpty, queue.pending], [true, 0]);
  queue.retry(request);
  assertEquals([queue.isEmpty, queue.pending], [false, 0]);
});

Deno.test("RequestQueue.take() gives a whole batch at once, and a part when its first record has waited", () => {
  const queue = queueOf(3);
  queue.push(chunk(0, lines(1)), 100);
  queue.push(chunk(1, lines(1)), 600);
  assertEquals(queue.dueAfter(600), 100 + INTERVAL_MS);
  for (const [now, isDue] of [[1099, false], [1100, true]] as const) {
    assertEquals([queue.isDue(now, false), queue.isDue(now, true)], [isDue, true]);
  }
  assertEquals(queue.take(1099, false, false), undefined);
  assertEquals(numbersOf(queue.take(1100, false, false)), [0, 1]);
  assertEquals(queue.dueAfter(1100), undefined);

  queue.push(chunk(2, lines(4)), 2000);
  assertEquals(numbersOf(queue.take(2700, false, false)), [2, 3, 4]);
  assertEquals(queue.take(3000, false, false), undefined); // Others may come to what is left.
  assertEquals(queue.dueAfter(3000), 2700 + INTERVAL_MS);
  assertEquals(numbersOf(queue.take(3000, true, false)), [5]);
});

Deno.test("RequestQueue.take() puts what failed first, or what did not, and waits until that is due", () => {
  const queue = queueOf(1);
  queue.push(chunk(0, lines(3)), 0);
  const failed = queue.take(0, false, false)!;
  failed.dueAt = 50;
  queue.retry(failed);
  assertEquals(queue.dueAfter(0), 50);
  assertEquals(numbersOf(queue.take(49, false, false)), [1]);
  assertEquals(numbersOf(queue.take(50, false, true)), [2]);
  assertEquals(queue.isDue(49, false), false);
  assertEquals(queue.isDue(50, false), true);
  assertEquals(queue.take(50, false, true), failed);

  queue.push(chunk(3, lines(1)), 60);
  queue.retry(failed);
  assertEquals(queue.take(60, false, false), failed);
});

Deno.test("RequestQueue.take() mixes no origins, and fills a request to the last character", () => {
  const queue = queueOf(10);
  queue.push(chunk(0, lines(1), 1), 0);
  queue.push(chunk(1, lines(1), 2), 0);
  const half = "x".repeat(1 << 19);
  queue.push(chunk(2, [half, half, "x"]), 0);
  // The handler's own first.
  assertEquals(numbersOf(queue.take(0, true, false)), [2, 3]);
  assertEquals(numbersOf(queue.take(0, true, false)), [4]);
  assertEquals(numbersOf(queue.take(0, true, false)), [0]);
  assertEquals(numbersOf(queue.take(0, true, false)), [1]);
  queue.push(chunk(5, ["x".repeat(1 << 21), "x"]), 0);
  assertEquals(numbersOf(queue.take(0, true, false)), [5]);
});

Deno.test("RequestQueue.halve() hands on what is known of a batch, but no retries to a single record", () => {
  for (const [count, retries] of [[2, 0], [4, 3]] as const) {
    const queue = queueOf(count);
    queue.push(chunk(0, lines(count)), 0);
    const batch = queue.take(0, false, false)!;
    Object.assign(batch, { retries: 3, isDoubted: true, failedAt: 5, cutOff: 2 });
    queue.halve(batch);
    const halves = [queue.take(0, false, false)!, queue.take(0, false, false)!];
    assertEquals(halves.flatMap(numbersOf), lines(count).map((_, i) => i));
    for (const half of halves) {
      const { isDoubted, failedAt, cutOff } = half;
      assertEquals({ isDoubted, failedAt, cutOff }, { isDoubted: true, failedAt: 5, cutOff: 1 });
      assertEquals(half.retries, retries);
    }
  }
});

Deno.test("RequestQueue.clear() gives out all that waits, and settles copies that are in flight", () => {
  const queue = queueOf(2);
  queue.push(chunk(0, lines(3)), 0);
  const inFlight = queue.take(0, false, false)!;
  queue.retry(inFlight);
  assertEquals(queue.clear().map(({ sequence }) => sequence), [2, 0, 1]);
  assertEquals([inFlight.isSettled, queue.isEmpty], [true, true]);
});
