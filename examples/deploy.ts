/**
 * The entry point of an application on Deno Deploy, where an idle instance is stopped: each request
 * is answered when what it logged has been delivered, so nothing hangs on what happens afterwards.
 *
 *     deno serve --env-file=examples/local.env --host=127.0.0.1 --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/deploy.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, flushAfterInvocation } from "@axonpush/std-log";

const handler = new AxonPushHandler("INFO", { serviceName: "shop" });
log.setup({
  handlers: { axon: handler },
  loggers: { default: { level: "INFO", handlers: ["axon"] } },
});

export default {
  fetch: flushAfterInvocation(handler, async (request) => {
    const { pathname } = new URL(request.url);
    log.info("Request", { "url.path": pathname });
    return await respond(pathname);
  }),
} satisfies Deno.ServeDefaultExport;

function respond(pathname: string): Promise<Response> {
  return Promise.resolve(new Response(`You asked for ${pathname}\n`));
}
