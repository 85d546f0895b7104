/**
 * What happens to records when the service, or the way to it, fails: seen from both ends, as a
 * program that logs and as the service that gets requests, over real connections. How long the
 * pauses between attempts are is tested in `src/delivery/exporter_test.ts`, where time costs nothing.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { Logger } from "@std/log/logger";
import {
  constants,
  createSecureServer,
  type Http2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { text } from "node:stream/consumers";
import type { AxonPushHandlerOptions, Diagnostic, HandlerStats } from "../mod.ts";
import { block, now, sleep } from "../src/clock.ts";
import { CLOCK } from "../src/delivery/alarm.ts";
import { createHttpSend } from "../src/delivery/http.ts";
import {
  accept,
  answer,
  assertInvariant,
  type Behaviour,
  bomb,
  closeAfterAnswer,
  closeMidAnswer,
  closeUnanswered,
  drip,
  endless,
  handlerFor,
  hang,
  log,
  say,
  slow,
  stall,
  startFaultyService,
  storeUnanswered,
  wronglyCompressed,
} from "./faulty_service.ts";
import { runProgram, startProgram } from "./program.ts";
import { startReceiver } from "./receiver.ts";
import { startService } from "./service.ts";

/** Longer than any test takes: nothing here may be saved by a timeout but what is about one. */
const PLENTY_MS = 30_000;

/** Logs three records of which the first meets this behaviour, and waits until all are settled. */
async function meet(behaviour: Behaviour, options: AxonPushHandlerOptions = {}) {
  await using service = startFaultyService([behaviour]);
  const handler = handlerFor(service, options);
  const startedAt = performance.now();
  log(handler, 1);
  await service.seen(1);
  log(handler, 2, 1);
  const settled = await handler.flush(PLENTY_MS);
  const { said, stats } = handler;
  await handler.close();
  assert(settled, `not settled: ${JSON.stringify(stats)}`);
  assertInvariant(stats, service);
  return { said, stats, startedAt, requests: service.requests, stored: service.stored };
}

/** An address at which nobody listens. */
async function unusedAddress(): Promise<string> {
  await using service = startFaultyService([]);
  return service.url.replace("127.0.0.1", "localhost");
}

/** Checks many cases at a time, since each of them spends its time waiting. */
async function forAll<Case extends readonly unknown[]>(
  cases: readonly Case[],
  check: (...args: Case) => Promise<void>,
): Promise<void> {
  await Promise.all(cases.map(async (args) => {
    await check(...args).catch((cause) => {
      throw new Error(`Case ${Deno.inspect(args[0], { depth: 1 })}: ${cause.message}`, { cause });
    });
  }));
}

// ——— What is worth another try ———

const oversized = `HTTP/1.1 200 X\r\n${`X-Padding: ${"x".repeat(9000)}\r\n`.repeat(120)}\r\n`;
const WORTH_A_RETRY: [fault: string, Behaviour, code: string][] = [
  ["status 408", answer(408), "http-408"],
  ["status 425", answer(425), "http-425"],
  ["status 429", answer(429), "http-429"],
  ["status 500", answer(500), "http-500"],
  ["status 502", answer(502, { body: "<html>Bad Gateway</html>" }), "http-502"],
  ["status 503", answer(503, { body: { title: "Busy", status: 503 } }), "http-503"],
  ["status 504", answer(504), "http-504"],
  ["a full disk of the service", answer(507), "http-507"],
  ["a network that wants a login", answer(511), "http-511"],
  ["a gateway's own status", answer(522), "http-522"],
  ["a status that is none", answer(999), "http-999"],
  ["a change of the protocol that nobody asked for", answer(101), "http-101"],
  [
    "a Retry-After that is garbage",
    answer(429, { headers: { "Retry-After": "soon" } }),
    "http-429",
  ],
  ["a Retry-After of zero", answer(503, { headers: { "Retry-After": "0" } }), "http-503"],
  ["a connection closed before the answer", closeUnanswered, "unreachable"],
  ["a connection closed after the record was stored", storeUnanswered, "unreachable"],
  ["a connection closed in the head", say("HTTP/1.1 200 X\r\nContent-Le"), "unreachable"],
  ["a connection closed in the middle of a 500", closeMidAnswer(500), "http-500"],
  ["an answer that is not HTTP", say("SSH-2.0-OpenSSH_9.6\r\n"), "unreachable"],
  ["an answer of noise", say(new Uint8Array(4096).fill(0xff)), "unreachable"],
  ["a head of a megabyte", say(oversized), "unreachable"],
  ["a 503 without end", endless(503), "http-503"],
  ["a 503 that is compressed wrongly", wronglyCompressed(503), "http-503"],
];

Deno.test("AxonPushHandler retries after every fault that may pass", () =>
  forAll(WORTH_A_RETRY, async (_fault, behaviour, expected) => {
    const { said, stats, requests, stored } = await meet(behaviour);

    assertEquals([stats.delivered, requests.length, stored.size], [3, 4, 3]);
    // Some versions of Deno send a request again by themselves if its connection ends unanswered.
    const byDeno = expected === "unreachable" && stats.retried === 0;
    assertEquals(stats.retried, byDeno ? 0 : 1);
    const told = byDeno ? [] : [["warn", expected]];
    assertEquals(said.map(({ level, code }) => [level, code]), told);
  }));

