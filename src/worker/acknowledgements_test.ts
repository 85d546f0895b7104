/**
 * Two threads share the ring of acknowledgements without a lock. Here both ends are in one thread
 * where the test is about the ring, and in two where it is about waiting.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Outcome } from "../delivery/response.ts";
import { Acknowledgements } from "./acknowledgements.ts";

/** Longer than any test takes: whoever waits for it hangs. */
const FOREVER_MS = 600_000;

function taken(reader: Acknowledgements): [number, Outcome][] {
  const all: [number, Outcome][] = [];
  reader.read((sequence, outcome) => all.push([sequence, outcome]));
  return all;
}

Deno.test("Acknowledgements.read() takes what was written, once and in order", () => {
  const reader = new Acknowledgements(4);
  const writer = new Acknowledgements(reader.memory);
  assertEquals(taken(reader), []);
  writer.acknowledge(0, "delivered");
  writer.acknowledge(2, "failed");
  writer.acknowledge(1, "delivered");
  assertEquals(taken(reader), [[0, "delivered"], [2, "failed"], [1, "delivered"]]);
  assertEquals(taken(reader), []);
});

Deno.test("Acknowledgements.acknowledge() uses the ring's slots again", () => {
  for (const places of [1, 2, 3]) {
    const reader = new Acknowledgements(places);
    const writer = new Acknowledgements(reader.memory);
    for (let sequence = 0; sequence < 10 * places; sequence++) {
      const outcome = sequence % 3 === 0 ? "failed" : "delivered";
      writer.acknowledge(sequence, outcome);
      assertEquals(taken(reader), [[sequence, outcome]]);
    }
    const full = Array.from({ length: places }, (_, i): [number, Outcome] => [i, "failed"]);
    for (const [sequence, outcome] of full) writer.acknowledge(sequence, outcome);
    assertEquals(taken(reader), full);
  }
});

Deno.test("Acknowledgements keep apart the outcomes of the first record and of the last possible", () => {
  const reader = new Acknowledgements(4);
  const writer = new Acknowledgements(reader.memory);
  const last = Number.MAX_SAFE_INTEGER - 1;
  const all: [number, Outcome][] = [
    [0, "delivered"],
    [0, "failed"],
    [last, "delivered"],
    [last, "failed"],
  ];
  for (const [sequence, outcome] of all) writer.acknowledge(sequence, outcome);
  assertEquals(taken(reader), all);
});

Deno.test("Acknowledgements.countRetries() is seen by the reader", () => {
  const reader = new Acknowledgements(1);
  const writer = new Acknowledgements(reader.memory);
  writer.countRetries(2);
  writer.countRetries(3);
  assertEquals(reader.retried, 5);
  assertEquals(taken(reader), []);
});

Deno.test("Acknowledgements.setHopeless() is seen by the reader, until it begins another wait", () => {
  const reader = new Acknowledgements(1);
  const writer = new Acknowledgements(reader.memory);
  assertEquals(reader.isHopeless, false);
  writer.setHopeless();
  assertEquals(reader.isHopeless, true);
  reader.clearHopeless();
  assertEquals(reader.isHopeless, false);
  writer.acknowledge(0, "delivered");
  assertEquals(taken(reader), [[0, "delivered"]]);
});

Deno.test("Acknowledgements.read() takes again what was thrown at", () => {
  const reader = new Acknowledgements(4);
  const writer = new Acknowledgements(reader.memory);
  for (const sequence of [0, 1, 2]) writer.acknowledge(sequence, "delivered");
  const before: number[] = [];
  assertThrows(() =>
    reader.read((sequence) => {
      if (sequence === 1) throw new RangeError("Maximum call stack size exceeded");
      before.push(sequence);
    })
  );
  assertEquals(before, [0]);
  assertEquals(taken(reader).map(([sequence]) => sequence), [1, 2]);
});

