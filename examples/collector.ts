/**
 * Records as OTLP/HTTP batches to an OpenTelemetry Collector, which sends them on to AxonPush and
 * wherever else they are wanted: see collector.yaml beside this file. The Collector has the
 * credentials, so the program needs none, and no permission for the environment.
 *
 *     deno run --allow-net=127.0.0.1:4318 examples/collector.ts
 *
 * Where no Collector runs, the local AxonPush takes the same requests. The address and the headers
 * that it asks for are arguments:
 *
 *     deno run --allow-net=127.0.0.1:3000 examples/collector.ts \
 *       http://127.0.0.1:3000/v1/logs X-API-Key=ak_dev X-Tenant-Id=dev
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler } from "@axonpush/std-log";

const [endpoint = "http://127.0.0.1:4318/v1/logs", ...headers] = Deno.args;
const handler = new AxonPushHandler("INFO", {
  protocol: "otlp",
  endpoint,
  headers: Object.fromEntries(headers.map((header) => header.split("="))),
  serviceName: "importer",
  compression: "gzip",
  queueSize: 10_000, // Batches are quick, but a tight loop is quicker.
});
log.setup({
  handlers: { axon: handler },
  loggers: {
    default: { level: "INFO", handlers: ["axon"] },
    parser: { level: "INFO", handlers: ["axon"] },
  },
});

for (let row = 1; row <= 2000; row++) {
  log.getLogger("parser").info("Row parsed", { row, valid: row % 7 !== 0, price: row / 4 });
}
log.info("Import finished", { rows: 2000 });
