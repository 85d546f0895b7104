import { assertLess } from "@std/assert";
import { SignalWatch, type WatchMessage } from "./signal_watch.ts";

Deno.test("SignalWatch.release() waits for a worker that does not answer no longer than it may", async () => {
  // It begins late, and then hears nothing any more.
  const worker = `onmessage = ({ data: { memory } }) => {
    const words = new Int32Array(memory);
    words[4] = 1; // Claimed.
    postMessage(0);
    Atomics.wait(words, 3, 0); // Released.
    Atomics.wait(words, 3, 1, 1500);
    words[0] = 1; // Listening.
    Atomics.notify(words, 0);
    Atomics.wait(words, 1, 0);
  };`;
  const thread = new Worker(`data:text/javascript,${encodeURIComponent(worker)}`, {
    type: "module",
  });
  const claimed = new Promise((resolve) => thread.onmessage = resolve);
  const watch = new SignalWatch(
    (message) => thread.postMessage(message as WatchMessage),
    ["SIGTERM"],
    1000,
  );
  await claimed;

  const began = performance.now();
  watch.release(2000);
  assertLess(performance.now() - began, 3000);
  thread.terminate();
});
