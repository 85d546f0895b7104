/**
 * Fetches what the tests need before they start: npm packages, and the bundler that `deno bundle`
 * downloads at its first use. Tests that run side by side would all put them into the same empty
 * cache at once, and some would find half a file there. Nor may they put packages into `node_modules`
 * again, as each worker of `deno test` would: a program that starts in that moment would miss them.
 * So they run with what is there. Their types are checked here, which puts something there as well.
 * What is bundled is the package itself, so that the tests run what `src/` makes now.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

for (
  const args of [
    ["install", "--quiet", "--frozen"],
    ["run", "--allow-read", "--allow-write", "--allow-run", "tools/bundle.ts"],
    ["check", "--quiet", "--frozen", "src", "tests/*.ts"],
  ]
) {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root, stdout: "null" });
  const { success, stderr } = await command.output();
  if (success) continue;
  console.error(`Cannot prepare the tests: deno ${args.join(" ")}`);
  console.error(new TextDecoder().decode(stderr));
  Deno.exit(1);
}
