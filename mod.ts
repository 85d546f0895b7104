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
export { AxonPushHandler, DEFAULT_EXCLUDED_LOGGERS } from "./src/handler.ts";
export type { HandlerStats } from "./src/handler_stats.ts";
export { withAxonPush } from "./src/with_axonpush.ts";
export { currentTrace, type Trace, withContext, withTrace } from "./src/record/context.ts";
export {
  flushAfterInvocation,
  type FlushAfterInvocationOptions,
} from "./src/flush_after_invocation.ts";
export type { AxonPushHandlerOptions, EndSignal, OverflowPolicy } from "./src/options/options.ts";
export type { Diagnostic, DiagnosticsSink } from "./src/diagnostics.ts";
export type { LogEvent, LogPayload } from "./src/record/event.ts";
export type { AxonPushClient, PublishParams } from "./src/delivery/client.ts";
