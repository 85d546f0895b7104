/**
 * Texts that pass through shared memory: the ring wraps, fills and empties in any rhythm.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { TextRing } from "./text_ring.ts";

Deno.test("TextRing gives out what was written, in order, whatever the rhythm", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Generator(seed);
    const reader = new TextRing(64);
    const writer = new TextRing(reader.memory);
    const expected: string[] = [];
    let used = 0;
    for (let step = 0; step < 100; step++) {
      if (random.below(2) === 0) {
        const text = "é".repeat(random.below(15));
        const bytes = 4 + 2 * text.length;
        const fits = used + bytes <= 64;
        assertEquals(writer.write(text), fits, `seed ${seed}`);
        if (!fits) continue;
        expected.push(text);
        used += bytes;
      } else {
        const text = expected.shift();
        assertEquals(reader.read(), text, `seed ${seed}`);
        if (text !== undefined) used -= 4 + 2 * text.length;
      }
    }
  }
});

Deno.test("TextRing.write() refuses a text that can never fit", () => {
  const ring = new TextRing(16);
  assertEquals(ring.write("x".repeat(13)), false);
  assertEquals(ring.write("x".repeat(12)), true);
  assertEquals([ring.read()?.length, ring.read()], [12, undefined]);
});
