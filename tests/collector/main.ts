/**
 * Runs the tests against a real OpenTelemetry Collector, where Go can build one:
 *
 *     deno task test:collector
 *
 * @module
 */
import { NO_GO, otelcol } from "./build.ts";

if (await otelcol(console.log) === undefined) {
  console.log(`Skipped. ${NO_GO}`);
} else {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", "tests/collector/", ...Deno.args],
    cwd: new URL("../../", import.meta.url),
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  Deno.exitCode = code;
}
