/**
 * The service that every contender ships to: it counts what arrives and answers at once, or after
 * a while on its second port. It speaks just enough HTTP/1.1 over plain sockets to be several times
 * faster than any contender, because a service that is the bottleneck would make them all equal.
 * It runs in a process of its own and says how busy it was, so that this can be checked.
 *
 * Each record has an id, `rid-` and nine digits, which looks the same in every format. Ids are
 * searched for in the raw bytes, never parsed, so that no format costs the service more.
 */
import { createServer } from "node:net";

const SLOW_MS = Number(process.argv[2] ?? 20);
const MARK = Buffer.from("rid-");
const DIGITS = 9;
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const ANSWERS = {
  "/event": answer('{"status":"ok"}', "201 Created"),
  "/v1/logs": answer("{}", "200 OK"),
};

/** One byte for each id. */
const seen = new Uint8Array(1 << 20);
/** Requests whose answer is held back, the oldest first. */
const waiting = [];
let counts;
reset();

function reset() {
  seen.fill(0);
  counts = { connections: 0, requests: 0, records: 0, unique: 0, bytes: 0, last: 0 };
  counts.held = 0;
  counts.cpu = process.cpuUsage();
}

function now() {
  return performance.timeOrigin + performance.now();
}

function answer(body, status = "200 OK") {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** Counts the ids in one body. */
function count(body) {
  counts.requests++;
  counts.bytes += body.length;
  for (
    let at = body.indexOf(MARK);
    at !== -1;
    at = body.indexOf(MARK, at + DIGITS)
  ) {
    let id = 0;
    for (let i = at + 4; i < at + 4 + DIGITS; i++) id = id * 10 + body[i] - 48;
    counts.records++;
    if (seen[id] === 0) counts.unique++;
    seen[id] = 1;
  }
}

/** Takes one request off the front of what has come in, or nothing if it is not complete. */
function takeRequest(data) {
  const endOfHead = data.indexOf(END_OF_HEAD);
  if (endOfHead === -1) return undefined;
  const head = data.latin1Slice(0, endOfHead);
  const start = endOfHead + 4;
  const [method, path] = head.slice(0, head.indexOf("\r")).split(" ");
  const length = /content-length: *(\d+)/i.exec(head);
  let end = start + (length ? Number(length[1]) : 0);
  if (/transfer-encoding: *chunked/i.test(head)) {
    // The sizes between the chunks may stay: they look like no id.
    const last = data.indexOf("0\r\n\r\n", start);
    if (last === -1) return undefined;
    end = last + 5;
  }
  if (data.length < end) return undefined;
  return { method, path, body: data.subarray(start, end), rest: data.subarray(end) };
}

function serve(delayMs, port = 0) {
  const server = createServer({ noDelay: true }, (socket) => {
    counts.connections++;
    let parts = [];
    let size = 0;
    let wanted = 0;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      parts.push(data);
      size += data.length;
      if (size < wanted) return;
      let rest = parts.length === 1 ? data : Buffer.concat(parts);
      let request;
      while ((request = takeRequest(rest))) {
        rest = request.rest;
        respond(socket, request, delayMs);
      }
      parts = rest.length > 0 ? [rest] : [];
      size = rest.length;
      // A large body comes in many pieces: look again only when all of it can be there.
      const length = /content-length: *(\d+)/i.exec(
        rest.latin1Slice(0, Math.min(1000, rest.length)),
      );
      const head = rest.indexOf(END_OF_HEAD);
      wanted = length && head !== -1 ? head + 4 + Number(length[1]) : 0;
    });
  });
  return new Promise((resolve) => {
    server.listen(
      port,
      "127.0.0.1",
      () => resolve(`http://127.0.0.1:${server.address().port}`),
    );
  });
}

function respond(socket, { method, path, body }, delayMs) {
  if (method === "GET") return tell(socket, path);
  const arrived = now();
  count(body);
  if (delayMs === 0) confirm(socket, path);
  else {
    waiting.push({ socket, path, arrived, due: arrived + delayMs });
    if (waiting.length === 1) release();
  }
}

/** Answers what is due. A timer is only exact to a millisecond or two, so the rest is polled. */
function release() {
  while (waiting.length > 0 && waiting[0].due <= now()) {
    const { socket, path, arrived } = waiting.shift();
    confirm(socket, path);
    counts.held += counts.last - arrived;
  }
  if (waiting.length === 0) return;
  if (waiting[0].due - now() > 1.5) setTimeout(release, 1);
  else setImmediate(release);
}

function confirm(socket, path) {
  socket.write(ANSWERS[path] ?? ANSWERS["/event"]);
  counts.last = now();
}

/** Tells the counts so far, and starts again if they are taken. */
function tell(socket, path) {
  const { user, system } = process.cpuUsage(counts.cpu);
  const { cpu: _, held, ...others } = counts;
  socket.write(answer(JSON.stringify({
    ...others,
    heldMs: held / counts.requests,
    cpuMs: (user + system) / 1000,
  })));
  if (path === "/take") reset();
}

const urls = { fast: await serve(0, Number(process.argv[3] ?? 0)), slow: await serve(SLOW_MS) };
console.log(JSON.stringify(urls));
