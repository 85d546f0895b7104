/**
 * The scan of the spool's directory: each file is found once, however many there are.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../../tests/spooling.ts";
import { Scan } from "./scan.ts";

/** All that a scan finds until it has come to its end. */
function findAll(scan: Scan): string[] {
  const paths: string[] = [];
  for (let found; (found = scan.next()) !== undefined;) paths.push(found.path);
  return paths;
}

Deno.test("Scan.next() gives out each file of lines once, and begins anew later", () =>
  inFolder((folder) => {
    const paths = Array.from({ length: 200 }, () => `${folder}/${crypto.randomUUID()}.first`);
    for (const path of [...paths, `${folder}/notes.txt`]) Deno.writeTextFileSync(path, "x");
    const scan = new Scan(folder);
    assert(!scan.hasBegun);
    assertEquals(findAll(scan).sort(), paths.sort());
    assert(scan.hasBegun && !scan.isUnderWay && scan.restartsInMs > 0);
    assertEquals(findAll(scan), []);
    scan.reset();
    assertEquals(findAll(scan).length, 200);
  }));

Deno.test("Scan.next() finds nothing where there is no directory", () =>
  inFolder((folder) => {
    const scan = new Scan(`${folder}/none`);
    assertEquals(findAll(scan), []);
    assert(scan.hasBegun && !scan.isUnderWay);
  }));
