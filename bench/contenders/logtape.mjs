/**
 * LogTape with its OpenTelemetry sink, on the same provider as OpenTelemetry JS by itself. It ends
 * by LogTape's `dispose()`, then the provider's `shutdown()`, because the provider is ours.
 */
import { configure, dispose, getLogger } from "@logtape/logtape";
import { getOpenTelemetrySink } from "@logtape/otel";
import { run, url } from "../measure.mjs";
import { createProvider } from "./opentelemetry_provider.mjs";

const loggerProvider = createProvider(url);
await configure({
  sinks: { otel: getOpenTelemetrySink({ loggerProvider }) },
  loggers: [
    { category: [], sinks: ["otel"], lowestLevel: "info" },
    { category: ["logtape", "meta"], sinks: [] },
  ],
});
const logger = getLogger("default");

await run(
  (id) => logger.info("request served", { method: "GET", status: 200, request_id: id }),
  async () => {
    await dispose();
    await loggerProvider.shutdown();
  },
);
