/**
 * A log call takes whatever the program has at hand, and it must not be the log call that breaks
 * the program. So whatever the value: the text of its event is valid JSON and a valid event, on one
 * line, bounded in size, and without the secrets in it.
 *
 * @module
 */
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Logger, LogRecord } from "@std/log/logger";
import { eventProblems } from "../../dev/contract.ts";
import { startDevServer } from "../../dev/mod.ts";
import { AxonPushHandler, type AxonPushHandlerOptions } from "../../mod.ts";
import { argumentsText } from "./arguments.ts";
import { ANY_VALUE } from "./dialect.ts";
import { Encoder, eventConstants } from "./encoder.ts";
import { createEventText } from "./event_text.ts";
import {
  JsonWriter,
  MAX_CHARACTERS,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_NAME_LENGTH,
} from "./json_writer.ts";
import { resolveOptions } from "../options/settings.ts";
import { Generator } from "../../tests/generate.ts";

/** What no event may be larger than, in bytes, whatever it was made of. */
const MAX_BYTES = 1_048_576;
const ROUNDS = 2000;
/** Other values in each run; `SEED` repeats those of one that failed. */
const SEED = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 32));

const OPTIONS = { apiKey: "ak_test", tenantId: "1" };

/** Runs a test with many generators, and says the seed of the one that failed. */
async function forSeeds(rounds: number, run: (generator: Generator) => unknown): Promise<void> {
  for (let seed = SEED; seed < SEED + rounds; seed++) {
    try {
      await run(new Generator(seed));
    } catch (cause) {
      throw new Error(`It failed with SEED=${seed}`, { cause });
    }
  }
}

function recordOf(generator: Generator): LogRecord {
  const args = Array.from({ length: generator.below(4) }, () => generator.value());
  return new LogRecord({
    msg: generator.text(),
    args,
    level: generator.pick([10, 20, 30, 40, 50]),
    loggerName: generator.text(),
  });
}

/** Checks what is to be true of every event. */
function assertSound(text: string, secrets: readonly string[]): void {
  assertLessOrEqual(new TextEncoder().encode(text).length, MAX_BYTES);
  assert(!/[\n\r]/.test(text), "It has a line break");
  assert(text.isWellFormed(), "It has a lone surrogate");
  assertEquals(eventProblems(JSON.parse(text)), []);
  assert(!hasLoneSurrogate(JSON.parse(text)), "It has an escaped lone surrogate");
  assertEquals(secrets.filter((secret) => text.includes(secret)), []);
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).flat().some(hasLoneSurrogate);
}

/** Makes texts of events as the log call and the transport do it between them. */
function encoder(options: AxonPushHandlerOptions): (record: LogRecord, body: unknown) => string {
  const settings = resolveOptions(options);
  const constants = eventConstants(settings);
  const lines = new Encoder(settings, constants);
  const eventText = createEventText(constants);
  return (record, body) => {
    const line = lines.encode(record, body)!;
    assertEquals(line.split("\n").length, 1);
    return eventText(line);
  };
}

Deno.test("Encoder.encode() makes a sound event of anything", () => {
  const encode = encoder(OPTIONS);
  return forSeeds(ROUNDS, (generator) => {
    const record = recordOf(generator);
    const body = generator.pick([() => record.msg, () => generator.value()])();
    assertSound(encode(record, body)!, generator.secrets);
  });
});

Deno.test("Encoder.encode() makes a sound event of anything, within the narrowest limits", () => {
  const encode = encoder({ ...OPTIONS, maxContentLength: 1 });
  return forSeeds(ROUNDS / 10, (generator) => {
    assertSound(encode(recordOf(generator), generator.value())!, generator.secrets);
  });
});

Deno.test("Encoder.encode() makes a sound event of anything, within the widest limits", () => {
  const encode = encoder({ ...OPTIONS, maxContentLength: 65_536 });
  return forSeeds(ROUNDS / 10, (generator) => {
    assertSound(encode(recordOf(generator), generator.value())!, generator.secrets);
  });
});

Deno.test("Encoder.encode() bounds what takes most room for what it costs", () => {
  const encode = encoder({ ...OPTIONS, maxContentLength: 65_536 });
  const fill = (value: unknown, depth: number): unknown =>
    depth === 0 ? value : Object.fromEntries(
      Array.from(
        { length: MAX_ENTRIES },
        (_, i) => [String.fromCharCode(65 + i), fill(value, depth - 1)],
      ),
    );
  const hard = [
    "\u0000".repeat(1e6),
    "\ud800".repeat(1e6),
    "漢".repeat(1e6),
    fill(-1.2345678901234567e-300, 3),
    fill(new Date(-1), 3),
    fill(null, 3),
    fill("", 3),
    fill([], 3),
    fill(fill({}, 1), 2),
    fill([0, 0, 0, 0, 0, 0, 0, 0], 2),
    new Array(1e6).fill(-1.2345678901234567e-300),
    Array.from({ length: 1000 }, () => "\u0000".repeat(5000)),
    new Float64Array(1e6).fill(1.2345678901234567e-300),
    new Map(Array.from({ length: 1000 }, (_, i) => ["\u0000".repeat(5000) + i, i])),
  ];
  for (const value of hard) {
    for (
      const args of [[value], [{ value }], [{ value }, { other: value }], [value, value, value]]
    ) {
      const record = new LogRecord({ msg: "hard", args, level: 20, loggerName: "shop" });
      assertSound(encode(record, value)!, []);
    }
  }
});

