/**
 * A mistake in the options must be found when the handler is made, not when records are missing:
 * each wrong name, type or range is refused with an error that says what to do, and never shows a
 * secret. And a value comes from where the documentation says it comes from.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { LevelName } from "@std/log/levels";
import { AxonPushHandler, type AxonPushHandlerOptions, withAxonPush, withTrace } from "../mod.ts";
import { permissionFlag } from "../src/options/path.ts";
import { resolveOptions, type Settings } from "../src/options/settings.ts";
import { Generator } from "./generate.ts";
import { tellSettings } from "./program.ts";

const VALID = { apiKey: "ak_valid", tenantId: "1" };

/** The error of the constructor for these options, credentials aside. */
function refusal(options: Record<string, unknown>): Error {
  return assertThrows(
    () => new AxonPushHandler("NOTSET", { ...VALID, ...options } as AxonPushHandlerOptions),
    Error,
  );
}

/** Wrong values of each option, and what they must be instead. */
const WRONG: Readonly<Record<keyof AxonPushHandlerOptions, readonly [must: string, ...unknown[]]>> =
  {
    formatter: ["a function", "text", {}],
    apiKey: ["a non-empty string", "", " \n", 42, null, {}],
    tenantId: ["a non-empty string or an integer", "", " ", 1.5, NaN, {}, true],
    channelId: ["a non-empty string or an integer", "", 1.5, [], null],
    baseUrl: [
      "an http: or https: URL without credentials or query",
      "",
      "example.com",
      "ftp://example.com",
      "xhttp://example.com",
      new URL("file:///etc"),
      42,
    ],
    endpoint: ["an http: or https: URL without credentials or query", "", "/v1/logs", 42],
    headers: ["an object whose values are strings", "text", null, { "X-Count": 1 }],
    environment: ["a non-empty string", "", 42],
    client: ["an object with events.publish(params)", {}, null, { events: {} }, "client"],
    envFile: ["a path or a file: URL", "", 42],
    source: ['one of "app", "agent"', "application", "", 1],
    serviceName: ["a non-empty string", "", 42],
    serviceVersion: ["a non-empty string", "", 1.2],
    agentId: ["a non-empty string", "", 42],
    traceId: ["a non-empty string", "", 42],
    excludeLoggers: ["an array of non-empty strings", "http", ["http", ""], [42]],
    mode: ['one of "background", "sync"', "async", true],
    protocol: ['one of "events", "otlp"', "http", 1],
    batchSize: ["a positive integer up to 10000", 0, 10_001, 1.5, "512"],
    flushIntervalMs: ["a positive integer up to 2147483647", 0, 2 ** 31, NaN, "1000"],
    compression: ['one of "none", "gzip"', "br", true],
    queueSize: [
      "a positive integer up to 1000000",
      0,
      -1,
      1.5,
      NaN,
      Infinity,
      1_000_001,
      "1000",
      10n,
    ],
    overflowPolicy: ['one of "drop-oldest", "drop-newest", "block"', "drop", ""],
    concurrency: ["a positive integer up to 256", 0, 257, "32"],
    spool: ["a path or a file: URL", "", 42, new URL("https://example.com/spool")],
    spoolMaxBytes: [`an integer from 1048576 to ${2 ** 40}`, 2 ** 20 - 1, 2 ** 40 + 1, NaN, "1"],
    shutdownTimeoutMs: ["an integer from 0 to 2147483647", -1, 2 ** 31, Infinity, "2s"],
    requestTimeoutMs: ["a positive integer up to 2147483647", 0, 2 ** 31, 0.5, "30000"],
    maxRetries: ["an integer from 0 to 100", -1, 101, 2.5, "3"],
    redactKeys: ["an array of non-empty strings", "password", [""], [/password/]],
    redact: ["a function", "password", {}],
    caller: ["true or false", "yes", 1],
    maxContentLength: ["a positive integer up to 65536", 0, 65_537, "4096"],
    signals: [
      "false or an array of SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGBREAK",
      true,
      "SIGINT",
      ["SIGKILL"],
      [2],
    ],
    diagnostics: ["a function", "console", console],
  };

for (const [name, [must, ...values]] of Object.entries(WRONG)) {
  Deno.test(`AxonPushHandler() refuses a wrong ${name}`, () => {
    for (const value of values) {
      const error = refusal({ [name]: value });
      const inRange = typeof value === "number" && /integer (up|from)/.test(must);
      assertInstanceOf(error, inRange ? RangeError : TypeError);
      const shown = ["apiKey", "headers"].includes(name)
        ? `of type ${typeof value}, not shown`
        : Deno.inspect(value instanceof URL ? value.href : value, {
          depth: 1,
          breakLength: Infinity,
        });
      const [message, meant] = error.message.split(": did you mean ");
      assertEquals(
        message,
        `Cannot create AxonPushHandler: '${name}' must be ${must}: current value is ${shown}`,
      );
      assertEquals(meant, value === "example.com" ? '"https://example.com"?' : undefined);
    }
  });
}

