/**
 * AxonPush on this machine, for development: shows what a program logs, and lets its tests assert
 * on it. It needs no account and keeps nothing on disk.
 *
 * To look at the events, on the terminal and at http://127.0.0.1:3000:
 *
 * ```sh
 * deno run --allow-net=127.0.0.1:3000 jsr:@axonpush/std-log/dev
 * ```
 *
 * In a test of your own, on a port that is free:
 *
 * ```ts
 * import { AxonPushHandler } from "@axonpush/std-log";
 * import { startDevServer } from "@axonpush/std-log/dev";
 * import { Logger } from "@std/log/logger";
 *
 * await using server = startDevServer({ port: 0 });
 * const settings = { baseUrl: server.url, apiKey: "ak_dev", tenantId: "dev" };
 * await using handler = new AxonPushHandler("INFO", settings);
 * const logger = new Logger("shop", "INFO", { handlers: [handler] });
 *
 * logger.info("Order placed", { order_id: 42 });
 *
 * await server.waitFor(({ payload }) => payload.attributes?.order_id === 42);
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
export type { DevRefusal } from "./refusal.ts";
export type { DevCounts } from "./store.ts";

if (import.meta.main) {
  const { main } = await import("./cli.ts"); // A test that imports the server needs none of it.
  main(Deno.args);
}
