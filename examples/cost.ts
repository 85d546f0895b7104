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

/** Calls of a block, and blocks of a measurement. */
const [CALLS, BLOCKS] = [100, 20];
const ROUNDS = 5;

const handler = new AxonPushHandler("INFO", { queueSize: ROUNDS * CALLS * BLOCKS });
log.setup({
  handlers: { axon: handler },
  loggers: {
    shipped: { level: "INFO", handlers: ["axon"] },
    silent: { level: "INFO", handlers: [] },
  },
});

/** Microseconds a call: the median of the blocks, since in some another thread takes the core. */
function cost(name: string): number {
  const logger = log.getLogger(name);
  const blocks = Array.from({ length: BLOCKS }, () => {
    const start = performance.now();
    for (let i = 0; i < CALLS; i++) logger.info("Order placed", { order_id: i, total: 9.95 });
    return 1000 * (performance.now() - start) / CALLS;
  });
  return blocks.toSorted((one, other) => one - other)[BLOCKS >> 1]!;
}

// Lets Deno compile the code.
for (let round = 1; round < ROUNDS; round++) {
  for (const name of ["silent", "shipped"]) cost(name);
}
if (!await handler.flush(60_000)) Deno.exit(1); // The console says why.
for (const name of ["silent", "shipped"]) {
  console.log(`${name}: ${cost(name).toFixed(1)} µs a call`);
}
await handler.close(60_000);
console.log(`${handler.stats.delivered} delivered`);
