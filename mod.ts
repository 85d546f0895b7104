/**
 * Ships the records of `@std/log` to AxonPush as OpenTelemetry-shaped `app.log` events. A log call
 * costs the program microseconds, and what was logged arrives, however the program ends.
 *
 * ```ts
 * import * as log from "@std/log";
 * import { AxonPushHandler } from "@axonpush/std-log";
 *
 * // Reads AXONPUSH_API_KEY and AXONPUSH_TENANT_ID from the environment.
 * log.setup({
 *   handlers: { console: new log.ConsoleHandler("INFO"), axon: new AxonPushHandler() },
 *   loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
 * });
 *
 * log.info("Order placed", { order_id: 42, total: 9.95 });
 * log.error("Payment failed", new Error("Card declined"));
 * ```
 *
 * @module
 */
// What runs is everything below src/ in one file, which takes half as long to load.
// @ts-types="./src/package.ts"
export {
  AxonPushHandler,
  currentTrace,
  DEFAULT_EXCLUDED_LOGGERS,
  flushAfterInvocation,
  withAxonPush,
  withContext,
  withTrace,
} from "./src/package.generated.js";
export type { HandlerStats } from "./src/handler_stats.ts";
export type { FlushAfterInvocationOptions } from "./src/flush_after_invocation.ts";
export type { Trace } from "./src/record/context.ts";
export type { AxonPushHandlerOptions, EndSignal, OverflowPolicy } from "./src/options/options.ts";
export type { Diagnostic, DiagnosticsSink } from "./src/diagnostics.ts";
export type { LogEvent, LogPayload } from "./src/record/event.ts";
export type { AxonPushClient, PublishParams } from "./src/delivery/client.ts";
