/**
 * Logs every line of its standard input: `tail -f app.log | deno run … examples/pipe.ts`.
 * A file is read much faster than a service can take it, so the queue has to make the reader wait:
 * that is `overflowPolicy: "block"`. The default would drop the oldest lines, and count them.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/pipe.ts < /var/log/dpkg.log
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";
import process from "node:process";
import { createInterface } from "node:readline";

log.setup({
  handlers: {
    axon: new AxonPushHandler("INFO", { serviceName: "pipe", overflowPolicy: "block" }),
  },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

let line = 0;
for await (const text of createInterface({ input: process.stdin })) {
  log.info(text, { line: ++line });
}
console.log(`${line} lines logged`);
