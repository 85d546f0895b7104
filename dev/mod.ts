/**
 * AxonPush on this machine, for development: shows what a program logs, and lets its tests assert
 * on it. It needs no account and keeps nothing on disk.
 *
 * To look at the events, on the terminal and at http://localhost:3000:
 *
 * ```sh
 * deno run --allow-net jsr:@axonpush/std-log/dev
 * ```
 *
 * In a test of your own:
 *
 * ```ts ignore
 * Deno.test("placeOrder() logs the order", async () => {
 *   await using server = startDevServer({ port: 0 });
 *   setUpLogging({ baseUrl: server.url, apiKey: "ak_dev", tenantId: "dev" }); // Yours.
 *
 *   placeOrder(42); // Yours.
 *
 *   const event = await server.waitFor((event) => event.payload.body === "Order placed");
 *   assertEquals(event.payload.attributes?.order_id, 42);
 * });
 * ```
 *
 * @module
 */
export {
  type DevServer,
  type DevServerOptions,
  startDevServer,
  type WaitOptions,
} from "./server.ts";
export type { DevEvent, DevPayload } from "./contract.ts";
export type { DevCounts } from "./store.ts";

if (import.meta.main) {
  const { main } = await import("./cli.ts"); // A test that imports the server needs none of it.
  main(Deno.args);
}
