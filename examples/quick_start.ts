/**
 * The first events, on the console and in AxonPush: a handler with its settings in the environment,
 * and a log call.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/quick_start.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

log.setup({
  handlers: { console: new log.ConsoleHandler("INFO"), axon: new AxonPushHandler() },
  loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
});

log.info("Hello, AxonPush", { order_id: 42, total: 9.95 });
log.error("Payment failed", new Error("Card declined"));
