/**
 * The ceiling: what one worker can post with none of our code. Variant `event` posts events like
 * ours one by one; `otlp` posts batches of 512 records. All bodies are made beforehand. The second
 * word of the variant is how many requests are in flight.
 */
import { once } from "node:events";
import process from "node:process";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { count, finish, now, ready, url, variant, warmUp } from "../measure.mjs";

const BATCH = 512;
const HEADERS = {
  "Content-Type": "application/json",
  "X-API-Key": "ak_bench",
  "x-axonpush-api-key": "ak_bench",
  "x-tenant-id": "1",
};

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { url, variant, count, warmUp },
  });
  await once(worker, "message");
  await ready();
  worker.postMessage("go");
  const [result] = await once(worker, "message");
  await worker.terminate();
  finish(result);
} else {
  const { url, variant, count, warmUp } = workerData;
  const [protocol, concurrency] = variant.split("-");
  const bodies = protocol === "event" ? events : batches;
  await postAll(url, bodies(0, warmUp), concurrency);
  const prepared = bodies(warmUp, warmUp + count);
  parentPort.postMessage("warm");
  await once(parentPort, "message");
  const cpuBefore = process.cpuUsage();
  const first = now();
  await postAll(url, prepared, concurrency);
  const { user, system } = process.cpuUsage(cpuBefore);
  parentPort.postMessage({ first, last: first, processUs: (user + system) / count });
}

async function postAll(url, bodies, concurrency) {
  let next = 0;
  const loop = async () => {
    while (next < bodies.length) {
      const { path, body, key } = bodies[next++];
      const headers = { ...HEADERS, "Idempotency-Key": key };
      const response = await fetch(url + path, { method: "POST", headers, body });
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, loop));
}

function events(from, to) {
  return Array.from({ length: to - from }, (_, i) => {
    const key = `01234567-89ab-cdef-0123-456789abcdef-${from + i}`;
    return {
      path: "/event",
      key,
      body: JSON.stringify({ dedupKey: key, ...event(from + i) }),
    };
  });
}

function event(i) {
  return {
    identifier: "default",
    eventType: "app.log",
    traceId: "0123456789abcdef0123456789abcdef",
    spanId: "0123456789abcdef",
    metadata: { framework: "deno-std-log" },
    occurredAt: "2026-01-01T00:00:00.000Z",
    payload: {
      timeUnixNano: "1767225600000000000",
      observedTimeUnixNano: "1767225600000000000",
      severityNumber: 9,
      severityText: "INFO",
      body: "request served",
      attributes: {
        "logger.name": "default",
        "process.pid": 12345,
        method: "GET",
        status: 200,
        request_id: `rid-${String(i).padStart(9, "0")}`,
      },
      resource: { "process.runtime.name": "deno", "process.runtime.version": "2.0.0" },
    },
  };
}

function batches(from, to) {
  const result = [];
  for (let begin = from; begin < to; begin += BATCH) {
    const end = Math.min(begin + BATCH, to);
    const logRecords = Array.from(
      { length: end - begin },
      (_, i) => otlpRecord(begin + i),
    );
    const body = JSON.stringify({
      resourceLogs: [{
        resource: { attributes: [] },
        scopeLogs: [{ scope: {}, logRecords }],
      }],
    });
    result.push({ path: "/v1/logs", key: String(begin), body });
  }
  return result;
}

function otlpRecord(i) {
  const text = (key, stringValue) => ({ key, value: { stringValue } });
  return {
    timeUnixNano: "1767225600000000000",
    observedTimeUnixNano: "1767225600000000000",
    severityNumber: 9,
    severityText: "INFO",
    body: { stringValue: "request served" },
    attributes: [
      text("logger.name", "default"),
      { key: "process.pid", value: { intValue: 12345 } },
      text("method", "GET"),
      { key: "status", value: { intValue: 200 } },
      text("request_id", `rid-${String(i).padStart(9, "0")}`),
    ],
  };
}
