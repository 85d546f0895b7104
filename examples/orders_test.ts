/**
 * A test of yours that asserts on what the code under test logs. Nothing leaves the machine.
 *
 *     deno test --allow-net=127.0.0.1 examples/orders_test.ts
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";
import { startDevServer } from "@axonpush/std-log/dev";

/** The code under test. */
function placeOrder(id: number): void {
  log.info("Order placed", { order_id: id });
}

Deno.test("placeOrder() logs the order", async () => {
  await using server = startDevServer({ port: 0 });
  await using handler = new AxonPushHandler("INFO", {
    baseUrl: server.url,
    apiKey: "ak_test",
    tenantId: "test",
  });
  log.setup({
    handlers: { axon: handler },
    loggers: { default: { level: "INFO", handlers: ["axon"] } },
  });

  placeOrder(42);

  const event = await server.waitFor(({ payload }) => payload.body === "Order placed");
  assertEquals(event.payload.severityText, "INFO");
  assertEquals(event.payload.attributes?.order_id, 42);
});