Deno.test("AxonPushHandler() takes the limits of each range", () => {
  const limits: Partial<Record<keyof AxonPushHandlerOptions, readonly number[]>> = {
    batchSize: [1, 10_000],
    flushIntervalMs: [1, 2 ** 31 - 1],
    queueSize: [1, 1_000_000],
    concurrency: [1, 256],
    shutdownTimeoutMs: [0, 2 ** 31 - 1],
    spoolMaxBytes: [2 ** 20, 2 ** 40],
    requestTimeoutMs: [1, 2 ** 31 - 1],
    maxRetries: [0, 100],
    maxContentLength: [1, 65_536],
  };
  for (const [name, values] of Object.entries(limits)) {
    for (const value of values) {
      const settings = resolveOptions({ ...VALID, protocol: "otlp", spool: ".", [name]: value });
      assertEquals(settings[name as keyof Settings], value);
    }
  }
});

Deno.test("AxonPushHandler() refuses an unknown option, and says which was meant", () => {
  for (
    const [name, meant] of [
      ["apikey", "apiKey"],
      ["api_key", "apiKey"],
      ["queue-size", "queueSize"],
      ["queueSzie", "queueSize"],
      ["maxRetry", "maxRetries"],
      ["timeout", "requestTimeoutMs"],
      ["orgId", "tenantId"],
      ["AXONPUSH_API_KEY", "apiKey"],
      ["key", "apiKey"],
      ["host", undefined],
      ["shutdown_timeout", "shutdownTimeoutMs"],
      ["exclude_loggers", "excludeLoggers"],
      ["x", undefined],
      ["constructor", undefined],
    ] as const
  ) {
    const error = refusal({ [name]: 1 });
    assertInstanceOf(error, TypeError);
    assertStringIncludes(
      error.message,
      `Cannot create AxonPushHandler: unknown option '${name}': ${
        meant ? `did you mean '${meant}'?` : "known are"
      }`,
    );
  }
  for (const name of ["level", "levelName", "minLevel", "log_level"]) {
    assertStringIncludes(refusal({ [name]: "INFO" }).message, "the level is the first argument");
  }
});

Deno.test("AxonPushHandler() refuses what is no object", () => {
  const wrong = [null, "ak_secret", 42, [], [VALID], new Map([["apiKey", "secret"]]), () => VALID];
  for (const options of [...wrong, Promise.resolve({ apiKey: "secret" })]) {
    const error = assertThrows(
      () => new AxonPushHandler("NOTSET", options as never),
      TypeError,
      "Cannot create AxonPushHandler: 'options' must be an object: current value is ",
    );
    assertNotMatch(error.message, /secret|undefined/);
  }
});

Deno.test("AxonPushHandler() refuses what is no level, and says which was meant", () => {
  const names = '"NOTSET", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"';
  for (
    const [level, rest] of [
      ["info", 'current value is "info": did you mean "INFO"?'],
      ["WARNING", 'current value is "WARNING": did you mean "WARN"?'],
      [" err", 'current value is " err": did you mean "ERROR"?'],
      [20, 'current value is 20: did you mean "INFO"?'],
      ["20", 'current value is "20": did you mean "INFO"?'],
      ["LOUD", 'current value is "LOUD"'],
      ["", 'current value is ""'],
      [25, "current value is 25"],
      [null, "current value is null"],
      ["ak_secret_1", "current value is of type string, not shown"],
      [`ghp_${"a1".repeat(18)}`, "current value is of type string, not shown"],
    ] as const
  ) {
    const error = assertThrows(() => new AxonPushHandler(level as LevelName, VALID), TypeError);
    assertEquals(
      error.message,
      `Cannot create AxonPushHandler: 'levelName' must be one of ${names}: ${rest}`,
    );
  }
  // The options in its place.
  for (const options of [{ apiKey: "hunter2" }, {}, ["hunter2"]]) {
    const error = assertThrows(() => new AxonPushHandler(options as never), TypeError);
    assertEquals(
      error.message,
      "Cannot create AxonPushHandler: the level comes first, and then the options: 'levelName' " +
        `must be one of ${names}: current value is of type object, not shown`,
    );
  }
});

