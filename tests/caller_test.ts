/**
 * A wrong location is worse than none: somebody will look for the bug there. So it is checked to the
 * column, for each way to make a log call, and in bundles, which give every file a new name and,
 * minified, every function.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import { runProgram } from "./program.ts";
import { attributesOf, eventsOf, startReceiver } from "./receiver.ts";

const REPOSITORY = new URL("../", import.meta.url);
const PROGRAM = new URL("fixtures/callers.ts", import.meta.url);

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

/** Runs a program and compares what it ships with where its calls are in its text. */
async function assertLocated(program: URL, functions?: typeof FUNCTIONS): Promise<void> {
  await using receiver = startReceiver();
  const { code, stderr } = await runProgram(program.href, {
    flags: ["--no-prompt", `--allow-net=${new URL(receiver.url).host}`],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url })],
    cwd: REPOSITORY.pathname,
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });

  const text = await Deno.readTextFile(program);
  const events = eventsOf(receiver);
  assertEquals(events.length, 17);
  for (const { payload: { body, attributes } } of events) {
    // A call's place is that of the function's name, and of the handler's for a record by hand.
    const label = body === "passed to the handler"
      ? /handle(?=\(new \w+\(\w+\)\))/
      : new RegExp(`[\\w$]+(?=\\((?:\\(\\)\\s*=>\\s*)?["'\`]${body}["'\`])`);
    const before = text.slice(0, text.search(label)).split("\n");
    assertEquals(
      [body, attributes["code.line.number"], attributes["code.column.number"]],
      [body, before.length, before.at(-1)!.length + 1],
    );
    assertEquals(attributes["code.file.path"], decodeURIComponent(program.pathname));
    if (functions) assertEquals(attributes["code.function.name"], functions[String(body)]);
  }
}

Deno.test("caller finds the log call, however it was made", async () => {
  await assertLocated(PROGRAM, FUNCTIONS);
});

Deno.test("caller finds the log call in bundles, minified or not", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bundles of axonpush " });
  try {
    await Promise.all([[], ["--minify"]].map(async (flags, i) => {
      const path = `${folder}/bundle ${i}.js`;
      const { code, stderr } = await runProgram(PROGRAM.href, {
        command: "bundle",
        flags: ["--platform", "deno", ...flags, "--output", path],
        cwd: REPOSITORY.pathname,
      });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      await assertLocated(new URL(`file://${path}`));
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
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

Deno.test("caller is off by default, and leaves the program's stack traces as they were", async () => {
  const [without] = await attributesOf((logger) => logger.info("a"));
  assertEquals(without, {});

  const { stackTraceLimit } = Error;
  const [found] = await attributesOf((logger) => logger.info("a"), { caller: true });
  assertEquals(found!["code.file.path"], new URL(import.meta.url).pathname);
  assertEquals(Error.stackTraceLimit, stackTraceLimit);
});

Deno.test("caller gives way to a location that the program passes itself", async () => {
  const [found] = await attributesOf(
    (logger) => logger.info("a", { "code.line.number": 7 }),
    { caller: true },
  );
  assertEquals(found!["code.line.number"], 7);
});