const SILENT: [fault: string, Behaviour, code: string][] = [
  ["hangs", hang, "unreachable"],
  ["stops in the head of its answer", stall(200, "HTTP/1.1 200 OK\r\nX-Slow: "), "unreachable"],
  ["stops in the body of a 500", stall(500), "http-500"],
  ["drips the body of a 500", drip(500), "http-500"],
];

Deno.test("AxonPushHandler waits requestTimeoutMs for a silent service, and no longer", () =>
  forAll(SILENT, async (_fault, behaviour, expected) => {
    const { said, stats, startedAt, requests } = await meet(behaviour, { requestTimeoutMs: 300 });

    assertEquals(stats.delivered, 3);
    const [, retry] = requests.filter(({ records }) => records[0] === 0);
    assert(retry!.at - startedAt >= 0.95 * 300 + 225, "the retry came too early");
    assertEquals(said[0]!.code, expected);
  }));

// ——— What counts as accepted ———

const ACCEPTED: [fault: string, Behaviour, ...codes: string[]][] = [
  ["that is empty", answer(204)],
  ["that is not JSON", answer(200, { body: "OK" }), "stranger"],
  [
    "that is a page",
    answer(200, {
      body: "<html>OK</html>",
      headers: { "Content-Type": "text/html; charset=utf-8" },
    }),
    "stranger",
  ],
  ["that is JSON of another kind", answer(200, { body: [null, { eventId: 7 }] })],
  ["without end", endless(200)],
  ["that is compressed wrongly", wronglyCompressed(201)],
  ["that unpacks to a flood", await bomb(200, 256)],
  ["cut off by the end of the connection", closeMidAnswer(200)],
  ["after which the connection ends", closeAfterAnswer(200)],
  ["that stops", stall(201)],
  ["that drips", drip(201)],
];

Deno.test("AxonPushHandler takes a 2xx for what it says, whatever follows it", () =>
  forAll(ACCEPTED, async (_fault, behaviour, ...codes) => {
    const { said, stats, requests } = await meet(behaviour);

    assertEquals(stats.delivered, 3);
    assertEquals(requests.length, 3);
    assertEquals(said.map(({ code }) => code), codes);
  }));

Deno.test("AxonPushHandler asks who answers with a page, though others of that address do not", () =>
  forAll<[string, number]>([["short", 6], ["long", 100_000]], async (_length, size) => {
    const page = { headers: { "Content-Type": "text/html" }, body: "<html>".padEnd(size) };
    await using service = startFaultyService([accept, answer(200, page)]);
    await using handler = handlerFor(service);
    for (const delivered of [1, 2]) {
      log(handler, 1);
      assert(await handler.flush(PLENTY_MS));
      assertEquals(handler.stats.delivered, delivered);
    }
    handler.destroy(); // An end that blocks waits for no more than the status.

    assertEquals(handler.said.map(({ code }) => code), ["stranger"]);
  }));

Deno.test("AxonPushHandler waits for no body whose status says it all", async () => {
  await using service = startFaultyService(() => stall(200));
  const handler = handlerFor(service, { concurrency: 2, requestTimeoutMs: 600_000 });
  log(handler, 6);

  assert(await handler.flush(PLENTY_MS));
  assertEquals(handler.stats.delivered, 6);
  await handler.close();
});

Deno.test("AxonPushHandler waits a moment for the rest of an answer whose status says nearly all", () =>
  forAll([[200, 6], [201, 6], [400, 0], [422, 0]], async (status, delivered) => {
    for (
      const begin of ["", `HTTP/1.1 ${status} X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`]
    ) {
      await using service = startFaultyService(() => stall(status!, begin));
      const handler = handlerFor(service, { protocol: "otlp", requestTimeoutMs: 600_000 });
      log(handler, 6);
      await handler.close(PLENTY_MS);

      assertEquals([handler.stats.delivered, handler.stats.failed], [delivered, 6 - delivered!]);
      const told = handler.said.map(({ code }) => code);
      assertEquals(told.includes(`http-${status}`), status! >= 400, `${told}`);
      assert(!told.includes("shutdown"), `${told}`);
    }
  }));

Deno.test("createHttpSend() leaves few connections open to a service whose answers do not end", async () => {
  const chunked = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n";
  for (const [begin, mostLeft] of [["", 319], [chunked, 0]] as const) {
    await using service = startFaultyService(() => stall(200, begin));
    const send = createHttpSend({
      protocol: "events",
      url: `${service.url}/event`,
      isEndpoint: false,
      headers: {},
      requestTimeoutMs: PLENTY_MS,
      retryable: [],
      gzip: false,
    });
    const results = await Promise.all(
      Array.from({ length: 350 }, () => send(['{"dedupKey":"1"}'], "key")),
    );
    const finished = results.map((result) => result.kind === "delivered" && result.finished);
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, PLENTY_MS / 2);
    let ended = 0;
    for (const each of finished) {
      void Promise.resolve(each).then(() => ++ended >= 350 - mostLeft && late.resolve());
    }
    await late.promise;
    clearTimeout(timer);

    assertEquals(ended, 350 - mostLeft);
  }
});

