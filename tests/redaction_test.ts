/**
 * Logs are read by more people than databases are, and kept in more places. So no secret that the
 * handler can know for one may reach the wire, wherever in a record it is. The tests plant secrets,
 * each of its own text, and look for them in the bytes that the service got.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LogRecord } from "@std/log/logger";
import {
  AxonPushHandler,
  type AxonPushHandlerOptions,
  type Diagnostic,
  type LogEvent,
  withContext,
} from "../mod.ts";
import { attributesOf, handlerTo, shipped, startReceiver } from "./receiver.ts";
import type { Logger } from "@std/log/logger";

/** Every name whose value is a secret, in words. */
const NAMES = [
  ["authorization"],
  ["proxy", "authorization"],
  ["cookie"],
  ["set", "cookie"],
  ["password"],
  ["passwd"],
  ["secret"],
  ["client", "secret"],
  ["api", "key"],
  ["access", "token"],
  ["refresh", "token"],
  ["private", "key"],
  ["db", "password"],
  ["x", "api", "key"],
  ["x", "axonpush", "api", "key"],
  ["x", "public", "token"],
  ["cookies"],
  ["passwords"],
  ["password1"],
  ["password", "confirmation"],
  ["secrets"],
  ["secret", "key"],
  ["aws", "secret", "access", "key"],
  ["api", "keys"],
  ["access", "tokens"],
  ["private", "key", "pem"],
];
const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
/** The usual ways to spell a name of several words. */
const SPELLINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join("_"),
  (words) => words.join("_").toUpperCase(),
  (words) => words.join("-"),
  (words) => words.map(capital).join("-"),
  (words) => words.join("."),
  (words) => words.join(""),
  (words) => words.join("").toUpperCase(),
  (words) => words.map(capital).join(""),
  ([first, ...others]) => first + others.map(capital).join(""),
  (words) => words.join(" "),
];
const SPELLED = NAMES.flatMap((words) => SPELLINGS.map((spell) => spell(words)));

let planted = 0;
/** A text that nothing else contains. */
function plant(): string {
  return `hunter2x${planted++}z`;
}

/** What the service gets over the wire, as text. */
async function wireOf(
  use: (logger: Logger, handler: AxonPushHandler) => unknown,
  options: AxonPushHandlerOptions = {},
): Promise<string> {
  await using receiver = startReceiver();
  const handler = handlerTo(receiver, { queueSize: 100_000, ...options });
  await use(await loggerOf(handler), handler);
  await handler.close(60_000);
  assertEquals(handler.stats.failed, 0);
  assertEquals(handler.stats.delivered, handler.stats.accepted);
  return receiver.requests.map(({ text }) => text).join("\n");
}

async function loggerOf(handler: AxonPushHandler): Promise<Logger> {
  const { Logger } = await import("@std/log/logger");
  return new Logger("shop", "NOTSET", { handlers: [handler] });
}

/** Ways to bring a name and its secret value into a record. */
const PLACES: Readonly<Record<string, (logger: Logger, name: string, value: string) => void>> = {
  attribute: (logger, name, value) => logger.info("a", { [name]: value }),
  "second object": (logger, name, value) => logger.info("a", { ok: 1 }, { [name]: value }),
  "every depth": (logger, name, value) => {
    let object: unknown = { [name]: value };
    for (let depth = 1; depth <= 10; depth++) {
      logger.info("a", { nested: object });
      object = depth % 2 ? { nested: object } : [object];
    }
  },
  array: (logger, name, value) => logger.info("a", [1, { [name]: value }]),
  Map: (logger, name, value) => logger.info("a", new Map([[name, value]])),
  "Map in Set": (logger, name, value) =>
    logger.info("a", { all: new Set([new Map([[name, value]])]) }),
  "class instance": (logger, name, value) =>
    logger.info("a", Object.assign(new (class Request {})(), { [name]: value })),
  toJSON: (logger, name, value) => logger.info("a", { toJSON: () => ({ [name]: value }) }),
  "not a string": (logger, name, value) => logger.info("a", { [name]: { deep: [value] } }),
  "error's cause": (logger, name, value) =>
    logger.error("a", new Error("b", { cause: { [name]: value } })),
  context: (logger, name, value) => withContext({ [name]: value }, () => logger.info("a")),
  "object as message": (logger, name, value) =>
    logger.info({ user: "u", [name]: value, nested: { [name]: value } } as never),
  "JSON in message": (logger, name, value) =>
    logger.info(`got ${JSON.stringify({ id: 1, [name]: value, other: 2 })} back`),
  "indented JSON in attribute": (logger, name, value) =>
    logger.info("a", { body: JSON.stringify({ [name]: value, other: 2 }, null, 2) }),
  "JSON in JSON in error": (logger, name, value) =>
    logger.error(
      "a",
      new Error(JSON.stringify({ body: JSON.stringify({ [name]: `${value}"q` }) })),
    ),
  "object in JSON in message": (logger, name, value) =>
    logger.info(JSON.stringify({ [name]: { a: "]}", b: [value] }, other: 1 })),
};

