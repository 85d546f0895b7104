/**
 * The queue numbers records, and everything about delivery relies on the numbers.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Queue } from "./queue.ts";
import { Generator } from "../../tests/generate.ts";

Deno.test("Queue gives out what was pushed and not dropped, in order, in batches, numbered", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Generator(seed);
    const batchSize = 1 + random.below(5);
    const queue = new Queue(batchSize);
    let first = 0;
    let next = 0;
    for (let step = 0; step < 60; step++) {
      switch (random.below(5)) {
        case 0: {
          const batch = queue.take();
          assertEquals(batch === undefined, first === next, `seed ${seed}`);
          if (batch === undefined) break;
          const lines = Array.from({ length: batch.count }, (_, i) => `line ${first + i}`);
          assertEquals(
            batch,
            { first, count: batch.count, lines: lines.join("\n") },
            `seed ${seed}`,
          );
          assertEquals(batch.count > 0 && batch.count <= batchSize, true, `seed ${seed}`);
          first += batch.count;
          break;
        }
        case 1:
          assertEquals(queue.drop(), first < next, `seed ${seed}`);
          if (first < next) first++;
          break;
        default:
          queue.push(`line ${next++}`);
      }
      const { length } = queue;
      assertEquals({ first: queue.first, next: queue.next, length }, {
        first,
        next,
        length: next - first,
      });
    }
  }
});

Deno.test("Queue fills its batches", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 7; i++) queue.push(String(i));
  assertEquals(queue.batchLength, 3);
  assertEquals([queue.take(), queue.take(), queue.take(), queue.take()], [
    { first: 0, count: 3, lines: "0\n1\n2" },
    { first: 3, count: 3, lines: "3\n4\n5" },
    { first: 6, count: 1, lines: "6" },
    undefined,
  ]);
  assertEquals(queue.batchLength, 0);
});

Deno.test("Queue.clear() drops all, and uses no number again", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 4; i++) queue.push(String(i));
  queue.clear();
  assertEquals({ length: queue.length, batch: queue.take() }, { length: 0, batch: undefined });
  queue.push("4");
  assertEquals(queue.take(), { first: 4, count: 1, lines: "4" });
});