Deno.test("createHttpSend() reads no more than the beginning of an answer that unpacks to a flood", async () => {
  for (const status of [200, 400]) {
    await using service = startFaultyService([await bomb(status, 512)]);
    const before = Deno.memoryUsage().rss;
    const result = await createHttpSend({
      protocol: "otlp",
      url: service.url,
      isEndpoint: false,
      headers: {},
      requestTimeoutMs: PLENTY_MS,
      retryable: [],
      gzip: false,
    })(["{}"], "key");
    const grown = (Deno.memoryUsage().rss - before) >> 20;

    assertEquals(result.kind, status === 200 ? "delivered" : "refused");
    assert(grown < 256, `the process grew by ${grown} MiB`);
  }
});

// ——— Retry-After ———

const IN_A_SECOND: [form: string, value: () => string][] = [
  ["seconds", () => "1"],
  ["a date", () => new Date(Date.now() + 2000).toUTCString()],
];
Deno.test("AxonPushHandler leaves the service alone for as long as Retry-After says", () =>
  forAll(IN_A_SECOND, async (_form, value) => {
    let busy = true;
    await using service = startFaultyService(() =>
      busy ? answer(429, { headers: { "Retry-After": value() } }) : undefined
    );
    const handler = handlerFor(service, { concurrency: 1 });
    log(handler, 1);
    await service.seen(1);
    busy = false;
    log(handler, 20, 1);
    assert(await handler.flush(PLENTY_MS));
    await handler.close();

    const [first, second] = service.requests;
    assert(second!.at - first!.at >= 990, `asked again after ${second!.at - first!.at} ms`);
    assertEquals(handler.stats.delivered, 21);
    assertInvariant(handler.stats, service);
  }));

// ——— Outages ———

Deno.test("AxonPushHandler waits for a service that a gateway says is away, whatever maxRetries is", () =>
  forAll([[502], [503], [504], [522], [999]], async (status) => {
    for (const protocol of ["events", "otlp"] as const) {
      await using service = startFaultyService(Array(5).fill(answer(status!)));
      const handler = handlerFor(service, { protocol, maxRetries: 0 });
      log(handler, 1);
      assert(await handler.flush(PLENTY_MS));
      await handler.close();

      assertEquals([handler.stats.delivered, service.requests.length], [1, 6]);
      assertInvariant(handler.stats, service);
    }
  }));

Deno.test("AxonPushHandler delivers all that is still queued when an outage is over", async () => {
  await using service = startFaultyService();
  await service.down();
  const handler = handlerFor(service, { queueSize: 500 });
  log(handler, 700);
  // The worker has tried, and says so once.
  while (handler.said.every(({ code }) => code !== "unreachable")) await handler.flush(50);
  assertEquals(handler.stats.dropped, 200);
  assertEquals(handler.stats.failed, 0);

  service.script = () => slow(50);
  service.up();
  assert(await handler.flush(PLENTY_MS));

  const [probe, next] = service.requests;
  assert(next!.at - probe!.at >= 45, "a second request did not wait for the answer to the first");
  assertEquals(handler.stats.delivered, 500);
  assertEquals(service.stored.size, 500);
  assertEquals(handler.said.filter(({ code }) => code === "unreachable").length, 1);
  assertInvariant(handler.stats, service);
  await handler.close();
});

Deno.test("AxonPushHandler counts what an outage outlasts as failed", async () => {
  await using service = startFaultyService();
  await service.down();
  const handler = handlerFor(service);
  log(handler, 10);
  assertEquals(await handler.flush(50), false);
  await handler.close(50);

  assertEquals(handler.stats, {
    accepted: 10,
    delivered: 0,
    failed: 10,
    dropped: 0,
    filtered: 0,
    pending: 0,
    spooled: 0,
    recovered: 0,
    retried: handler.stats.retried,
  });
  assert(handler.said.some(({ code, message }) => code === "shutdown" && /^10 /.test(message)));
});

Deno.test("AxonPushHandler survives a host name that does not resolve", async () => {
  const handler = handlerFor({ url: "http://no-such-host.invalid" });
  log(handler, 3);
  await handler.flush(100);

  assertEquals(handler.stats.pending, 3);
  await handler.close(0);
  assertEquals(handler.stats.failed, 3);
  for (const { code, message } of handler.said) {
    if (code === "unreachable") assertMatch(message, /no-such-host\.invalid\/event: dns error/);
  }
});

Deno.test("AxonPushHandler says that a proxy is set where nobody answers, but not what it is", () =>
  forAll([["", true], ["localhost", false]] as const, async (exempt, isTold) => {
    const url = await unusedAddress();
    const { stderr } = await runProgram("natural_end.ts", {
      flags: ["--allow-net", "--allow-env"],
      args: [JSON.stringify({ baseUrl: url, apiKey: "ak_test", tenantId: "1" })],
      env: {
        ...Object.fromEntries(["ALL_PROXY", "all_proxy", "http_proxy"].map((name) => [name, ""])),
        HTTP_PROXY: `http://shop:Zq7hunterX91kLm@${new URL(url).host}`,
        NO_PROXY: exempt,
        no_proxy: exempt,
      },
    });

    const told = "trying again. It may be the proxy that does not answer: see HTTP_PROXY,";
    assertEquals(stderr.includes(told), isTold, stderr);
    assertStringIncludes(stderr, `Cannot reach AxonPush at ${url}/event`);
    assertNotMatch(stderr, /Zq7hunterX91kLm/);
  }));

