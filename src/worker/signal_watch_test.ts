/**
 * Both ends of a watch for signals, on one thread, with a signal that nothing else here uses. Where it
 * must not end the tests, they listen to it too.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import { keepAlive, sleep, turn } from "../clock.ts";
import { Arrival } from "../exit/arrival.ts";
import { isListenedTo, kill, pid } from "../exit/host.ts";
import type { EndSignal } from "../options/options.ts";
import { answer, type Question } from "./heartbeat.ts";
import { SignalWatch, Watchmen, type WatchMessage, watchSignals } from "./signal_watch.ts";

const SIGNAL = "SIGUSR2" as EndSignal;

function post(message: WatchMessage | Question): void {
  if (message.kind === "watch") watchSignals(message);
  else answer(message);
}

/** A test with signals, kept alive since no wait here does that. */
function testSignals(name: string, test: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    async fn() {
      const letGo = keepAlive();
      await test();
      letGo();
    },
  });
}

/** Waits until this is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1);
}

testSignals(
  "SignalWatch hears one signal, and lets the next one end the program after its echo",
  async () => {
    // One that the system does not have is left out.
    const watch = new SignalWatch(post, ["SIGBREAK", SIGNAL], 60_000);
    assertEquals([watch.watchman, watch.signals], [post, ["SIGBREAK", SIGNAL]]);
    await watch.started();
    assertEquals([watch.isListening, watch.hasBegun, watch.signal], [true, true, undefined]);
    assertEquals(isListenedTo(SIGNAL), true);
    assertEquals(await watch.heard(1), undefined);
    let heard = 0;
    const listener = () => heard++;
    Deno.addSignalListener(SIGNAL, listener);
    kill(pid, SIGNAL);
    assertEquals(await watch.heard(60_000), SIGNAL);
    watch.takeOver();
    await new Arrival({ isListening: true, hasCaughtUp: () => true }).wait();
    assertEquals(heard, 1); // The worker has sent none.
    kill(pid, SIGNAL); // The echo.
    await until(() => heard === 2 && !watch.isListening);
    Deno.removeSignalListener(SIGNAL, listener);
    assertEquals([watch.hasBegun, isListenedTo(SIGNAL)], [true, false]);
    assertEquals(watch.release(0), SIGNAL);
  },
);

testSignals(
  "watchSignals() ends the program by the signal where nobody takes it over in time",
  async () => {
    let heard = 0;
    const listener = () => heard++;
    Deno.addSignalListener(SIGNAL, listener);
    const watch = new SignalWatch(post, [SIGNAL], 1);
    await watch.started();
    kill(pid, SIGNAL);
    await until(() => heard === 2); // Both that signal and the one that ends the program.
    assertEquals(watch.isListening, false);
    Deno.removeSignalListener(SIGNAL, listener);
  },
);

testSignals("SignalWatch.release() ends a watch, whether or not the worker has begun", async () => {
  const watch = new SignalWatch(post, [SIGNAL], 60_000);
  await watch.started();
  assertEquals(watch.release(0), undefined); // This thread blocks, and cannot listen no more.
  await until(() => !watch.isListening);
  assertEquals(isListenedTo(SIGNAL), false);

  const messages: WatchMessage[] = [];
  const early = new SignalWatch((message) => messages.push(message as WatchMessage), [SIGNAL], 1);
  assertEquals(early.hasBegun, false);
  assertEquals(early.release(), undefined);
  watchSignals(messages[0]!); // The worker comes to it only now.
  await turn();
  assertEquals([early.hasBegun, isListenedTo(SIGNAL)], [false, false]);
});

Deno.test("SignalWatch.hasCaughtUp() is true when what was posted after the first call is answered", () => {
  const questions: Question[] = [];
  const watch = new SignalWatch(
    (message) => {
      if (message.kind === "question") questions.push(message);
    },
    [SIGNAL],
    1,
  );
  assertEquals([watch.hasCaughtUp(), watch.hasCaughtUp(), questions.length], [false, false, 1]);
  answer(questions[0]!);
  assertEquals(watch.hasCaughtUp(), true);
});

Deno.test("Watchmen name the first that is there, and tell of each change", () => {
  const watchmen = new Watchmen();
  let changes = 0;
  watchmen.onChange = () => changes++;
  const [one, other] = [() => {}, () => {}];
  assertEquals(watchmen.first, undefined);
  watchmen.add(one);
  watchmen.add(other);
  assertEquals([watchmen.first, changes], [one, 2]);
  watchmen.delete(one);
  watchmen.delete(one);
  assertEquals([watchmen.first, changes], [other, 3]);
});

Deno.test("SignalWatch.release() waits until the worker listens no more, for what that hears until then", async () => {
  const { watch, thread } = await watchBy(`
    Atomics.wait(words, 1, 0, 50); // It is slow.
    Atomics.wait(words, 3, 0); // Until it is released.
    say(0, 1); // It listens only now,
    Atomics.wait(words, 3, 1, 50);
    say(1, 2); // hears the second signal,
    say(0, 2); // and listens no more.
  `);
  assertEquals(watch.release(60_000), "SIGINT");
  thread.terminate();
});

Deno.test("SignalWatch.release() waits for a worker that does not answer no longer than it may", async () => {
  // It begins late, and then hears nothing any more.
  const { watch, thread } = await watchBy(`
    Atomics.wait(words, 3, 0);
    Atomics.wait(words, 3, 1, 1500);
    say(0, 1);
    Atomics.wait(words, 1, 0);
  `);
  const began = performance.now();
  assertEquals(watch.release(2000), undefined);
  assertLess(performance.now() - began, 3000);
  thread.terminate();
});

/** A watch whose worker has claimed it, and then does this. */
async function watchBy(code: string): Promise<{ watch: SignalWatch; thread: Worker }> {
  const source = `onmessage = ({ data: { memory } }) => {
    const words = new Int32Array(memory);
    const say = (word, value) => {
      Atomics.store(words, word, value);
      Atomics.notify(words, word);
    };
    say(4, 1);
    postMessage(0);
    ${code}
  };`;
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const thread = new Worker(url, { type: "module" });
  const claimed = new Promise((resolve) => thread.onmessage = resolve);
  const post = (message: unknown) => thread.postMessage(message);
  const watch = new SignalWatch(post, ["SIGTERM", "SIGINT"], 1000);
  await claimed;
  return { watch, thread };
}