Deno.test("handle() masks the values of secret names in every spelling and place", async () => {
  const secrets = new Map<string, string>();
  const wire = await wireOf((logger) => {
    for (const [place, log] of Object.entries(PLACES)) {
      for (const name of SPELLED) {
        const secret = plant();
        secrets.set(secret, `${name} in ${place}`);
        log(logger, name, secret);
      }
    }
  });
  const found = wire.match(/hunter2x\d+z/g) ?? [];
  assertEquals([...new Set(found.map((secret) => secrets.get(secret)))], []);
});

/** Texts that look like secrets by themselves. */
const LOOKS: readonly ((value: string) => string)[] = [
  (value) => `ak_${value}`,
  (value) => `pt_${value}`,
  (value) => `Bearer ${value}`,
  (value) => `bearer  ${value}.e30=.x-y_z`,
  (value) => `postgres://app:${value}@db.internal:5432/shop`,
  (value) => `https://app:${value}@p@ss@example.com/?a=1#b`,
  (value) => `redis://:${value}@cache`,
  (value) => `https://example.com/login?user=u&password=${value}&next=1`,
  (value) => `GET /v1?access_token=${value} failed`,
  (value) => `client_secret="${value} with spaces" and more`,
  (value) => `Authorization=Basic ${value}`,
  (value) => Deno.inspect({ user: "u", password: `${value} '"` }),
  (value) => `X-API-Key: 'it\\'s ${value}'`,
  (value) => JSON.stringify(`key:\nak_live_${value}`),
  (value) => `\u001b[31mpt_${value}\u001b[0m`,
  (value) => `state%3Dak_${value}%22pt_${value}`,
  (value) => `redirect=${encodeURIComponent(`https://h/?access_token=${value}&a=1`)}`,
  (value) => encodeURIComponent(JSON.stringify({ password: value })),
  (value) => `user[password]=${value}&user%5Bapi_key%5D=${value}`,
  (value) => Deno.inspect({ password: { inner: value } }),
  (value) => Deno.inspect({ password: new Map([["inner", value]]), pem: 1 }),
  (value) =>
    Deno.inspect({
      secret: new (class Inner {
        value = value;
      })(),
    }),
  (value) => Deno.inspect(new Map([["password", value]])),
  (value) => Deno.inspect(new Headers([["cookie", 'a="b"; sid=' + encodeURI(value)]])),
  (value) => `Authorization: Basic ${value}`,
  (value) => `Authorization: Token ${value}`,
  (value) => `Authorization: ${value}`,
  (value) => `Authorization: Digest username="u", realm="a, b", response="${value}", nc=1`,
  (value) => JSON.stringify(`Authorization: Digest username="u", response="${value}"`),
  (value) => `{"authorization":"Digest username="u", response="${value}""}`, // By std/log.
  (value) => `authorization=Token ${value}`,
  (value) => `authorization=AWS4-HMAC-SHA256 Credential=a/b, Signature=${value}`,
  (value) => `Proxy-Authorization: ${value}`,
  (value) => `Cookie: a=b&c; sid=${value}`,
  (value) => `Set-Cookie: a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT, sid=${value}`,
  (value) => `cookie=a=b&c; sid=${value}`,
  (value) => `X-API-Key: ${value}`,
  (value) => `curl -H 'Authorization: ${value}' -H "X-API-Key: ${value}" https://example.com`,
  (value) => `password: ${value}`,
  (value) => `  - secret: ${value}\n    name: db`,
  (value) => `password = ${value}`,
  (value) => `password= ${value}`,
  (value) => `password := "${value}"`,
  (value) => `password=a,${value}`,
  (value) => `password=a;${value}`,
  (value) => `password=a)${value}`,
  (value) => `password=a]${value}`,
  (value) => `AWS_SECRET_ACCESS_KEY=${value}`,
  (value) => `postgres://u:a/${value}@h`,
  (value) => `postgres://u:a#${value}?b@h/shop`,
  (value) => `smtp://me@example.com:${value}@mail.example.com`,
  (value) => `-----BEGIN RSA PRIVATE KEY-----\n${value}\n-----END RSA PRIVATE KEY-----`,
  (value) => JSON.stringify(`-----BEGIN PRIVATE KEY-----\n${value}\n`),
  (value) => `-----BEGIN PRIVATE KEY-----${value}`, // Nothing in it that JSON has to escape.
];
/** Ways to bring a text into a record. */
const TEXT_PLACES: Readonly<
  Record<string, (logger: Logger, text: string, handler: AxonPushHandler) => void>