Deno.test("AxonPushHandler says that a proxy refuses the connection", () =>
  forAll([[407], [403]] as const, async (status) => {
    await using proxy = startFaultyService(() => answer(status));
    const program = startProgram("natural_end.ts", {
      flags: ["--allow-net", "--allow-env"],
      args: [JSON.stringify({
        baseUrl: "https://logs.example.com",
        apiKey: "ak_test",
        tenantId: "1",
        shutdownTimeoutMs: PLENTY_MS,
      })],
      env: { ALL_PROXY: proxy.url.replace("://", "://shop:Zq7hunterX91kLm@"), NO_PROXY: "" },
    });

    await program.output(/trying again\. The proxy refuses the connection: see ALL_PROXY,/);
    program.kill("SIGKILL");
    const { stderr } = await program.ended;
    assertNotMatch(stderr, /Zq7hunterX91kLm/);
  }));

Deno.test("AxonPushHandler asks about the scheme where a service speaks no TLS", async () => {
  await using service = startReceiver();
  const handler = handlerFor({ url: service.url.replace("http:", "https:") });
  log(handler, 1);
  while (handler.said.length === 0) await handler.flush(50);
  await handler.close(0);

  assertMatch(handler.said[0]!.message, /trying again\. Does the address begin with 'http:' where/);
});

Deno.test("AxonPushHandler asks about the port where a Collector speaks gRPC", async () => {
  const grpc = say(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0])); // The first frame of HTTP/2.
  await using service = startFaultyService(() => grpc);
  const handler = handlerFor(service, { protocol: "otlp", endpoint: `${service.url}/v1/logs` });
  log(handler, 1);
  while (handler.said.length === 0) await handler.flush(50);
  await handler.close(0);

  assertMatch(handler.said[0]!.message, /round\? Is that the port of OTLP over gRPC, 4317\?/);
});

// ——— Wrong settings ———

