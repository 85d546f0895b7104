/**
 * Logs 50 records with a shipper's default settings and ends, without waiting for anything: what has
 * arrived then is what a program keeps that ends before somebody could.
 *
 * It is started with: address of the service, who ships, and how it ends.
 */
import process from "node:process";

const RECORDS = 50;
const [url, shipper, how] = process.argv.slice(2);

/** Sets a shipper up, and returns what logs one record. */
const SHIPPERS = {
  async axonpush() {
    const log = await import("@std/log");
    const { AxonPushHandler } = await import("../../mod.ts");
    const options = { apiKey: "ak_bench", tenantId: "1", baseUrl: url };
    log.setup({
      handlers: { axonpush: new AxonPushHandler("NOTSET", options) },
      loggers: { default: { level: "INFO", handlers: ["axonpush"] } },
    });
    return (id) => log.info("request served", { request_id: id });
  },
  denoOtel: () => (id) => console.info(JSON.stringify({ request_id: id })),
  async logtape() {
    const { configure, getLogger } = await import("@logtape/logtape");
    const { getOpenTelemetrySink } = await import("@logtape/otel");
    const otlpExporterConfig = { url: `${url}/v1/logs` };
    await configure({
      sinks: { otel: getOpenTelemetrySink({ serviceName: "bench", otlpExporterConfig }) },
      loggers: [
        { category: [], sinks: ["otel"], lowestLevel: "info" },
        { category: ["logtape", "meta"], sinks: [] },
      ],
    });
    const logger = getLogger("default");
    return (id) => logger.info("request served", { request_id: id });
  },
  async opentelemetry() {
    const { OTLPLogExporter } = await import("@opentelemetry/exporter-logs-otlp-http");
    const { BatchLogRecordProcessor, LoggerProvider } = await import("@opentelemetry/sdk-logs");
    const exporter = new OTLPLogExporter({ url: `${url}/v1/logs` });
    const processors = [new BatchLogRecordProcessor({ exporter })];
    const logger = new LoggerProvider({ processors }).getLogger("default");
    return (id) => logger.emit({ body: "request served", attributes: { request_id: id } });
  },
};

const log = await SHIPPERS[shipper]();
for (let i = 0; i < RECORDS; i++) log(`rid-${String(i).padStart(9, "0")}`);
// Not by the console, which may be what is shipped.
Deno.stdout.writeSync(new TextEncoder().encode("logged\n"));
if (how === "exit") Deno.exit(0);
if (how === "error") throw new Error("The program has a bug");
if (how === "SIGTERM") setInterval(() => {}, 1000);
