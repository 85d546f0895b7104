/**
 * A service that is far away, speaks TLS, or bears only so much. Each connection comes through a
 * proxy in this process that delays it: a connection takes a round trip to be set up, as TCP does,
 * and what is sent takes half of one, so that TLS has its own round trips on top. There is no loss,
 * no limit of the rate and no slow start: real links are worse. It runs in Node, started with its
 * settings as JSON, says its address, and tells on `/take` what it has counted.
 */
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createSecureServer as createHttp2 } from "node:http2";
import { connect, createServer } from "node:net";

const {
  /** `http`, `https` for HTTP/1.1, or `h2`. */
  kind = "http",
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
  if (request.url === "/take") {
    response.end(JSON.stringify(counts));
    return reset();
  }
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

/** Hands over what one end sends, half a round trip later, in its order. */
function pipe(from, to) {
  from.on("data", (data) => setTimeout(() => to.writable && to.write(data), rttMs / 2));
  from.on("end", () => setTimeout(() => to.end(), rttMs / 2));
  from.on("error", () => to.destroy());
  from.on("close", () => setTimeout(() => to.destroy(), rttMs / 2 + 1));
}

const listening = (one) => {
  return new Promise((resolve) => {
    one.listen(0, "127.0.0.1", 4096, () => resolve(one.address().port));
  });
};
const direct = await listening(server);
const proxy = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
  setTimeout(() => {
    const onward = connect({ port: direct, host: "127.0.0.1", noDelay: true });
    pipe(socket, onward);
    pipe(onward, socket);
    socket.resume();
  }, rttMs);
});
const port = await listening(proxy);
const local = await listening(createHttp(handleSafely));
const scheme = kind === "http" ? "http" : "https";
console.log(JSON.stringify({
  url: `${scheme}://127.0.0.1:${port}`,
  counts: `http://127.0.0.1:${local}/take`,
}));
