/**
 * The shape of `src/`, so that it stays one in which a stranger finds the way: imports go one way
 * between the folders, no files import each other in a circle, and nothing is too large to be read at
 * a sitting.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

const SOURCE = new URL("../src/", import.meta.url);
const MAX_LINES = 250;
const MAX_PRIVATE_FIELDS = 12;

/** From whom a folder may import. Types may come from wherever they are, if not in a circle. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  options: ["record", "delivery"],
  record: ["options"],
  delivery: ["record"],
  worker: ["delivery", "record", "options"],
  spool: ["worker", "record"],
  queue: ["spool", "worker", "delivery", "record", "options"],
  exit: ["worker", "options"],
};

interface SourceFile {
  /** The paragraphs that it begins with. */
  readonly opening: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const files = new Map<string, SourceFile>();
for (const path of pathsIn("")) {
  const text = Deno.readTextFileSync(new URL(path, SOURCE));
  const [opening] = text.match(/^\/\*\*.*?@module/s) ?? [""];
  const code = text.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
  const imports = [...code.matchAll(/ from "(\.{1,2}\/[^"]+)"/g)]
    .map(([, target]) => new URL(target!, new URL(path, SOURCE)).href.replace(SOURCE.href, ""));
  files.set(path, { opening, code, imports });
}

function pathsIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, SOURCE))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return pathsIn(`${folder}${name}/`);
    return /_test\.ts$|\.generated\./.test(name) ? [] : [folder + name];
  });
}

const folderOf = (path: string) => path.includes("/") ? path.slice(0, path.indexOf("/")) : "";

Deno.test("Every file of src/ can be read at a sitting, and every class kept in mind", () => {
  for (const [path, { code }] of files) {
    const lines = code.split("\n").filter((line) => line.trim() !== "").length;
    assert(lines <= MAX_LINES, `${path} has ${lines} lines of code`);
    for (const [, rest] of code.matchAll(/^(?:export )?class (.*?)^}/gms)) {
      const fields = rest!.match(/^ {2}(?:static )?(?:readonly )?#\w+(?:[:;!]| =|\?:)/gm) ?? [];
      const name = rest!.split(/\W/, 1)[0];
      assert(fields.length <= MAX_PRIVATE_FIELDS, `${name} has ${fields.length} private fields`);
    }
  }
});

Deno.test("Every file of src/ says on which thread it runs", () => {
  const says = /thread|log call|in the constructor|(Types|Data) alone/;
  const silent = [...files].filter(([, { opening }]) =>
    !says.test(opening.replaceAll(/\s+\*\s+/g, " "))
  );
  assertEquals(silent.map(([path]) => path), []);
});

Deno.test("Imports in src/ go one way between the folders", () => {
  for (const [path, { imports }] of files) {
    const from = folderOf(path);
    for (const to of imports.filter((target) => files.has(target)).map(folderOf)) {
      const isAllowed = to === from || to === "" || from === "" || MAY_IMPORT[from]!.includes(to);
      assert(isAllowed, `${path} imports from ${to}/`);
    }
  }
});

Deno.test("No files of src/ import each other in a circle, not even types", () => {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    const index = way.indexOf(path);
    assertEquals(index < 0 ? [] : [...way.slice(index), path], [], "a circle");
    if (done.has(path)) return;
    for (const next of files.get(path)?.imports ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
});
