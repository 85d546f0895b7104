/**
 * Our handler with its defaults, in a program that logs and ends by running out of work. It is told
 * as JSON how many records it logs, how many before those (and waits for them), what options the
 * handler has, how many handlers there are, and whether it waits before it ends.
 */
import * as log from "@std/log";
import { AxonPushHandler } from "../../mod.ts";

const [url, json] = Deno.args;
const { count, warmUp = 0, firstId = 0, options = {}, handlers: size = 1, waitMs = 0 } = JSON.parse(
  json,
);
const handlers = Array.from({ length: size }, () =>
  new AxonPushHandler("NOTSET", {
    apiKey: "ak_bench",
    tenantId: "1",
    baseUrl: url,
    diagnostics: () => {},
    ...options,
  }));
log.setup({
  handlers: Object.fromEntries(handlers.entries()),
  loggers: { default: { level: "INFO", handlers: handlers.map((_, i) => String(i)) } },
});

let id = firstId;
function logSome(count) {
  for (const end = id + count; id < end; id++) {
    const request_id = `rid-${String(id).padStart(9, "0")}`;
    log.info("request served", { method: "GET", status: 200, request_id });
  }
}

if (warmUp > 0) {
  logSome(warmUp);
  await handlers[0].flush(60_000);
}
const first = performance.timeOrigin + performance.now();
logSome(count);
const last = performance.timeOrigin + performance.now();
if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
const status = Deno.readTextFileSync("/proc/self/status");
const rssMiB = Number(/VmRSS:\s*(\d+)/.exec(status)[1]) / 1024;
addEventListener("unload", () => {
  const stats = handlers.map((handler) => handler.stats);
  console.log(JSON.stringify({ first, last, rssMiB, stats: stats[0] })); // No file: there may be none left.
});
