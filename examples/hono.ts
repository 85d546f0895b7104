/**
 * A Hono application. A middleware puts each request into a trace, the caller's if it sent one, and
 * gives every record logged while it is answered the request's id, wherever it is logged.
 *
 *     deno run --no-lock --env-file=examples/local.env --allow-net=127.0.0.1 --allow-env="AXONPUSH_*" examples/hono.ts
 *
 * `--no-lock` because this repository does not depend on Hono, only this file does.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix
import { Hono } from "npm:hono@^4.10";
import * as log from "@std/log";
import { AxonPushHandler, currentTrace, withContext, withTrace } from "@axonpush/std-log";

log.setup({
  handlers: { axon: new AxonPushHandler("INFO", { serviceName: "shop" }) },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

const app = new Hono();

app.use((c, next) =>
  withTrace(
    c.req.header("x-axonpush-trace-id"),
    () =>
      withContext({ request_id: crypto.randomUUID() }, async () => {
        const started = performance.now();
        await next();
        c.header("x-axonpush-trace-id", currentTrace()?.traceId);
        log.info(`${c.req.method} ${c.req.path}`, {
          "http.response.status_code": c.res.status,
          duration_ms: Math.round(performance.now() - started),
        });
      }),
  )
);

app.get("/orders/:id", async (c) => {
  const order = await findOrder(c.req.param("id"));
  return c.json(order);
});

async function findOrder(id: string): Promise<{ id: string; state: string }> {
  await Promise.resolve(); // A database, say.
  log.info("Order read", { order_id: id }); // Has the request's id and trace.
  return { id, state: "paid" };
}

Deno.serve({ port: Number(Deno.args[0] ?? 8000), hostname: "127.0.0.1" }, app.fetch);