> = {
  message: (logger, text) => logger.info(text),
  "middle of a message": (logger, text) => logger.info(`Cannot use (${text}), giving up`),
  attribute: (logger, text) => logger.info("a", { url: text }),
  name: (logger, text) => logger.info("a", { [text]: 1 }),
  nested: (logger, text) => logger.info("a", { a: [{ b: text }] }),
  argument: (logger, text) => logger.info("a", text),
  "Map key": (logger, text) => logger.info("a", new Map([[text, 1]])),
  symbol: (logger, text) => logger.info("a", Symbol(text)),
  URL: (logger, text) => logger.info("a", URL.parse(text) ?? text),
  "error's message": (logger, text) => logger.error("a", new Error(text)),
  "error as message": (logger, text) => logger.error(new Error(text)),
  "error's cause": (logger, text) => logger.error("a", new Error("b", { cause: new Error(text) })),
  "one of several errors": (logger, text) =>
    logger.error("a", new AggregateError([new Error(text), text])),
  "thrown by a getter": (logger, text) =>
    logger.info("a", {
      get a() {
        throw new Error(text);
      },
    }),
  "thrown by toJSON": (logger, text) =>
    logger.info("a", {
      b: {
        toJSON() {
          throw text;
        },
      },
    }),
  "logger's name": (_, loggerName, handler) =>
    handler.handle(new LogRecord({ msg: "a", args: [], level: 20, loggerName })),
};

Deno.test("handle() masks what looks like a secret wherever there is text", async () => {
  const secrets = new Map<string, string>();
  const wire = await wireOf((logger, handler) => {
    for (const [place, log] of Object.entries(TEXT_PLACES)) {
      for (const look of LOOKS) {
        const secret = plant();
        secrets.set(secret, `${look("…")} in ${place}`);
        log(logger, look(secret), handler);
      }
    }
  });
  const found = wire.match(/hunter2x\d+z/g) ?? [];
  assertEquals([...new Set(found.map((secret) => secrets.get(secret)))], []);
});

