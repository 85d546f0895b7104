/**
 * `deno doc --lint` for what is published, on a copy of it without a configuration: in place it
 * would complain about the stand-ins for `@std/log`, whose types come from elsewhere.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const copy = await Deno.makeTempDir();
try {
  await copyTree(root, "mod.ts");
  await copyTree(root, "src");
  await copyTree(root, "dev");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "mod.ts", "dev/mod.ts"],
    env: { NO_COLOR: "1" }, // Or else they do not begin with "error".
    cwd: copy,
  });
  const { code, stderr } = await command.output();
  // Before the errors come warnings about imports, which the missing configuration would explain.
  const text = new TextDecoder().decode(stderr);
  if (code !== 0) console.error(text.slice(Math.max(0, text.search(/^error/m))));
  Deno.exitCode = code;
} finally {
  await Deno.remove(copy, { recursive: true });
}

async function copyTree(from: URL, path: string): Promise<void> {
  const { isDirectory } = await Deno.stat(new URL(path, from));
  if (!isDirectory) return await Deno.copyFile(new URL(path, from), `${copy}/${path}`);
  await Deno.mkdir(`${copy}/${path}`);
  for await (const { name } of Deno.readDir(new URL(path, from))) {
    await copyTree(from, `${path}/${name}`);
  }
}
