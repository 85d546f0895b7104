/**
 * Everything of the package that is not a type. `deno task package` makes of it, and of all that it
 * imports, the one file that `mod.ts` exports. Runs on the program's thread.
 *
 * @module
 */
export { AxonPushHandler, DEFAULT_EXCLUDED_LOGGERS } from "./handler.ts";
export { withAxonPush } from "./with_axonpush.ts";
export { currentTrace, withContext, withTrace } from "./record/context.ts";
export { flushAfterInvocation } from "./flush_after_invocation.ts";
