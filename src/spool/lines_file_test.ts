/**
 * The file of lines, and above all what becomes of one that is damaged: whatever is read was written,
 * under the number it is read by.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Generator } from "../../tests/generate.ts";
import { inFolder, lineOf, ORIGIN } from "../../tests/spooling.ts";
import { LinesFile } from "./lines_file.ts";
import { failureOf } from "./sqlite.ts";

const inFile = (use: (path: string) => void) => inFolder((folder) => use(`${folder}/a.sqlite`));

/** A file with so many lines, closed. */
function write(path: string, count: number): void {
  const file = LinesFile.create(path, ORIGIN, 2 ** 24);
  for (let n = 0; n < count; n++) file.append(n, lineOf(n));
  file.close();
}

/** What can be read of a file, by number. */
function readAll(file: LinesFile, limit = 100): Map<number, string> {
  const found = new Map<number, string>();
  for (let from = 0;;) {
    const slice = file.read(from, limit);
    if (slice === undefined) return found;
    const { first, count, lines } = slice;
    for (const [i, line] of lines.split("\n", count).entries()) found.set(first + i, line);
    assert(first + count > from);
    from = first + count;
  }
}

Deno.test("LinesFile.read() gives back what was written, around gaps", () => {
  inFile((path) => {
    const file = LinesFile.create(path, ORIGIN, 2 ** 24);
    for (let n = 0; n < 500; n++) file.append(n, lineOf(n));
    file.append(7, "again");
    file.delete(100, 149);
    file.delete(0, 3);
    const found = readAll(file, 64);
    assertEquals(found.size, 446);
    for (const [n, line] of found) assertEquals(line, n === 7 ? "again" : lineOf(n));
    assert(LinesFile.take(path) === "locked");
    file.remove();
    assertEquals([...Deno.readDirSync(path.replace("/a.sqlite", ""))], []);
  });
});

Deno.test("LinesFile.isFullFor() says when there is no room by its bound, and deleting makes some", () => {
  inFile((path) => {
    const file = LinesFile.create(path, ORIGIN, 2 ** 20);
    let n = 0;
    try {
      for (;; n++) file.append(n, lineOf(n));
    } catch {
      assert(file.isFullFor(lineOf(n)));
    }
    const bytes = ["", "-wal"].reduce((sum, end) => sum + Deno.statSync(path + end).size, 0);
    assert(bytes <= 2 ** 20, `${bytes} bytes`);
    assert(n > 3000, `${n} lines`);
    file.delete(0, 100);
    file.append(n, lineOf(n));
    file.close();
  });
});

Deno.test("LinesFile.read() gives out nothing where the origin is not what was written", () =>
  inFile((path) => {
    write(path, 20);
    const database = new DatabaseSync(path);
    database.exec(`UPDATE origin SET origin = replace(origin, '"11111111-', '"21111111-')`);
    database.close();
    const file = LinesFile.take(path);
    assert(typeof file === "object");
    assertEquals([readAll(file, 7).size, file.damaged, file.isEmptyFrom(0)], [0, 20, false]);
    file.close();
  }));

Deno.test("LinesFile.read() gives out nothing that was not written, however the file is garbled", () => {
  for (let seed = 0; seed < 100; seed++) {
    inFile((path) => {
      const random = new Generator(seed);
      write(path, 400);
      const bytes = Deno.readFileSync(path);
      for (let i = 1 + random.below(3); i > 0; i--) {
        const at = 4096 + random.below(bytes.length - 4096);
        const value = random.below(2) ? 0 : random.below(256);
        for (let j = random.below(random.below(2) ? 64 : 4096); j >= 0; j--) {
          bytes[Math.min(at + j, bytes.length - 1)] = random.below(2) ? value : random.below(256);
        }
      }
      const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length;
      Deno.writeFileSync(path, bytes.subarray(0, cut));
      const file = LinesFile.take(path);
      if (typeof file === "string") return;
      try {
        for (const [n, line] of readAll(file)) assertEquals(line, lineOf(n), `seed ${seed}`);
      } catch (error) {
        assertEquals(failureOf(error), "damaged", String(error));
      }
      file.close();
    });
  }
});
