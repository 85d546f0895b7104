/**
 * What the handler says about itself must be read: so it is not said too often, a count is told to
 * its end, and nothing that the console or a function of the user's does ends the program.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Diagnostic, Diagnostics, type Loss, records } from "./diagnostics.ts";

/** Diagnostics whose time passes when the test says so. */
function simulate(sink: (diagnostic: Diagnostic) => unknown = () => {}) {
  const told: string[] = [];
  let time = 0;
  let pauses: { readonly until: number; readonly end: () => void }[] = [];
  const diagnostics = new Diagnostics(
    (diagnostic) => {
      told.push(diagnostic.message);
      return sink(diagnostic) as void;
    },
    undefined,
    {
      now: () => time,
      sleep: (ms) => new Promise((end) => pauses.push({ until: time + ms, end })),
    },
  );
  const pass = async (ms: number) => {
    time += ms;
    for (const { end } of pauses.filter(({ until }) => until <= time)) end();
    pauses = pauses.filter(({ until }) => until > time);
    await new Promise((resolve) => setTimeout(resolve)); // What follows the pauses runs first.
  };
  return { diagnostics, told, pass };
}

const LOSS: Loss = { level: "error", code: "loss", message: (count) => `${records(count)} lost` };

function diagnostic(code: string, serviceCode?: string): Diagnostic {
  const message = [code, serviceCode].join(" ").trim();
  return { level: "warn", code, message, ...serviceCode !== undefined && { serviceCode } };
}

Deno.test("Diagnostics.report() writes one of a kind in a minute", async () => {
  const { diagnostics, told, pass } = simulate();
  for (let second = 0; second < 150; second++) {
    diagnostics.report(diagnostic("a"));
    if (second === 10) diagnostics.report(diagnostic("b"));
    await pass(1000);
  }
  assertEquals(told, ["a", "b", "a", "a"]);
});

Deno.test("Diagnostics.report() tells the service's codes apart, but not without end", () => {
  const { diagnostics, told } = simulate();
  for (let i = 0; i < 1000; i++) diagnostics.report(diagnostic("http-400", `code ${i % 500}`));
  assertEquals(told.length, 65);
  assertEquals(new Set(told).size, 65);
});

Deno.test("Diagnostics.count() tells a count at once, and then while it grows", async () => {
  const { diagnostics, told, pass } = simulate();
  for (let second = 0; second < 25; second++) {
    diagnostics.count(LOSS, second === 0 ? 1 : 10);
    await pass(1000);
  }
  assertEquals(told, ["1 record lost", "91 records lost", "191 records lost"]);
});

Deno.test("Diagnostics.count() tells the end of a burst though nothing follows it", async () => {
  const { diagnostics, told, pass } = simulate();
  for (let i = 0; i < 20_000; i++) diagnostics.count(LOSS);
  assertEquals(told, ["1 record lost"]);
  await pass(10_000);
  assertEquals(told, ["1 record lost", "20000 records lost"]);
  for (let i = 0; i < 10; i++) await pass(10_000);
  assertEquals(told.length, 2);
});

Deno.test("Diagnostics.flush() tells what of each count is not told, once", async () => {
  const { diagnostics, told, pass } = simulate();
  const other: Loss = { ...LOSS, code: "other", message: (count) => `${count} of others` };
  diagnostics.count(LOSS, 2);
  diagnostics.count(LOSS, 3);
  diagnostics.count(other);
  diagnostics.flush();
  diagnostics.flush();
  await pass(60_000);
  diagnostics.flush();
  assertEquals(told, ["2 records lost", "1 of others", "5 records lost"]);
});

Deno.test("Diagnostics.count() tells the reason that was given last", () => {
  const { diagnostics, told } = simulate();
  diagnostics.count(LOSS);
  diagnostics.count({ ...LOSS, message: (count) => `${count} lost: another reason` });
  diagnostics.flush();
  assertEquals(told, ["1 record lost", "2 lost: another reason"]);
});

Deno.test("Diagnostics.count() goes on from what was told otherwise", async () => {
  const { diagnostics, told, pass } = simulate();
  const loss = { ...LOSS, isFirstReported: true };
  diagnostics.count(loss);
  await pass(60_000);
  diagnostics.flush();
  assertEquals(told, []);
  diagnostics.count(loss);
  assertEquals(told, ["2 records lost"]);
});

Deno.test("Diagnostics.count() tells how many were lost at once, where the reason of one was told", async () => {
  const { diagnostics, told, pass } = simulate();
  diagnostics.count({ ...LOSS, isFirstReported: true }, 40);
  assertEquals(told, []);
  await pass(10_000);
  assertEquals(told, ["40 records lost"]);
});

Deno.test("Diagnostics.relay() writes what another thread has let through", () => {
  const { diagnostics, told } = simulate();
  for (let i = 0; i < 2; i++) diagnostics.relay(diagnostic("a"));
  assertEquals(told, ["a", "a"]);
});

Deno.test("Diagnostics says nothing about what comes of saying something", () => {
  const { diagnostics, told } = simulate(() => {
    diagnostics.report(diagnostic("inner"));
    diagnostics.count(LOSS);
    diagnostics.flush();
  });
  diagnostics.report(diagnostic("outer"));
  assertEquals(told, ["outer"]);
  diagnostics.flush(); // But it is counted.
  assertEquals(told, ["outer", "1 record lost"]);
});

Deno.test("Diagnostics goes on whatever the sink does", async () => {
  const failures: readonly (() => unknown)[] = [
    () => {
      throw new Error("thrown");
    },
    () => {
      throw undefined;
    },
    () => {
      throw Object.freeze({
        get message() {
          throw new Error("in a getter");
        },
      });
    },
    () => Promise.reject(new Error("rejected")),
    () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject("rejected") }),
    () => ({
      get then() {
        throw new Error("in a getter");
      },
    }),
    function overflow(): unknown {
      return overflow();
    },
    () => null,
    () => 42,
  ];
  for (const failure of failures) {
    const { diagnostics, told } = simulate(failure);
    diagnostics.report(diagnostic("a"));
    diagnostics.count(LOSS);
    diagnostics.report(diagnostic("b"));
    assertEquals(told, ["a", "1 record lost", "b"]);
    assertEquals(diagnostics.isWriting, false);
  }
  await new Promise((resolve) => setTimeout(resolve)); // No rejection ends this test.
});