Deno.test("handle() ships anything to a service that checks it", async () => {
  await using service = startDevServer({ port: 0 });
  const said: string[] = [];
  const handler = new AxonPushHandler("NOTSET", {
    ...OPTIONS,
    baseUrl: service.url,
    queueSize: 10_000,
    diagnostics: ({ message }) => said.push(message),
  });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  const secrets: string[] = [];
  await forSeeds(200, (generator) => {
    const args = Array.from({ length: generator.below(4) }, () => generator.value());
    logger.info(generator.text(), ...args);
    secrets.push(...generator.secrets);
  });
  await handler.close(60_000);
  assertEquals(said, []);
  const { accepted, delivered } = handler.stats;
  assertEquals({ accepted, delivered }, { accepted: 200, delivered: 200 });
  assertEquals(service.counts, { received: 200, unique: 200, duplicates: 0 });
});

Deno.test("handle() ships values as they were when they were logged", async () => {
  await using service = startDevServer({ port: 0 });
  const handler = new AxonPushHandler("NOTSET", { ...OPTIONS, baseUrl: service.url });
  const order = { items: ["one"], total: 1 };
  new Logger("shop", "NOTSET", { handlers: [handler] }).info("ordered", { order });
  order.items.push("two");
  order.total = 2;
  await handler.close(60_000);
  assertEquals(service.events[0]!.payload.attributes?.order, { items: ["one"], total: 1 });
});

// ——— Limits, and what marks them ———

