/**
 * std/log has no propagation, so a logger that was forgotten ships nothing, and one that has the
 * handler twice ships everything twice. `withAxonPush` is there so that neither happens.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as log from "@std/log";
import { type Diagnostic, withAxonPush } from "../mod.ts";
import { eventsOf, handlerTo, startReceiver } from "./receiver.ts";

const NOWHERE = { url: "http://127.0.0.1:9" };

Deno.test("withAxonPush() gives every logger the handler, the default one too", () => {
  const handler = handlerTo(NOWHERE);
  const db = { level: "WARN" as const, handlers: ["default"] };
  const config = { loggers: { db, cache: {} } };
  const { handlers, loggers } = withAxonPush(config, handler);
  assertEquals(handlers, { axon: handler });
  assertEquals(loggers, {
    default: { level: "INFO", handlers: ["default", "axon"] },
    db: { level: "WARN", handlers: ["default", "axon"] },
    cache: { handlers: ["axon"] },
  });
  assertEquals(db.handlers, ["default"]);
});

Deno.test("withAxonPush() adds to std/log's own configuration where none is given", () => {
  const handler = handlerTo(NOWHERE);
  assertEquals(withAxonPush(undefined, handler), {
    handlers: { axon: handler },
    loggers: { default: { level: "INFO", handlers: ["default", "axon"] } },
  });
});

Deno.test("withAxonPush() gives the handler once, whatever its name is", async () => {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver);
  const config = {
    handlers: { mine: handler },
    loggers: { default: { level: "INFO" as const, handlers: ["mine"] } },
  };
  log.setup(withAxonPush(withAxonPush(config, handler), handler, "other"));
  log.info("once");
  await handler.close(60_000);
  log.setup({});
  assertEquals(eventsOf(receiver).map(({ payload }) => payload.body), ["once"]);
});

Deno.test("withAxonPush() does not take the name of another handler", () => {
  const handlers = { axon: handlerTo(NOWHERE) };
  const error = assertThrows(() => withAxonPush({ handlers }, handlerTo(NOWHERE)), TypeError);
  assertStringIncludes(error.message, "another handler is named 'axon'");
  assertEquals(
    Object.keys(withAxonPush({ handlers }, handlerTo(NOWHERE), "axon 2").handlers!),
    ["axon", "axon 2"],
  );
  // The console's.
  assertThrows(
    () => withAxonPush({}, handlerTo(NOWHERE), "default"),
    TypeError,
    "another handler is named 'default'",
  );
  const handler = handlerTo(NOWHERE);
  const { loggers } = withAxonPush({ handlers: { default: handler } }, handler);
  assertEquals(loggers, { default: { level: "INFO", handlers: ["default"] } });
});

Deno.test("withAxonPush() refuses what is no configuration, and no name", () => {
  for (
    const [args, problem] of [
      [[null], "the configuration must be an object: current value is null"],
      [["axon"], 'the configuration must be an object: current value is "axon"'],
      [[{ loggers: { db: null } }], "the logger 'db' must be an object: current value is null"],
      [
        [{ loggers: { db: { handlers: "axon" } } }],
        "'handlers' of the logger 'db' must be an array of names: current value is \"axon\"",
      ],
      [[{}, handlerTo(NOWHERE), ""], 'the name must be a non-empty string: current value is ""'],
      [[{}, handlerTo(NOWHERE), 5], "the name must be a non-empty string: current value is 5"],
    ] as const
  ) {
    const [config, handler = handlerTo(NOWHERE), name] = args as readonly unknown[] as never[];
    const { message } = assertThrows(() => withAxonPush(config, handler, name), TypeError);
    assertEquals(message, `Cannot add AxonPushHandler: ${problem}`);
  }
});

Deno.test("withAxonPush() tells by the handler's diagnostics of names that no handler has", () => {
  const told: Diagnostic[] = [];
  const diagnostics = (diagnostic: Diagnostic) => void told.push(diagnostic);
  const loggers = {
    db: { handlers: ["console", "default"] },
    cache: { handlers: ["axon"] },
    web: { handlers: ["file", "consle"] },
  };
  withAxonPush({ loggers }, handlerTo(NOWHERE, { diagnostics }));
  assertEquals(told, [{
    level: "warn",
    code: "unknown-handler",
    message: "Handlers that are not configured are skipped silently by std/log: " +
      "logger 'db' lists console; logger 'web' lists file, consle: configured are axon",
  }]);
});

Deno.test("withAxonPush() refuses a handler in place of a configuration", () => {
  const error = assertThrows(() => withAxonPush(handlerTo(NOWHERE) as never), TypeError);
  assertEquals(
    error.message,
    "Cannot add AxonPushHandler: the configuration comes first, and then the handler: " +
      "withAxonPush({}, handler)",
  );
});

Deno.test("withAxonPush() refuses options in place of a handler", () => {
  for (const handler of [{ apiKey: "ak_secret" }, "axon", null]) {
    const error = assertThrows(() => withAxonPush({}, handler as never), TypeError);
    assertStringIncludes(error.message, "Cannot add AxonPushHandler: the second argument must be");
  }
});
