/**
 * A queue in the program and one loop that posts one event at a time: how AxonPush's TypeScript SDK
 * ships. Its documented end is to await what is queued.
 */
import { run, url } from "../measure.mjs";

const queue = [];
let draining;

async function drain() {
  while (queue.length > 0) {
    const response = await fetch(`${url}/event`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": "ak_bench", "x-tenant-id": "1" },
      body: JSON.stringify(queue.shift()),
    });
    await response.text();
  }
  draining = undefined;
}

await run((id) => {
  const time = Date.now();
  queue.push({
    identifier: "default",
    eventType: "app.log",
    traceId: "0123456789abcdef0123456789abcdef",
    occurredAt: new Date(time).toISOString(),
    payload: {
      timeUnixNano: `${time}000000`,
      severityNumber: 9,
      severityText: "INFO",
      body: "request served",
      attributes: { method: "GET", status: 200, request_id: id },
    },
  });
  draining ??= drain();
}, () => draining);