Deno.test("AxonPushHandler() shows no secret of a wrong option, by its name or in a text", () => {
  const secret = "Zq7hunterX91kLm";
  for (
    const [options, message] of [
      [{ client: { password: secret } }, /'client' must be .* of type object, not shown/],
      [{ tenantId: { token: secret } }, /'tenantId' must be .* of type object, not shown/],
      [{ mode: `secret: ${secret}` }, /'mode' must be .* of type string, not shown/],
      [{ [`token=${secret}`]: 1 }, /unknown option 'token=\[REDACTED\]'/],
      [{ [`ghp_${"a1".repeat(18)}`]: 1 }, /unknown option '\[REDACTED\]'/],
    ] as const
  ) {
    const error = assertThrows(
      () => new AxonPushHandler("INFO", { ...VALID, ...options } as never),
      TypeError,
    );
    assertMatch(error.message, message);
    assert(!error.message.includes(secret), error.message);
  }
});

Deno.test("AxonPushHandler() names itself in every error, whatever the options are", () => {
  const hostile = () => {
    throw new Error("hostile");
  };
  const proxy = new Proxy({}, { get: hostile, getPrototypeOf: hostile, ownKeys: hostile });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = [
    proxy,
    revoked,
    Object.create(null),
    Symbol("a"),
    hostile,
    [proxy],
    new Date(NaN),
  ];
  const names = Object.keys(WRONG) as (keyof AxonPushHandlerOptions)[];
  let refused = 0;
  for (const name of names) {
    for (const value of values) {
      try {
        new AxonPushHandler("NOTSET", { ...VALID, [name]: value } as AxonPushHandlerOptions);
      } catch (error) {
        refused++;
        assertInstanceOf(error, TypeError);
        assertMatch(error.message, /^Cannot create AxonPushHandler: /);
      }
    }
    const error = assertThrows(
      () =>
        new AxonPushHandler("NOTSET", {
          ...VALID,
          get [name]() {
            return hostile();
          },
        }),
      TypeError,
    );
    assertEquals(
      error.message,
      `Cannot create AxonPushHandler: cannot read the option '${name}': it throws`,
    );
  }
  // But for functions where they fit, and objects that are read as if they were empty.
  assertGreater(refused, names.length * (values.length - 1));
});

Deno.test("AxonPushHandler() takes options of a class, whose getters are read once", () => {
  let reads = 0;
  class Config {
    readonly tenantId = 7;
    get apiKey() {
      reads++;
      return "ak_of_a_class";
    }
  }
  const { exporter } = resolveOptions(new Config());
  assertEquals(exporter.headers["x-api-key"], "ak_of_a_class");
  assertEquals(reads, 1);
});

Deno.test("AxonPushHandler() posts to the address that was meant", () => {
  for (
    const [baseUrl, url] of [
      ["http://host", "http://host/event"],
      ["http://host ", "http://host/event"],
      [" \thttp://host/\r\n", "http://host/event"],
      ["http://host//", "http://host/event"],
      ["http://host/?", "http://host/event"],
      ["http://host?", "http://host/event"],
      ["http://host#", "http://host/event"],
      ["http://host/#top", "http://host/event"],
      ["http://host/api/?#", "http://host/api/event"],
      [new URL("http://host:80/a/"), "http://host/a/event"],
    ] as const
  ) assertEquals(resolveOptions({ ...VALID, baseUrl }).exporter.url, url);
  for (
    const [endpoint, url] of [
      ["http://127.0.0.1:4318/v1/logs ", "http://127.0.0.1:4318/v1/logs"],
      ["http://127.0.0.1:4318/v1/logs?#", "http://127.0.0.1:4318/v1/logs"],
      ["http://127.0.0.1:4318", "http://127.0.0.1:4318/"],
    ] as const
  ) assertEquals(resolveOptions({ endpoint, protocol: "otlp" }).exporter.url, url);
});

Deno.test("AxonPushHandler() suggests the scheme that an address lacks", () => {
  for (
    const [baseUrl, meant] of [
      ["localhost:3111", "http://localhost:3111"],
      ["localhost", "http://localhost"],
      ["127.0.0.1:3000/", "http://127.0.0.1:3000/"],
      ["[::1]:3000", "http://[::1]:3000"],
      ["collector:4318", "http://collector:4318"],
      ["api.example.com", "https://api.example.com"],
      ["api.example.com:443/v1", "https://api.example.com:443/v1"],
      ["http//127.0.0.1:3000", "http://127.0.0.1:3000"],
      ["https//api.example.com", "https://api.example.com"],
      ["/event", undefined],
      [":3000", undefined],
      ["ftp://example.com", undefined],
      ["not an address", undefined],
      ["user:hunter2@localhost", undefined],
    ] as const
  ) {
    const { message } = refusal({ baseUrl });
    assertEquals(message.split(": did you mean ")[1], meant && `"${meant}"?`);
    assertNotMatch(message, /hunter2/);
  }
});

