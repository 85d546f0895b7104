/**
 * What answers mean, by themselves. What becomes of records then is tested with the exporter.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { unsent } from "./no_answer.ts";
import {
  MAX_RETRY_AFTER_MS,
  parseRetryAfter,
  readResponse,
  rejection,
  type RetryCause,
  stranger,
} from "./response.ts";

const SETTINGS = {
  protocol: "events",
  url: "http://127.0.0.1/event",
  isEndpoint: false,
  headers: {},
  requestTimeoutMs: 1000,
  retryable: [503],
} as const;

Deno.test("readResponse() takes a date to retry after by the clock of who says it", async () => {
  const [noon, after] = ["Thu, 01 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 2026 12:00:05 GMT"];
  const pauseAt = async (date: string | undefined, retryAfter: string) => {
    const headers = { "retry-after": retryAfter, ...date !== undefined && { date } };
    const answer = new Response(null, { status: 503, headers });
    const result = await readResponse(answer, () => Promise.resolve(""), SETTINGS);
    assert(result.kind === "retry");
    return result.afterMs;
  };

  assertEquals(await pauseAt(noon, after), 5000);
  assertEquals(await pauseAt(after, noon), undefined);
  assertEquals(await pauseAt(noon, "3"), 3000);
  for (const date of [undefined, "", "noon"]) {
    assertEquals(await pauseAt(date, "Fri, 01 Jan 1999 12:00:05 GMT"), undefined);
    assertEquals(await pauseAt(date, "Fri, 01 Jan 2999 12:00:05 GMT"), MAX_RETRY_AFTER_MS);
  }
});

Deno.test("parseRetryAfter() takes seconds and dates, and leaves the rest to the ladder", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const cases: [header: string, afterMs: number | undefined][] = [
    ["1", 1000],
    [" 30 ", 30_000],
    ["Thu, 01 Jan 2026 00:00:05 GMT", 5000],
    ["Thursday, 01-Jan-26 00:00:05 GMT", 5000],
    // Huge: clamped.
    ["86400", MAX_RETRY_AFTER_MS],
    ["9".repeat(400), MAX_RETRY_AFTER_MS],
    ["Fri, 01 Jan 2027 00:00:00 GMT", MAX_RETRY_AFTER_MS],
    // In the past: coming back at once, again and again, would be hammering.
    ["0", undefined],
    ["Wed, 31 Dec 2025 23:59:59 GMT", undefined],
    // Garbage, some of which Date.parse would take for a date.
    ["", undefined],
    ["soon", undefined],
    ["-5", undefined],
    ["1.5", undefined],
    ["1e9", undefined],
    ["in 2099", undefined],
    ["2099-01-01", undefined],
    ["Infinity", undefined],
    ["Xyz, 99 Foo 2099 99:99:99 GMT", undefined],
  ];
  for (const [header, afterMs] of cases) {
    assertEquals(parseRetryAfter(header, now), afterMs, `Retry-After: ${header}`);
  }
});

Deno.test("unsent() tells what was closed, what was never reached, and what this machine lacks", () => {
  const cases: [message: string, cause: RetryCause][] = [
    ["connection closed before message completed", "closed"],
    ["Connection reset by peer (os error 104)", "closed"],
    ["Broken pipe (os error 32)", "closed"],
    ["unexpected EOF during handshake", "closed"],
    ["tcp connect error: Connection refused (os error 111)", "unreachable"],
    ["dns error: failed to lookup address information", "unreachable"],
    ["tcp open error: Too many open files (os error 24)", "local"],
    ["tcp connect error: Cannot assign requested address (os error 99)", "local"],
    ["connection error received: not a result of an error", "unread"],
    ["stream error received: refused stream before processing any application logic", "unread"],
  ];
  for (const [message, cause] of cases) {
    const error = new TypeError(`error sending request for url (http://127.0.0.1/): ${message}`);
    const result = unsent(error, SETTINGS);
    assertEquals(result.kind === "retry" && result.cause, cause, message);
  }
});

Deno.test("stranger() knows a page from an answer of the service", () => {
  const cases: [type: string, body: string, isStranger: boolean][] = [
    ["application/json", '{"eventId":"e1"}', false],
    ["application/json", "", false],
    ["", "[]", false],
    ["", "  ", false],
    ["text/plain", "OK", true],
    ["text/html; charset=utf-8", "", true],
    ["TEXT/HTML", "{}", true],
    ["application/json", "<!doctype html>", true],
  ];
  for (const [type, body, isStranger] of cases) {
    const said = stranger(new Headers(type ? { "content-type": type } : {}), body, SETTINGS);
    assertEquals(said !== undefined, isStranger, `${type} ${body}`);
    if (said) assertMatch(said.message, /is this AxonPush\? Check 'baseUrl'/);
  }
});

Deno.test("rejection() and unsent() begin like sentences, and call no Collector AxonPush", () => {
  const endpoint = { ...SETTINGS, isEndpoint: true };
  const told = [
    rejection(400, { text: "bad" }, SETTINGS),
    rejection(400, { text: "bad" }, endpoint),
    rejection(503, { text: "" }, endpoint),
    unsent(new TypeError("connection refused"), endpoint),
  ].map((result) => result.diagnostic?.message);
  assertEquals(told, [
    "AxonPush refuses records: HTTP 400: bad",
    "The endpoint refuses records: HTTP 400: bad",
    "The endpoint cannot accept records now: HTTP 503: trying again",
    "Cannot reach the endpoint at http://127.0.0.1/event: connection refused: trying again",
  ]);
});

Deno.test("rejection() takes for what a record says only what is about that", () => {
  const because = (status: number) => {
    const result = rejection(status, { text: "" }, SETTINGS);
    return result.kind === "refused" ? result.because : result.kind;
  };
  for (const status of [400, 409, 422]) assertEquals(because(status), "content", `${status}`);
  assertEquals(because(413), "size");
  const others = [300, 304, 399, 402, 410, 412, 414, 417, 418, 420, 421, 423, 424, 428, 430, 431];
  for (const status of [...others, 444, 451, 460, 499, 501, 505]) {
    assertEquals(because(status), "settings", `${status}`);
  }
});

Deno.test("rejection() tells a busy service from one that fails, and from one behind a gateway", () => {
  const settings = { ...SETTINGS, retryable: [429, 500, 502, 503, 504] };
  const cause = (status: number, afterMs?: number) => {
    const result = rejection(status, { text: "", afterMs }, settings);
    return result.kind === "retry" ? result.cause : result.kind;
  };
  for (const status of [429, 503]) assertEquals(cause(status), "busy", `${status}`);
  for (const status of [502, 504, 512, 522, 600, 199]) assertEquals(cause(status), "away");
  assertEquals([cause(500), cause(500, 9), cause(511)], ["failing", "busy", "refused"]);
});

Deno.test("rejection() says what to do, by what was answered to whom", () => {
  const otlp = { ...SETTINGS, protocol: "otlp" } as const;
  const endpoint = { ...otlp, isEndpoint: true };
  const withHeader = (name: string) => ({ ...otlp, headers: { [name]: "a" } });
  const cases: [number, Parameters<typeof rejection>[2], advice: RegExp, text?: string][] = [
    [401, SETTINGS, /: check 'apiKey' \(AXONPUSH_API_KEY\) and 'tenantId' \(AXONPUSH_TENANT_ID\)$/],
    [403, SETTINGS, /: check that the key may write to this tenant, channel and environment$/],
    [404, SETTINGS, /'baseUrl' .* and 'channelId' .*: requests go to http:\/\/127.0.0.1\/event$/],
    [405, SETTINGS, /: check 'baseUrl' \(AXONPUSH_BASE_URL\): requests go to http:.*\/event$/],
    [407, SETTINGS, /: a proxy wants credentials: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY$/],
    [418, SETTINGS, /HTTP 418$/],
    [400, SETTINGS, /HTTP 400$/],
    [400, otlp, /: set 'channelId' \(AXONPUSH_CHANNEL_ID\)/],
    [422, otlp, /HTTP 422$/],
    [400, withHeader("x-axonpush-channel"), /HTTP 400$/],
    [400, withHeader("x-axonpush-environment"), /: register the environment/, "No Environment"],
    [403, withHeader("x-axonpush-environment"), /: check that the key/, "Forbidden"],
    [400, SETTINGS, /HTTP 400: no environment$/, "no environment"],
    [404, endpoint, /: check 'endpoint' and 'headers': .* takes records at \/v1\/logs$/],
    [404, { ...endpoint, url: "http://a/v1/logs" }, /: requests go to http:\/\/a\/v1\/logs$/],
    [415, endpoint, /: check 'endpoint' and .*\. Is that the port of OTLP over gRPC/],
    [415, SETTINGS, /: requests go to http:[^ ]*\/event$/],
    [400, endpoint, /HTTP 400$/],
    [307, SETTINGS, /HTTP 307: elsewhere$/, "elsewhere"],
  ];
  for (const [status, settings, advice, text = ""] of cases) {
    assertMatch(rejection(status, { text }, settings).diagnostic!.message, advice);
  }
});

Deno.test("readResponse() quotes what the service says, in its own form and in that of problems", async () => {
  const cases: [answer: unknown, text: string, serviceCode?: string][] = [
    [
      { code: "bad", message: ["a", "b"], hint: "do", requestId: "r1" },
      "bad; a; b; do; request r1",
      "bad",
    ],
    [{ title: "Bad", detail: "it is", errors: [{ a: 1 }] }, 'Bad; it is; {"a":1}'],
    [{ title: "Bad", message: "worse" }, "worse"],
    [{ code: 7, message: null, hint: "" }, "7", "7"],
    [{ message: "x".repeat(600) }, "x".repeat(500)],
  ];
  for (const [answer, text, serviceCode] of cases) {
    const { diagnostic } = await answered(422, JSON.stringify(answer));
    assertEquals(diagnostic!.message, `AxonPush refuses records: HTTP 422: ${text}`);
    assertEquals(diagnostic!.serviceCode, serviceCode);
  }
  const { diagnostic } = await answered(422, "<h1>no JSON</h1>");
  assertEquals(diagnostic!.message, "AxonPush refuses records: HTTP 422");
});

/** What a batch comes to that is answered so. */
function answered(status: number, body: string, headers: HeadersInit = {}) {
  const settings = { ...SETTINGS, protocol: "otlp" } as const;
  return readResponse(
    new Response(body, { status, headers }),
    () => Promise.resolve(body),
    settings,
  );
}