Deno.test("handle() shows no part of a secret at the edge of a cut", async () => {
  const secret = "q9".repeat(40);
  const edges = Array.from({ length: 160 }, (_, i) => i);
  const wire = await wireOf((logger) => {
    for (const edge of edges) {
      const before = " ".repeat(edge);
      logger.info(`${before}ak_${secret}`);
      logger.info(`${before}https://u:${secret}@host ${"y".repeat(600)}`);
      logger.info(`${before}https://u:${secret.repeat(10)}@host`);
      logger.info(`${before}https://u:q9@${secret.repeat(10)}@host`);
      logger.info(`${before}https://u:q/${secret.repeat(10)}@host`);
      logger.info(`${before}password: ${secret.repeat(10)}`);
      logger.info(`${before}Cookie: a="${secret.repeat(10)}"; b=${secret}`);
      logger.info(`${before}-----BEGIN PRIVATE KEY-----\n${`${secret}\n`.repeat(10)}`);
      logger.info(`${before}{"password":"${" ".repeat(edge)}${secret}\\"${secret.repeat(10)}"}`);
      logger.info(`${before}{"password":"${secret}"} ${"y".repeat(600)}`);
      logger.info(`${`Bearer ${"x".repeat(50)} `.repeat(edge % 8)}Bearer ${secret}`, { a: "b" });
    }
  }, { maxContentLength: 100 });
  assertEquals(wire.match(/q9/g), null);
});

Deno.test("handle() leaves alone what is no secret", async () => {
  const attributes = {
    author: "a",
    tokens: 12,
    passwords_tried: 3,
    secretary: "s",
    keyboard: "qwerty",
    cookie_count: 2,
    token_count: 3,
    password_length: 4,
    api_key_id: "k",
    has_secret: true,
    requires_authorization: false,
    password: null,
    url: "https://example.com:8443/a@b?q=1&page=2",
    local: "http://localhost:8080/x",
    break_even: "break_even ak_ pt_BR mask_me",
  };
  const texts = [
    `Bear with me, "author": "a", page=2, http://host:80/`,
    `it's "quoted": yes, x=1, name: "value"`,
    `{"id":1,"name":"value","list":["a","b"]}`,
    `{"has_secret":true,"password":null,"list":[1]}`,
    "requires_authorization=false, password: undefined",
    "Wrong password: it must not be empty. The secret is out",
    "The ring bearer walked to the bearer of shares. No bearer tokens, bearer authentication",
    `WWW-Authenticate: Bearer realm="shop", error="invalid_token"`,
    "pt_invoice_2024 ak_status_ok pt_PT_euro ak_s3_bucket spark_job_12345678",
    "http://h:80,user@example.com http://localhost:3000/users/@me http://[::1]:80/@x",
    "file:///C:/node_modules/@std/log https://jsr.io/@std/log/0.224.14/logger.ts:1:2",
    `{"url":"https://example.com","email":"ann@example.com"}`,
    "secretary: Ann, cookie_count=2, password_length: 9, use crate::secret::Key",
    "Redirected https://example.com/login?password=&next=1",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
  ];
  const [event, ...others] = await shipped((logger) => {
    logger.info("a", attributes);
    for (const text of texts) logger.info(text);
  });
  const { "logger.name": _name, "process.pid": _pid, ...found } = event!.payload.attributes;
  assertEquals(found, attributes);
  assertEquals(others.map(({ payload }) => payload.body), texts);
});