Deno.test("AxonPushHandler() throws as if it had happened where the program creates it", () => {
  class Mine extends AxonPushHandler {}
  const creations = [
    () => new AxonPushHandler("INFO", { ...VALID, queueSize: 0 }),
    () => new AxonPushHandler("info" as "INFO", VALID),
    () => withAxonPush(),
    () => withAxonPush({}, null as never),
    () => new AxonPushHandler("INFO", VALID).flushSync(-1),
    () => withTrace(undefined, undefined!),
  ];
  for (const create of creations) {
    const [, line] = assertThrows(create, Error, "Cannot ").stack!.split(
      "\n    at ",
    );
    assertStringIncludes(line!, "options_test.ts");
  }
  const { stack } = assertThrows(() => new Mine("INFO", { queueSize: 0 }), Error);
  assertMatch(stack!, /^\w+: Cannot create [^\n]*\n {4}at new Mine /);
});

Deno.test("AxonPushHandler() suggests the word that was meant", () => {
  for (
    const [options, meant] of [
      [{ protocol: "OTLP" }, "otlp"],
      [{ overflowPolicy: "drop_oldest" }, "drop-oldest"],
      [{ mode: " Sync " }, "sync"],
      [{ compression: "zstd" }, undefined],
      [{ source: 1 }, undefined],
    ] as const
  ) {
    const { message } = refusal(options as never);
    assertEquals(message.split(": did you mean ")[1], meant && `"${meant}"?`);
  }
});

Deno.test("AxonPushHandler() refuses headers that cannot be seen into", () => {
  for (const headers of [new Headers({ a: "b" }), new Map([["a", "b"]]), [["a", "b"]], []]) {
    assertInstanceOf(refusal({ headers }), TypeError);
  }
});

Deno.test("AxonPushHandler() leaves it to itself to say what a request's body is", () => {
  const headers = {
    "Content-Type": "text/plain",
    "content-encoding": "br",
    "CONTENT-LENGTH": "1",
    "Idempotency-Key": "mine",
    "X-Other": "mine",
  };
  const { exporter } = resolveOptions({ apiKey: "pt_token", headers });
  assertEquals(exporter.headers, { "x-public-token": "pt_token", "x-other": "mine" });
});

Deno.test("AxonPushHandler() refuses a public token for OTLP without a channel", () => {
  const options = { apiKey: "pt_token", protocol: "otlp" } as const;
  const error = assertThrows(() => new AxonPushHandler("NOTSET", options), TypeError);
  assertStringIncludes(
    error.message,
    "Cannot create AxonPushHandler: a public token with protocol",
  );
  assertStringIncludes(error.message, "'channelId' (AXONPUSH_CHANNEL_ID)");
  for (
    const more of [
      { channelId: 7 },
      { headers: { "x-AxonPush-channel": "7" } },
      { endpoint: "http://127.0.0.1:4318/v1/logs" },
    ]
  ) resolveOptions({ ...options, ...more });
});

Deno.test("AxonPushHandler() takes an undefined option as one that is not given", () => {
  const none = Object.fromEntries(Object.keys(WRONG).map((name) => [name, undefined]));
  const { queueSize, mode } = resolveOptions({ ...none, ...VALID });
  assertEquals({ queueSize, mode }, { queueSize: 1000, mode: "background" });
});

Deno.test("AxonPushHandler() refuses a client together with credentials", () => {
  const client = { events: { publish: () => Promise.resolve() } };
  for (
    const option of [{ apiKey: "ak_secret" }, { tenantId: 1 }, { baseUrl: "http://127.0.0.1" }]
  ) {
    const [name] = Object.keys(option);
    assertThrows(
      () => new AxonPushHandler("NOTSET", { client, ...option }),
      TypeError,
      "Cannot create AxonPushHandler: 'client' brings its own credentials: " +
        `leave out ${name}, or 'client'`,
    );
  }
  new AxonPushHandler("NOTSET", { client });
});

Deno.test('AxonPushHandler() refuses mode "sync" and protocol "otlp" with a client', () => {
  const client = { events: { publish: () => Promise.resolve() } };
  for (const option of [{ mode: "sync" }, { protocol: "otlp" }] as const) {
    assertThrows(
      () => new AxonPushHandler("NOTSET", { client, ...option }),
      TypeError,
      "Cannot create AxonPushHandler: 'client' publishes single events from the program's own " +
        `thread: leave it out, or mode "sync" and protocol "otlp"`,
    );
  }
});

Deno.test("AxonPushHandler() refuses what is for batches where there are none", () => {
  for (const option of [{ batchSize: 10 }, { flushIntervalMs: 10 }, { compression: "gzip" }]) {
    for (const protocol of [undefined, "events"]) {
      const { message } = refusal({ protocol, ...option });
      assertStringIncludes(message, `Cannot create AxonPushHandler: `);
      assertStringIncludes(message, Object.keys(option)[0]!);
      assertStringIncludes(message, 'needs protocol "otlp"');
    }
  }
  resolveOptions({ ...VALID, compression: "none" });
});

