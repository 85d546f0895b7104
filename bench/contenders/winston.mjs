/**
 * winston with its HTTP transport, one posting a record, over connections that are kept alive. It
 * ends by running out of work. winston's documentation has the logger ended, with `logger.end()`,
 * but with a backlog that throws "write after end" and loses records.
 */
import { Agent } from "node:http";
import winston from "winston";
import { run, url } from "../measure.mjs";

const { hostname: host, port } = new URL(url);
const logger = winston.createLogger({
  transports: [
    new winston.transports.Http({
      host,
      port,
      path: "/event",
      headers: { "X-API-Key": "ak_bench", "x-tenant-id": "1" },
      agent: new Agent({ keepAlive: true, maxSockets: 32 }),
    }),
  ],
});

await run(
  (id) => logger.info("request served", { method: "GET", status: 200, request_id: id }),
);
