/**
 * An import that is killed in the middle, and loses nothing. With the argument `kill` it ends itself
 * by SIGKILL after half of its orders, where no code can run any more; started again without it, it
 * delivers what the first run had logged, too.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" --allow-read=spool --allow-write=spool examples/spool.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

const axon = new AxonPushHandler("INFO", { serviceName: "import", spool: "spool" });
log.setup({
  handlers: { console: new log.ConsoleHandler("INFO"), axon },
  loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
});

const run = Deno.args.includes("kill") ? "killed" : "whole";
for (let order = 1; order <= 50; order++) {
  log.info(`Order ${order} imported by the ${run} run`, { order_id: order });
  if (run === "killed" && order === 25) Deno.kill(Deno.pid, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 10)); // Here the order would be stored.
}

await axon.flush();
console.log(`Delivered for programs that were killed: ${axon.stats.recovered}`);
