/**
 * pino with a transport in a worker thread. Variant `event` posts one event a record, by a
 * transport of our own in `pino_event_transport.mjs`; `otlp` uses pino-opentelemetry-transport.
 * It ends by running out of work: pino then ends its transports by itself.
 */
import pino from "pino";
import { room, run, url, variant } from "../measure.mjs";

const transport = pino.transport(
  variant === "event"
    ? {
      target: new URL("./pino_event_transport.mjs", import.meta.url).href,
      options: { url: `${url}/event`, concurrency: 32 },
    }
    : {
      target: "pino-opentelemetry-transport",
      options: {
        loggerName: "default",
        serviceVersion: "1",
        resourceAttributes: { "service.name": "bench" },
        logRecordProcessorOptions: {
          recordProcessorType: "batch",
          processorConfig: { maxQueueSize: room, maxExportBatchSize: 512 },
          exporterOptions: {
            protocol: "http",
            httpExporterOptions: { url: `${url}/v1/logs` },
          },
        },
      },
    },
);
const logger = pino(transport);

await run((id) => logger.info({ method: "GET", status: 200, request_id: id }, "request served"));
