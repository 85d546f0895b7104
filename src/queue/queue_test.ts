/**
 * Every record that is pushed is at any time exactly one of waiting, in flight, settled or dropped:
 * compared step by step with a model that keeps each record by itself.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Queue } from "./queue.ts";
import { Generator } from "../../tests/generate.ts";

Deno.test("Queue has each record waiting, in flight or neither, whatever happens in which order", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Generator(seed);
    const batchSize = 1 + random.below(5);
    const queue = new Queue(batchSize);
    const waiting = new Map<number, string>();
    const inFlight = new Map<number, string>();
    let next = 0;
    for (let step = 0; step < 80; step++) {
      switch (random.below(8)) {
        case 0:
        case 1: {
          const batch = queue.peek();
          assertEquals(batch === undefined, waiting.size === 0, `seed ${seed}`);
          if (batch === undefined) break;
          const lines = batch.lines.split("\n");
          assertEquals(lines.length, batch.count, `seed ${seed}`);
          for (const [i, line] of lines.entries()) {
            const [oldest] = waiting.keys();
            assertEquals([oldest, waiting.get(oldest!)], [batch.first + i, line], `seed ${seed}`);
            waiting.delete(oldest!);
            inFlight.set(oldest!, line);
          }
          queue.markPosted();
          break;
        }
        case 2:
        case 3: {
          const sequence = random.below(next + 2);
          assertEquals(queue.settle(sequence), inFlight.delete(sequence), `seed ${seed}`);
          break;
        }
        case 4: {
          const [oldest] = waiting.keys();
          assertEquals(queue.dropOldest(), oldest === undefined ? 0 : 1, `seed ${seed}`);
          waiting.delete(oldest!);
          break;
        }
        case 5:
          if (random.below(4) > 0) break;
          queue.rewind();
          for (const [sequence, line] of [...waiting]) {
            waiting.delete(sequence); // To stand behind those that come back.
            inFlight.set(sequence, line);
          }
          for (const [sequence, line] of inFlight) waiting.set(sequence, line);
          inFlight.clear();
          break;
        default:
          queue.push(`line ${next}`);
          waiting.set(next, `line ${next}`);
          next++;
      }
      const all = [...waiting.keys(), ...inFlight.keys()];
      const limit = random.below(next + 2);
      assertEquals({
        next: queue.next,
        waiting: queue.waiting,
        inFlight: queue.inFlight,
        length: queue.length,
        before: queue.countBefore(limit),
      }, {
        next,
        waiting: waiting.size,
        inFlight: inFlight.size,
        length: all.length,
        before: all.filter((sequence) => sequence < limit).length,
      }, `seed ${seed}`);
    }
    while (queue.peek()) queue.markPosted();
    for (const sequence of [...waiting.keys(), ...inFlight.keys()]) queue.settle(sequence);
    assertEquals(
      [queue.length, queue.characters, queue.charactersInFlight],
      [0, 0, 0],
      `seed ${seed}`,
    );
  }
});

Deno.test("Queue fills its batches by number, and by characters", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 7; i++) queue.push(String(i));
  const taken = () => {
    const { first, count, lines } = queue.peek()!;
    queue.markPosted();
    return [first, count, lines];
  };
  assertEquals(queue.hasFullBatch, true);
  assertEquals(taken(), [0, 3, "0\n1\n2"]);
  assertEquals(taken(), [3, 3, "3\n4\n5"]);
  assertEquals(queue.hasFullBatch, false);
  assertEquals(taken(), [6, 1, "6"]);

  const long = "x".repeat(600_000);
  for (let i = 0; i < 3; i++) queue.push(long);
  assertEquals([taken()[1], taken()[1]], [2, 1]);
});

Deno.test("Queue.push() does not add to a batch that is posted", () => {
  const queue = new Queue(3);
  queue.push("a");
  queue.markPosted();
  queue.push("b");
  assertEquals(queue.peek()?.lines, "b");
});

Deno.test("Queue.leave() forgets all, and uses no number again", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 4; i++) queue.push(String(i));
  queue.markPosted();
  assertEquals([queue.leave(), queue.left], [4, 0]);
  assertEquals([queue.length, queue.characters, queue.peek()], [0, 0, undefined]);
  assertEquals(queue.settle(0), false);
  queue.push("4");
  assertEquals(queue.peek()?.first, 4);
});

Deno.test("Queue.push() takes a record where there is room for one, by number and by characters", () => {
  const few = new Queue(3, { records: 2, characters: 100 });
  assertEquals(["a", "b", "c"].map((line) => few.push(line)), [true, true, false]);
  assertEquals([few.length, few.next, few.room, few.isFull], [2, 2, 0, true]);
  few.markPosted();
  assertEquals(few.push("c"), false); // What is in flight takes room, too.
  few.settle(0);
  few.settle(1);
  assertEquals([few.room, few.push("c")], [2, true]);

  const short = new Queue(1, { records: 100, characters: 10 });
  assertEquals(["12345", "6789", "0", "1"].map((line) => short.push(line)), [
    ...[true, true, true, false],
  ]);
  assertEquals([short.characters, short.room], [10, 0]);
});

Deno.test("Queue.append() takes room as push() does, and goes on after the numbers of the batch", () => {
  const queue = new Queue(3, { records: 5, characters: 20 });
  queue.append({ first: 7, count: 2, lines: "seven\neight" });
  assertEquals([queue.waiting, queue.room, queue.characters], [2, 3, "seven\neight".length]);
  queue.push("nine");
  assertEquals([queue.next, queue.room], [10, 2]);
  assertEquals([...queue.unsettledFrom(9)].map(({ lines }) => lines), ["seven\neight\nnine"]);
  queue.append({ first: 10, count: 1, lines: "ten" });
  queue.append({ first: 11, count: 1, lines: "eleven" });
  assertEquals([queue.room, queue.push("twelve")], [0, false]);
});

Deno.test("Queue.unsettledFrom() gives the records from a number on, without those that are settled", () => {
  const queue = new Queue(3);
  for (let i = 0; i < 11; i++) queue.push(String(i));
  for (let i = 0; i < 3; i++) queue.markPosted();
  for (const sequence of [0, 2, 4, 6]) queue.settle(sequence);
  const from = (number: number) =>
    [...queue.unsettledFrom(number)].map(({ first, count, lines }) => [first, count, lines]);

  assertEquals(from(3), [[3, 1, "3"], [5, 1, "5"], [7, 2, "7\n8"], [9, 2, "9\n10"]]);
  assertEquals(from(0), [[1, 1, "1"], ...from(3)]);
  for (const number of [4, 5]) assertEquals(from(number), from(3).slice(1));
  assertEquals(from(11), []);
});

Deno.test("Queue.dropOldestPart() drops what waits, and nothing that is posted", () => {
  const queue = new Queue(2);
  for (let i = 0; i < 5; i++) queue.push(String(i));
  queue.markPosted();
  const { first, count } = queue.dropOldestPart(1 << 14)!;
  assertEquals([first, count, queue.waiting, queue.inFlight], [2, 2, 1, 2]);
  assertEquals(queue.dropOldestPart(1)?.first, 4);
  assertEquals([queue.dropOldestPart(1), queue.characters], [undefined, "0\n1".length]);
});

Deno.test("Queue.dropOldestPart() drops no more than so many characters need", () => {
  const queue = new Queue(10);
  for (const line of ["one", "two", "three", "four"]) queue.push(line);
  const dropped = queue.dropOldestPart("one".length + 1);
  assertEquals(dropped, { first: 0, count: 2, lines: "one\ntwo" });
  assertEquals(queue.peek()!.lines, "three\nfour");
  assertEquals([queue.waiting, queue.characters], [2, "three\nfour".length]);
  queue.push("five");
  assertEquals([queue.peek()!.first, queue.peek()!.count], [2, 3]);
});
