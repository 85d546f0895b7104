/**
 * Two requests that are answered at the same time: each is a trace of its own, and whatever is logged
 * while it is answered has its id and its attributes, across awaits, without passing them along.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/traces.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, currentTrace, withContext, withTrace } from "@axonpush/std-log";

log.setup({
  handlers: { axon: new AxonPushHandler("INFO", { serviceName: "shop" }) },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

/** Answers a request in a trace: the caller's, if it says which, or a new one. */
function respond(customer: string, traceId?: string): Promise<string> {
  return withTrace(traceId, () =>
    withContext({ customer }, async () => {
      log.info("Request accepted");
      const order = await placeOrder();
      withContext({ order }, () => log.info("Order placed")); // Has both attributes.
      return currentTrace()!.traceId; // What the answer tells the caller.
    }));
}

async function placeOrder(): Promise<number> {
  await Promise.resolve(); // A database, say.
  log.info("Stock reserved"); // Has the attributes and the trace of the request.
  return 42;
}

const traces = await Promise.all([
  respond("ada", "6f2c0d0f6e0b4c5f9a53c1a5a6c2f7d1"),
  respond("grace"),
]);
console.log(traces.join("\n"));
