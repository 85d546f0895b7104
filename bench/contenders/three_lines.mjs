/**
 * The shortest program that logs, with our handler, which it closes if it is told to. Tells what its
 * slowest log call cost.
 */
import * as log from "@std/log";
import { AxonPushHandler } from "../../mod.ts";

const [url, resultFile, end] = Deno.args;
const axonpush = new AxonPushHandler("NOTSET", {
  apiKey: "ak_bench",
  tenantId: "1",
  baseUrl: url,
});
log.setup({
  handlers: { axonpush },
  loggers: { default: { level: "INFO", handlers: ["axonpush"] } },
});
const costs = ["one", "two", "three"].map((message) => {
  const began = performance.now();
  log.info(message, { method: "GET", status: 200 });
  return performance.now() - began;
});
Deno.writeTextFileSync(
  resultFile,
  JSON.stringify({ slowestCallMs: Math.max(...costs) }),
);
if (end === "close") await axonpush.close();
