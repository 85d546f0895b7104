/**
 * Our handler with records and queues of different sizes, to see how its cost grows. The variant is
 * JSON: `queueSize`, `attributes` (how many), `message` (how many characters).
 */
import { AxonPushHandler } from "../../mod.ts";
import { room, run, url, variant } from "../measure.mjs";
import { NativeLogger } from "./native_logger.mjs";

const { queueSize = room, attributes = 3, message = 14 } = JSON.parse(variant);
const handler = new AxonPushHandler("NOTSET", {
  apiKey: "ak_bench",
  tenantId: "1",
  baseUrl: url,
  queueSize,
  maxContentLength: 65_536,
  shutdownTimeoutMs: 60_000,
  diagnostics: () => {},
});
const more = Object.fromEntries(
  Array.from({ length: attributes }, (_, i) => [`name_${i}`, i]),
);
const msg = "x".repeat(message);

const logger = new NativeLogger([handler]);

await run((id) => attributes === 0 ? logger.info(msg) : logger.info(msg, { ...more, name_0: id }));
