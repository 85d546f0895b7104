/**
 * What a program that used Python's AxonPushLoggingHandler looks like here:
 *
 * ```python
 * handler = AxonPushLoggingHandler(service_name="shop", exclude_loggers=["sql"])
 * logging.getLogger().addHandler(handler)
 * logging.getLogger("orders").info("Order placed", extra={"order_id": 42})
 * try:
 *     charge(42)
 * except ValueError:
 *     logging.getLogger("orders").exception("Payment failed")
 * ```
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/python.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, withAxonPush } from "@axonpush/std-log";

// Instead of the root logger: every logger that is configured gets the handler.
const handler = new AxonPushHandler("INFO", { serviceName: "shop", excludeLoggers: ["sql"] });
log.setup(withAxonPush({
  loggers: {
    default: { level: "INFO", handlers: ["default"] },
    orders: { level: "INFO", handlers: ["default"] },
    sql: { level: "INFO", handlers: ["default"] },
  },
}, handler));

const orders = log.getLogger("orders");
orders.info("Order placed", { order_id: 42 }); // No `extra`: an object is attributes.
try {
  charge(42);
} catch (error) {
  orders.error("Payment failed", error); // The error is passed, not taken from the surroundings.
}
log.getLogger("sql").info("SELECT 1"); // Excluded: on the console alone.

function charge(order: number): never {
  throw new RangeError(`Order ${order} has no price`);
}
