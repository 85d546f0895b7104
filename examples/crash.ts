/**
 * A program with a bug. What it logged before the uncaught error is delivered, and so is what it
 * logs about the error; the exit code and what the terminal shows are as without the handler.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/crash.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

log.setup({
  handlers: {
    console: new log.ConsoleHandler("INFO"),
    axon: new AxonPushHandler("INFO", { serviceName: "billing" }),
  },
  loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
});

addEventListener("error", ({ error }) => log.critical("Uncaught error", error));

let invoice = 0;
setInterval(() => {
  invoice++;
  log.info(`Invoice ${invoice} sent`, { invoice });
  if (invoice === 40) send(undefined);
});

function send(customer: { email: string } | undefined): string {
  return customer!.email;
}
