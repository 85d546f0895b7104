/**
 * What the handler reports about itself, received by a function instead of the console. The key is
 * wrong, so that there is something to report.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/diagnostics.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

const handler = new AxonPushHandler("INFO", {
  apiKey: "oops",
  diagnostics({ level, code, message }) {
    console.log(`${level} ${code}: ${message}`); // Or count it, or page somebody.
  },
});
log.setup({
  handlers: { axon: handler },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

log.info("The service refuses this");
await handler.close();
console.log(handler.stats);
