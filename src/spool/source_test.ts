/**
 * Taking over what a program has left that was killed while its first file became a database: each
 * record comes out once, of whichever of the two has it all.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, lineOf, ORIGIN, range } from "../../tests/spooling.ts";
import { Directory } from "./directory.ts";
import { FirstFile } from "./first_file.ts";
import { LinesFile } from "./lines_file.ts";
import { Source, takeOver } from "./source.ts";

const LINES = range(0, 4).map((n) => [n, lineOf(n)] as const);

/** Takes over what it can of these files, in this order, and says which numbers come out. */
function takeAll(...paths: string[]): number[] {
  const numbers: number[] = [];
  for (const path of paths) {
    const found = { path, bytes: 1, idleMs: 0 };
    const file = takeOver(found, () => true, ({ message }) => assert(false, message));
    if (file === undefined) continue;
    const { first, count } = file.read(0, 100)!;
    numbers.push(...range(first, first + count - 1));
    file.remove();
  }
  return numbers;
}

/** Calls this with where a first file is, closed, and its database would be. */
const inBoth = (use: (first: string, database: string) => void) =>
  inFolder((folder) => {
    const first = `${folder}/a.first`;
    const file = FirstFile.create(first, ORIGIN);
    for (const [n, line] of LINES) file.append(n, line);
    file.close();
    use(first, `${folder}/a.sqlite`);
    assertEquals([...Deno.readDirSync(folder)], []);
  });

for (const order of ["database", "first file"] as const) {
  const inOrder = (...paths: string[]) => order === "database" ? paths : paths.reverse();

  Deno.test(`takeOver() takes a database for its first file, too, with the ${order} before`, () =>
    inBoth((first, database) => {
      LinesFile.create(database, ORIGIN, 2 ** 24, LINES).close();
      assertEquals(takeAll(...inOrder(database, first)), range(0, 4));
    }));

  Deno.test(`takeOver() takes the first file of an unfinished database, with the ${order} before`, () =>
    inBoth((first, database) => {
      const made = LinesFile.create(database, ORIGIN, 2 ** 24);
      const unfinished = Deno.readFileSync(database); // All else is in its log.
      made.remove();
      Deno.writeFileSync(database, unfinished);
      assertEquals(takeAll(...inOrder(database, first)), range(0, 4));
    }));
}

Deno.test("takeOver() leaves a first file alone whose database somebody else has", () =>
  inBoth((first, database) => {
    const made = LinesFile.create(database, ORIGIN, 2 ** 24, LINES);
    assertEquals(takeAll(first), []);
    made.close();
    assertEquals(takeAll(first), range(0, 4));
  }));

/** What SQLite throws where a file is damaged, and where the disk cannot read it in this moment. */
const MALFORMED = Object.assign(new Error("database disk image is malformed"), { errcode: 11 });

/** A database of 300 lines that cannot be read from this number on, while the disk fails. */
function failing(folder: string, from: number): { source: Source; disk: { fails: boolean } } {
  const path = `${folder}/${crypto.randomUUID()}.sqlite`;
  const lines = range(0, 299).map((n) => [n, lineOf(n)] as const);
  const file = LinesFile.create(path, ORIGIN, 1 << 26, lines);
  const disk = { fails: true };
  const read = file.read.bind(file);
  file.read = (first, limit) => {
    const slice = read(first, limit);
    if (disk.fails && slice && slice.first + slice.count > from) throw MALFORMED;
    return slice;
  };
  return { source: new Source(file, 1, 100), disk };
}

/** Reads and settles all that it can of a file, and says how much it was. */
function readAll(source: Source): number {
  let count = 0;
  while (!source.isRead) {
    const slice = source.read();
    if (slice === undefined) continue;
    source.cursor = slice.first + slice.count;
    source.settled.addAll(slice.first, source.cursor - 1);
    count += slice.count;
  }
  return count;
}

const sayNothing = ({ message }: { message: string }) => assert(false, message);

Deno.test("Source is not damaged where the disk fails for a moment", () =>
  inFolder((folder) => {
    const { source, disk } = failing(folder, 100);
    source.cursor = source.read()!.count;
    source.settled.addAll(0, 99);
    assertEquals(source.read(), undefined);
    disk.fails = false;
    assertEquals(readAll(source), 200);
    source.end(sayNothing);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("Source leaves to another time what could not be read while the disk failed", () =>
  inFolder((folder) => {
    const { source, disk } = failing(folder, 150);
    assertEquals(readAll(source), 150);
    disk.fails = false;
    source.end(sayNothing);
    const { path } = source.file;
    const file = takeOver({ path, bytes: 1, idleMs: 0 }, () => true, sayNothing)!;
    assertEquals(readAll(new Source(file, 1, 100)), 150);
    file.remove();
  }));

Deno.test("takeOver() sets no file aside that looks damaged for a moment", () =>
  inFolder((folder) => {
    const path = `${folder}/${crypto.randomUUID()}.sqlite`;
    LinesFile.create(path, ORIGIN, 1 << 20, LINES).close();
    const { take } = LinesFile;
    LinesFile.take = () => (LinesFile.take = take, "damaged");
    const file = takeOver({ path, bytes: 1, idleMs: 0 }, () => true, sayNothing)!;
    assertEquals(file.read(0, 100)!.count, LINES.length);
    file.remove();
  }));

Deno.test("takeOver() keeps for a week from now what was written before the clock was set", () =>
  inFolder((folder) => {
    const path = `${folder}/${crypto.randomUUID()}.sqlite`;
    LinesFile.create(path, ORIGIN, 1 << 20, LINES).close();
    const directory = new Directory(folder);
    const take = () => {
      const [found] = directory.find(directory.names());
      return takeOver(found!, () => false, ({ code }) => said.push(code));
    };
    const said: string[] = [];
    Deno.utimeSync(path, 60, 60);
    for (let round = 0; round < 2; round++) assertEquals([take(), said], [undefined, []]);
    const weekAgo = Date.now() / 1000 - 8 * 24 * 3600;
    Deno.utimeSync(path, weekAgo, weekAgo);
    assertEquals([take(), said, directory.names()], [undefined, ["spool-expired"], []]);
  }));
