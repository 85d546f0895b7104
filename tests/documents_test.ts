/**
 * What the documents say about the project itself, compared with it: nobody would notice when it
 * stops being true.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { RULES } from "../src/options/schema.ts";
import { shipped } from "./receiver.ts";

const ROOT = new URL("../", import.meta.url);

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
  const paths = ["README.md", "docs/events.md", "docs/options.md", "mod.ts"];
  await addFiles("src");
  await addFiles("dev");
  for (const path of paths) assert(!/```(ts|typescript) /.test(await read(path)), path);

  async function addFiles(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory) await addFiles(`${folder}/${name}`);
      else paths.push(`${folder}/${name}`);
    }
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
