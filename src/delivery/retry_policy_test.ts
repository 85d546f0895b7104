/**
 * How often something must fail before it is believed says more by exact counts than by a simulated
 * service: one less must change nothing, and the very next one must.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createRequest, type Request } from "./request.ts";
import {
  countCutOff,
  countFailure,
  countRefusal,
  type Others,
  type RetrySettings,
} from "./retry_policy.ts";

const SETTINGS: RetrySettings = {
  maxRetries: 3,
  retryUnreachable: true,
  isKept: false,
  isEndpoint: false,
};
const KEPT: RetrySettings = { ...SETTINGS, isKept: true };

const NONE: Others = { anyDelivered: false, nearlyAllDelivered: false };
const SOME: Others = { anyDelivered: true, nearlyAllDelivered: false };
const WELL: Others = { anyDelivered: true, nearlyAllDelivered: true };

/** A request of this many records with so many characters in all. */
function requestOf(records: number, chars = records): Request {
  const items = Array.from({ length: records }, (_, i) => {
    const line = "x".repeat(Math.floor(chars / records) + (i < chars % records ? 1 : 0));
    return { origin: 0, sequence: i, key: i, line };
  });
  return createRequest(items, { keyPrefix: "k" });
}

/** How often it is counted until the answer is another one than the first, and which. */
function until<T>(count: () => T, most = 100): readonly [times: number, answer: T] {
  const first = count();
  for (let times = 2; times <= most; times++) {
    const answer = count();
    if (answer !== first) return [times, answer];
  }
  return [most, first];
}

Deno.test("countFailure() gives a record up after maxRetries, and halves a batch that makes the service fail", () => {
  for (const maxRetries of [0, 3]) {
    const settings = { ...SETTINGS, maxRetries };
    const one = requestOf(1);
    const batch = requestOf(2);
    for (let i = 0; i < maxRetries; i++) {
      assertEquals(countFailure(one, "failing", NONE, settings), "retry");
      assertEquals(countFailure(batch, "failing", NONE, settings), "retry");
    }
    assertEquals(countFailure(one, "failing", NONE, settings), "give-up");
    assertEquals(countFailure(batch, "failing", NONE, settings), "halve");
  }
});

Deno.test("countFailure() counts silence only while others are delivered, or a log call waits", () => {
  const outage = requestOf(1);
  assertEquals(until(() => countFailure(outage, "timeout", NONE, SETTINGS)), [100, "retry"]);
  const alone = requestOf(1);
  assertEquals(until(() => countFailure(alone, "timeout", SOME, SETTINGS)), [30, "give-up"]);
  const batch = requestOf(2);
  assertEquals(until(() => countFailure(batch, "timeout", SOME, SETTINGS)), [30, "halve"]);
  const sync = requestOf(1);
  const settings = { ...SETTINGS, retryUnreachable: false };
  assertEquals(until(() => countFailure(sync, "timeout", NONE, settings)), [4, "give-up"]);
  const local = requestOf(1);
  assertEquals(until(() => countFailure(local, "local", SOME, settings)), [100, "retry"]);
  assertEquals(until(() => countFailure(local, "local", NONE, SETTINGS)), [100, "retry"]);
  assertEquals(until(() => countFailure(local, "local", NONE, settings)), [4, "give-up"]);
});

Deno.test("countFailure() waits for a service that is busy or away longer, and for a busy Collector without an end", () => {
  const collector = { ...SETTINGS, isEndpoint: true };
  for (const cause of ["busy", "away"] as const) {
    const outage = requestOf(1);
    assertEquals(until(() => countFailure(outage, cause, NONE, SETTINGS)), [100, "retry"]);
    const request = requestOf(1);
    assertEquals(until(() => countFailure(request, cause, SOME, SETTINGS)), [30, "give-up"]);
    const batch = requestOf(2);
    assertEquals(until(() => countFailure(batch, cause, SOME, SETTINGS)), [30, "halve"]);
    const more = { ...SETTINGS, maxRetries: 50 };
    const patient = requestOf(1);
    assertEquals(until(() => countFailure(patient, cause, SOME, more)), [50, "give-up"]);
    const large = requestOf(2);
    assertEquals(until(() => countFailure(large, cause, SOME, collector)), [30, "halve"]);
    const atCollector = requestOf(1);
    assertEquals(
      until(() => countFailure(atCollector, cause, SOME, collector)),
      cause === "busy" ? [100, "retry"] : [30, "give-up"],
    );
  }
});

Deno.test("countFailure() blames what is kept on disk only while the service is well", () => {
  for (const others of [NONE, SOME]) {
    const request = requestOf(1);
    assertEquals(until(() => countFailure(request, "failing", others, KEPT)), [100, "retry"]);
  }
  const local = requestOf(1);
  assertEquals(until(() => countFailure(local, "local", WELL, KEPT)), [100, "retry"]);
  const one = requestOf(1);
  assertEquals(until(() => countFailure(one, "failing", WELL, KEPT)), [16, "give-up"]);
  const patient = requestOf(1);
  const settings = { ...KEPT, maxRetries: 20 };
  assertEquals(until(() => countFailure(patient, "failing", WELL, settings)), [20, "give-up"]);
  const batch = requestOf(2);
  assertEquals(until(() => countFailure(batch, "timeout", WELL, KEPT)), [4, "halve"]);
});

Deno.test("countRefusal() believes the second refusal, and of what is kept the sixteenth", () => {
  const request = requestOf(1);
  assertEquals(countRefusal(request, WELL, SETTINGS), false);
  request.isDoubted = true;
  assertEquals(countRefusal(request, WELL, SETTINGS), true);
  const kept = requestOf(1);
  kept.isDoubted = true;
  assertEquals(until(() => countRefusal(kept, SOME, KEPT)), [100, false]);
  assertEquals(until(() => countRefusal(kept, WELL, KEPT)), [16, true]);
});

Deno.test("countCutOff() takes no short request for too large, and no record that is alone", () => {
  for (const cause of ["closed", "unread"] as const) {
    const short = requestOf(2, 2 ** 14 - 1);
    assertEquals(until(() => countCutOff(short, cause, SOME)), [100, false]);
    const large = requestOf(1, 2 ** 14);
    assertEquals(until(() => countCutOff(large, cause, WELL)), [4, true]);
    const unlucky = requestOf(1, 2 ** 14);
    assertEquals(until(() => countCutOff(unlucky, cause, SOME)), [8, true]);
    const passed = requestOf(2, 2 ** 14);
    assertEquals(until(() => countCutOff(passed, cause, SOME)), [2, true]);
    const batch = requestOf(2, 2 ** 14);
    assertEquals(until(() => countCutOff(batch, cause, NONE)), [4, true]);
    const alone = requestOf(1, 2 ** 14);
    assertEquals(until(() => countCutOff(alone, cause, NONE)), [100, false]);
  }
  assertEquals(until(() => countCutOff(requestOf(2, 2 ** 14), "local", WELL)), [100, false]);
});
