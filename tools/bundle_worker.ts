/**
 * Bundles `src/worker.ts` and what it imports into `src/worker_source.ts`, a module that holds the
 * worker's source as one string. With `--check` it writes nothing and fails if that file is stale.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const target = new URL("src/worker_source.ts", root);

const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["bundle", "--quiet", "--minify", "--platform", "deno", "src/worker.ts"],
  cwd: root,
}).output();
if (!success) {
  console.error(new TextDecoder().decode(stderr));
  Deno.exit(1);
}
const source = JSON.stringify(new TextDecoder().decode(stdout).trim());
const text = `// Made from worker.ts by \`deno task worker\`. Do not edit.
// deno-fmt-ignore-file
/** The source of the drain worker, for a \`data:\` URL. */
export const WORKER_SOURCE: string =
  ${source};
`;
if (Deno.args.includes("--check")) {
  if (await Deno.readTextFile(target).catch(() => "") === text) Deno.exit(0);
  console.error("src/worker_source.ts is not what src/worker.ts makes: run `deno task worker`");
  Deno.exit(1);
}
await Deno.writeTextFile(target, text);
