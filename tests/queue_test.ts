/**
 * The queue numbers records, and everything about delivery relies on the numbers.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Queue } from "../src/queue.ts";

Deno.test("Queue.shift() returns what was pushed, in order, and undefined at the end", () => {
  const queue = new Queue(3);
  assertEquals(queue.shift(), undefined);
  for (const item of ["a", "b", "c"]) queue.push(item);
  assertEquals(queue.length, 3);
  assertEquals([queue.shift(), queue.shift(), queue.shift()], ["a", "b", "c"]);
  assertEquals(queue.shift(), undefined);
  assertEquals(queue.length, 0);
});

Deno.test("Queue.push() uses the slots again, and never a number", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 100; i++) {
    assertEquals({ first: queue.first, next: queue.next }, { first: i, next: i });
    queue.push(`record ${i}`);
    assertEquals({ first: queue.first, next: queue.next }, { first: i, next: i + 1 });
    assertEquals(queue.shift(), `record ${i}`);
  }
});

Deno.test("Queue holds as many items as its capacity, wherever the first one is", () => {
  const queue = new Queue(4);
  for (let start = 0; start < 10; start++) {
    for (let i = 0; i < 4; i++) queue.push(`${start}.${i}`);
    assertEquals(queue.length, 4);
    for (let i = 0; i < 4; i++) assertEquals(queue.shift(), `${start}.${i}`);
    queue.push("one further");
    queue.shift();
  }
});