Deno.test("handle() masks but the secret, and keeps the text around it", async () => {
  const texts: readonly [text: string, masked: string][] = [
    [`{"a":1,"password":"x","b":2}`, `{"a":1,"password":"[REDACTED]","b":2}`],
    [`{"a":1,"password":5,"b":2}`, `{"a":1,"password":"[REDACTED]","b":2}`],
    ["{ password: 99887766, b: 2 }", "{ password: [REDACTED], b: 2 }"],
    [`Map(1) { "password" => "x" }`, `Map(1) { "password" => "[REDACTED]" }`],
    [
      "https://u:p@host/path?api_key=k&q=1",
      "https://u:[REDACTED]@host/path?api_key=[REDACTED]&q=1",
    ],
    ["postgres://u:a/b@h/shop", "postgres://u:[REDACTED]@h/shop"],
    ["Authorization: Bearer abc.def then", "Authorization: Bearer [REDACTED] then"],
    ["Authorization: Basic dTpw then", "Authorization: Basic [REDACTED] then"],
    ["Cookie: a=b; c=d\nHost: h", "Cookie: [REDACTED]\nHost: h"],
    ["curl -H 'Cookie: a=b; c=d' https://h", "curl -H 'Cookie: [REDACTED]' https://h"],
    ["cookie=a=b; c=d status=200", "cookie=[REDACTED] status=200"],
    ["X-API-Key: k\nHost: h", "X-API-Key: [REDACTED]\nHost: h"],
    ["used ak_live_12345 once", "used [REDACTED] once"],
    ["key:\\nak_live_abcdefghijkl\\n", "key:\\n[REDACTED]\\n"],
    ["token_type bearer abcdefghijklmnop.", "token_type bearer [REDACTED]"],
    ["Server=h;Password=x,y;Database=d", "Server=h;Password=[REDACTED];Database=d"],
    ["connect(user=u, password=x) failed", "connect(user=u, password=[REDACTED]) failed"],
    ["with password: hunter as user: ann", "with password: [REDACTED] as user: ann"],
    [
      "a -----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY----- b",
      "a [REDACTED] b",
    ],
    [
      JSON.stringify({ a: JSON.stringify({ secret: { b: 1 }, c: 2 }) }),
      String.raw`{"a":"{\"secret\":\"[REDACTED]\",\"c\":2}"}`,
    ],
  ];
  const [event, ...others] = await shipped((logger) => {
    logger.info("a", { login: { user: "u", password: 5, token_count: 1 } });
    for (const [text] of texts) logger.info(text);
  });
  const { login } = event!.payload.attributes;
  assertEquals(login, { user: "u", password: "[REDACTED]", token_count: 1 });
  assertEquals(others.map(({ payload }) => payload.body), texts.map(([, masked]) => masked));
});

Deno.test("redactKeys adds names, whole ones, in every spelling", async () => {
  const [event, inspected, escaped] = await shipped(
    (logger) => {
      logger.info(`tax_id=1 {"taxId": "2", "non_tax_id": "6"}`, {
        taxId: "3",
        "TAX-ID": { a: "4" },
        a: { tax_id: "5", non_tax_id: "6" },
        password: "7",
        positive: true,
      });
      logger.info(Deno.inspect({ tax_id: 1234, positive: true, b: 1 }));
      logger.info(JSON.stringify("a\ntax id: 1 positive: null"));
    },
    { redactKeys: ["tax_id", "positive"] },
  );
  assertEquals(
    event!.payload.body,
    `tax_id=[REDACTED] {"taxId": "[REDACTED]", "non_tax_id": "6"}`,
  );
  const { taxId, "TAX-ID": upper, a, password, positive } = event!.payload.attributes;
  assertEquals([taxId, upper, password, positive], Array(4).fill("[REDACTED]"));
  assertEquals(a, { tax_id: "[REDACTED]", non_tax_id: "6" });
  assertEquals(inspected!.payload.body, "{ tax_id: [REDACTED], positive: [REDACTED], b: 1 }");
  assertEquals(escaped!.payload.body, String.raw`"a\ntax id: [REDACTED] positive: [REDACTED]"`);
});

// ——— The option redact ———

Deno.test("redact changes what is shipped, after the masks", async () => {
  const seen: LogEvent[] = [];
  const [event] = await shipped(
    (logger) => logger.info("Hello Ann", { name: "Ann", password: "x" }),
    {
      redact(event) {
        seen.push(event);
        const attributes = { ...event.payload.attributes, name: "someone" };
        return { ...event, payload: { ...event.payload, body: "Hello someone", attributes } };
      },
    },
  );
  assertEquals(seen[0]!.payload.attributes.password, "[REDACTED]");
  assertEquals(event!.payload.body, "Hello someone");
  assertEquals(event!.payload.attributes.name, "someone");
});

Deno.test("redact drops events by returning nothing, and they count as filtered", async () => {
  let handler: AxonPushHandler;
  const attributes = await attributesOf((logger, given) => {
    handler = given;
    for (let n = 1; n <= 6; n++) logger.info("a", { n });
  }, {
    redact: (event) => {
      const n = event.payload.attributes.n as number;
      return n % 3 === 0 ? event : n % 3 === 1 ? null : undefined;
    },
  });
  assertEquals(attributes, [{ n: 3 }, { n: 6 }]);
  assertEquals(handler!.stats, {
    accepted: 2,
    delivered: 2,
    failed: 0,
    dropped: 0,
    filtered: 4,
    pending: 0,
    spooled: 0,
    recovered: 0,
    retried: 0,
  });
});

