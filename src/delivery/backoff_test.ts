/**
 * The circuit breaker by itself: its states, its pauses, and what ends them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Backoff } from "./backoff.ts";

/** A backoff whose clock is a number. */
function backoffAt(now = 0) {
  const clock = { now };
  return { backoff: new Backoff(() => clock.now), clock };
}

function assertNear(pause: number, step: number): void {
  assert(Math.abs(pause - step) <= 0.1 * step + 1e-6, `${pause} ms, not ${step}`);
}

Deno.test("Backoff is closed, open for a pause, half-open after it, and closed by a delivery", () => {
  const { backoff, clock } = backoffAt(1000);
  assertEquals([backoff.state, backoff.cause], ["closed", undefined]);
  backoff.open(backoff.epoch, "failure");
  assertEquals([backoff.state, backoff.cause], ["open", "failure"]);
  clock.now = backoff.resumeAt;
  assertEquals(backoff.state, "half-open");
  backoff.onDelivered(backoff.epoch);
  assertEquals(backoff.state, "closed");
});

Deno.test("Backoff.open() climbs the ladder, one step for all that fail together", () => {
  const { backoff, clock } = backoffAt();
  for (const step of [250, 500, 1000, 2000, 4000, 4000]) {
    const { epoch } = backoff;
    for (let i = 0; i < 5; i++) backoff.open(epoch, "failure");
    assertNear(backoff.resumeAt - clock.now, step);
    clock.now = backoff.resumeAt;
  }
  backoff.onDelivered(backoff.epoch);
  backoff.open(backoff.epoch, "failure");
  assertNear(backoff.resumeAt - clock.now, 250);
});

/** Fails, and after the pause as often as it says, until a request is delivered. */
function passThrough({ backoff, clock }: ReturnType<typeof backoffAt>, failures = 1): number {
  const began = clock.now;
  for (let i = 0; i < failures; i++) {
    backoff.onFailed();
    backoff.open(backoff.epoch, "failure");
    clock.now = backoff.resumeAt;
  }
  backoff.onDelivered(backoff.epoch);
  return clock.now - began;
}

Deno.test("Backoff.open() tries half of the pause that was long enough, and finds that none is of use", () => {
  const at = backoffAt(100_000);
  for (const step of [250, 125, 62.5, 31.25]) assertNear(passThrough(at), step);
  assertNear(passThrough(at, 3), 7 * 15.625); // The next one begins with half of the third.
  for (const step of [31.25, 15.625, 7.8125, 3.90625, 1.953125, 1]) {
    assertEquals(at.backoff.isPartial, false);
    assertNear(passThrough(at), step);
  }
  assertEquals(at.backoff.isPartial, true);
});

Deno.test("Backoff.isPartial does not wait for pauses much shorter than an answer takes", () => {
  const { backoff, clock } = backoffAt(100_000);
  for (const step of [250, 125, 62.5]) {
    assertEquals(backoff.isPartial, false);
    backoff.open(backoff.epoch, "failure");
    assertNear(backoff.resumeAt - clock.now, step);
    clock.now = backoff.resumeAt + 300;
    backoff.onDelivered(backoff.epoch, true, 300);
  }
  assertEquals(backoff.isPartial, true);
});

Deno.test("Backoff.isPartial is forgotten a minute after the last failure, and where all requests fail", () => {
  for (const failures of [1, 15, 16]) {
    const at = backoffAt(100_000);
    const { backoff, clock } = at;
    while (!backoff.isPartial) passThrough(at);
    clock.now += 59_000;
    for (let i = 0; i < failures; i++) backoff.onFailed();
    assertEquals(backoff.isPartial, failures < 16);
    clock.now += 59_000;
    assertEquals(backoff.isPartial, failures < 16);
    clock.now += 2000;
    assertEquals(backoff.isPartial, false);
    assertNear(passThrough(at), 250);
  }
});

Deno.test("Backoff.onDelivered() of a request from before the pause does not end it", () => {
  const { backoff } = backoffAt();
  const { epoch } = backoff;
  backoff.open(epoch, "failure");
  backoff.onDelivered(epoch);
  assertEquals([backoff.state, backoff.deliveries], ["open", 1]);
});

