/**
 * What is generated is made of what is in `src/` now, and is no trouble to those who have it: a
 * checkout that cannot be written to, a test run beside this one, a program that checks its types.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { WORKER_SOURCE } from "../src/worker/worker.generated.ts";
import { runProgram } from "./program.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("deno task bundle writes nothing where all is up to date", async () => {
  const { code, stderr } = await runProgram(new URL("tools/bundle.ts", ROOT).href, {
    flags: ["--no-prompt", "--allow-read", "--allow-run"],
    cwd: fileURLToPath(ROOT),
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("What is generated has its types checked by no program, not even with checkJs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = await Deno.readTextFile(new URL("src/package.generated.js", ROOT));
    const names = [...text.matchAll(/ from "(@std\/.+?)"/g)].map(([, name]) => name!);
    const config = {
      imports: Object.fromEntries(names.map((name) => [name, "data:text/javascript,"])),
      compilerOptions: { checkJs: true },
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/package.js`, text);
    await Deno.writeTextFile(`${folder}/worker.js`, WORKER_SOURCE);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "package.js", "worker.js"],
      cwd: folder,
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assert(success);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
