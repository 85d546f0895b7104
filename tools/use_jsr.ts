/**
 * Takes the stand-ins for `@std` packages out of this checkout, so that everything runs on the real
 * ones from JSR. For continuous integration; a working copy wants `git checkout .` afterwards.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const target = new URL("deno.json", root);
const config = JSON.parse(await Deno.readTextFile(target));
delete config.workspace;
delete config.links;
delete config.nodeModulesDir;
config.lock = false; // None has the real packages in it, and the tests are frozen to theirs.
await Deno.writeTextFile(target, JSON.stringify(config, null, 2) + "\n");
await Deno.remove(new URL("links/", root), { recursive: true });
await Deno.remove(new URL("needs-deno-2.9.lock", root));
