/**
 * OpenTelemetry JS: a BatchLogRecordProcessor and the OTLP exporter over HTTP with JSON. It runs in
 * Deno and in Node. It ends by its `shutdown()`.
 */
import { SeverityNumber } from "@opentelemetry/api-logs";
import { run, url } from "../measure.mjs";
import { createProvider } from "./opentelemetry_provider.mjs";

const provider = createProvider(url);
const logger = provider.getLogger("default");

await run(
  (id) =>
    logger.emit({
      severityNumber: SeverityNumber.INFO,
      severityText: "INFO",
      body: "request served",
      attributes: { method: "GET", status: 200, request_id: id },
    }),
  () => provider.shutdown(),
);