Deno.test("Acknowledgements.peek() counts what is new, and takes nothing", () => {
  const reader = new Acknowledgements(4);
  const writer = new Acknowledgements(reader.memory);
  assertEquals(reader.peek(), { delivered: 0, failed: 0 });
  for (let round = 0; round < 3; round++) {
    writer.acknowledge(0, "failed");
    writer.acknowledge(1, "delivered");
    writer.acknowledge(2, "delivered");
    assertEquals(reader.peek(), { delivered: 2, failed: 1 });
    assertEquals(taken(reader).length, 3);
  }
  assertEquals(reader.peek(), { delivered: 0, failed: 0 });
});

Deno.test("Acknowledgements.peek() counts only what has a number below the one that it is given", () => {
  const reader = new Acknowledgements(8);
  const writer = new Acknowledgements(reader.memory);
  for (const sequence of [0, 4, 5, 6]) writer.acknowledge(sequence, "delivered");
  for (const sequence of [1, 5, 9]) writer.acknowledge(sequence, "failed");
  assertEquals(reader.peek(5), { delivered: 2, failed: 1 });
  assertEquals(reader.peek(6), { delivered: 3, failed: 2 });
  assertEquals(reader.peek(0), { delivered: 0, failed: 0 });
});

Deno.test("Acknowledgements.wait() returns at once if enough is new, or the writer crashed", () => {
  const reader = new Acknowledgements(2);
  const writer = new Acknowledgements(reader.memory);
  writer.acknowledge(0, "delivered");
  reader.wait(1, FOREVER_MS);
  reader.wait(2, 0); // Not enough is new, and the time is up.
  writer.acknowledge(1, "delivered");
  reader.wait(2, FOREVER_MS);
  assertEquals(taken(reader), [[0, "delivered"], [1, "delivered"]]);
  reader.wait(1, 0);
  writer.crash();
  assert(reader.hasCrashed);
  reader.wait(1, FOREVER_MS);
});

for (const how of ["wait", "waitAsync"] as const) {
  Deno.test(`Acknowledgements.${how}() is ended by so many writes of another thread`, async () => {
    const reader = new Acknowledgements(3);
    using _ = await startWriter(
      reader.memory,
      "for (const i of [7, 8, 9]) writer.acknowledge(i, 'failed')",
    );
    await reader[how](3, FOREVER_MS);
    assertEquals(taken(reader), [[7, "failed"], [8, "failed"], [9, "failed"]]);
  });

  Deno.test(`Acknowledgements.${how}() is ended by the crash of another thread`, async () => {
    const reader = new Acknowledgements(3);
    using _ = await startWriter(reader.memory, "writer.acknowledge(7, 'failed'), writer.crash()");
    await reader[how](3, FOREVER_MS);
    assertEquals(taken(reader), [[7, "failed"]]);
    assert(reader.hasCrashed);
  });
}

Deno.test("Acknowledgements.waitAsync() serves several that wait for different counts", async () => {
  const reader = new Acknowledgements(3);
  const writer = new Acknowledgements(reader.memory);
  const waiting = [3, 1, 2].map((count) => reader.waitAsync(count, FOREVER_MS));
  for (let i = 0; i < 3; i++) writer.acknowledge(i, "delivered");
  await Promise.all(waiting);
  assertEquals(taken(reader).length, 3);
});

/** Starts a thread that does this with `writer` as soon as it can. */
async function startWriter(memory: SharedArrayBuffer, code: string): Promise<Disposable> {
  const thread = new Worker(
    `data:text/javascript,${
      encodeURIComponent(`
        import { Acknowledgements } from "${new URL(
        "./acknowledgements.ts",
        import.meta.url,
      )}";
        self.onmessage = ({ data }) => {
          const writer = new Acknowledgements(data);
          self.postMessage("ready");
          ${code};
        };
      `)
    }`,
    { type: "module" },
  );
  const ready = new Promise((resolve) => thread.onmessage = resolve);
  thread.postMessage(memory);
  await ready;
  return { [Symbol.dispose]: () => thread.terminate() };
}
