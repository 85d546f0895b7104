/**
 * Runs the tests of `worker_death.ts` in a process of their own: Deno prints the stack of each worker
 * that dies of an error, and a run that passes should not look like one that fails.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "./program.ts";

Deno.test("worker_death.ts passes", async () => {
  const { code, stdout, stderr } = await runProgram("../worker_death.ts", {
    command: "test",
    flags: ["-A", "--no-check"],
  });
  assertEquals(code, 0, stdout + stderr);
  assertMatch(stdout, /ok \| \d+ passed \| 0 failed/);
});
