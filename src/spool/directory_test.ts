/**
 * The directory of the spool: whether a file is still in it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { inFolder } from "../../tests/spooling.ts";
import { Directory, identityOf, isStillThere, setAside } from "./directory.ts";

const WEEKS_AGO = new Date(Date.now() - 20 * 24 * 3600 * 1000);

Deno.test("isStillThere() says that a file is gone, whatever has become of its directory", () =>
  inFolder((folder) => {
    const spool = `${folder}/spool`;
    const path = `${spool}/a.sqlite`;
    Deno.mkdirSync(spool);
    Deno.writeTextFileSync(path, "");
    assertEquals(isStillThere(path), true);
    Deno.removeSync(path);
    assertEquals(isStillThere(path), false);
    Deno.removeSync(spool);
    assertEquals(isStillThere(path), false);
    Deno.writeTextFileSync(spool, "no directory");
    assertEquals(isStillThere(path), false);
  }));

Deno.test({
  name: "isStillThere() does not take a file for gone that may not be looked at",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0, // Root may look at it all the same.
  fn() {
    inFolder((folder) => {
      const path = `${folder}/a.sqlite`;
      Deno.writeTextFileSync(path, "");
      Deno.chmodSync(folder, 0);
      assertEquals(isStillThere(path), true);
      Deno.chmodSync(folder, 0o700);
    });
  },
});

Deno.test("isStillThere() takes another file of the same name for none", () =>
  inFolder((folder) => {
    const path = `${folder}/a.sqlite`;
    Deno.writeTextFileSync(path, "");
    const identity = identityOf(path);
    assertEquals(isStillThere(path, identity), true);
    Deno.renameSync(path, `${path}.old`);
    Deno.writeTextFileSync(path, "");
    assertEquals([isStillThere(path), isStillThere(path, identity)], [true, false]);
  }));

Deno.test({
  name: "isStillThere() does not take a file for gone where the system fails at looking",
  ignore: Deno.build.os === "windows",
  fn: () => inFolder((folder) => assertEquals(isStillThere(`${folder}/${"a".repeat(300)}`), true)),
});

Deno.test("A file is set aside for a week, however old it is", () =>
  inFolder((folder) => {
    const path = `${folder}/${crypto.randomUUID()}.sqlite`;
    Deno.writeTextFileSync(path, "damaged");
    Deno.utimeSync(path, WEEKS_AGO, WEEKS_AGO);
    const name = setAside(path);
    const directory = new Directory(folder);
    directory.clean(directory.names());
    assertEquals(directory.names().length, 1);
    Deno.utimeSync(name, WEEKS_AGO, WEEKS_AGO);
    directory.clean(directory.names());
    assertEquals(directory.names(), []);
  }));

Deno.test("Directory.clean() removes no log whose database cannot be looked at for a moment", () =>
  inFolder((folder) => {
    const path = `${folder}/${crypto.randomUUID()}.sqlite`;
    for (const file of [path, `${path}-wal`]) {
      Deno.writeTextFileSync(file, "lines");
      Deno.utimeSync(file, WEEKS_AGO, WEEKS_AGO);
    }
    const directory = new Directory(folder);
    const { lstatSync } = Deno;
    Deno.lstatSync = (asked) => {
      if (asked === path) throw new Error("Input/output error (os error 5)");
      return lstatSync(asked);
    };
    try {
      directory.clean(directory.names());
    } finally {
      Deno.lstatSync = lstatSync;
    }
    assertEquals(directory.names().length, 2);
    Deno.removeSync(path);
    directory.clean(directory.names());
    assertEquals(directory.names(), []);
  }));