Deno.test("AxonPushHandler says that Deno sends nothing to a port, and does not try again and again", () =>
  forAll([["events"], ["otlp"]] as const, async (protocol) => {
    const handler = handlerFor({ url: "http://127.0.0.1:6000" }, { protocol });
    log(handler, 3);
    await handler.close(PLENTY_MS);

    const { failed, retried } = handler.stats;
    assertEquals({ failed, retried }, { failed: 3, retried: 0 });
    const [first, last] = handler.said;
    assertEquals([first!.code, last!.code], ["blocked-port", "lost"]);
    assertMatch(first!.message, /Deno's fetch blocks port 6000.*another port, and set 'baseUrl'/);
  }));

const envelope = {
  code: "invalid_api_key",
  message: ["apiKey is not known", "apiKey is too short"],
  hint: "Create a key under Settings",
  requestId: "req-17",
};
const problem = {
  title: "Forbidden",
  status: 403,
  detail: "The key is read-only",
  errors: ["scope: events:write is missing"],
};
const WRONG_SETTINGS: [status: number, body: unknown, said: RegExp[]][] = [
  [401, envelope, [
    /HTTP 401/,
    /invalid_api_key/,
    /apiKey is not known; apiKey is too short/,
    /Create a key under Settings/,
    /request req-17/,
    /AXONPUSH_API_KEY/,
  ]],
  [403, problem, [/HTTP 403/, /Forbidden/, /read-only/, /events:write is missing/, /tenant/]],
  [404, "not json", [/HTTP 404/, /AXONPUSH_BASE_URL.*: requests go to http.*\/event$/]],
  [407, "", [/HTTP 407/, /proxy.*HTTPS_PROXY/]],
  [404, { code: { toString: 1 }, message: { valueOf: null }, hint: [[["deep"]]] }, [/HTTP 404/]],
  [401, "x".repeat(1_000_000), [/HTTP 401/]],
];

Deno.test("AxonPushHandler tells once what is wrong with the settings, and recovers by itself", () =>
  forAll(WRONG_SETTINGS, async (status, body, patterns) => {
    await using service = startFaultyService([answer(status, { body })]);
    const handler = handlerFor(service);
    log(handler, 1);
    await service.seen(1);
    assert(await handler.flush(PLENTY_MS)); // The record that was refused is sent once more.
    log(handler, 50, 1);
    assert(await handler.flush(PLENTY_MS));
    await handler.close();

    assertEquals([handler.stats.failed, handler.stats.delivered], [0, 51]);
    assertEquals(service.requests.length, 52);
    assert(service.requests[1]!.at - service.requests[0]!.at >= 225, "it hammers");
    assertEquals(handler.said.map(({ level, code }) => [level, code]), [[
      "error",
      `http-${status}`,
    ]]);
    const [{ message }] = handler.said as [Diagnostic];
    for (const pattern of patterns) assertMatch(message, pattern);
    assert(message.length < 1000 && !message.includes("ak_test_secret"), message);
    assertInvariant(handler.stats, service);
  }));

Deno.test("AxonPushHandler fails everything at once at its end where the settings are wrong", async () => {
  await using service = startFaultyService(() => answer(401));
  const handler = handlerFor(service, { concurrency: 1 });
  log(handler, 1);
  await service.seen(1);
  assert(await handler.flush(PLENTY_MS));
  log(handler, 999, 1);
  await handler.close(PLENTY_MS);

  assertEquals(handler.stats.failed, 1000);
  assert(service.requests.length <= 3, `${service.requests.length} requests`);
  assertInvariant(handler.stats, service);
});

Deno.test("AxonPushHandler tells each code of the service once, and no more than some dozens", async () => {
  let made = 0;
  const codes = ["bad_tenant", "bad_tenant", "bad_channel", "bad_channel"];
  await using service = startFaultyService(() =>
    answer(400, { body: { code: codes.shift() ?? `made_up_${made++}` } })
  );
  const handler = handlerFor(service, { concurrency: 1 });
  log(handler, 500);
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  const told = handler.said.map(({ serviceCode }) => serviceCode).filter((code) => code);
  assertEquals(told.slice(0, 2), ["bad_tenant", "bad_channel"]);
  assertEquals(new Set(told).size, told.length);
  assert(told.length < 100, `${told.length} diagnostics`);
  assertEquals(handler.stats.failed, 500);
});

Deno.test("AxonPushHandler follows no redirect and sends its credentials nowhere else", async () => {
  await using elsewhere = startFaultyService();
  const headers = { Location: `${elsewhere.url}/event` };
  await forAll([[301], [302], [303], [307], [308]], async (status) => {
    const { said, stats } = await meet(answer(status!, { headers }));

    assertEquals([stats.failed, stats.delivered], [0, 3]);
    assertMatch(said[0]!.message, /redirects to .*'baseUrl'/);
  });
  assertEquals(elsewhere.connections, 0);
});

Deno.test("AxonPushHandler takes a redirect for one that says not where to", () =>
  forAll([[300], [301], [304], [305], [308], [399]], async (status) => {
    const { said, stats } = await meet(answer(status!));

    assertEquals([stats.failed, stats.delivered], [0, 3]);
    assertMatch(said[0]!.message, /\/event redirects, and redirects are not followed.*'baseUrl'/);
  }));

// ——— One refusal among deliveries ———

Deno.test("AxonPushHandler loses at most the record that somebody before the service refuses", () =>
  forAll([[401], [403], [404], [406], [421], [451], [302]], async (status) => {
    for (const protocol of ["events", "otlp"] as const) {
      for (const always of [false, true]) {
        let refusals = 0;
        await using service = startFaultyService(({ records }) =>
          records.includes(50) && (always || refusals++ === 0)
            ? answer(status!, { headers: { Location: "/maintenance" } })
            : undefined
        );
        const handler = handlerFor(service, { protocol });
        log(handler, 1, 500);
        assert(await handler.flush(PLENTY_MS));
        log(handler, 100);
        await handler.close(PLENTY_MS);

        const lost = always ? 1 : 0;
        assertEquals([handler.stats.failed, handler.stats.delivered], [lost, 101 - lost]);
        assertInvariant(handler.stats, service);
      }
    }
  }));

Deno.test("AxonPushHandler does not hammer an address that takes no records", () =>
  forAll([[402], [405], [410], [411], [415], [421], [426], [501], [505], [404]], async (status) => {
    for (const protocol of ["events", "otlp"] as const) {
      await using service = startFaultyService(() => answer(status!));
      const handler = handlerFor(service, { protocol });
      log(handler, 1000);
      await service.seen(3);
      await handler.close(PLENTY_MS);

      assert(service.requests.length <= 1000 / 8 + 32, `${service.requests.length} requests`);
      assertEquals(handler.stats.failed, 1000);
      const codes = handler.said.map(({ code }) => code);
      assertEquals(codes.filter((code) => code !== "lost"), [`http-${status}`]);
      const { message } = handler.said.findLast(({ code }) => code === "lost")!;
      assertMatch(message, /^1000 records .*HTTP/);
      assertInvariant(handler.stats, service);
    }
  }));

Deno.test("AxonPushHandler halves a batch at which a gateway hangs up", async () => {
  await using service = startFaultyService(({ body }) =>
    body.length > 100_000 ? closeUnanswered : undefined
  );
  const handler = handlerFor(service, { protocol: "otlp" });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  log(handler, 1, 1000);
  assert(await handler.flush(PLENTY_MS));
  for (let n = 0; n < 200; n++) logger.info("long", { n, text: "x".repeat(1000) });
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  assertEquals([handler.stats.failed, handler.stats.delivered], [0, 201]);
  assertInvariant(handler.stats, service);
});

Deno.test("AxonPushHandler tells what it gave up, why, and how much it was", async () => {
  await using service = startFaultyService(({ records }) =>
    records[0]! < 3 ? answer(500, { body: { message: "on fire" } }) : undefined
  );
  const handler = handlerFor(service, { maxRetries: 0 });
  log(handler, 10);
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  const [first, ...others] = handler.said.filter(({ code }) => /given-up|lost/.test(code));
  assertMatch(first!.message, /HTTP 500: on fire: given up/);
  assertMatch(others.at(-1)!.message, /^3 records .*on fire/);
});

// ——— Hints ———

Deno.test("AxonPushHandler says what to do by the service's own rules", async () => {
  const cases: [options: AxonPushHandlerOptions, status: number, body: unknown, hint: RegExp][] = [
    [{}, 401, "", /'apiKey'.*'tenantId'/],
    [{ protocol: "otlp" }, 400, { message: "no channel" }, /'channelId'.*X-Axonpush-Channel/],
    [{ environment: "prod" }, 400, { message: "Environment prod is unknown" }, /'environment'/],
    [{ environment: "prod" }, 404, { code: "environment_not_found" }, /'environment'/],
  ];
  for (const [options, status, body, hint] of cases) {
    const { said } = await meet(answer(status, { body }), options);
    assertMatch(said[0]!.message, hint);
  }
  const { said } = await meet(answer(400), { protocol: "otlp", channelId: 7 });
  assertEquals(said[0]!.message, "AxonPush refuses records: HTTP 400");
});

Deno.test("AxonPushHandler does not call a Collector AxonPush, and waits until it is not busy", async () => {
  await using service = startFaultyService(Array(5).fill(answer(503)));
  const handler = handlerFor(service, {
    protocol: "otlp",
    endpoint: `${service.url}/v1/logs`,
    maxRetries: 0,
  });
  log(handler, 1);
  while (handler.stats.pending > 0) await handler.close(PLENTY_MS);

  assertEquals(handler.stats.delivered, 1);
  for (const { message } of handler.said) assert(!/axonpush/i.test(message), message);
});

// ——— Hanging requests, few connections ———

Deno.test("AxonPushHandler delivers past connections that never answer", async () => {
  let hanging = 32;
  await using service = startFaultyService(() => hanging-- > 0 ? hang : undefined);
  const handler = handlerFor(service);
  log(handler, 100);
  await service.seen(32);
  await handler.close(PLENTY_MS);

  assertEquals([handler.stats.delivered, service.stored.size], [100, 100]);
  assertInvariant(handler.stats, service);
});

Deno.test({
  name: "AxonPushHandler loses nothing where files may hardly be opened",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const files of [36, 64]) {
      await using service = startFaultyService();
      const options = JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" });
      const program = String(new URL("fixtures/tell_stats.ts", import.meta.url));
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `ulimit -n ${files}; exec "$@"`, "", Deno.execPath()]
          .concat(["run", "--quiet", "--no-check", "-A", program, options]),
        stdin: "null",
      }).output();

      const { delivered, failed, pending } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals({ delivered, failed, pending }, { delivered: 50, failed: 0, pending: 0 });
    }
  },
});

