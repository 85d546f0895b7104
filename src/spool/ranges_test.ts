/**
 * What is deleted from a file must be what was settled, neither more nor less, in however many steps.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { Ranges } from "./ranges.ts";

function numbersOf(ranges: Ranges): number[] {
  return ranges.merged.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i)
  );
}

const inOrder = (numbers: Iterable<number>) => [...numbers].sort((one, other) => one - other);

Deno.test("Ranges hold the numbers that were added and not deleted, in whatever order", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = new Generator(seed);
    const ranges = new Ranges();
    const model = new Set<number>();
    let next = 0;
    for (let step = 0; step < 40; step++) {
      switch (random.below(6)) {
        case 0: {
          const [first, count] = [random.below(100), 1 + random.below(5)];
          ranges.addAll(first, first + count - 1);
          for (let n = first; n < first + count; n++) model.add(n);
          break;
        }
        case 1: {
          const most = random.below(2) === 0 ? Infinity : 1 + random.below(10);
          const deleted: number[] = [];
          let calls = random.below(4);
          try {
            ranges.deleteFrom({
              delete(first, last) {
                if (calls-- === 0) throw new Error("the disk fails");
                for (let n = first; n <= last; n++) deleted.push(n);
              },
            }, most);
            assertEquals(deleted.length, Math.min(most, model.size), `seed ${seed}`);
          } catch {
            assert(deleted.length < model.size, `seed ${seed}`); // The rest stays.
          }
          assertEquals(deleted, inOrder(model).slice(0, deleted.length), `seed ${seed}`);
          for (const n of deleted) model.delete(n);
          break;
        }
        default: {
          // Mostly one after the other.
          const n = random.below(4) === 0 ? random.below(100) : next++;
          ranges.add(n);
          model.add(n);
        }
      }
      assertEquals(numbersOf(ranges), inOrder(model), `seed ${seed}`);
      for (const [i, [first]] of ranges.merged.entries()) {
        const before = ranges.merged[i - 1]?.[1] ?? -2;
        assert(first > before + 1, `seed ${seed}: there are more ranges than need be`);
      }
    }
    ranges.clear();
    assertEquals(ranges.merged, []);
  }
});

Deno.test("Ranges keep numbers that follow each other in one range", () => {
  const ranges = new Ranges();
  for (let n = 5; n < 1000; n++) ranges.add(n);
  const deleted: [number, number][] = [];
  ranges.deleteFrom({ delete: (first, last) => deleted.push([first, last]) }, Infinity);
  assertEquals(deleted, [[5, 999]]);
});
