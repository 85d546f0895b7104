/** The provider that OpenTelemetry JS and LogTape's sink are given: the defaults, with more room. */
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { room } from "../measure.mjs";

export function createProvider(url) {
  const exporter = new OTLPLogExporter({ url: `${url}/v1/logs` });
  return new LoggerProvider({
    processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: room })],
  });
}
