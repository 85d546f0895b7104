/**
 * What the documents say about the project itself, compared with it: nobody would notice when it
 * stops being true.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { RULES } from "../src/options/schema.ts";
import { shipped } from "./receiver.ts";

const ROOT = new URL("../", import.meta.url);

/** The paths of all files in a folder and in those inside it. */
async function filesIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await filesIn(path));
    else paths.push(path);
  }
  return paths;
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("CONTRIBUTING.md lists the checks of the gate", async () => {
  const gates = (await read("tools/gate.ts")).matchAll(/\{\s*name: "(.+?)"/g);
  const [, list] = (await read("CONTRIBUTING.md")).match(/besides the tests are: ([^.]+)\./)!;
  assertEquals(list!.split(/,\s+/).map((name) => name.replace(/\s+/, " ")), [
    ...gates.map(([, name]) => name),
  ]);
});

Deno.test("README.md names the oldest Deno that continuous integration runs", async () => {
  const [, oldest] = (await read(".github/workflows/ci.yml")).match(/deno: \[v([\d.]+),/)!;
  assert((await read("README.md")).includes(`tested with ${oldest} and the newest`), oldest);
});

Deno.test("The documents keep no TypeScript block from being run", async () => {
  const paths = ["README.md", "mod.ts"];
  for (const folder of ["docs", "src", "dev"]) paths.push(...await filesIn(folder));
  for (const path of paths) {
    if (path.endsWith(".png")) continue;
    assert(!/```(ts|typescript) /.test(await read(path)), path);
  }
});

Deno.test("README.md names every field of an event", async () => {
  const options = { channelId: 7, agentId: "planner" };
  const [event] = await shipped((logger) => logger.info("a"), options);
  const { payload, ...fields } = event!;
  const readme = await read("README.md");
  for (const name of [...Object.keys(fields), ...Object.keys(payload)]) {
    if (name === "attributes" || name === "resource") continue; // Their contents are named.
    assert(new RegExp(`^\\|.*\`${name}[\`.].*\\|$`, "m").test(readme), name);
  }
});

Deno.test("docs/options.md says the default and the variables of every option", async () => {
  const rows = (await read("docs/options.md")).matchAll(/^\| `(\w+)` +\|([^|\n]*)\|([^|\n]*)\|/gm);
  const told = new Map([...rows].map(([, name, ...columns]) => [name!, columns]));
  assertEquals([...told.keys()].toSorted(), Object.keys(RULES).toSorted());
  for (const [name, { fallback, env = [] }] of Object.entries(RULES)) {
    const [byDefault, variables] = told.get(name)!;
    if (fallback !== undefined) {
      const text = JSON.stringify(fallback).replaceAll(",", ", ");
      assert(
        byDefault!.replaceAll("`", "").trim().includes(text.replace(/^"(http.*)"$/, "$1")),
        name,
      );
    }
    for (const variable of env) assert(variables!.includes(`\`${variable}\``), variable);
    assertEquals(
      variables!.match(/AXONPUSH_\w+/g) ?? [],
      env.filter((name) => name.startsWith("A")),
    );
  }
});

Deno.test("docs/diagnostics.md says what every code stands for", async () => {
  const rows = (await read("docs/diagnostics.md")).matchAll(/^\| `([\w-]+)`[^|]* \|/gm);
  const told = new Set(rows.map(([, code]) => code!));
  const codes = new Set<string>();
  for (const path of await filesIn("src")) {
    if (/_test|generated/.test(path)) continue;
    const source = await read(path);
    for (const [, code] of source.matchAll(/\bcode: "([\w-]+)"/g)) codes.add(code!);
  }
  assertGreater(codes.size, 10);
  assertEquals([...codes].filter((code) => !told.has(code)), []);
});