Deno.test("redact that fails ships nothing, counts the record as failed and says so", async () => {
  const failures: Record<string, (event: LogEvent) => unknown> = {
    throws: () => {
      throw new Error("cannot decide");
    },
    "returns a promise": (event) => Promise.resolve(event),
    "returns a promise that is rejected": () => Promise.reject(new Error("late")),
    "returns an event that says it is none": (event) => ({ ...event, toJSON: () => "x" }),
    "returns something else": () => true,
    "returns half an event": ({ identifier }) => ({ identifier }),
    "takes the body away": (event) => ({
      ...event,
      payload: { ...event.payload, body: undefined },
    }),
    "takes the resource away": ({ payload: { resource: _, ...payload }, ...event }) => ({
      ...event,
      payload,
    }),
    "returns what JSON cannot say": (event) => ({ ...event, agentId: 1n }),
  };
  for (const [failure, redact] of Object.entries(failures)) {
    await using receiver = startReceiver();
    const said: Diagnostic[] = [];
    const handler = handlerTo(receiver, {
      redact: redact as AxonPushHandlerOptions["redact"] & object,
      diagnostics: (diagnostic) => said.push(diagnostic),
    });
    const logger = await loggerOf(handler);
    logger.info("a");
    await handler.close(60_000);
    assertEquals(receiver.requests.length, 0, failure);
    assertEquals(handler.stats.failed, 1, failure);
    assertEquals(said.map(({ level, code }) => [level, code]), [["error", "encode"]], failure);
    assertStringIncludes(said[0]!.message, "counts as failed");
  }
});

Deno.test("redact is given an event of its own", async () => {
  const attributes = { user: { name: "Ann" } };
  await shipped((logger) => logger.info("a", attributes), {
    redact(event) {
      const { user } = event.payload.attributes as unknown as typeof attributes;
      user.name = "changed";
      return event;
    },
  });
  assert(attributes.user.name === "Ann");
});

Deno.test("diagnostics show no secret that a service's answer or an error of the user's repeats", async () => {
  const credential = "an-unknown-form-of-key";
  const github = "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5";
  for (const protocol of ["events", "otlp"] as const) {
    await using receiver = startReceiver(() =>
      Response.json({
        code: `bad ${credential}`,
        message: `Invalid key ${credential}: {"password":"hunter2", "a":"${github}"}`,
      }, { status: 401 })
    );
    const told: Diagnostic[] = [];
    const handler = handlerTo(receiver, {
      protocol,
      apiKey: credential,
      diagnostics: (diagnostic) => void told.push(diagnostic),
      redact(event) {
        if (event.payload.body === "a") return event;
        throw new Error(`No secret=hunter2 and ${github}`);
      },
    });
    for (const body of ["a", "b"]) (await loggerOf(handler)).info(body);
    await handler.close();
    const text = JSON.stringify(told);
    assertStringIncludes(text, "Invalid key [REDACTED]");
    assertStringIncludes(text, "No secret=[REDACTED] and [REDACTED]");
    assertEquals(text.match(/hunter2|ghp_|an-unknown/g), null, text);
  }
});

Deno.test("diagnostics show the address without a credential in its path", async () => {
  await using receiver = startReceiver(() => new Response("No", { status: 403 }));
  const told: Diagnostic[] = [];
  const handler = new AxonPushHandler("NOTSET", {
    protocol: "otlp",
    endpoint: `${receiver.url}/receiver/v1/http/ZaQ7hunter2X91kLmW0==`,
    diagnostics: (diagnostic) => void told.push(diagnostic),
  });
  (await loggerOf(handler)).info("a");
  await handler.close();
  const text = JSON.stringify(told);
  assertStringIncludes(text, `${receiver.url}/receiver/v1/http/[REDACTED]`);
  assert(!text.includes("hunter2"), text);
});
