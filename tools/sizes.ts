/**
 * Fails if the sizes that the README tells under "Versions" are off by more than a fifth.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

const { modules } = JSON.parse(await output("stdout", "info", "--json", "mod.ts"));
/** What is loaded of this package: what the stand-ins for `@std` weigh says nothing. */
const loaded = (modules as { specifier: string; size: number }[])
  .filter(({ specifier }) =>
    [`${root}mod.ts`, `${root}src/`].some((own) => specifier.startsWith(own))
  )
  .map(({ size }) => size / 1024);
const files = await output("stderr", "publish", "--dry-run", "--allow-dirty", "--no-check");
const published = Array.from(files.matchAll(/\(([\d.]+)KB\)$/gm), ([, size]) => Number(size));

compare(/loads about (\d+) KB/, loaded);
compare(/about (\d+) KB\s+are published/, published);

async function output(stream: "stdout" | "stderr", ...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root, env: { NO_COLOR: "1" } });
  return new TextDecoder().decode((await command.output())[stream]);
}

function compare(claim: RegExp, sizes: readonly number[]): void {
  const actual = sizes.reduce((sum, size) => sum + size, 0);
  const told = Number(readme.match(claim)?.[1]);
  if (Math.abs(told / actual - 1) < 0.2) return;
  console.error(`README.md tells ${told} KB (${claim}), and it is ${Math.round(actual)} KB`);
  Deno.exitCode = 1;
}