// ——— Globals of the program ———

Deno.test("createHttpSend() and CLOCK need no global that the program replaces later", async () => {
  await using service = startFaultyService();
  const settings = {
    protocol: "otlp",
    url: service.url,
    isEndpoint: false,
    isKept: false,
    headers: {},
    requestTimeoutMs: PLENTY_MS,
    retryable: [],
    gzip: false,
  } as const;
  const names = ["fetch", "Request", "Response", "AbortSignal"] as const;
  const properties = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)!);
  const { now } = performance;
  let result;
  try {
    for (const name of names) {
      const value = () => {
        throw new Error(`${name} was called`);
      };
      Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
    }
    performance.now = () => 0;
    const began = CLOCK.now();
    await new Promise<void>((resolve) => CLOCK.wake(resolve, 5));
    assert(CLOCK.now() > began);
    result = await createHttpSend(settings)(["{}"], "key");
  } finally {
    performance.now = now;
    names.forEach((name, i) => Object.defineProperty(globalThis, name, properties[i]!));
  }

  assertEquals(result, { kind: "delivered" });
});

// ——— Refused records ———

Deno.test("AxonPushHandler goes on past records that are refused", () =>
  forAll([[400], [409], [422]], async (status) => {
    await using service = startFaultyService(({ records }) =>
      records[0]! % 10 === 0 ? answer(status!, { body: { code: "invalid" } }) : undefined
    );
    const handler = handlerFor(service);
    log(handler, 100);
    assert(await handler.flush(PLENTY_MS));
    await handler.close();

    assertEquals([handler.stats.failed, handler.stats.delivered], [10, 90]);
    assertEquals(service.requests.length, 100); // Refused records are not tried again.
    assertInvariant(handler.stats, service);
  }));

Deno.test("AxonPushHandler cuts and marks a record that is too large", async () => {
  await using service = startFaultyService(({ body }) =>
    body.length > 5000 ? answer(413) : undefined
  );
  const handler = handlerFor(service, { maxContentLength: 60_000 });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  logger.info("y".repeat(50_000), { n: 0 });
  logger.info("small", { n: 1 });
  assert(await handler.flush(PLENTY_MS));
  await handler.close();

  assertEquals(handler.stats.delivered, 2);
  const cut = service.requests.map(({ body }) => JSON.parse(body))
    .find(({ payload }) => payload.attributes["axonpush.truncated"]);
  assertEquals(cut.payload.attributes, {
    "logger.name": "shop",
    "process.pid": Deno.pid,
    "axonpush.truncated": true,
  });
  assertMatch(cut.payload.body, /^y{1000,5000}…\[cut: too large\]$/);
  assertEquals(cut.identifier, "shop");
});

// ——— Batches ———

Deno.test("AxonPushHandler retries an OTLP batch after what OTLP says, and not after a 500", () =>
  forAll([[429, 1], [502, 1], [503, 1], [504, 1], [500, 0], [408, 0]], async (status, retried) => {
    const { stats } = await meet(answer(status!), { protocol: "otlp" });

    assertEquals([stats.retried, stats.failed], [retried, 1 - retried!]);
  }));

const NONSENSE: [partialSuccess: unknown][] = [
  [null],
  [7],
  [[]],
  [{ rejectedLogRecords: -5 }],
  [{ rejectedLogRecords: { toString: 1 } }],
  [{ rejectedLogRecords: "many", errorMessage: "" }],
];
Deno.test("AxonPushHandler takes a partial success of nonsense for a success", () =>
  forAll(NONSENSE, async (partialSuccess) => {
    const { stats } = await meet(answer(200, { body: { partialSuccess } }), { protocol: "otlp" });

    assertEquals(stats.delivered, 3);
  }));