Deno.test("readResponse() counts what was refused of a batch if the number is one", async () => {
  const cases: [rejected: string, count: number | undefined][] = [
    ["3", 3],
    ['"3"', 3],
    ['["3"]', 3],
    ["0", undefined],
    ['"-3"', undefined],
    ["1.5", undefined],
    ["1e999", undefined],
    ['"many"', undefined],
    ["{}", undefined],
    ["true", undefined],
  ];
  for (const [rejected, count] of cases) {
    const result = await answered(200, `{"partialSuccess":{"rejectedLogRecords":${rejected}}}`);
    assertEquals(result.kind === "delivered" && result.rejected, count, rejected);
  }
});

Deno.test("readResponse() is not led astray by an answer of any depth or length", async () => {
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
    const deep = open.repeat(10_000) + "1" + close.repeat(10_000);
    for (const field of ["rejectedLogRecords", "errorMessage"]) {
      const result = await answered(200, `{"partialSuccess":{"${field}":${deep}}}`);
      assertEquals(result.kind, "delivered");
    }
    for (const field of ["code", "message", "errors", "requestId"]) {
      const result = await answered(422, `{"${field}":${deep}}`);
      assertEquals(result.kind, "refused");
    }
  }
  const location = `https://shop.example/${"x".repeat(60_000)}`;
  const { diagnostic } = await answered(302, "", { location });
  assert(diagnostic!.message.length < 1000);
});

Deno.test("unsent() speaks of certificates only where one is at fault", () => {
  const cases: [message: string, code: string, isAdvised: boolean][] = [
    ["invalid peer certificate: UnknownIssuer", "tls", true],
    ["received fatal alert: CertificateRequired", "tls", false],
    ["received fatal alert: UnrecognisedName", "tls", false],
    ["tls handshake eof", "tls", false],
    [
      "peer closed connection without sending TLS close_notify: " +
      "https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof",
      "unreachable",
      false,
    ],
  ];
  for (const [message, code, isAdvised] of cases) {
    const { diagnostic } = unsent(
      new TypeError("fetch failed", { cause: new Error(message) }),
      SETTINGS,
    );
    assertEquals(diagnostic!.code, code, message);
    assertEquals(diagnostic!.message.includes("DENO_CERT"), isAdvised, message);
  }
});