Deno.test("AxonPushHandler() tries again what a protocol says, and all that fails where records are kept", () => {
  const retries = (options: AxonPushHandlerOptions) => {
    const { isKept, retryable } = resolveOptions({ ...VALID, ...options }).exporter;
    return { isKept, retryable };
  };
  const failures = Array.from({ length: 100 }, (_, i) => 500 + i);
  const lasting = [501, 505];
  assertEquals(retries({}), {
    isKept: false,
    retryable: [408, 425, 429, ...failures.filter((status) => !lasting.includes(status))],
  });
  assertEquals(retries({ protocol: "otlp" }), { isKept: false, retryable: [429, 502, 503, 504] });
  for (const protocol of ["events", "otlp"] as const) {
    const retryable = [408, 425, 429, ...failures];
    assertEquals(retries({ protocol, spool: "spool" }), { isKept: true, retryable });
  }
});

Deno.test("AxonPushHandler() tells destinations apart without any credential", () => {
  const destinationOf = (options: AxonPushHandlerOptions) => resolveOptions(options).destination;
  const token = { apiKey: "pt_secret_1" };
  const destinations = [
    VALID,
    token,
    { apiKey: "pt_secret_2" },
    { ...VALID, tenantId: "2" },
    { ...VALID, channelId: "1" },
    { ...VALID, environment: "1" },
    { ...VALID, baseUrl: "http://127.0.0.1" },
    { ...VALID, protocol: "otlp" },
    { endpoint: "http://127.0.0.1/v1/logs" },
    { endpoint: "http://127.0.0.1/in/secretSecret1234/x" },
    { endpoint: "http://127.0.0.1/in/secretSecret1235/x" },
  ] as const;
  const texts = destinations.map(destinationOf);
  assertEquals(new Set(texts).size, destinations.length);
  assertNotMatch(texts.join(), /secret|ak_valid/);
  // By these a later version finds what an earlier one has left in the spool.
  assertEquals(texts[1], '["https://api.axonpush.xyz/event","token 584381082",null,null]');
  assertEquals(texts.at(-2), '["http://127.0.0.1/in/#725141421/x",null,null,null]');
  // A new key of the same tenant is as good, and so is a number for a text.
  assertEquals(destinationOf({ apiKey: "ak_rotated", tenantId: 1 }), texts[0]);
  assertEquals(destinationOf(token), texts[1]);
});

Deno.test("AxonPushHandler() refuses a spool with a client, and its size without it", () => {
  const client = { events: { publish: () => Promise.resolve() } };
  const error = assertThrows(
    () => new AxonPushHandler("NOTSET", { client, spool: "spool" }),
    TypeError,
  );
  assertStringIncludes(error.message, "Cannot create AxonPushHandler: 'spool' keeps what");
  assertStringIncludes(
    refusal({ spoolMaxBytes: 2 ** 30 }).message,
    "Cannot create AxonPushHandler: 'spoolMaxBytes' needs 'spool'",
  );
});

Deno.test("AxonPushHandler() needs to read and write its spool, and names the flags", async () => {
  const directory = "/var/spool/shop";
  for (
    const [granted, missing] of [
      [[], `--allow-read=${directory} --allow-write=${directory}`],
      [["read"], `--allow-write=${directory}`],
      [["write"], `--allow-read=${directory}`],
      [["read", "write"], undefined],
    ] as const
  ) {
    const flags = granted.map((name) => `--allow-${name}=${directory}`);
    const text = await tellSettings({ ...VALID, spool: directory }, {}, ...flags);
    if (missing !== undefined) {
      assertStringIncludes(
        text,
        `TypeError: Cannot create AxonPushHandler: cannot use 'spool', no permission: ` +
          `run with ${missing}\n`,
      );
    } else assertEquals(JSON.parse(text).spool, directory);
  }
  const env = { AXONPUSH_SPOOL: directory, AXONPUSH_SPOOL_MAX_BYTES: "2000000" };
  const all = ["--allow-env", `--allow-read=${directory}`, `--allow-write=${directory}`];
  const { spool, spoolMaxBytes } = await settings(VALID, env, ...all);
  assertEquals({ spool, spoolMaxBytes }, { spool: directory, spoolMaxBytes: 2_000_000 });
  assertEquals(resolveOptions({ ...VALID, spool: new URL("file:///a%20b/c") }).spool, "/a b/c");
});