Deno.test("AxonPushHandler sends the same compressed bytes again", async () => {
  const { stats, requests } = await meet(answer(503), { compression: "gzip", protocol: "otlp" });

  assertEquals([stats.delivered, stats.retried], [3, 1]);
  assertEquals(
    requests.at(0)!.key,
    requests.find(({ key }, i) => i > 0 && key === requests[0]!.key)?.key,
  );
});

// ——— Encryption ———

/** A certificate that nobody has signed. Without the tool that makes it, the tests are left out. */
function selfSigned(): { cert: string; key: string } | undefined {
  try {
    const args = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost " +
      "-addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE " +
      "-keyout - -out -";
    const { stdout } = new Deno.Command("openssl", { args: args.split(" "), stderr: "null" })
      .outputSync();
    const [key] = new TextDecoder().decode(stdout).match(
      /-----BEGIN PRIV[^]*?END PRIVATE KEY-----\n/,
    )!;
    const [cert] = new TextDecoder().decode(stdout).match(
      /-----BEGIN CERT[^]*?END CERTIFICATE-----\n/,
    )!;
    return { cert: cert!, key: key! };
  } catch {
    return undefined;
  }
}

const tls = selfSigned();
Deno.test({
  name: "AxonPushHandler does not trust an unknown certificate, and names it",
  ignore: tls === undefined,
  async fn() {
    await using service = startFaultyService([], { tls: tls! });
    const handler = handlerFor(service);
    log(handler, 3);
    while (handler.said.length === 0) await handler.flush(50);
    await handler.close(0);

    assertEquals(handler.said[0]!.code, "tls");
    assertMatch(handler.said[0]!.message, /certificate.*DENO_CERT/s);
    assertEquals(service.requests.length, 0);
    assertEquals(handler.stats.failed, 3);
  },
});

// ——— A thread that stands still ———

Deno.test("createHttpSend() takes an answer that came while the process was suspended", async () => {
  using service = await startService({ delayMs: 200 });
  const send = createHttpSend({
    protocol: "otlp",
    url: `${service.url}/v1/logs`,
    isEndpoint: true,
    headers: {},
    requestTimeoutMs: 500,
    retryable: [],
    gzip: false,
  });
  const post = () => send(['{"resourceLogs":[]}'], "key");
  await post();

  const result = post();
  await (await fetch(`${service.url}/health`)).body?.cancel(); // By then it is on its way.
  block(1000);

  assertEquals((await result).kind, "refused"); // An answer, since it has no key.
});

// ——— Connections that are open but dead ———

Deno.test("createHttpSend() opens a connection where it should, and after it waited in vain", async () => {
  let hanging = 0;
  await using service = startFaultyService(() => hanging-- > 0 ? hang : undefined);
  const send = createHttpSend({
    protocol: "events",
    url: `${service.url}/event`,
    isEndpoint: false,
    headers: {},
    requestTimeoutMs: 500,
    retryable: [],
    gzip: false,
  });
  const post = async (openedAfter?: number) => {
    const result = await send(['{"dedupKey":"1"}'], "key", openedAfter);
    if (result.kind === "delivered") await result.finished;
    return result.kind;
  };

  await Promise.all([post(), post()]);
  const open = service.connections;
  await post();
  assertEquals(service.connections, open);
  const openedBefore = now();
  await post(openedBefore);
  assertEquals(service.connections, open + 1);
  await post();
  await post(openedBefore); // These are younger.
  assertEquals(service.connections, open + 1);

  await Promise.all([post(), post()]);
  hanging = 1;
  assertEquals(await post(), "retry");
  const before = service.connections;
  await post();
  assertEquals(service.connections, before + 1); // Although another one is open.

  await Promise.all([post(), post()]);
  hanging = 1;
  const [first] = await Promise.all([
    post(),
    service.seen(service.requests.length + 1).then(() => post()),
  ]);
  assertEquals(first, "retry");
  const { connections } = service;
  await post();
  assertEquals(service.connections, connections); // Others were answered meanwhile.
});

Deno.test("AxonPushHandler leaves an instance that refuses all by the connections that it still has", () =>
  forAll([[503], [500], [401], [404]], async (status) => {
    const refuse = answer(status!, { body: { message: "I am going down" } });
    const ofFirst = new WeakSet<object>();
    let isGoingDown = false;
    await using service = startFaultyService(() => (connection, request) => {
      if (!isGoingDown) ofFirst.add(connection);
      return (isGoingDown && ofFirst.has(connection) ? refuse : accept)(connection, request);
    });
    await using handler = handlerFor(service);
    log(handler, 1);
    assert(await handler.flush(PLENTY_MS));
    isGoingDown = true;
    log(handler, 1, 1);

    assert(await handler.flush(PLENTY_MS / 4));
    assertEquals([handler.stats.delivered, service.connections], [2, 2]);
  }));

