/**
 * Nothing comes out of a guarded function, whichever way it is thrown.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { turn } from "../clock.ts";
import { guard } from "./guard.ts";

Deno.test("guard() calls a function with its arguments, and keeps what that throws or rejects with", async () => {
  const calls: unknown[] = [];
  const throwing = guard((...args: unknown[]) => {
    calls.push(args);
    throw new Error("thrown");
  });
  const rejecting = guard(async (...args: unknown[]) => {
    calls.push(args);
    await undefined;
    throw new Error("rejected");
  });
  throwing(1, 2);
  rejecting(3);
  await turn(); // An unhandled rejection would fail the test here.
  assertEquals(calls, [[1, 2], [3]]);
});
