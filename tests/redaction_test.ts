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
  type AxonPushHandler,
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
    logger.info(JSON.stringify({ [name]: { a: 1, b: [value] }, other: value })),
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
    cookies: 2,
    url: "https://example.com:8443/a@b?q=1&page=2",
    local: "http://localhost:8080/x",
    break_even: "break_even ak_ pt_BR mask_me",
    text: `it's "quoted": yes, x=1, name: "value"`,
    json: `{"id":1,"name":"value","list":["a","b"]}`,
    prose: "Wrong password: it must not be empty. The secret is out",
  };
  const message = `Bear with me, "author": "a", page=2, http://host:80/`;
  const [event] = await shipped((logger) => logger.info(message, attributes));
  assertEquals(event!.payload.body, message);
  const { "logger.name": _name, "process.pid": _pid, ...found } = event!.payload.attributes;
  assertEquals(found, attributes);
});

Deno.test("handle() masks but the secret, and keeps the text around it", async () => {
  const [event] = await shipped((logger) =>
    logger.info(`{"a":1,"password":"x","b":2}`, {
      url: "https://u:p@host/path?api_key=k&q=1",
      header: "Authorization: Bearer abc.def then",
      key: "used ak_live_12345 once",
      json: JSON.stringify({ a: JSON.stringify({ secret: { b: 1 }, c: 2 }) }),
      login: { user: "u", password: 5, token_count: 1 },
    })
  );
  assertEquals(event!.payload.body, `{"a":1,"password":"[REDACTED]","b":2}`);
  const { url, header, key, json, login } = event!.payload.attributes;
  assertEquals(url, "https://u:[REDACTED]@host/path?api_key=[REDACTED]&q=1");
  assertEquals(header, "Authorization: Bearer [REDACTED] then");
  assertEquals(key, "used [REDACTED] once");
  assertEquals(json, String.raw`{"a":"{\"secret\":\"[REDACTED]\"`); // All up to the last bracket.
  assertEquals(login, { user: "u", password: "[REDACTED]", token_count: 1 });
});

Deno.test("redactKeys adds names, whole ones, in every spelling", async () => {
  const [event] = await shipped(
    (logger) =>
      logger.info(`tax_id=1 {"taxId": "2"}`, {
        taxId: "3",
        "TAX-ID": { a: "4" },
        a: { tax_id: "5", non_tax_id: "6" },
        password: "7",
      }),
    { redactKeys: ["tax_id"] },
  );
  assertEquals(event!.payload.body, `tax_id=[REDACTED] {"taxId": "[REDACTED]"}`);
  const { taxId, "TAX-ID": upper, a, password } = event!.payload.attributes;
  assertEquals([taxId, upper, password], ["[REDACTED]", "[REDACTED]", "[REDACTED]"]);
  assertEquals(a, { tax_id: "[REDACTED]", non_tax_id: "6" });
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
