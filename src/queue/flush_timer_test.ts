/**
 * When records are posted, by a clock that is moved by hand.
 *
 * @module
 */
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { type FlushResult, FlushTimer } from "./flush_timer.ts";

/** A timer, the moments at which it flushed, and its time. */
function start(results: FlushResult[] = []) {
  let time = 0;
  const sleeping: { at: number; wake: () => void }[] = [];
  const flushedAt: number[] = [];
  const timer = new FlushTimer(() => {
    flushedAt.push(time);
    return results.shift() ?? "empty";
  }, {
    now: () => time,
    sleep: (ms) => new Promise((resolve) => sleeping.push({ at: time + ms, wake: resolve })),
  });
  return {
    timer,
    flushedAt,
    sleeping,
    /** The thread yields for so long. */
    async yieldFor(ms: number) {
      const until = time + ms;
      for (;;) {
        const next = sleeping.sort((one, other) => one.at - other.at)[0];
        if (next === undefined || next.at > until) break;
        sleeping.shift();
        time = Math.max(time, next.at);
        next.wake();
        await Promise.resolve();
        await Promise.resolve();
      }
      time = until;
    },
    /** The thread computes for so long. */
    compute: (ms: number) => void (time += ms),
  };
}

Deno.test("FlushTimer flushes once for all records of a moment", async () => {
  const { timer, flushedAt, yieldFor } = start();
  for (let i = 0; i < 10; i++) {
    timer.schedule(50, 50);
    await yieldFor(4);
  }
  await yieldFor(100);
  assertEquals(flushedAt, [50]);
  timer.schedule(50, 50);
  await yieldFor(100);
  assertEquals(flushedAt, [50, 190]);
});

Deno.test("FlushTimer.schedule() sleeps the next time where it could not for want of a stack", async () => {
  let hasStack = false;
  let flushes = 0;
  const timer = new FlushTimer(() => {
    flushes++;
    return "empty";
  }, {
    now: () => 0,
    sleep() {
      if (!hasStack) throw new RangeError("Maximum call stack size exceeded");
      return Promise.resolve();
    },
  });
  assertThrows(() => timer.schedule(50, 50), RangeError);
  hasStack = true;
  timer.schedule(50, 50);
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(flushes, 1);
});

Deno.test("FlushTimer flushes inside the call of a thread that never yields", () => {
  const { timer, flushedAt, compute } = start();
  for (let i = 0; i < 25; i++) {
    timer.schedule(20, 100);
    compute(10);
  }
  assertEquals(flushedAt, [100, 210]);
});

Deno.test("FlushTimer looks at the clock seldom where records come fast", () => {
  let looks = 0;
  const timer = new FlushTimer(() => "empty", {
    now: () => Math.floor(looks++ / 4),
    sleep: () => new Promise(() => {}),
  });
  for (let i = 0; i < 800; i++) timer.schedule(1000, 1000);
  assertLess(looks, 200);
});

Deno.test("FlushTimer.restart() has those that come now wait anew", () => {
  const { timer, flushedAt, compute } = start();
  timer.schedule(50, 50);
  compute(40);
  timer.restart();
  compute(40);
  timer.schedule(50, 50);
  compute(49);
  timer.schedule(50, 50);
  assertEquals(flushedAt, []);
  compute(1);
  timer.schedule(50, 50);
  assertEquals(flushedAt, [130]);
});

Deno.test("FlushTimer comes back for what is stuck, less and less often, and often for what moves", async () => {
  const stuck = Array<FlushResult>(9).fill("stuck");
  const { timer, flushedAt, yieldFor } = start([...stuck, "moving", "moving", "stuck", "empty"]);
  timer.schedule(50, 50);
  await yieldFor(10_000);
  const pauses = flushedAt.map((at, i) => at - (flushedAt[i - 1] ?? 0));
  assertEquals(pauses, [50, 2, 4, 8, 16, 32, 64, 100, 100, 100, 1, 1, 2]);
});

Deno.test("FlushTimer never has two sleeps at a time, and none with nothing to do", async () => {
  const { timer, sleeping, yieldFor } = start(["stuck", "empty"]);
  for (let i = 0; i < 5; i++) timer.schedule(50, 1000);
  assertEquals(sleeping.length, 1);
  await yieldFor(1000);
  assertEquals(sleeping.length, 0);
});