Deno.test("AxonPushHandler loses nothing of a batch to an instance that refuses it while others deliver", () =>
  forAll([[401], [403], [404]], async (status) => {
    const refuse = answer(status!);
    let first: object | undefined;
    let isGoingDown = false;
    await using service = startFaultyService(() => (connection, request) => {
      first ??= connection;
      return (isGoingDown && connection === first ? refuse : accept)(connection, request);
    });
    await using handler = handlerFor(service, { protocol: "otlp" });
    log(handler, 1);
    assert(await handler.flush(PLENTY_MS));
    isGoingDown = true;
    log(handler, 64, 1);

    assert(await handler.flush(PLENTY_MS / 4));
    assertEquals([handler.stats.delivered, handler.stats.failed], [65, 0]);
    assertEquals(service.requests.length, 3); // It is not halved, by which others would be delivered.
  }));

Deno.test("createHttpSend() stays with its connections at a quota, and where it is the record", () =>
  forAll([[429], [400], [413], [422]], async (status) => {
    await using service = startFaultyService(() => answer(status!));
    const send = createHttpSend({
      protocol: "otlp",
      url: `${service.url}/v1/logs`,
      isEndpoint: false,
      headers: { "x-axonpush-channel": "1" },
      requestTimeoutMs: PLENTY_MS,
      retryable: [429],
      gzip: false,
    });
    await send(['{"resourceLogs":[]}'], "key");
    await sleep(250);
    await send(['{"resourceLogs":[]}'], "key");

    assertEquals(service.connections, 1);
  }));

/** Logs 50 records to a service of HTTP/2, which may not accept all requests that come. */
async function meetHttp2(isAccepted: (stream: ServerHttp2Stream) => boolean | void) {
  const stored: string[] = [];
  const service = createSecureServer(tls!).on("stream", async (stream) => {
    stream.on("error", () => {}); // Those that are refused say so.
    if (!isAccepted(stream)) return;
    stored.push(JSON.parse(await text(stream)).dedupKey);
    stream.respond({ ":status": 201 });
    stream.end();
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  service.listen(0, "127.0.0.1", resolve);
  await promise;
  const certificate = await Deno.makeTempFile();
  await Deno.writeTextFile(certificate, tls!.cert);
  const { port } = service.address() as { port: number };
  const options = { baseUrl: `https://localhost:${port}`, apiKey: "ak_test", tenantId: "1" };
  const { stdout } = await runProgram("tell_stats.ts", {
    flags: ["-A", "--no-check"],
    args: [JSON.stringify({ ...options, shutdownTimeoutMs: 25_000 })],
    env: { DENO_CERT: certificate },
  });
  await Deno.remove(certificate);
  service.close();
  return { stats: JSON.parse(stdout) as HandlerStats, stored };
}

Deno.test({
  name: "AxonPushHandler loses nothing by a connection of HTTP/2 that is open but dead",
  ignore: tls === undefined,
  async fn() {
    let dead: Http2Session | undefined;
    const { stats, stored } = await meetHttp2(({ session }) => (dead ??= session) !== session);

    assertEquals([stats.delivered, new Set(stored).size], [50, 50]);
  },
});

Deno.test({
  name: "AxonPushHandler sends fewer requests at a time where HTTP/2 takes few by a connection",
  ignore: tls === undefined,
  async fn() {
    const busy = new Set<Http2Session>();
    const { stats, stored } = await meetHttp2((stream) => {
      const session = stream.session!;
      if (busy.has(session)) return void stream.close(constants.NGHTTP2_REFUSED_STREAM);
      busy.add(session);
      stream.on("close", () => busy.delete(session));
      return true;
    });

    assertEquals([stats.delivered, stored.length, new Set(stored).size], [50, 50, 50]);
    // The first wave, all but one; each of the next ones would be refused, too.
    assert(stats.retried < 50, `${stats.retried} retries`);
  },
});

// ——— Many at once ———

Deno.test("AxonPushHandler loses and doubles nothing in eight processes with four handlers each", async () => {
  await using service = startFaultyService();
  const options = JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" });
  const programs = await Promise.all(Array.from({ length: 8 }, (_, i) => {
    const args = [options, String(i), "1"];
    return runProgram("many_handlers.ts", { flags: ["-A", "--no-check"], args });
  }));
  const logged = programs.reduce((sum, { stdout }) => sum + Number(stdout), 0);

  assertEquals(
    programs.map(({ code, stderr }) => ({ code, stderr })),
    Array(8).fill({ code: 0, stderr: "" }),
  );
  assert(logged >= 8 * 4);
  assertEquals(service.requests.length, logged);
  assertEquals(new Set(service.stored.values()).size, logged);
});

// ——— Everything at once ———

Deno.test("AxonPushHandler keeps its numbers right through a script of everything", async () => {
  for (const protocol of ["events", "otlp"] as const) {
    const script = [
      answer(503),
      closeUnanswered,
      answer(400),
      storeUnanswered,
      accept,
      say("noise"),
      endless(200),
      closeMidAnswer(200),
      answer(422),
    ];
    await using service = startFaultyService(script);
    const handler = handlerFor(service, { protocol, maxRetries: 10 });
    let n = 0;
    do {
      log(handler, 20, n);
      n += 20;
      assert(await handler.flush(PLENTY_MS));
    } while (script.length > 0);
    await handler.close();

    const { accepted, delivered, failed } = handler.stats;
    assertEquals([accepted, delivered + failed], [n, n]);
    assert(failed <= 2, `${failed} failed`);
    assertInvariant(handler.stats, service);
  }
});
