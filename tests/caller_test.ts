/**
 * A wrong location is worse than none: somebody will look for the bug there. So it is checked to the
 * column, for each way to make a log call, and in bundles, which give every file a new name and,
 * minified, every function.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Logger } from "@std/log/logger";
import type { LogEvent } from "../mod.ts";
import { runProgram } from "./program.ts";
import { attributesOf, eventsOf, startReceiver } from "./receiver.ts";

const REPOSITORY = fileURLToPath(new URL("../", import.meta.url));
const HERE = fileURLToPath(import.meta.url);
const PROGRAM = new URL("fixtures/callers.ts", import.meta.url);
const CALLBACKS = new URL("fixtures/callbacks.ts", import.meta.url);

/** What the function of each call is called, where it has a name. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  "in a function": "plain",
  "after an await": "later",
  "in a constructor": "new Order",
  "in a method": "Order.place",
  "in a getter": "Order.get total",
  "in a static method": "Order.find",
  "in a generator": "numbers",
  "in a timer": "Timeout._onTimeout",
};

/** What a program ships. */
async function eventsFrom(program: URL): Promise<LogEvent[]> {
  await using receiver = startReceiver();
  const { code, stderr } = await runProgram(program.href, {
    flags: ["--no-prompt", `--allow-net=${new URL(receiver.url).host}`],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url })],
    cwd: REPOSITORY,
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  return eventsOf(receiver);
}

/** Runs a program and compares what it ships with where its calls are in its text. */
async function assertLocated(program: URL, functions?: typeof FUNCTIONS): Promise<void> {
  const events = await eventsFrom(program);
  const text = await Deno.readTextFile(program);
  assertEquals(events.length, 17);
  for (const { payload: { body, attributes } } of events) {
    // A call's place is that of the function's name, and of the handler's for a record by hand.
    const label = body === "passed to the handler"
      ? /handle(?=\(new [\w$]+\([\w$]+\)\))/
      : new RegExp(`[\\w$]+(?=\\((?:\\(\\)\\s*=>\\s*)?["'\`]${body}["'\`])`);
    const before = text.slice(0, text.search(label)).split("\n");
    assertEquals(
      [body, attributes["code.line.number"], attributes["code.column.number"]],
      [body, before.length, before.at(-1)!.length + 1],
    );
    assertEquals(attributes["code.file.path"], fileURLToPath(program));
    if (functions) assertEquals(attributes["code.function.name"], functions[String(body)]);
  }
}

/** Runs the program of callbacks: each record is beside its place, or has none and says so. */
async function assertCallbacksLocated(program: URL): Promise<void> {
  const text = await Deno.readTextFile(program);
  const events = await eventsFrom(program);
  assertEquals(events.length, 13);
  for (const { payload: { body, attributes } } of events) {
    if (String(body).startsWith("none: ")) {
      const names = Object.keys(attributes).filter((name) => name.startsWith("code."));
      assertEquals([body, names], [body, []]);
      continue;
    }
    const before = text.split("\n").slice(0, attributes["code.line.number"] as number - 1);
    const place = [...before, ""].join("\n").length + (attributes["code.column.number"] as number);
    assertStringIncludes(text.slice(Math.max(0, place - 80), place + 80), String(body));
    assertEquals(attributes["code.file.path"], fileURLToPath(program));
  }
}

