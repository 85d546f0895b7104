/**
 * The file of a handler's own lines, on a disk that fails.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { inFolder, lineOf, ORIGIN } from "../../tests/spooling.ts";
import { LinesFile } from "./lines_file.ts";
import { OwnFile } from "./own_file.ts";
import { sqlite } from "./sqlite.ts";

Deno.test("OwnFile.append() throws nothing where a full disk lets nobody see how full the file is", () =>
  inFolder((spool) => {
    sqlite();
    const codes: string[] = [];
    const file = new OwnFile(
      { spool, spoolMaxBytes: 2 ** 20 },
      ORIGIN,
      ({ code }) => codes.push(code),
    );
    assertEquals(file.append(0, lineOf(0)), "stored");
    const { append, isFullFor } = LinesFile.prototype;
    const fail = () => {
      throw new Error("database or disk is full");
    };
    Object.assign(LinesFile.prototype, { append: fail, isFullFor: fail });
    try {
      assertEquals(file.append(1, lineOf(1)), "failing");
    } finally {
      Object.assign(LinesFile.prototype, { append, isFullFor });
    }
    file.retry();
    assertEquals([file.append(1, lineOf(1)), codes], ["stored", ["spool-failed"]]);
    file.remove();
  }));
