/**
 * Several loggers, each with its own level. std/log does not pass records from one logger to
 * another: a logger ships only if the handler is in its own list, so `withAxonPush` puts it into all
 * of them. A logger that is not configured has no handlers at all, and its records go nowhere.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/loggers.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, withAxonPush } from "@axonpush/std-log";

const early = log.getLogger("db"); // Before log.setup(): keeps the handlers that it has now, none.

const handler = new AxonPushHandler("NOTSET", {
  serviceName: "shop",
  excludeLoggers: ["cache"], // Loggers whose name begins like this stay on the console.
});

log.setup(withAxonPush({
  handlers: { console: new log.ConsoleHandler("DEBUG") },
  loggers: {
    default: { level: "INFO", handlers: ["console"] },
    db: { level: "WARN", handlers: ["console"] }, // A chatty one is quietened by its own level.
    "cache.redis": { level: "INFO", handlers: ["console"] },
  },
}, handler));

log.info("Shop is open");
log.getLogger("db").debug("SELECT 1"); // Below the logger's level.
log.getLogger("db").warn("Slow query", { duration_ms: 1250 });
log.getLogger("cache.redis").info("Cache warmed"); // Excluded: on the console alone.
log.getLogger("mail").error("Nobody sees this"); // Not configured.
early.error("Nor this");