Deno.test("Backoff.openFor() pauses as long as the longest wish", () => {
  for (const wishes of [[9000, 1000], [1000, 9000]]) {
    const { backoff } = backoffAt();
    const { epoch } = backoff;
    for (const wish of wishes) backoff.openFor(epoch, wish);
    assertEquals(backoff.resumeAt, 9000);
  }
  const { backoff } = backoffAt();
  const { epoch } = backoff;
  backoff.open(epoch, "failure");
  backoff.openFor(epoch, 9000);
  backoff.open(epoch, "failure");
  assertEquals([backoff.resumeAt, backoff.cause], [9000, "asked"]);
});

Deno.test("Backoff.openFor() is a step of the ladder, one for all that are asked together", () => {
  const { backoff, clock } = backoffAt();
  const { epoch } = backoff;
  for (let i = 0; i < 5; i++) backoff.openFor(epoch, 3000);
  clock.now = backoff.resumeAt;
  backoff.onDelivered(epoch); // Sent before the pause.
  assertEquals(backoff.state, "half-open");
  backoff.open(backoff.epoch, "failure");
  assertNear(backoff.resumeAt - clock.now, 500);
  clock.now = backoff.resumeAt;
  backoff.openFor(backoff.epoch, 100); // Another wish counts though it is shorter than an old pause.
  assertEquals(backoff.resumeAt, clock.now + 100);
});

Deno.test("Backoff.isWell goes by how many requests are delivered at their first attempt", () => {
  const { backoff } = backoffAt();
  assertEquals(backoff.isWell, true);
  for (let i = 0; i < 100; i++) backoff.onFailed(false);
  assertEquals(backoff.isWell, true); // The same request, again and again.
  for (let i = 0; i < 5; i++) backoff.onFailed(true);
  assertEquals(backoff.isWell, false);
  for (let i = 0; i < 100; i++) backoff.onDelivered(backoff.epoch, false);
  assertEquals(backoff.isWell, false); // What fails at first and is delivered later.
  for (let i = 0; i < 100; i++) backoff.onDelivered(backoff.epoch, true);
  assertEquals(backoff.isWell, true);
});

Deno.test("Backoff.failuresInARow counts from the last delivery on", () => {
  const { backoff } = backoffAt();
  for (let i = 0; i < 3; i++) backoff.onFailed();
  backoff.onDelivered(backoff.epoch);
  assertEquals(backoff.failuresInARow, 0);
  backoff.onFailed();
  assertEquals(backoff.failuresInARow, 1);
});

Deno.test("Backoff.expedite() ends a pause, but not one that the service asked for", () => {
  for (const isAsked of [false, true]) {
    const { backoff } = backoffAt();
    if (isAsked) backoff.openFor(backoff.epoch, 5000);
    else backoff.open(backoff.epoch, "failure");
    backoff.expedite(2000, true);
    assertEquals(backoff.state, isAsked ? "open" : "half-open");
  }
});

Deno.test("Backoff.expedite() keeps the pauses short as long as somebody waits", () => {
  const { backoff, clock } = backoffAt();
  for (let i = 0; i < 5; i++) backoff.open(backoff.epoch, "failure");
  backoff.expedite(2000, true);
  assertNear(backoff.pauseAfter(4), 250);
  clock.now = 2000;
  assertEquals(backoff.isExpedited, false);
  assertNear(backoff.pauseAfter(4), 4000);
});

Deno.test("Backoff.isHopeless needs the end of the program and settings that were refused three times", () => {
  for (const cause of ["failure", "settings"] as const) {
    for (const isEnding of [false, true]) {
      const { backoff } = backoffAt();
      const fail = () => {
        backoff.onFailed();
        backoff.open(backoff.epoch, cause);
      };
      fail();
      backoff.expedite(2000, isEnding);
      assertEquals(backoff.isHopeless, false); // It is asked twice more.
      fail();
      assertEquals(backoff.isHopeless, false);
      fail();
      assertEquals(backoff.isHopeless, cause === "settings" && isEnding);
    }
  }
});

Deno.test("Backoff.onDelivered() ends the pause of settings that were blamed before anything was delivered", () => {
  const { backoff } = backoffAt();
  const { epoch } = backoff; // Of two requests that were sent at the same time.
  backoff.open(epoch, "settings");
  backoff.onDelivered(epoch);
  assertEquals(backoff.state, "closed");

  backoff.open(backoff.epoch, "settings");
  backoff.onDelivered(epoch); // Sent before, when they may have been right.
  assertEquals(backoff.state, "open");
});
