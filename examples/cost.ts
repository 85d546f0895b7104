/**
 * What a log call costs: the same records through a logger with this handler, and through one that
 * has none, so that the difference is the handler's.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/cost.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

const CALLS = 2000;
const handler = new AxonPushHandler("INFO", { queueSize: 10 * CALLS });
log.setup({
  handlers: { axon: handler },
  loggers: {
    shipped: { level: "INFO", handlers: ["axon"] },
    silent: { level: "INFO", handlers: [] },
  },
});

/** Microseconds a call of a logger's, by the clock. */
function cost(name: string): number {
  const logger = log.getLogger(name);
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) logger.info("Order placed", { order_id: i, total: 9.95 });
  return 1000 * (performance.now() - start) / CALLS;
}

for (const name of ["silent", "shipped"]) cost(name); // Lets Deno compile the code.
await handler.flush(30_000);
for (const name of ["silent", "shipped"]) {
  console.log(`${name}: ${cost(name).toFixed(1)} µs a call`);
}
await handler.close(30_000);
console.log(`${handler.stats.delivered} delivered`);