Deno.test("AxonPushHandler() shows no secret in an error", () => {
  const secrets: readonly Record<string, unknown>[] = [
    { apiKey: { key: "hunter2" } },
    { apiKey: ["hunter2"] },
    { apiKey: "ak_hunter2\n" },
    { apiKey: "ak_hunter2→" },
    { baseUrl: "https://user:hunter2@example.com" },
    { baseUrl: "https://hunter2@example.com" },
    { baseUrl: "https://:hunter2@example.com" },
    { baseUrl: new URL("https://user:hunter2@example.com") },
    { baseUrl: "https://example.com/?key=hunter2" },
    { endpoint: "https://user:hunter2@example.com" },
    { headers: { Authorization: ["hunter2"] } },
    { headers: { Authorization: "hunter2\n" } },
    { headers: { "a b": "hunter2" } },
    { headers: { "Authorization: Bearer hunter2": "" } },
    { tenantId: "hunter2\n" },
  ];
  const shown = secrets.filter((options) => Deno.inspect(refusal(options)).includes("hunter2"));
  assertEquals(shown, []);
});

// ——— Where values come from ———

/** What these options and this environment come to. */
async function settings(...given: Parameters<typeof tellSettings>): Promise<Settings> {
  return JSON.parse(await tellSettings(...given));
}

/** What each variable says in these tests, and what it comes to. */
const ENVIRONMENT = {
  AXONPUSH_API_KEY: "ak_environment",
  AXONPUSH_TENANT_ID: "tenant",
  AXONPUSH_CHANNEL_ID: "channel",
  AXONPUSH_BASE_URL: "http://127.0.0.1:1/",
  AXONPUSH_ENVIRONMENT: "staging",
  AXONPUSH_TIMEOUT: "1.5",
  AXONPUSH_MAX_RETRIES: "7",
  AXONPUSH_REDACT_KEYS: "pin, iban ,",
  AXONPUSH_MAX_CONTENT_LENGTH: "99",
};

/** Those of the settings that variables can say. */
function named({ exporter, ...settings }: Settings) {
  const { channelId, environment, redactKeys, maxContentLength } = settings;
  const { url, headers, requestTimeoutMs, maxRetries } = exporter;
  const { "x-api-key": apiKey, "x-tenant-id": tenantId } = headers;
  return {
    ...{ apiKey, tenantId, channelId, url, environment, requestTimeoutMs, maxRetries },
    ...{ redactKeys, maxContentLength },
  };
}

const FROM_ENVIRONMENT = {
  apiKey: "ak_environment",
  tenantId: "tenant",
  channelId: "channel",
  url: "http://127.0.0.1:1/event",
  environment: "staging",
  requestTimeoutMs: 1500,
  maxRetries: 7,
  redactKeys: ["pin", "iban"],
  maxContentLength: 99,
};

Deno.test("AxonPushHandler() reads what is not given from the environment", async () => {
  assertEquals(named(await settings({}, ENVIRONMENT, "--allow-env")), FROM_ENVIRONMENT);
});

Deno.test("AxonPushHandler() prefers an option to the environment", async () => {
  const options = {
    apiKey: "ak_option",
    tenantId: 5,
    channelId: 6,
    baseUrl: "https://option.example/api/",
    environment: "production",
    requestTimeoutMs: 10,
    maxRetries: 0,
    redactKeys: [],
    maxContentLength: 1,
  };
  assertEquals(named(await settings(options, ENVIRONMENT, "--allow-env")), {
    apiKey: "ak_option",
    tenantId: "5",
    channelId: "6",
    url: "https://option.example/api/event",
    environment: "production",
    requestTimeoutMs: 10,
    maxRetries: 0,
    redactKeys: [],
    maxContentLength: 1,
  });
});

Deno.test("AxonPushHandler() falls back to the documented defaults", async () => {
  const { traceId, ...resolved } = await settings(VALID, {}, "--allow-env");
  assertEquals(traceId.length, 32);
  assertEquals(named({ traceId, ...resolved }), {
    apiKey: "ak_valid",
    tenantId: "1",
    channelId: undefined,
    url: "https://api.axonpush.xyz/event",
    environment: undefined,
    requestTimeoutMs: 30_000,
    maxRetries: 3,
    redactKeys: [],
    maxContentLength: 4096,
  });
  const { source, excludeLoggers, mode, protocol, queueSize, overflowPolicy } = resolved;
  assertEquals({ source, excludeLoggers, mode, protocol, queueSize, overflowPolicy }, {
    source: "app",
    excludeLoggers: [],
    mode: "background",
    protocol: "events",
    queueSize: 1000,
    overflowPolicy: "drop-oldest",
  });
  const { concurrency, shutdownTimeoutMs, signals, batchSize, compression, caller } = resolved;
  assertEquals({ concurrency, shutdownTimeoutMs, signals, batchSize, compression, caller }, {
    concurrency: 256,
    shutdownTimeoutMs: 2000,
    signals: ["SIGINT", "SIGTERM", "SIGHUP"],
    batchSize: 512,
    compression: "none",
    caller: false,
  });
});

