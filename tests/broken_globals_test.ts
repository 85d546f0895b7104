/**
 * The handler lives in programs that replace what it uses: browser shims, fake timers, tests that
 * fail on any use of the console. Whatever throws, at whatever moment, the program ends as it would
 * have without the handler; what was logged arrives, unless what is broken is needed for that.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type DevServer, startDevServer } from "../dev/mod.ts";
import { runProgram } from "./program.ts";

const GLOBALS = [
  "console.warn",
  "console.error",
  "process",
  "performance.now",
  "Date.now",
  "fetch",
  "Worker",
  "Atomics.wait",
  "Atomics.waitAsync",
  "Atomics.load",
  "Atomics.store",
  "Atomics.notify",
  "crypto.randomUUID",
  "crypto.subtle.digest",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "addEventListener",
  "removeEventListener",
  "MessageChannel",
  "encodeURIComponent",
  "structuredClone",
  "JSON.stringify",
  "JSON.parse",
  "Deno.addSignalListener",
  "Deno.removeSignalListener",
  "Deno.permissions.querySync",
];

/** Those without which no end can be heard, or no worker started. */
const NEEDED = ["addEventListener", "MessageChannel", "encodeURIComponent"];

/** How many records each program logs. */
const RECORDS = 100;

const MOMENTS = [
  "before setup",
  "before the first record",
  "after the first record",
  "later",
  "at the end",
];

/** What Deno itself needs to set Node's modules up, and what the two threads share. */
const OTHERS = [
  ["freezes", "console"],
  ["deletes", "console"],
  ["freezes", "built-ins"],
  ["deletes", "URL"],
  ["deletes", "SharedArrayBuffer"],
  ["deletes", "Int32Array"],
  ["deletes", "Float64Array"],
  ["deletes", "TextDecoder"],
  ["deletes", "AbortController"],
  ["deletes", "AbortSignal"],
] as const;

/** Runs a program that logs to this service, and breaks something. */
function run(program: string, { url, port }: DevServer, ...args: readonly string[]) {
  const given = { apiKey: "ak_test", tenantId: "1", baseUrl: url, shutdownTimeoutMs: 60_000 };
  return runProgram(program, {
    flags: ["--no-prompt", `--allow-net=127.0.0.1:${port}`],
    args: [JSON.stringify(given), ...args],
  });
}

for (const [how, what] of [...GLOBALS.map((what) => ["breaks", what] as const), ...OTHERS]) {
  Deno.test(`AxonPushHandler leaves a program alone that ${how} ${what}`, async () => {
    await using service = startDevServer({ port: 0 });
    await Promise.all(MOMENTS.map(async (when) => {
      const { code, stdout } = await run("broken_globals.ts", service, what, when, how);
      assertEquals({ when, code, stdout }, { when, code: 3, stdout: "went on\n" });
    }));
    if (NEEDED.includes(what)) return;
    assertEquals(service.events.length, MOMENTS.length * RECORDS);
  });
}

/** Those of the web that a program's thread uses where it ships its last records itself. */
const AT_END = [
  ...["AbortController", "AbortSignal", "Blob", "Event", "EventTarget", "Headers", "Int32Array"],
  ...["MessageChannel", "Request", "Response", "SharedArrayBuffer", "TextDecoderStream"],
  ...["TextEncoder", "URL", "Uint8Array", "Worker", "addEventListener", "fetch", "performance"],
  ...["queueMicrotask", "setTimeout", "structuredClone", "process", "Error.prototype"],
];

for (const what of AT_END) {
  Deno.test(`AxonPushHandler delivers although ${what} is broken right before the end`, async () => {
    await using service = startDevServer({ port: 0 });
    const { code, stderr } = await run("broken_at_end.ts", service, what);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(service.events.length, RECORDS / 2);
  });
}

/** What the language has built in. Without some of it no event can be made, and a record is lost. */
const BUILT_INS = [
  "Promise.prototype.then",
  "Promise.prototype.catch",
  "Promise.resolve",
  "Promise.all",
  "Map.prototype.get",
  "Map.prototype.set",
  "Map.prototype.delete",
  "Set.prototype.add",
  "Set.prototype.has",
  "Array.prototype.push",
  "Array.prototype.map",
  "Array.prototype.filter",
  "Array.prototype.join",
  "String.prototype.slice",
  "Math.max",
  "Object.defineProperty",
  "Object.entries",
  "Function.prototype.bind",
  "Function.prototype.call",
  "RegExp.prototype.exec",
];

/**
 * Names of what all objects have then, as after an attack or a careless shim. Not `then`: with that
 * Deno itself ends a program that has a worker.
 */
const POLLUTION = ["get", "value", "kind", "signal", "toJSON"];

const DAMAGES = [
  ...BUILT_INS.map((what) => ["breaks", what] as const),
  ...POLLUTION.map((what) => ["pollutes", what] as const),
];

for (const [how, what] of DAMAGES) {
  Deno.test(`AxonPushHandler neither ends nor holds up a program that ${how} ${what}`, async () => {
    await using service = startDevServer({ port: 0 });
    // Before that, to make a handler throws, as any call may then.
    await Promise.all(
      MOMENTS.slice(1).map(async (when) => {
        const run = (first: string) =>
          runProgram("broken_globals.ts", {
            flags: ["--no-prompt", `--allow-net=127.0.0.1:${service.port}`],
            args: [first, what, when, how],
          });
        const given = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url };
        const [{ code, stdout }, without] = await Promise.all([
          run(JSON.stringify({ ...given, shutdownTimeoutMs: 2000 })),
          run("off"),
        ]);
        assertEquals({ when, code, stdout }, { when, code: without.code, stdout: without.stdout });
      }),
    );
  });
}
