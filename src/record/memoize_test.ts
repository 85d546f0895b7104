/**
 * A program may make names of data: what is remembered of them must not fill its memory.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { memoize, memoizeLast } from "./memoize.ts";

/** Counts how often a function is called. */
function counted(memory: typeof memoize) {
  const asked: string[] = [];
  const recall = memory((key) => {
    asked.push(key);
    return key.length;
  });
  return { asked, recall };
}

for (const memory of [memoize, memoizeLast]) {
  Deno.test(`${memory.name}() makes each result once`, () => {
    const { asked, recall } = counted(memory);
    for (const key of ["a", "bb", "a", "bb", "", "", "\ud800", "\ud800"]) {
      assertEquals(recall(key), key.length);
    }
    assertEquals(asked, ["a", "bb", "", "\ud800"]);
  });
}

Deno.test("memoize() keeps a thousand results and no more", () => {
  const { asked, recall } = counted(memoize);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 2000; i++) recall(`name ${i}`);
  }
  assertEquals(asked.length, 2000 + 2000 - 1024);
});

Deno.test("memoize() keeps no long key", () => {
  const { asked, recall } = counted(memoize);
  for (let round = 0; round < 3; round++) recall("n".repeat(1_000_000));
  assertEquals(asked.length, 3);
});
