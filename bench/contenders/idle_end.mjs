/**
 * A program whose queue is empty when it ends: how long does the end take? With the variant
 * `without` there is no handler, which is what Deno takes by itself.
 */
import * as log from "@std/log";
import { AxonPushHandler } from "../../mod.ts";

const [url, resultFile, variant] = Deno.args;
const handlers = variant === "without" ? {} : {
  axonpush: new AxonPushHandler("NOTSET", { apiKey: "ak_bench", tenantId: "1", baseUrl: url }),
};
log.setup({
  handlers,
  loggers: { default: { level: "INFO", handlers: Object.keys(handlers) } },
});
for (let i = 0; i < 100; i++) {
  log.info("request served", { method: "GET", status: 200 });
}
await new Promise((resolve) => setTimeout(resolve, 500));
Deno.writeTextFileSync(
  resultFile,
  JSON.stringify({ last: performance.timeOrigin + performance.now() }),
);
