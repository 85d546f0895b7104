import { assert, assertEquals } from "@std/assert";
import { awake, noticeStandstill, now, STOOD_STILL_MS } from "./clock.ts";

/** Each in the place of `Performance.prototype.now` when the package is loaded. */
const FAKES: readonly Performance["now"][] = [
  () => 5,
  function (this: { startedAt?: number }) {
    return this.startedAt ?? 5;
  },
  () => {
    throw new Error("There is no time here");
  },
];

Deno.test("the clock is the real one, whatever stands in its place when it is loaded", async () => {
  const { now: genuine } = Performance.prototype;
  for (const [i, fake] of [genuine, ...FAKES].entries()) {
    Performance.prototype.now = fake;
    let clock;
    try {
      clock = await import(`./clock.ts?in-place-of-${i}`);
    } finally {
      Performance.prototype.now = genuine;
    }
    const before = performance.now();
    const between = clock.now();
    assert(before <= between && between <= performance.now(), `${i}: ${before}, ${between}`);
    // Only the genuine one is used as it is: a mark of the time would cost the start a millisecond.
    assertEquals(clock.now.name === "bound now", fake === genuine);
  }
});

Deno.test("awake() leaves a standstill out once, however many have waited meanwhile", () => {
  const before = { now: now(), awake: awake() };
  const until = before.now - 2 * STOOD_STILL_MS;
  noticeStandstill(until);
  noticeStandstill(until);
  noticeStandstill(now()); // This one was in time.
  const after = { awake: awake(), now: now() };
  const leftOutMs = (after.now - before.now) - (after.awake - before.awake);
  assert(leftOutMs > STOOD_STILL_MS, `${leftOutMs} ms`);
  assert(before.awake - after.awake <= after.now - until, `${leftOutMs} ms`);
});
