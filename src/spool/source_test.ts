/**
 * Taking over what a program has left that was killed while its first file became a database: each
 * record comes out once, of whichever of the two has it all.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, lineOf, ORIGIN, range } from "../../tests/spooling.ts";
import { FirstFile } from "./first_file.ts";
import { LinesFile } from "./lines_file.ts";
import { takeOver } from "./source.ts";

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
