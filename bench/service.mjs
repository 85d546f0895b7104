/**
 * A service that is far away, speaks TLS, or bears only so much. Where it is given no host at the far
 * end of a link, each connection comes through a proxy in this process that delays it: a connection
 * takes a round trip to be set up, as TCP does, and what is sent takes half of one, so that TLS has
 * its own round trips on top. It runs in Node, started with its settings as JSON, says its address,
 * and for each line that it reads what it has counted since the one before.
 */
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createSecureServer as createHttp2 } from "node:http2";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const {
  /** `http`, `https` for HTTP/1.1, or `h2`. */
  kind = "http",
  host,
  /** What a connection by HTTP/2 may have sent before it must wait, in bytes; Node's is 64 Ki. */
  windowBytes,
  rttMs = 0,
  workMs = 0,
  /** Beyond so many requests at a time it answers 429. */
  refusesBeyond = Infinity,
  /** From so many at a time on its work takes longer, by the power of 1.5. */
  slowFrom = Infinity,
  key,
  cert,
} = JSON.parse(process.argv[2]);

let counts;
let seen;
let busy = 0;
reset();

function reset() {
  seen = new Set();
  counts = { requests: 0, refused: 0, records: 0, unique: 0, first: 0, last: 0, most: 0 };
}

const now = () => performance.timeOrigin + performance.now();

async function handle(request, response) {
  const chunks = [];
  busy++;
  counts.most = Math.max(counts.most, busy);
  const isTooMuch = busy > refusesBeyond;
  for await (const chunk of request) chunks.push(chunk);
  const ids = Buffer.concat(chunks).toString("latin1").match(/rid-\d{9}/g) ?? [];
  counts.requests++;
  if (!isTooMuch && workMs > 0) {
    const factor = busy > slowFrom ? (busy / slowFrom) ** 1.5 : 1;
    await new Promise((resolve) => setTimeout(resolve, workMs * factor));
  }
  busy--;
  if (isTooMuch) {
    counts.refused++;
    return response.writeHead(429, { "content-type": "application/json" }).end("{}");
  }
  counts.records += ids.length;
  for (const id of ids) seen.add(id);
  counts.unique = seen.size;
  counts.first ||= now();
  counts.last = now();
  const isEvent = request.url === "/event";
  response.writeHead(isEvent ? 201 : 200, { "content-type": "application/json" });
  response.end(isEvent ? '{"status":"ok"}' : "{}");
}

const handleSafely = (request, response) => void handle(request, response).catch(() => {});
const tls = { key, cert };
const server = kind === "http"
  ? createHttp(handleSafely)
  : kind === "https"
  ? createHttps(tls, handleSafely)
  : createHttp2({ ...tls, allowHTTP1: true }, handleSafely);
server.keepAliveTimeout = 60_000;
if (windowBytes) server.on("session", (session) => session.setLocalWindowSize(windowBytes));

/** Hands over what one end sends, half a round trip later, in its order. */
function pipe(from, to) {
  from.on("data", (data) => setTimeout(() => to.writable && to.write(data), rttMs / 2));
  from.on("end", () => setTimeout(() => to.end(), rttMs / 2));
  from.on("error", () => to.destroy());
  from.on("close", () => setTimeout(() => to.destroy(), rttMs / 2 + 1));
}

const listening = (one, at) => {
  return new Promise((resolve) => {
    one.listen(0, at, 4096, () => resolve(one.address().port));
  });
};
const direct = await listening(server, host ?? "127.0.0.1");
const proxy = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
  setTimeout(() => {
    const onward = connect({ port: direct, host: "127.0.0.1", noDelay: true });
    pipe(socket, onward);
    pipe(onward, socket);
    socket.resume();
  }, rttMs);
});
const port = host ? direct : await listening(proxy, "127.0.0.1");
console.log(`${kind === "http" ? "http" : "https"}://${host ?? "127.0.0.1"}:${port}`);
createInterface(process.stdin).on("line", () => {
  console.log(JSON.stringify(counts));
  reset();
});
