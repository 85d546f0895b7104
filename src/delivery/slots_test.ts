/**
 * How many requests may go: to the request, the character and the millisecond.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createRequest } from "./request.ts";
import { hangAfter, type Slot, Slots } from "./slots.ts";

const HANG_MS = 1000;

function slotOf(sentAt: number, line = "x"): Slot {
  const request = createRequest([{ origin: 0, sequence: 0, key: 0, line }], { keyPrefix: "key" });
  return { request, sentAt, epoch: 0, limitEpoch: 0, isProbe: false, isWarm: false };
}

/** As many requests in flight as there are times, each sent then. */
function slotsOf(...sentAt: readonly number[]): Slots {
  const slots = new Slots();
  for (const at of sentAt) slots.open(slotOf(at));
  return slots;
}

Deno.test("Slots.free() says how far the requests in flight are below the limit", () => {
  const slots = slotsOf(0, 1, 2);
  assertEquals(slots.count, 3);
  assertEquals(slots.free(5, 10, HANG_MS), 2);
  assertEquals(slots.free(3, 10, HANG_MS), 0);
  assertEquals(slots.free(1, 10, HANG_MS), -2);
});

Deno.test("Slots.free() lets none go while there are 16 Mi characters in flight", () => {
  const slots = new Slots();
  const [short, long] = [slotOf(0, "x".repeat(16)), slotOf(0, "x".repeat(2 ** 24 - 16))];
  slots.open(long);
  assertEquals(slots.free(5, 10, HANG_MS), 4);
  slots.open(short);
  assertEquals(slots.free(5, 10, HANG_MS), 0);
  slots.close(short);
  slots.close(short); // Its answer comes late, when it is given up.
  assertEquals(slots.free(5, 10, HANG_MS), 4);
  slots.open(slotOf(0, "x".repeat(15)));
  assertEquals(slots.free(5, 10, HANG_MS), 3);
});

Deno.test("Slots.free() gives the slots of those that hang to others, up to as many again", () => {
  const slots = slotsOf(0, 0, 0, 500);
  slots.onAnswer(HANG_MS);
  assertEquals(slots.free(4, HANG_MS - 1, HANG_MS), 0);
  assertEquals(slots.free(4, HANG_MS, HANG_MS), 3);
  for (let i = 0; i < 3; i++) slots.open(slotOf(HANG_MS));
  assertEquals(slots.free(4, HANG_MS, HANG_MS), 0);
  slots.onAnswer(2 * HANG_MS);
  assertEquals(slots.free(4, 2 * HANG_MS, HANG_MS), 1); // All seven hang, of eight.
});

Deno.test("Slots.free() bounds those that do not hang by a limit that was cut since", () => {
  const slots = slotsOf(0, 0, 0, 0);
  slots.onAnswer(HANG_MS);
  assertEquals(slots.free(4, HANG_MS, HANG_MS), 4);
  assertEquals(slots.free(2, HANG_MS, HANG_MS), 2);
});

Deno.test("Slots.free() lets one go at a time while some hang and nothing is answered", () => {
  const slots = slotsOf(0, 100);
  slots.onAnswer(HANG_MS + 99); // One millisecond before the last one hangs.
  assertEquals(slots.isSilent(HANG_MS + 99, HANG_MS), false);
  assertEquals(slots.isSilent(HANG_MS + 100, HANG_MS), true);
  assertEquals(slots.free(4, HANG_MS + 100, HANG_MS), 1);
  slots.open(slotOf(HANG_MS + 100));
  assertEquals(slots.free(4, HANG_MS + 100, HANG_MS), 0);
  slots.onAnswer(HANG_MS + 100);
  assertEquals(slots.isSilent(HANG_MS + 100, HANG_MS), false);
  assertEquals(slots.free(4, HANG_MS + 100, HANG_MS), 3);
});

Deno.test("Slots.isSilent() is false while none hangs, and true before the first answer", () => {
  const slots = slotsOf(0);
  assertEquals(slots.isSilent(HANG_MS - 1, HANG_MS), false);
  assertEquals(slots.isSilent(HANG_MS, HANG_MS), true);
});

Deno.test("Slots.hanging() names the oldest, and nextHangAt() says when the next one will", () => {
  const slots = slotsOf(0, 100, 200);
  const sentAt = (now: number) => slots.hanging(now, HANG_MS).map((slot) => slot.sentAt);
  assertEquals([sentAt(999), sentAt(1000), sentAt(1150)], [[], [0], [0, 100]]);
  const times = [999, 1000, 1199, 1200].map((now) => slots.nextHangAt(now, HANG_MS));
  assertEquals(times, [1000, 1100, 1200, undefined]);
});

Deno.test("Slots.oldestMs() says how long the oldest has been in flight", () => {
  assertEquals(new Slots().oldestMs(70), 0);
  assertEquals(slotsOf(10, 30).oldestMs(70), 60);
});

Deno.test("Slots.isWarm says whether as many connections were needed before", () => {
  const slots = new Slots();
  const [one, other] = [slotOf(0), slotOf(0)];
  assertEquals(slots.isWarm, false);
  slots.open(one);
  assertEquals([slots.isWarm, slots.has(one), slots.has(other)], [false, true, false]);
  slots.close(one);
  assertEquals([slots.isWarm, slots.has(one)], [true, false]);
  slots.open(one);
  slots.open(other);
  assertEquals(slots.isWarm, false);
  slots.close(one);
  assertEquals(slots.isWarm, true);
});

Deno.test("hangAfter() is four times what answers take, but a second, or half of it at an end", () => {
  assertEquals([hangAfter(undefined, false), hangAfter(undefined, true)], [1000, 1000]);
  assertEquals([hangAfter(100, false), hangAfter(100, true)], [1000, 500]);
  assertEquals([hangAfter(251, false), hangAfter(251, true)], [1004, 1004]);
});
