/**
 * What the message says, and what must not leave the program: a formatter of your own makes the
 * body, `redactKeys` masks attributes at any depth, and `redact` sees each event last and may change
 * or drop it. Passwords, tokens and cookies are masked without any of this.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/redaction.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

const handler = new AxonPushHandler("INFO", {
  formatter: ({ loggerName, msg }) => `${loggerName}: ${msg}`,
  redactKeys: ["iban"],
  redact(event) {
    const { payload } = event;
    if (payload.attributes["url.path"] === "/health") return null; // Dropped, counted as filtered.
    const body = String(payload.body).replace(/[\w.+-]+@[\w.-]+/g, "[e-mail address]");
    return { ...event, payload: { ...payload, body } };
  },
});
log.setup({
  handlers: { axon: handler },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

log.info("Invoice sent to ada@example.com", {
  customer: { name: "Ada", iban: "DE02120300000000202051", password: "hunter2" },
});
log.info("GET /health", { "url.path": "/health" });
log.info("Mirror is postgres://shop:hunter2@db.example.com/shop"); // Masked by its form.

await handler.flush();
console.log(handler.stats); // Two are delivered, and one is filtered.
