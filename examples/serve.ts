/**
 * A web application that logs each request, to the console and to AxonPush.
 * Ctrl-C or `kill` ends it as it would any program, after the last requests' records are delivered.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1 --allow-env="AXONPUSH_*" examples/serve.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

log.setup({
  handlers: {
    console: new log.ConsoleHandler("INFO"),
    axon: new AxonPushHandler("INFO", { serviceName: "shop" }),
  },
  loggers: { default: { level: "INFO", handlers: ["console", "axon"] } },
});

const options = {
  port: Number(Deno.args[0] ?? 8000),
  hostname: "127.0.0.1",
  onListen: ({ port }: Deno.NetAddr) => log.info(`Listening on http://127.0.0.1:${port}`),
};

Deno.serve(options, (request) => {
  const started = performance.now();
  const { pathname } = new URL(request.url);
  const response = answer(pathname);
  log.info(`${request.method} ${pathname}`, {
    "http.response.status_code": response.status,
    "http.request.method": request.method,
    "url.path": pathname,
    duration_ms: Math.round(performance.now() - started),
  });
  return response;
});

function answer(pathname: string): Response {
  const [, id] = pathname.match(/^\/orders\/(\d+)$/) ?? [];
  return id ? Response.json({ id, state: "paid" }) : new Response("Not found\n", { status: 404 });
}
