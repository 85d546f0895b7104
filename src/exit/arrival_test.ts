/**
 * How long a program is kept that has run out of work: until the signals that were under way have
 * arrived, and their listeners are done.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { now } from "../clock.ts";
import { Arrival, type Hearing } from "./arrival.ts";
import { isListenedTo, kill, pid } from "./host.ts";

const ignore = Deno.build.os === "windows";
/** After this it gives up, on a machine that is too busy to hand a signal on. */
const MAX_MS = 1000;

/** Waits, and says how long, in milliseconds. */
async function wait(hearing: Hearing): Promise<number> {
  const began = now();
  await new Arrival(hearing).wait();
  return now() - began;
}

Deno.test("Arrival.wait() waits for nothing where no signal would be heard", async () => {
  const arrival = new Arrival({ isListening: false, hasCaughtUp: () => false });
  assertEquals([arrival.isAwaited, isListenedTo("SIGURG")], [false, false]);
  await arrival.wait();
});

Deno.test("Arrival.wait() is over for those, too, who begin to listen after it", async () => {
  const hearing = { isListening: false, hasCaughtUp: () => false };
  const arrival = new Arrival(hearing);
  await arrival.wait();
  hearing.isListening = true;
  assertEquals(arrival.isAwaited, false);
});

Deno.test({
  name: "Arrival.wait() is over when what was sent before it has been heard",
  ignore,
  async fn() {
    let heard = 0;
    const listener = () => heard++;
    Deno.addSignalListener("SIGUSR2", listener);
    for (let i = 0; i < 20; i++) {
      kill(pid, "SIGUSR2");
      const tookMs = await wait({ isListening: true, hasCaughtUp: () => true });
      assert(heard === i + 1 || tookMs >= MAX_MS, `${heard} of ${i + 1}`);
    }
    Deno.removeSignalListener("SIGUSR2", listener);
    assertEquals(isListenedTo("SIGURG"), false);
  },
});

Deno.test({
  name: "Arrival.wait() waits until another thread has caught up as well",
  ignore,
  async fn() {
    let asked = 0;
    const tookMs = await wait({ isListening: true, hasCaughtUp: () => ++asked > 3 });
    assert(asked === 4 || tookMs >= MAX_MS, String(asked));
  },
});

Deno.test({
  name: "Arrival.wait() stops when nobody would hear a signal any more",
  ignore,
  async fn() {
    const hearing = { isListening: true, hasCaughtUp: () => false };
    const arrival = new Arrival(hearing);
    const over = arrival.wait();
    assert(arrival.isAwaited && isListenedTo("SIGURG"));
    hearing.isListening = false;
    await over;
    assert(!arrival.isAwaited && !isListenedTo("SIGURG"));
  },
});

Deno.test({
  name: "Arrival.wait() sends no signal that the program would hear, and waits a moment instead",
  ignore,
  async fn() {
    const listener = () => {};
    Deno.addSignalListener("SIGURG", listener);
    // One that is sent comes back at once, and nothing else is waited for.
    assert(await wait({ isListening: true, hasCaughtUp: () => true }) >= 50);
    Deno.removeSignalListener("SIGURG", listener);
  },
});

Deno.test({
  name: "Arrival.wait() gives up after a second where another thread never catches up",
  ignore,
  async fn() {
    assert(await wait({ isListening: true, hasCaughtUp: () => false }) >= MAX_MS);
  },
});
