/**
 * Children of `node:cluster`, where Deno starts no worker of Node's: the program's own thread ships,
 * and the end has the web's kind of worker.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { startDevServer } from "../dev/mod.ts";
import { runProgram } from "./program.ts";

/** How many records arrive of a child that ends so, and the code and signal that its parent sees. */
const ENDS = {
  "disconnects": [51, "0 null"],
  "exits": [51, "3 null"],
  "throws": [51, "1 null"],
  "rejects": [51, "1 null"],
  "gets SIGTERM": [50, "null SIGTERM"],
} as const;

Deno.test("AxonPushHandler delivers from children of node:cluster", async (t) => {
  // Children get no flags of `deno`, and would put packages where other tests look for them.
  const folder = await Deno.makeTempDir();
  const program = `${folder}/cluster.js`;
  const { code, stderr } = await runProgram("cluster.ts", {
    command: "bundle",
    flags: [`--output=${program}`],
  });
  assertEquals(code, 0, stderr);
  for (const [how, [count, end]] of Object.entries(ENDS)) {
    await t.step(how, async () => {
      await using service = startDevServer({ port: 0, delayMs: 20 });
      const given = {
        apiKey: "ak_test",
        tenantId: "1",
        baseUrl: service.url,
        shutdownTimeoutMs: 60_000,
      };
      const args = [JSON.stringify(given), how];
      const { stdout, stderr } = await runProgram(`file://${program}`, { flags: ["-A"], args });
      assertEquals(stdout, `${how} ${end}\n`, stderr);
      assert(!/crashed|not delivered/.test(stderr), stderr);
      assertEquals(new Set(service.events.map(({ payload }) => payload.body)).size, count);
    });
  }
  await Deno.remove(folder, { recursive: true });
});
