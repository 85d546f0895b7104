/**
 * Errors with their type, message, stack and causes. Pass the error after a message: std/log turns
 * an error that is the message itself into text before any handler sees it.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/errors.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, withAxonPush } from "@axonpush/std-log";

log.setup(withAxonPush({}, new AxonPushHandler("INFO", { serviceName: "billing" })));

class PaymentError extends Error {
  override name = "PaymentError";
}

function charge(): never {
  try {
    throw new TypeError("Card number is missing");
  } catch (cause) {
    throw new PaymentError("Cannot charge the customer", { cause });
  }
}

try {
  charge();
} catch (error) {
  log.error("Invoice not paid", error, { invoice: 7 });
}

const results = await Promise.allSettled([
  Promise.reject(new Error("First mirror is down")),
  Promise.reject(new Error("Second mirror is down")),
]);
const errors = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
log.critical("No mirror left", new AggregateError(errors, "All mirrors failed"));
