/**
 * The text of the first lines: what is read of it was written, whatever has become of it since.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { inFolder, lineOf, ORIGIN, range } from "../../tests/spooling.ts";
import { FirstFile } from "./first_file.ts";

const inFile = (use: (path: string) => void) => inFolder((folder) => use(`${folder}/a.first`));

/** Makes a file with these lines, and leaves it. */
function leave(path: string, numbers: readonly number[], change?: (file: FirstFile) => void): void {
  const file = FirstFile.create(path, ORIGIN);
  for (const n of numbers) file.append(n, lineOf(n));
  change?.(file);
  file.close();
}

function take(path: string): FirstFile {
  const file = FirstFile.take(path);
  assert(typeof file === "object", String(file));
  return file;
}

/** The numbers of what is read, which must be what was written under them. */
function numbersOf(file: FirstFile, limit = 3): number[] {
  const found: number[] = [];
  for (let from = 0, slice; (slice = file.read(from, limit)) !== undefined;) {
    const { first, count, lines } = slice;
    assert(count <= limit && first >= from);
    for (const [i, line] of lines.split("\n").entries()) {
      assertEquals(line, lineOf(first + i));
      found.push(first + i);
    }
    from = first + count;
  }
  return found;
}

Deno.test("FirstFile gives back what was written, in order and without what was deleted", () =>
  inFile((path) => {
    leave(path, [5, 6, 7, 8, 3, 4, 11], (file) => {
      assertEquals(numbersOf(file), [3, 4, 5, 6, 7, 8, 11]);
      file.delete(4, 6);
      assertEquals(numbersOf(file), [3, 7, 8, 11]);
    });
    const taken = take(path);
    assertEquals([numbersOf(taken), taken.damaged, taken.origin], [[3, 7, 8, 11], 0, ORIGIN]);
    assertEquals([11, 12].map((number) => taken.isEmptyFrom(number)), [false, true]);
    taken.delete(0, 3); // Who takes it over next gets on from there.
    taken.close();
    const again = take(path);
    assertEquals(numbersOf(again), [7, 8, 11]);
    again.remove();
    assert(!again.isThere);
  }));

Deno.test("FirstFile holds nothing any more after deleteAll()", () =>
  inFile((path) => {
    leave(path, range(0, 9), (file) => {
      file.deleteAll();
      assert(file.isEmptyFrom(0));
      file.append(10, lineOf(10));
    });
    assertEquals(numbersOf(take(path)), [10]);
  }));

Deno.test("FirstFile keeps what is written behind a line that was not finished", () =>
  inFile((path) => {
    leave(path, range(0, 9));
    Deno.truncateSync(path, Deno.statSync(path).size - 3); // Killed while it wrote the last one.
    const taken = take(path);
    taken.delete(0, 4);
    taken.append(20, lineOf(20));
    taken.close();
    const again = take(path);
    assertEquals([numbersOf(again), again.damaged], [[5, 6, 7, 8, 20], 0]);
    again.close();
  }));

Deno.test("FirstFile.take() takes nothing from who has it, and nothing that is gone", () =>
  inFile((path) => {
    const file = FirstFile.create(path, ORIGIN);
    file.append(0, lineOf(0));
    assertEquals(FirstFile.take(path), "locked");
    file.close();
    assertEquals(numbersOf(take(path)), [0]);
  }));

Deno.test("FirstFile.take() keeps no lock where the disk fails at reading", () =>
  inFile((path) => {
    leave(path, [0]);
    const { readSync } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.readSync = () => {
      throw new Error("Input/output error");
    };
    try {
      assertThrows(() => FirstFile.take(path), Error, "Input/output error");
    } finally {
      Deno.FsFile.prototype.readSync = readSync;
    }
    assertEquals(numbersOf(take(path)), [0]);
  }));

Deno.test("FirstFile.take() leaves alone what a newer version has written", () =>
  inFile((path) => {
    Deno.writeTextFileSync(path, `${JSON.stringify({ ...ORIGIN, version: 2 })}\n`);
    assertEquals(FirstFile.take(path), "foreign");
    Deno.writeTextFileSync(path, "no origin\n");
    assertEquals(FirstFile.take(path), "damaged");
    Deno.writeTextFileSync(path, JSON.stringify(ORIGIN));
    assertEquals(FirstFile.take(path), "unfinished");
  }));

Deno.test("FirstFile reads nothing but what was written, wherever it was cut or garbled", () => {
  const random = new Generator(11);
  for (let i = 0; i < 200; i++) {
    inFile((path) => {
      leave(path, range(0, 19), (file) => file.delete(2, 3));
      const bytes = Deno.readFileSync(path);
      const isCut = random.below(2) === 0;
      const at = random.below(bytes.length);
      if (isCut) Deno.truncateSync(path, at);
      else {
        bytes[at]! ^= 1 << random.below(8);
        Deno.writeFileSync(path, bytes);
      }
      const file = FirstFile.take(path);
      if (typeof file === "string") return;
      const found = numbersOf(file);
      if (isCut) {
        assertEquals([found, file.damaged], [range(0, 19).filter((n) => found.includes(n)), 0]);
      } else assert(file.damaged > 0 || found.length === 18 || at === bytes.length - 1);
      // Under no other key, and with nothing else that the lines share.
      if (found.length > 0) assertEquals(file.origin, ORIGIN);
      assert(found.every((n) => n < 20));
      file.close();
    });
  }
});
