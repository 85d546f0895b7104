/**
 * What is noticed of events by which a program ends.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { afterListeners } from "./host.ts";

Deno.test("afterListeners() calls all that wait for the end of the same event", () => {
  const called: string[] = [];
  const target = new EventTarget();
  const event = new Event("error", { cancelable: true });
  for (const name of ["one", "other"]) {
    target.addEventListener("error", () => afterListeners(event, () => called.push(name)));
  }
  target.addEventListener("error", () => {
    event.preventDefault();
    called.push("the last listener");
  });
  assertEquals(target.dispatchEvent(event), false);
  assertEquals(called, ["the last listener", "other", "one"]);
});
