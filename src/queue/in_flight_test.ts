/**
 * What a worker had when it crashed is sent again: not a record more, and none less.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { InFlight } from "./in_flight.ts";
import { Generator } from "../../tests/generate.ts";

Deno.test("InFlight has what was added and not settled, whatever the order and the gaps", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Generator(seed);
    const inFlight = new InFlight();
    const expected = new Map<number, string>();
    let next = random.below(5);
    for (let step = 0; step < 40; step++) {
      if (random.below(3) === 0) {
        const lines = Array.from({ length: 1 + random.below(6) }, (_, i) => `line ${next + i}`);
        inFlight.add({ first: next, count: lines.length, lines: lines.join("\n") });
        for (const line of lines) expected.set(next++, line);
        next += random.below(3); // Dropped, and so never posted.
      } else {
        const sequence = random.below(next + 2);
        assertEquals(inFlight.settle(sequence), expected.delete(sequence), `seed ${seed}`);
      }
      const limit = random.below(next + 2);
      const below = [...expected.keys()].filter((sequence) => sequence < limit);
      assertEquals(inFlight.countBefore(limit), below.length, `seed ${seed}`);
      assertEquals(inFlight.size, expected.size, `seed ${seed}`);
      const left = Array.from(expected, ([first, lines]) => ({ first, count: 1, lines }));
      assertEquals([...inFlight], left, `seed ${seed}`);
    }
    inFlight.clear();
    assertEquals(
      { size: inFlight.size, left: [...inFlight] },
      { size: 0, left: [] },
      `seed ${seed}`,
    );
  }
});
