/**
 * The transport that pino loads in its worker: posts each line as an event, several at a time,
 * by `node:http`: in Node it is several times faster than `fetch`.
 */
import { Agent, request } from "node:http";
import build from "pino-abstract-transport";

const HEADERS = { "Content-Type": "application/json", "X-API-Key": "ak_bench", "x-tenant-id": "1" };

export default function ({ url, concurrency }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  return build(async (lines) => {
    const inFlight = new Set();
    for await (const line of lines) {
      const posting = post(url, JSON.stringify(eventOf(line)), agent).finally(() =>
        inFlight.delete(posting)
      );
      inFlight.add(posting);
      if (inFlight.size >= concurrency) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    agent.destroy();
  });
}

function post(url, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = { ...HEADERS, "Content-Length": Buffer.byteLength(body) };
    const posting = request(
      url,
      { method: "POST", headers, agent },
      (response) => {
        response.resume().on("end", resolve);
      },
    );
    posting.on("error", reject).end(body);
  });
}

function eventOf({ time, level, msg, pid, hostname, ...attributes }) {
  return {
    identifier: "default",
    eventType: "app.log",
    traceId: "0123456789abcdef0123456789abcdef",
    occurredAt: new Date(time).toISOString(),
    payload: {
      timeUnixNano: `${time}000000`,
      severityNumber: level / 10 * 4 - 3,
      severityText: "INFO",
      body: msg,
      attributes: { pid, hostname, ...attributes },
    },
  };
}
