/**
 * Channels to the real worker, which is shared, asked for signs of life, and given up for all.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { keepAlive, sleep } from "../clock.ts";
import { Diagnostics } from "../diagnostics.ts";
import { resolveOptions } from "../options/settings.ts";
import { channelOpener } from "./channel.ts";

const { exporter } = resolveOptions({ endpoint: "http://127.0.0.1:1/" });
const opener = channelOpener({
  exporter,
  origin: {
    version: 1,
    protocol: "events",
    keyPrefix: "key",
    constants: { envelope: "", trace: "", resource: "", pid: 1 },
    destination: "",
  },
  maxInFlight: 10,
  diagnostics: new Diagnostics(() => {}),
});

Deno.test("Channels to a worker share the characters that it may have", () => {
  const open = () => opener.toWorker("lasting", () => {});
  const one = open();
  assertEquals([one.kind, one.isBlocking, one.maxCharacters], ["lasting", true, 2 ** 25]);
  const [second, third] = [open(), open()];
  assertEquals([one.maxCharacters, third.maxCharacters], [2 ** 25 / 3, 2 ** 25 / 3]);
  second.close();
  assertEquals(one.maxCharacters, 2 ** 24);
  third.close();
  one.close();
  assertEquals(one.maxCharacters, 2 ** 25); // Nobody uses it any more.
});

Deno.test("Channels to a worker hear of its life each by itself, and of its end together", async () => {
  const crashes: (string | undefined)[] = [];
  const open = () => opener.toWorker("lasting", (why) => crashes.push(why));
  const [one, other] = [open(), open()];
  const letGo = keepAlive();
  assertEquals(one.isAlive(), true); // It was not asked before.
  while (!one.isAlive()) await sleep(1);
  assertEquals(other.isAlive(), true);
  one.abandon("it does not answer");
  assertEquals(crashes, Array(2).fill("it does not answer"));
  assertEquals([one, other].map(({ acknowledgements }) => acknowledgements.hasCrashed), [
    true,
    true,
  ]);
  letGo();
});