Deno.test("AxonPushHandler() takes any signals that end programs, and none", () => {
  for (const signals of [false, [], ["SIGINT", "SIGQUIT", "SIGBREAK"]] as const) {
    assertEquals(resolveOptions({ ...VALID, signals }).signals, signals);
  }
});

Deno.test("AxonPushHandler() takes AXONPUSH_ORG_ID where there is no AXONPUSH_TENANT_ID", async () => {
  const both = { AXONPUSH_API_KEY: "ak_1", AXONPUSH_ORG_ID: "org", AXONPUSH_TENANT_ID: "tenant" };
  const { AXONPUSH_TENANT_ID: _, ...one } = both;
  assertEquals(named(await settings({}, both, "--allow-env")).tenantId, "tenant");
  assertEquals(named(await settings({}, one, "--allow-env")).tenantId, "org");
});

Deno.test("AxonPushHandler() trims variables", async () => {
  const blank = Object.entries(ENVIRONMENT).map(([name, value]) => [name, ` \t${value}\r`]);
  const found = await settings({}, Object.fromEntries(blank), "--allow-env");
  assertEquals(named(found), FROM_ENVIRONMENT);
});

Deno.test("AxonPushHandler() takes quotation marks off variables, as who reads a .env file does", async () => {
  for (const mark of [`"`, "'"]) {
    const quoted = Object.entries(ENVIRONMENT).map(([name, value]) => [name, mark + value + mark]);
    const found = await settings({}, Object.fromEntries(quoted), "--allow-env");
    assertEquals(named(found), FROM_ENVIRONMENT);
  }
});

Deno.test("AxonPushHandler() takes an empty variable as one that is not set", async () => {
  const empty = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, " \r"]));
  const { url, maxRetries } = named(await settings(VALID, empty, "--allow-env"));
  assertEquals({ url, maxRetries }, { url: "https://api.axonpush.xyz/event", maxRetries: 3 });
});

Deno.test("AxonPushHandler() refuses a wrong variable, by its name", async () => {
  for (
    const [variable, value, error] of [
      ["AXONPUSH_TIMEOUT", "soon", "RangeError: Cannot create AxonPushHandler: 'AXONPUSH_TIMEOUT'"],
      [
        "AXONPUSH_TIMEOUT",
        "30s",
        "RangeError: Cannot create AxonPushHandler: 'AXONPUSH_TIMEOUT' must be a number of seconds " +
        'from 0.001 to 2147483.647: current value is "30s"',
      ],
      ["AXONPUSH_TIMEOUT", "0", "'AXONPUSH_TIMEOUT' must be a number of seconds from 0.001"],
      ["AXONPUSH_TIMEOUT", "2147484", "'AXONPUSH_TIMEOUT' must be a number of seconds from 0.001"],
      ["AXONPUSH_BASE_URL", "localhost:3111", 'did you mean "http://localhost:3111"?'],
      ["AXONPUSH_MAX_RETRIES", "-1", "'AXONPUSH_MAX_RETRIES' must be an integer from 0 to 100"],
      ["AXONPUSH_MAX_CONTENT_LENGTH", "1e9", "'AXONPUSH_MAX_CONTENT_LENGTH' must be"],
      [
        "AXONPUSH_BASE_URL",
        "localhost",
        "TypeError: Cannot create AxonPushHandler: 'AXONPUSH_BASE",
      ],
      ["AXONPUSH_BASE_URL", "http://a:hunter2@b", "current value is of type string, not shown"],
    ] as const
  ) {
    const text = await tellSettings(VALID, { [variable]: value }, "--allow-env");
    assertStringIncludes(text, error);
    assertNotMatch(text, /hunter2/);
  }
});

Deno.test("AxonPushHandler() reads the variables that it may read, and no others", async () => {
  const flag = "--allow-env=AXONPUSH_API_KEY,AXONPUSH_ORG_ID,AXONPUSH_MAX_RETRIES";
  const env = { ...ENVIRONMENT, AXONPUSH_ORG_ID: "org" };
  const { apiKey, tenantId, maxRetries, channelId, maxContentLength } = named(
    await settings({}, env, flag),
  );
  assertEquals(
    { apiKey, tenantId, maxRetries, channelId, maxContentLength },
    {
      apiKey: "ak_environment",
      tenantId: "org",
      maxRetries: 7,
      channelId: undefined,
      maxContentLength: 4096,
    },
  );
});

