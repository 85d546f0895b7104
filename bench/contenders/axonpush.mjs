/**
 * Our handler. The variant says the protocol, the logger (std/log's as it is here, or the one with
 * native private fields) and, for some, the concurrency. It ends as a program with the handler
 * does: by running out of work.
 */
import * as log from "@std/log";
import { AxonPushHandler } from "../../mod.ts";
import { room, run, url, variant } from "../measure.mjs";
import { NativeLogger } from "./native_logger.mjs";

const [protocol, kind, concurrency] = variant.split("-");
const handler = new AxonPushHandler("NOTSET", {
  apiKey: "ak_bench",
  tenantId: "1",
  baseUrl: url,
  queueSize: room,
  shutdownTimeoutMs: 60_000,
  ...protocol === "otlp" && { protocol },
  ...concurrency && { concurrency: Number(concurrency) },
});
log.setup({
  handlers: { axonpush: handler },
  loggers: { default: { level: "INFO", handlers: ["axonpush"] } },
});
const logger = kind === "native" ? new NativeLogger([handler]) : log.getLogger();

await run((id) => logger.info("request served", { method: "GET", status: 200, request_id: id }));
