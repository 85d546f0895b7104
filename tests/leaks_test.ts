/**
 * A test that closes its handler leaves nothing behind, by the judgement of `deno test`: its
 * sanitizers fail tests that leave timers, resources or unfinished operations.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import type { AxonPushHandler, AxonPushHandlerOptions } from "../mod.ts";
import { runProgram } from "./program.ts";
import { handlerTo, startReceiver } from "./receiver.ts";

/** What is done with a handler that has some records pending. */
const WAYS: Readonly<Record<string, (handler: AxonPushHandler) => unknown>> = {
  "close()": (handler) => handler.close(60_000),
  "flush() and close()": async (handler) => {
    await handler.flush(60_000);
    await handler.close();
  },
  "flush(), more records and close()": async (handler) => {
    await handler.flush(60_000);
    handler.log("one more");
    await handler.close(60_000);
  },
};

const OPTIONS: readonly AxonPushHandlerOptions[] = [{}, { protocol: "otlp" }];

for (const [way, end] of Object.entries(WAYS)) {
  for (const options of OPTIONS) {
    for (const records of [0, 1, 200]) {
      const what = `${records} records, ${JSON.stringify(options)}`;
      Deno.test({
        name: `${way} leaves nothing that deno test takes for a leak: ${what}`,
        sanitizeOps: true,
        sanitizeResources: true,
        async fn() {
          await using receiver = startReceiver();
          const handler = handlerTo(receiver, options);
          const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
          for (let i = 0; i < records; i++) logger.info(`record ${i}`);
          await end(handler);
          assertEquals(handler.stats.delivered, handler.stats.accepted);
        },
      });
    }
  }
}

Deno.test("close() and flush() settle in a test that nothing else keeps alive", async () => {
  await using receiver = startReceiver();
  for (const options of OPTIONS) {
    const given = { apiKey: "ak_test", tenantId: "1", baseUrl: receiver.url, ...options };
    const { code, stdout } = await runProgram("tests_that_close.ts", {
      command: "test",
      flags: ["--no-check", "--no-prompt", "--allow-net=127.0.0.1"],
      args: ["--", JSON.stringify(given)],
    });
    assert(code === 0 && stdout.includes("2 passed"), stdout);
  }
});