Deno.test("AxonPushHandler() prefers the environment to envFile, and envFile to defaults", async () => {
  const path = await Deno.makeTempFile();
  try {
    const lines = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}="${value}"`);
    await Deno.writeTextFile(path, `# Settings\n${lines.join("\n")}\n`);
    const read = `--allow-read=${path}`;
    const options = { envFile: path };
    assertEquals(named(await settings(options, {}, read)), FROM_ENVIRONMENT);
    assertEquals(
      named(await settings(options, { AXONPUSH_MAX_RETRIES: "1" }, read, "--allow-env")),
      { ...FROM_ENVIRONMENT, maxRetries: 1 },
    );
    const empty = Object.fromEntries(Object.keys(ENVIRONMENT).map((name) => [name, ""]));
    assertEquals(named(await settings(options, empty, read, "--allow-env")), FROM_ENVIRONMENT);
    assertEquals(
      named(await settings({ ...options, maxRetries: 2 }, {}, read)),
      { ...FROM_ENVIRONMENT, maxRetries: 2 },
    );
    assertStringIncludes(
      await tellSettings(options, {}),
      "TypeError: Cannot create AxonPushHandler: cannot read 'envFile', no read permission: " +
        `run with --allow-read=${path}`,
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("AxonPushHandler() refuses an envFile that is not there", () => {
  const error = refusal({ envFile: "/nonexistent/.env" });
  assertMatch(
    error.message,
    /^Cannot create AxonPushHandler: cannot read 'envFile': No such file [^:]+: current value is "\/nonexistent\/\.env"$/,
  );
  assertEquals(error.cause, undefined); // It would be all that Deno prints below.
});

Deno.test("AxonPushHandler() names an option that cannot be sent as a header", () => {
  const ends = "must have a value that HTTP can carry: current value has a line break or a " +
    "character beyond Latin-1";
  for (
    const [options, name, header] of [
      [{ apiKey: "ak_1\n" }, "apiKey", "X-API-Key"],
      [{ apiKey: "pt_\u2028" }, "apiKey", "X-Public-Token"],
      [{ tenantId: "Zürich→Bern" }, "tenantId", "x-tenant-id"],
      [{ environment: "a\nb" }, "environment", "X-Axonpush-Environment"],
    ] as const
  ) {
    const problem = `Cannot create AxonPushHandler: '${name}', sent as header '${header}' ${ends}`;
    assertEquals(refusal(options).message, problem);
  }
  const { message } = refusal({ headers: { "X-Own": "a\nb" } });
  assertEquals(message, `Cannot create AxonPushHandler: header 'X-Own' ${ends}`);
});

Deno.test("AxonPushHandler() wants the tenant as an option where it has an endpoint and a key", async () => {
  const options = { endpoint: "http://127.0.0.1:4318/v1/logs", apiKey: "ak_1" };
  assertStringIncludes(
    await tellSettings(options, { AXONPUSH_TENANT_ID: "1" }, "--allow-env"),
    "TypeError: Cannot create AxonPushHandler: missing 'tenantId': to an 'endpoint' only those " +
      "credentials are sent that are options: set it as one, or leave out 'apiKey'\n",
  );
});

Deno.test("permissionFlag() is a flag as a shell and Deno take it", () => {
  assertEquals(permissionFlag("read", "/srv/.env"), "--allow-read=/srv/.env");
  assertEquals(permissionFlag("write", "/srv/a b"), '--allow-write="/srv/a b"');
  assertEquals(permissionFlag("read", "a,b"), "--allow-read=a,,b");
});

Deno.test("AxonPushHandler() needs no organisation with a public token", async () => {
  const { exporter } = await settings({ apiKey: "pt_token" }, {});
  assertEquals(exporter.headers, { "x-public-token": "pt_token" });
});

Deno.test("AxonPushHandler() takes options or refuses them by its name, whatever they are", () => {
  const make = new Generator(1);
  const names = [...Object.keys(WRONG), "unknown", "level"];
  const fitting = [1, "text", [], true, {}, "otlp", "sync", "http://127.0.0.1:1", () => {}];
  let taken = 0;
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const options: Record<string, unknown> = make.below(2) === 0 ? { ...VALID } : {};
    for (let i = make.below(3); i >= 0; i--) {
      options[make.pick(names)] = make.below(3) === 0 ? make.value(2) : make.pick(fitting);
    }
    const level = make.below(4) === 0 ? make.value(1) : "INFO";
    try {
      new AxonPushHandler(level as LevelName, options as AxonPushHandlerOptions);
      taken++;
    } catch (error) {
      refused++;
      assert(error instanceof TypeError || error instanceof RangeError, String(error));
      assertMatch(error.message, /^Cannot create AxonPushHandler: /);
    }
  }
  assert(taken > 20 && refused > 1000, `${taken} taken, ${refused} refused`);
});
