/**
 * A script as `deno task` runs it: works for a moment, logs, and says by its exit code how it went.
 * `Deno.exit()` ends a program at once; the records are delivered all the same, and the code is kept.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/task.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

log.setup({
  handlers: {
    console: new log.ConsoleHandler("INFO"),
    axon: new AxonPushHandler("INFO", { serviceName: "nightly-import" }),
  },
  loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
});

const skipped: number[] = [];
for (let order = 1; order <= 150; order++) {
  if (order % 50 === 0) {
    skipped.push(order);
    log.warn(`Order ${order} skipped`, { order_id: order, reason: "no address" });
  } else {
    log.info(`Order ${order} imported`, { order_id: order, total: order * 9.95 });
  }
}
if (skipped.length > 0) {
  log.error("Import incomplete", { skipped });
  Deno.exit(3);
}
