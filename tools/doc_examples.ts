/**
 * Runs every TypeScript example in the documentation: README, `docs/` and doc comments.
 * They find a local AxonPush in their environment, as they would find the service.
 *
 * @module
 */
import { startDevServer } from "../dev/mod.ts";

await using server = startDevServer({ port: 0 });
const command = new Deno.Command(Deno.execPath(), {
  // The tests beside the code have their own task.
  args: [
    ...["test", "--doc", "-A", "--ignore=**/*_test.ts"],
    ...["README.md", "docs/", "mod.ts", "src/", "dev/"],
  ],
  cwd: new URL("../", import.meta.url),
  stdout: "inherit",
  stderr: "inherit",
  env: {
    AXONPUSH_API_KEY: "ak_example",
    AXONPUSH_TENANT_ID: "1",
    AXONPUSH_BASE_URL: server.url,
  },
});
const { code } = await command.output();
Deno.exitCode = code;
