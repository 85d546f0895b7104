/**
 * Sampling and de-duplication, written with `redact`: one in a hundred of the debug records, and a
 * message that repeats within a second once.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/sampling.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

let debugs = 0;
const lastAt = new Map<unknown, number>();

const handler = new AxonPushHandler("DEBUG", {
  redact(event) {
    const { severityText, body } = event.payload;
    if (severityText === "DEBUG") return debugs++ % 100 === 0 ? event : null;
    const now = Date.now();
    if (now - (lastAt.get(body) ?? 0) < 1000) return null;
    if (lastAt.size > 1000) lastAt.clear(); // Messages made of data must not fill the memory.
    lastAt.set(body, now);
    return event;
  },
});
log.setup({
  handlers: { axon: handler },
  loggers: { default: { level: "DEBUG", handlers: ["axon"] } },
});

for (let i = 0; i < 500; i++) log.debug(`Cache lookup ${i}`);
for (let i = 0; i < 500; i++) log.warn("Disk is nearly full", { attempt: i });
await handler.flush();
console.log(handler.stats);
