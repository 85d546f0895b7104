/**
 * A handler in the style of AWS Lambda. The container is frozen as soon as the function has
 * returned, so it returns when its records have been delivered, whether it succeeded or not.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/lambda.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, flushAfterInvocation } from "@axonpush/std-log";

interface OrderEvent {
  readonly order: number;
}

// Outside of the function, as it is kept from one invocation to the next.
const axon = new AxonPushHandler("INFO", { serviceName: "orders" });
log.setup({
  handlers: { axon },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

export const handler = flushAfterInvocation(axon, async ({ order }: OrderEvent) => {
  log.info("Invoked", { order });
  if (order < 0) throw new RangeError(`There is no order ${order}`);
  return await Promise.resolve({ statusCode: 200, body: `Order ${order} is on its way` });
}, { timeoutMs: 3000 });

// What the platform would do.
if (import.meta.main) {
  console.log(await handler({ order: 42 }));
  console.log(`Pending after the invocation: ${axon.stats.pending}`);
}
