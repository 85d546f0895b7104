/**
 * An event must be what OpenTelemetry's log data model says, with names of its semantic
 * conventions, and must hold what the log call was given: it is all that is left of the program's
 * state when somebody has to find out what happened.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Logger, LogRecord } from "@std/log/logger";
import { severityNumber } from "../src/record/event_text.ts";
import type { AxonPushHandler, HandlerStats } from "../mod.ts";
import { runProgram } from "./program.ts";
import { attributesOf, eventsOf, handlerTo, shipped, startReceiver } from "./receiver.ts";

// ——— The log data model ———

Deno.test("severityNumber() follows the log data model and maps levels in between downwards", () => {
  const expected = {
    NaN: 0,
    "-1": 0,
    0: 0,
    5: 0,
    10: 5,
    19: 5,
    20: 9,
    25: 9,
    30: 13,
    35: 13,
    40: 17,
    49.9: 17,
    50: 21,
    60: 21,
    Infinity: 21,
  };
  for (const [level, severity] of Object.entries(expected)) {
    assertEquals(severityNumber(Number(level)), severity, level);
  }
});

Deno.test("handle() ships severity, time, names and ids as the service's contract has them", async () => {
  const before = Date.now();
  const events = await shipped((logger, handler) => {
    logger.debug("a");
    logger.info("b");
    logger.warn("c");
    logger.error("d");
    logger.critical("e");
    const notice = new LogRecord({ msg: "f", args: [], level: 20, loggerName: "shop" });
    handler.handle(Object.assign(notice, { level: 25, levelName: "NOTICE" }));
  });
  const after = Date.now();

  assertEquals(
    events.map(({ payload: { severityText, severityNumber, body } }) => [
      severityText,
      severityNumber,
      body,
    ]),
    [
      ["DEBUG", 5, "a"],
      ["INFO", 9, "b"],
      ["WARN", 13, "c"],
      ["ERROR", 17, "d"],
      ["CRITICAL", 21, "e"],
      ["NOTICE", 9, "f"],
    ],
  );
  for (const event of events) {
    const { payload, occurredAt, traceId, spanId, ...others } = event;
    const { timeUnixNano, observedTimeUnixNano, attributes } = payload;
    const time = Date.parse(occurredAt);
    assert(before <= time && time <= after, occurredAt);
    assertMatch(occurredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assertMatch(timeUnixNano, new RegExp(`^${time}\\d{6}$`));
    assertEquals(observedTimeUnixNano, timeUnixNano);
    assertMatch(traceId, /^[\da-f]{32}$/);
    assertMatch(spanId, /^[\da-f]{16}$/);
    assertEquals(attributes, { "logger.name": "shop", "process.pid": Deno.pid });
    const { dedupKey, ...rest } = others as typeof others & { dedupKey: string };
    assertMatch(dedupKey, /^[\da-f-]{36}-\d+$/);
    // A property more, and the service refuses the event.
    assertEquals(rest, {
      identifier: "shop",
      eventType: "app.log",
      metadata: { framework: "deno-std-log" },
    });
  }
});

Deno.test("handle() keeps the order of the log calls in the times of the events", async () => {
  const bodies = Array.from({ length: 500 }, (_, i) => `message ${i}`);
  const events = await shipped((logger) => bodies.forEach((body) => logger.info(body)));
  events.sort((a, b) => a.payload.timeUnixNano < b.payload.timeUnixNano ? -1 : 1);
  assertEquals(events.map(({ payload }) => payload.body), bodies);
});

Deno.test("handle() ships the options that say where events belong", async () => {
  const [event] = await shipped((logger) => logger.info("a"), {
    source: "agent",
    channelId: 7,
    agentId: "planner",
    traceId: "run-1",
    serviceName: "shop",
    serviceVersion: "1.4.0",
    environment: "staging",
  });
  assertEquals(event!.eventType, "agent.log");
  assertEquals(event!.channel_id, "7");
  assertEquals(event!.agentId, "planner");
  assertEquals(event!.traceId, "run-1");
  const { "host.name": host, ...resource } = event!.payload.resource;
  assertEquals(resource, {
    "service.name": "shop",
    "service.version": "1.4.0",
    "deployment.environment.name": "staging",
    "process.runtime.name": "deno",
    "process.runtime.version": Deno.version.deno,
  });
  assertEquals(host, Deno.hostname());
});

Deno.test({
  name: "handle() ships no host name where that would need a permission",
  permissions: { net: ["127.0.0.1"], sys: false, env: false, read: true },
  async fn() {
    const [event] = await shipped((logger) => logger.info("a"));
    assertEquals(event!.payload.resource, {
      "process.runtime.name": "deno",
      "process.runtime.version": Deno.version.deno,
    });
  },
});

Deno.test("handle() ships region and instance on Deno Deploy", async () => {
  await using receiver = startReceiver();
  // By a program of its own: tests that run at a time share one environment.
  await runProgram("so_many.ts", {
    flags: ["--no-prompt", "--allow-net", "--allow-env"],
    args: [JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url }), "1"],
    env: { DENO_REGION: "us-east-2", DENO_DEPLOYMENT_ID: "d-1" },
  });
  const [event] = eventsOf(receiver);
  assertEquals(event!.payload.resource["cloud.region"], "us-east-2");
  assertEquals(event!.payload.resource["service.instance.id"], "d-1");
});

Deno.test("handle() keeps strings, numbers and booleans as bodies and serialises others", async () => {
  const made: readonly unknown[] = [
    "text",
    "",
    9.5,
    -1,
    true,
    false,
    NaN,
    10n,
    null,
    undefined,
    { a: [1, "b"] },
    [1, 2],
    Symbol("s"),
  ];
  let next = 0;
  const events = await shipped(
    (logger) => {
      for (const _ of made) logger.info("not this");
    },
    { formatter: () => made[next++] as string },
  );
  assertEquals(events.map(({ payload }) => payload.body), [
    "text",
    "",
    9.5,
    -1,
    true,
    false,
    "NaN",
    "10",
    "null",
    "null",
    '{"a":[1,"b"]}',
    "[1,2]",
    "Symbol(s)",
  ]);
});

Deno.test("handle() ships the bare message without a formatter, and what it was given as", async () => {
  const events = await shipped((logger, handler) => {
    logger.info("Order placed");
    logger.info(() => "made late");
    logger.info(42); // std/log makes text of it before any handler sees it.
    handler.handle(
      new LogRecord({ msg: 42 as never, args: [], level: 20, loggerName: "by hand" }),
    );
  });
  assertEquals(events.map(({ payload }) => payload.body), ["Order placed", "made late", "42", 42]);
});

// ——— Arguments ———

Deno.test("handle() makes attributes of an object, with their types and nesting", async () => {
  const attributes = {
    user_id: 42,
    total: 9.95,
    paid: true,
    note: null,
    tags: ["a", 1, false],
    address: { city: "Bern", geo: { lat: 46.9 } },
  };
  assertEquals(await attributesOf((logger) => logger.info("a", attributes)), [attributes]);
});

Deno.test("handle() merges several objects from left to right", async () => {
  assertEquals(
    await attributesOf((logger) => {
      logger.info("a", { a: 1, b: 1 }, { b: 2, c: 2 }, { c: 3 });
      logger.info("b", Object.freeze({ a: 1 }), Object.assign(Object.create(null), { a: 2 }));
      logger.info("c", {});
      logger.info("d");
    }),
    [{ a: 1, b: 2, c: 3 }, { a: 2 }, {}, {}],
  );
});

Deno.test("handle() makes attributes of what an object says that it is in JSON", async () => {
  const throwing = () => {
    throw new Error("not now");
  };
  assertEquals(
    await attributesOf((logger) => {
      logger.info("a", { id: 1, secret: 2, toJSON: () => ({ id: 1 }) });
      logger.info("b", { a: 1 }, { toJSON: () => ({ b: 2 }) }, { toJSON: () => "text" });
      logger.info("c", { a: 1 }, { toJSON: throwing });
      logger.info("d", { toJSON: 5 });
    }),
    [
      { id: 1 },
      { a: 1, b: 2, args: ["text"] },
      { a: 1, args: ["[unreadable: not now]"] },
      { toJSON: 5 },
    ],
  );
});

Deno.test("handle() keeps all other arguments in args", async () => {
  class Money {
    amount = 5;
  }
  assertEquals(
    await attributesOf((logger) => {
      logger.info("a", 1, "two", true, null, undefined);
      logger.info("b", [1, [2]], { user: "u" }, new Money(), new Map([["k", 1]]));
      logger.info("c", new Date(0), 10n, new Set(["x"]));
    }),
    [
      { args: [1, "two", true, null, null] },
      { user: "u", args: [[1, [2]], { amount: 5 }, { k: 1 }] },
      { args: ["1970-01-01T00:00:00.000Z", "10", ["x"]] },
    ],
  );
});

Deno.test("handle() does not let arguments pass for what the handler says", async () => {
  const [event] = await shipped((logger) =>
    logger.info("a", {
      "logger.name": "fake",
      "process.pid": 1,
      "axonpush.dedup_key": "fake",
      a: 1,
      b: { "logger.name": "kept" },
    })
  );
  assertEquals(event!.payload.attributes, {
    "logger.name": "shop",
    "process.pid": Deno.pid,
    a: 1,
    b: { "logger.name": "kept" },
  });
});

// ——— Errors ———

Deno.test("handle() finds the error wherever it is among the arguments", async () => {
  const error = new TypeError("no total");
  const expected = {
    "exception.type": "TypeError",
    "exception.message": "no total",
    "exception.stacktrace": error.stack,
  };
  assertEquals(
    await attributesOf((logger) => {
      logger.error("a", error);
      logger.error("b", { order: 1 }, error);
      logger.error("c", error, { order: 1 }, "x");
    }),
    [expected, { ...expected, order: 1 }, { ...expected, order: 1, args: ["x"] }],
  );
});

Deno.test("handle() ships the cause chain, AggregateError and further errors as structures", async () => {
  const low = new RangeError("low");
  const high = new Error("high", { cause: new Error("middle", { cause: low }) });
  const both = new AggregateError([low, "text"], "both");
  const [chain, all, two] = await attributesOf((logger) => {
    logger.error("a", high);
    logger.error("b", both);
    logger.error("c", { failed: low }, low, high);
  });
  const lowFields = { type: "RangeError", message: "low", stacktrace: low.stack };
  const cause = chain!["exception.cause"] as Record<string, unknown>;
  assertEquals([cause.type, cause.message, cause.cause], ["Error", "middle", lowFields]);
  assertEquals(all!["exception.type"], "AggregateError");
  assertEquals(all!["exception.errors"], [lowFields, "text"]);
  assertEquals(two!.failed, lowFields);
  assertEquals(two!["exception.message"], "low");
  const [second] = two!.args as Record<string, unknown>[];
  assertEquals(second!.message, "high");
});

Deno.test("handle() cuts a cause chain that never ends", async () => {
  const circular = new Error("circular");
  circular.cause = circular;
  let deep = new Error("0");
  for (let i = 1; i <= 100; i++) deep = new Error(String(i), { cause: deep });
  const [one, other] = await attributesOf((logger) => {
    logger.error("a", circular);
    logger.error("b", deep);
  });
  assertStringIncludes(JSON.stringify(one), "[circular]");
  assertStringIncludes(JSON.stringify(other), "[nested deeper than 8]");
});

Deno.test("handle() recognises an error that was given as the message", async () => {
  class PaymentError extends Error {
    override name = "PaymentError";
  }
  const errors = [
    new TypeError("no total"),
    new Error(),
    new RangeError("two\nlines: yes"),
    new PaymentError("declined"),
    new AggregateError([], "all"),
    new DOMException("gone", "NotFoundError"),
    new Deno.errors.NotFound("no such file"),
    thrownBy(() => JSON.parse("{")), // Its first frame is one of the engine's.
  ];
  const attributes = await attributesOf((logger) => {
    for (const error of errors) logger.error(error);
  });
  assertEquals(
    attributes.map((found) => [found["exception.type"], found["exception.message"]]),
    [
      ["TypeError", "no total"],
      ["Error", ""],
      ["RangeError", "two\nlines: yes"],
      ["PaymentError", "declined"],
      ["AggregateError", "all"],
      ["NotFoundError", "gone"],
      ["NotFound", "no such file"],
      ["SyntaxError", errors.at(-1)!.message],
    ],
  );
  assertEquals(
    attributes.map((found) => found["exception.stacktrace"]),
    errors.map((e) => e.stack),
  );
});

Deno.test("handle() prefers an error to its text", async () => {
  const error = new Error("high", { cause: "low" });
  const [same, other] = await attributesOf((logger) => {
    logger.error(error, { a: 1 }, error);
    logger.error(error, new Error("another"));
  });
  assertEquals(same!["exception.cause"], "low");
  assertEquals(same!.args, undefined);
  assertEquals(other!["exception.message"], "high");
  assertEquals((other!.args as { message: string }[])[0]!.message, "another");
});

Deno.test("handle() does not take ordinary text for an error", async () => {
  const texts = [
    "Error: this is a message",
    "We met\n    at the station",
    "Todo: meet\n    at the station",
    `It failed: ${new Error("x").stack}`,
  ];
  assertEquals(
    await attributesOf((logger) => texts.forEach((text) => logger.info(text))),
    texts.map(() => ({})),
  );
});

Deno.test("handle() cuts long strings and says by how much", async () => {
  const [event] = await shipped(
    (logger) =>
      logger.info("x".repeat(25), {
        a: "y".repeat(10),
        b: ["z".repeat(11)],
        c: `.${"😀".repeat(6)}`,
      }),
    { maxContentLength: 10 },
  );
  assertEquals(event!.payload.body, "xxxxxxxxxx…[15 characters cut]");
  assertEquals(event!.payload.attributes.a, "yyyyyyyyyy");
  assertEquals(event!.payload.attributes.b, ["zzzzzzzzzz…[1 characters cut]"]);
  assertEquals(event!.payload.attributes.c, ".😀😀😀😀…[3 characters cut]");
});

function thrownBy(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not throw");
}

// ——— Code of the program that runs inside a log call ———

Deno.test("handle() ships what a getter logs, in limits of its own, and not for ever", async () => {
  const wide = Array.from({ length: 100 }, (_, i) => "x".repeat(1000) + i);
  const events = await shipped((logger) => {
    logger.info("outer", {
      before: wide,
      get lazy() {
        logger.debug("inner", { wide });
        return 1;
      },
      after: wide,
    });
    const endless = () => ({
      get again(): unknown {
        logger.debug("again", endless());
        return endless();
      },
    });
    logger.info("endless", endless());
  }, { queueSize: 1000 });
  const bodies = events.map(({ payload }) => payload.body);
  assertEquals(bodies.slice(0, 2), ["inner", "outer"]);
  assertEquals(bodies.at(-1), "endless");
  assert(bodies.length < 100, String(bodies.length));
  for (const event of events) assert(JSON.stringify(event).length < 150_000);
  const [inner, outer] = events;
  assertEquals((inner!.payload.attributes.wide as string[]).length, 100);
  assertEquals((outer!.payload.attributes.before as string[]).length, 100);
});

Deno.test("handle() keeps the name of a logger that is used first inside a full record", async () => {
  const events = await shipped((logger, handler) => {
    const other = new Logger("other", "NOTSET", { handlers: [handler] });
    logger.info("full", {
      filling: Array.from({ length: 40 }, () => "x ".repeat(2000)),
      get lazy() {
        return other.info("inside");
      },
    });
    other.info("later");
  });
  assertEquals(
    events.map(({ identifier, payload }) => [identifier, payload.body]),
    [["other", "inside"], ["shop", "full"], ["other", "later"]],
  );
});

Deno.test("handle() ships a record with its message where the formatter throws, and says so once", async () => {
  const throwers: Record<string, () => string> = {
    "an error": () => {
      throw new TypeError("no body");
    },
    "no error": () => {
      throw undefined;
    },
    "a promise": () => Promise.reject(new Error("later")) as never,
    "of an invalid date": () => new Date(NaN).toISOString(),
    "of too deep a recursion": function again(): string {
      return again() + again();
    },
  };
  for (const [what, formatter] of Object.entries(throwers)) {
    const said: string[] = [];
    let stats: HandlerStats | undefined;
    const events = await shipped(async (logger, handler) => {
      for (const body of ["a", "b"]) logger.info(body, { kept: true });
      await handler.flush();
      stats = handler.stats;
    }, { formatter, diagnostics: ({ code, message }) => said.push(`${code}: ${message}`) });

    assertEquals(events.map(({ payload }) => payload.body).toSorted(), ["a", "b"], what);
    assert(events.every(({ payload }) => payload.attributes!.kept), what);
    assertEquals([stats!.accepted, stats!.delivered, stats!.failed], [2, 2, 0], what);
    assertEquals(said.length, 1, what);
    assertMatch(
      said[0]!,
      /^formatter: Cannot use what .+: .+: the record is shipped with its message/,
    );
  }
});

Deno.test("handle() knows the time where the program has replaced Date by one that does not", async () => {
  const { now } = Date;
  const before = now();
  const events = await shipped((_, handler) => {
    const record = new LogRecord({ msg: "a", args: [], level: 20, loggerName: "shop" });
    Object.defineProperty(record, "datetime", { value: new Date(NaN) });
    Date.now = () => NaN;
    handler.handle(record);
    Date.now = now;
  });
  assertEquals(events.length, 1);
  const time = Date.parse(events[0]!.occurredAt);
  assert(Math.abs(time - before) < 60_000, events[0]!.occurredAt);
});

Deno.test("handle() leaves out what formatter and redact log", async () => {
  for (const name of ["formatter", "redact"] as const) {
    let logger: { info(message: string): unknown } | undefined;
    let stats: unknown;
    const events = await shipped((given, handler) => {
      logger = given;
      given.info("a");
      stats = handler.stats;
    }, {
      [name]: <T>(value: T) => {
        logger!.info("from inside");
        return name === "redact" ? value : "formatted";
      },
    });
    assertEquals(events.map(({ payload }) => payload.body), [
      name === "redact" ? "a" : "formatted",
    ]);
    assertMatch(JSON.stringify(stats), /"filtered":1/);
  }
});

Deno.test("handle() keeps what stands beside something strange", async () => {
  const strange = Object.assign(new Error("a"), { name: { toString: null } });
  const [afterError, twoKeys, ownArgs, headers] = await attributesOf((logger) => {
    logger.info("a", strange, { kept: 1 });
    logger.info("b", { map: new Map<unknown, unknown>([[{}, 1], [{}, 2], [1, 3], ["1", 4]]) });
    logger.info("c", { args: "mine" }, 7);
    logger.info("d", { headers: new Headers({ accept: "*/*", authorization: "Basic x" }) });
  });
  assertEquals(afterError!.kept, 1);
  assertEquals(afterError!["exception.type"], "Error");
  assertEquals(Object.values(twoKeys!.map as object), [3, 1, 2, 4]);
  assertEquals(ownArgs!.args, ["mine", 7]);
  assertEquals(headers!.headers, { accept: "*/*", authorization: "[REDACTED]" });
});

Deno.test("handle() makes an event where a program has given all objects a toJSON", async () => {
  await using receiver = startReceiver();
  Object.defineProperty(Object.prototype, "toJSON", { configurable: true, value: () => "all" });
  let handler: AxonPushHandler;
  try {
    handler = handlerTo(receiver, { serviceName: "shop" });
    new Logger("shop", "NOTSET", { handlers: [handler] }).info("hello", { a: 1, b: { c: 2 } });
  } finally {
    Reflect.deleteProperty(Object.prototype, "toJSON");
  }
  await handler.close(60_000);
  const [event] = eventsOf(receiver);
  assertEquals(event!.metadata, { framework: "deno-std-log" });
  assertEquals(event!.payload.body, "hello");
  assertEquals(event!.payload.resource["service.name"], "shop");
});