/** Bundles a program, plainly and minified, and runs a check of both. */
async function inBundles(program: URL, check: (bundle: URL) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "bundles of axonpush " });
  try {
    await Promise.all([[], ["--minify"]].map(async (flags, i) => {
      const path = `${folder}/bundle ${i}.js`;
      const { code, stderr } = await runProgram(program.href, {
        command: "bundle",
        flags: ["--platform", "deno", ...flags, "--output", path],
        cwd: REPOSITORY,
      });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      await check(pathToFileURL(path));
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("caller finds the log call, however it was made", async () => {
  await assertLocated(PROGRAM, FUNCTIONS);
});

Deno.test("caller finds the log call in bundles, minified or not", async () => {
  await inBundles(PROGRAM, (bundle) => assertLocated(bundle));
});

Deno.test("caller is what called a callback, or nothing, but never std/log", async () => {
  await assertCallbacksLocated(CALLBACKS);
});

Deno.test("caller is what called a callback, or nothing, in bundles too", async () => {
  await inBundles(CALLBACKS, assertCallbacksLocated);
});

Deno.test("caller works whatever the program does to stack traces, and leaves that as it was", async () => {
  const traces: { prepareStackTrace?: unknown; stackTraceLimit: unknown } = Error;
  const settings = () => [traces.prepareStackTrace, traces.stackTraceLimit];
  const before = { prepareStackTrace: undefined, stackTraceLimit: Error.stackTraceLimit };
  const throws = () => {
    throw new Error("not for this");
  };
  const table: readonly { prepareStackTrace?: unknown; stackTraceLimit?: unknown }[] = [
    { prepareStackTrace: throws },
    { prepareStackTrace: (_: Error, sites: unknown) => sites },
    { prepareStackTrace: () => undefined },
    { prepareStackTrace: "no function" },
    { stackTraceLimit: 0 },
    { stackTraceLimit: undefined },
  ];
  const found = await attributesOf((logger) => {
    for (const changed of table) {
      try {
        Object.assign(traces, changed);
        const set = settings();
        logger.info("a");
        assertEquals(settings(), set);
      } finally {
        Object.assign(traces, before);
      }
    }
  }, { caller: true });
  assertEquals(found.map((attributes) => attributes["code.file.path"]), table.map(() => HERE));
});

Deno.test("caller is left out where Error is frozen, and the record is shipped", async () => {
  const descriptor = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
  Object.defineProperty(Error, "stackTraceLimit", { writable: false });
  try {
    const found = await attributesOf((logger) => logger.info("a", { b: 1 }), { caller: true });
    assertEquals(found, [{ b: 1 }]);
  } finally {
    Object.defineProperty(Error, "stackTraceLimit", descriptor);
  }
});

Deno.test("caller is the inner of two log calls, one inside the other", async () => {
  const source = await Deno.readTextFile(new URL(import.meta.url));
  const lineOf = (text: string) => source.slice(0, source.indexOf(text)).split("\n").length;
  const attributes = await attributesOf((logger, handler) => {
    const other = new Logger("other", "NOTSET", { handlers: [handler] });
    logger.info(() => {
      other.warn("inner");
      return "outer";
    });
  }, { caller: true });
  assertEquals(attributes.map((found) => found["code.line.number"]), [
    lineOf(`other.warn("inner")`),
    lineOf("logger.info(() => {"),
  ]);
});

Deno.test("caller is what called the handler's log()", async () => {
  const [direct, inArray, inPromise, awaited] = await attributesOf(async (_, handler) => {
    handler.log("a");
    ["b"].forEach(handler.log.bind(handler));
    Promise.resolve("c").then(handler.log.bind(handler));
    await Promise.resolve("d").then(handler.log.bind(handler));
  }, { caller: true });
  const source = (await Deno.readTextFile(new URL(import.meta.url))).split("\n");
  const lineOf = (found?: Record<string, unknown>) =>
    source[found!["code.line.number"] as number - 1]!.trim();
  assertEquals(lineOf(direct), `handler.log("a");`);
  assertEquals(lineOf(inArray), `["b"].forEach(handler.log.bind(handler));`);
  assertEquals(inPromise, {});
  assertEquals(lineOf(awaited), `await Promise.resolve("d").then(handler.log.bind(handler));`);
});

Deno.test("caller is off by default, and leaves the program's stack traces as they were", async () => {
  const [without] = await attributesOf((logger) => logger.info("a"));
  assertEquals(without, {});

  const { stackTraceLimit } = Error;
  const [found] = await attributesOf((logger) => logger.info("a"), { caller: true });
  assertEquals(found!["code.file.path"], HERE);
  assertEquals(Error.stackTraceLimit, stackTraceLimit);
});

Deno.test("caller gives way to a location that the program passes itself", async () => {
  const [found] = await attributesOf(
    (logger) => logger.info("a", { "code.line.number": 7 }),
    { caller: true },
  );
  assertEquals(found!["code.line.number"], 7);
});
