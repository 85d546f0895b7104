/** The shortest program that logs, with our handler. Tells what its slowest log call cost. */
import { writeFileSync } from "node:fs";
import process from "node:process";
import * as log from "@std/log";
import { AxonPushHandler } from "../../mod.ts";

const [url, resultFile] = process.argv.slice(2);
log.setup({
  handlers: {
    axonpush: new AxonPushHandler("NOTSET", { apiKey: "ak_bench", tenantId: "1", baseUrl: url }),
  },
  loggers: { default: { level: "INFO", handlers: ["axonpush"] } },
});
const costs = ["one", "two", "three"].map((message) => {
  const began = performance.now();
  log.info(message, { method: "GET", status: 200 });
  return performance.now() - began;
});
writeFileSync(
  resultFile,
  JSON.stringify({ slowestCallMs: Math.max(...costs) }),
);