/** What a value is written as. */
function written(value: unknown, maxLength = 4096): unknown {
  const writer = new JsonWriter(maxLength, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

Deno.test("JsonWriter.value() marks what is nested too deep, and what is circular", () => {
  let deep: unknown = "bottom";
  let expected: unknown = `[nested deeper than ${MAX_DEPTH}]`;
  for (let i = 0; i < MAX_DEPTH + 5; i++) deep = { deep };
  for (let i = 0; i < MAX_DEPTH; i++) expected = { deep: expected };
  assertEquals(written(deep), expected);
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  circular.again = [circular];
  assertEquals(written(circular), { a: 1, self: "[circular]", again: ["[circular]"] });
  const twice = { a: 1 };
  assertEquals(written([twice, twice]), [twice, twice]);
});

Deno.test("JsonWriter.value() marks properties and items that are cut", () => {
  const numbers = Array.from({ length: MAX_ENTRIES + 5 }, (_, i) => i);
  const object = written(Object.fromEntries(numbers.map((i) => [`p${i}`, i])));
  assertEquals(Object.entries(object as object).at(-1), ["…", "[more properties cut]"]);
  assertEquals(Object.keys(object as object).length, MAX_ENTRIES + 1);
  for (const list of [numbers, new Set(numbers), new Uint16Array(numbers)]) {
    assertEquals(written(list), [...numbers.slice(0, MAX_ENTRIES), "[5 more]"]);
  }
});

Deno.test("JsonWriter.value() marks texts and names that are cut", () => {
  assertEquals(written("x".repeat(100), 10), "xxxxxxxxxx…[90 characters cut]");
  assertEquals(written("x".repeat(10), 10), "x".repeat(10));
  const [name] = Object.keys(written({ ["n".repeat(MAX_NAME_LENGTH + 1)]: 1 }) as object);
  assertEquals(name, `${"n".repeat(MAX_NAME_LENGTH)}…[1 characters cut]`);
});

Deno.test("JsonWriter.value() shares out the characters of a record", () => {
  const text = "x".repeat(4096);
  const shown = written(Array(100).fill(text)) as string[];
  assertEquals(shown.slice(0, 31), Array(31).fill(text));
  assertEquals(shown.at(-1), `[${100 - shown.length + 1} more]`);
  assertLessOrEqual(shown.join("").length, MAX_CHARACTERS + 100);
});

Deno.test("JsonWriter.string() takes time in proportion to the text, whatever is in it", () => {
  const parts = [
    ...["a://b:", "://a:", "@", "@/", "password:", "password: aa ", "password=", "password:{"],
    ...["cookie: ", "cookie=a;", 'cookie="', '="a', "=`a", "='", "secret_access", "bearer a"],
    ...["ak_", "ak_a-", "-----BEGIN PRIVATE KEY-----", "%3D", ",", ")", ",aaaaaaaa", "\\", '\\"'],
    ...['"', "[", " ", "\t", "1", ".", "aa ", "tax_id", "[31m", "<ref *1> ", "Map(1) "],
  ];
  const writer = new JsonWriter(65_536, ["tax_id"]);
  for (const head of ["", "password=", "password: ", "cookie: ", 'cookie="', "x://u:"]) {
    for (const part of parts) {
      for (const tail of ["", " ", "!", "@"]) {
        const text = head + part.repeat(65_000 / part.length) + tail;
        const times = [1, 2, 3].map(() => {
          const start = performance.now();
          writer.begin();
          writer.string(text);
          return performance.now() - start;
        });
        // Some milliseconds; where time grows with the square of the length, it is seconds.
        assertLessOrEqual(Math.min(...times), 500, JSON.stringify([head, part, tail]));
      }
    }
  }
});

Deno.test("JsonWriter.value() writes what JSON does not know", () => {
  class Itself {
    a = 1;
    toJSON() {
      return this;
    }
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const table: readonly [value: unknown, expected: unknown][] = [
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [-0, 0],
    [10n ** 20n, "100000000000000000000"],
    [Symbol("s"), "Symbol(s)"],
    [undefined, null],
    [() => {}, "[function anonymous]"],
    [Math.max, "[function max]"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(NaN), "Invalid Date"],
    [/x/g, "/x/g"],
    [new Map<unknown, unknown>([["a", 1], [2, "b"], [{}, 3]]), { a: 1, 2: "b", "[object]": 3 }],
    [new Set([1, "a"]), [1, "a"]],
    [new Uint8Array([1, 2]), [1, 2]],
    [new URL("https://example.com/"), "https://example.com/"],
    [{ toJSON: () => ({ a: 1 }) }, { a: 1 }],
    [new Itself(), { a: 1 }],
    [JSON.parse('{"__proto__":{"polluted":1}}'), JSON.parse('{"__proto__":{"polluted":1}}')],
    ["\ud800", "\ufffd"],
    [{ "\udfff": 1 }, { "\ufffd": 1 }],
    [proxy, "[unreadable: Cannot perform 'IsArray' on a proxy that has been revoked]"],
    [{
      get a(): never {
        throw new Error("no");
      },
    }, { a: "[unreadable: no]" }],
  ];
  for (const [value, expected] of table) assertEquals(written(value), expected);
});

Deno.test("JsonWriter.value() writes objects of another realm, and says what has no properties", () => {
  const other = runInNewContext(
    `({ map: new Map([["a", 1]]), set: new Set([1]), pattern: /x/g, list: [{}],
        dates: [new Date(0), new Date(NaN)],
        boxes: ["a", 1, false, 2n, Symbol("s")].map(Object) })`,
  );
  assertEquals(written(other), {
    map: { a: 1 },
    set: [1],
    pattern: "/x/g",
    list: [{}],
    dates: ["1970-01-01T00:00:00.000Z", "Invalid Date"],
    boxes: ["a", 1, false, "2", "Symbol(s)"],
  });
  for (const tag of ["Date", "RegExp", "Number", "Symbol"]) {
    assertEquals(written({ a: 1, [Symbol.toStringTag]: tag }), { a: 1 });
  }
  assertEquals(
    written([Promise.resolve(1), new WeakMap(), [1].values(), {}, new Map(), new Set()]),
    ["[object Promise]", "[object WeakMap]", "[object Array Iterator]", {}, {}, []],
  );
  const tagged = { [Symbol.toStringTag]: "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5" };
  assertEquals(written(tagged), "[object [REDACTED]]");
});

Deno.test("argumentsText() takes plain objects of another realm for attributes", () => {
  const writer = new JsonWriter(4096, []);
  writer.begin();
  const args = [runInNewContext("({ a: 1 })"), new (class Money {})()];
  const record = new LogRecord({ msg: "m", args, level: 20, loggerName: "shop" });
  assertEquals(argumentsText(writer, record), `"a":1,"args":[{}]`);
});

Deno.test("JsonWriter.plain() writes plain JSON whatever the dialect", () => {
  const writer = new JsonWriter(4096, [], ANY_VALUE);
  writer.begin();
  const value = { a: [1, { b: "c" }], password: "x" };
  assertEquals(JSON.parse(writer.plain(value)), { ...value, password: "[REDACTED]" });
  assertEquals(writer.members({ a: 1 }), '{"key":"a","value":{"intValue":"1"}}');
});

Deno.test("JsonWriter writes what stands behind an error with properties of its own", () => {
  const error = Object.assign(new Error("boom"), { code: 7 });
  const { after } = written({ error, after: { kept: "all of it" } }) as Record<string, unknown>;
  assertEquals(after, { kept: "all of it" });
});
