/**
 * The local AxonPush as a program: what a developer reads on the terminal, and what a pipe gets.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { DevEvent } from "../dev/contract.ts";
import { formatEvent, type Paint } from "../dev/format.ts";
import { AxonPushHandler } from "../mod.ts";
import { Logger } from "@std/log/logger";
import { PREPARED } from "./program.ts";

const ROOT = new URL("../", import.meta.url);
const plain: Paint = (_, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</>`;

/** An event like the handler's. */
function logEvent(
  { body = "Hello", level = "INFO", number = 9, logger = "shop", attributes = {} }: {
    readonly body?: string;
    readonly level?: string;
    readonly number?: number;
    readonly logger?: string;
    readonly attributes?: Record<string, unknown>;
  } = {},
) {
  return {
    identifier: logger,
    eventType: "app.log",
    payload: {
      severityNumber: number,
      severityText: level,
      body,
      attributes: { "logger.name": logger, "process.pid": 1, ...attributes },
    },
  };
}

function received(event: object): DevEvent {
  const createdAt = "2026-01-02T03:04:05.678Z";
  return { eventId: "e", createdAt, source: "app", ...event } as DevEvent;
}

/** One event as the terminal shows it, without the time, which depends on the time zone. */
function shown(event: object, paint = plain): string {
  return formatEvent(received(event), paint).replace(/^\S+ /, "");
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The program, running. */
class Program implements AsyncDisposable {
  #process: Deno.ChildProcess;
  #stdout: ReadableStreamDefaultReader<string>;
  #stderr: ReadableStreamDefaultReader<string>;
  #unread = "";
  #notice = "";
  url = "";
  key = "";
  tenant = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#stdout = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts it and waits until it listens. */
  static async start(...args: string[]): Promise<Program> {
    const program = new Program(command("--port", "0", ...args).spawn());
    const notice = await program.notice(/AXONPUSH_TENANT_ID=.*\n/);
    program.key = notice.match(/^AXONPUSH_API_KEY=(.*)$/m)![1]!;
    program.tenant = notice.match(/^AXONPUSH_TENANT_ID=(.*)$/m)![1]!;
    program.url = notice.match(/^AXONPUSH_BASE_URL=(.*)$/m)![1]!;
    return program;
  }

  /** What it has written to standard error, once that matches. */
  async notice(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#notice)) {
      const { value, done } = await this.#stderr.read();
      assert(!done, this.#notice);
      this.#notice += value;
    }
    return this.#notice;
  }

  async post(...events: object[]): Promise<void> {
    for (const event of events) {
      const response = await fetch(`${this.url}/event`, {
        method: "POST",
        headers: { "x-api-key": this.key, "x-tenant-id": "dev" },
        body: JSON.stringify(event),
      });
      assertEquals(response.status, 201, await response.text());
    }
  }

  /** The next line of its standard output. */
  async line(): Promise<string> {
    while (!this.#unread.includes("\n")) {
      const { value, done } = await this.#stdout.read();
      assert(!done, "the program has ended");
      this.#unread += value;
    }
    const [line, ...rest] = this.#unread.split("\n");
    this.#unread = rest.join("\n");
    return line!;
  }

  /** Reads no more of its standard output and waits for its end. */
  async hangUp(): Promise<number> {
    await this.#stdout.cancel();
    await this.post(logEvent()).catch(() => {}); // It may end before it answers.
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended.
    }
    await this.#process.status;
    await Promise.all([this.#stdout.cancel(), this.#stderr.cancel()]);
  }
}

function command(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...PREPARED, "--no-prompt", "--allow-net", "dev/mod.ts", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await command(...args).output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

// ——— The program ———

Deno.test("dev prints each event in one line, without colours where there is no terminal", async () => {
  await using program = await Program.start();
  await program.post(logEvent({ attributes: { order_id: 42, user: "ada" } }));
  const line = await program.line();
  assertMatch(line, /^\d\d:\d\d:\d\d\.\d{3} /);
  assertEquals(line.slice(13), "INFO     shop  Hello  order_id=42  user=ada");
});

Deno.test("dev --json prints whole events, one a line", async () => {
  await using program = await Program.start("--json");
  await program.post(logEvent({ body: "two\nlines" }), logEvent());
  const event = JSON.parse(await program.line());
  assertEquals(event.payload.body, "two\nlines");
  assertEquals(typeof event.eventId, "string");
  assertEquals(JSON.parse(await program.line()).payload.body, "Hello");
});

Deno.test("dev --level, --logger and --grep choose what is printed", async () => {
  await using program = await Program.start(
    "--level=warn",
    "--logger",
    "shop",
    "--grep",
    "CARD.*no",
  );
  const wanted = { body: "Card says no", level: "ERROR", number: 17, logger: "shop.payments" };
  await program.post(
    logEvent({ ...wanted, level: "INFO", number: 9 }),
    logEvent({ ...wanted, logger: "web" }),
    logEvent({ ...wanted, body: "No card" }),
    logEvent(wanted),
  );
  assertEquals((await program.line()).slice(13), "ERROR    shop.payments  Card says no");
});

Deno.test("dev prints events that are no log records, whatever they hold", async () => {
  await using program = await Program.start();
  const custom = { identifier: "job", eventType: "custom" };
  for (const odd of ["high", null, { toString: 1, valueOf: 1 }]) {
    const payload = { severityNumber: odd, severityText: odd, body: odd };
    await program.post({ ...custom, payload });
    assert((await program.line()).includes(`job  ${odd === "high" ? odd : "{"}`));
  }
  const { events } = await (await fetch(`${program.url}/events?q=high`)).json();
  assertEquals(events.length, 1);
});

Deno.test("dev --keep bounds what is kept", async () => {
  await using program = await Program.start("--keep", "1");
  await program.post(logEvent({ body: "old" }), logEvent({ body: "new" }));
  const { events } = await (await fetch(`${program.url}/events`)).json();
  assertEquals(events.map((event: DevEvent) => event.payload.body), ["new"]);
});

Deno.test("dev --key accepts that key alone, and tells it", async () => {
  await using program = await Program.start("--key=ak_mine");
  assertEquals(program.key, "ak_mine");
  await program.post(logEvent());
  const headers = { "x-api-key": "ak_dev" };
  const response = await fetch(`${program.url}/event`, { method: "POST", headers });
  assertEquals((await response.json()).code, "unknown_api_key");
});

Deno.test("dev prints events in the order in which they were logged", async () => {
  await using program = await Program.start();
  const at = (n: number) => {
    const event = logEvent({ body: `Event ${n}` });
    const timeUnixNano = `1767323045678${String(n).padStart(6, "0")}`;
    return { ...event, payload: { ...event.payload, timeUnixNano } };
  };
  await Promise.all([5, 3, 1, 4, 2, 0].map((n) => program.post(at(n))));
  for (let n = 0; n < 6; n++) assertMatch(await program.line(), new RegExp(`Event ${n}$`));
});

Deno.test("dev shows a burst of a handler's in the order in which it was logged", async () => {
  await using program = await Program.start();
  const handler = new AxonPushHandler("INFO", {
    baseUrl: program.url,
    apiKey: "ak_dev",
    tenantId: "dev",
    signals: false,
  });
  const logger = new Logger("shop", "INFO", { handlers: [handler] });
  for (let n = 0; n < 400; n++) logger.info(`Event ${n}`);
  await handler.close(60_000);
  for (let n = 0; n < 400; n++) assertMatch(await program.line(), new RegExp(`Event ${n}$`));
});

Deno.test("dev shows refused requests with the reason, on standard error", async () => {
  await using program = await Program.start("--tenant", "acme", "--environments=live,test");
  assertEquals(program.tenant, "acme");
  const send = async (headers: Record<string, string>, body: object = logEvent()) => {
    const all = { "x-api-key": "ak_dev", "x-tenant-id": "acme", ...headers };
    const init = { method: "POST", headers: all, body: JSON.stringify(body) };
    await (await fetch(`${program.url}/event`, init)).body?.cancel();
  };
  const wrong = logEvent({ level: "\x1b[2J" });
  await send({}, { ...wrong, payload: { ...wrong.payload, severityNumber: "\x1b[2J" } });
  assertMatch(
    await program.notice(/payload[^]*\n.*\n/),
    /^\S+ REFUSED +POST \/event {2}422 validation_failed: payload\.severityNumber must be an integer/m,
  );
  for (let n = 0; n < 3; n++) await send({ "x-tenant-id": "other" });
  await send({ "x-axonpush-environment": "stage" });
  const notice = await program.notice(/unknown_environment[^]*\n.*\n/);
  assertMatch(notice, /403 unknown_tenant[^]*set AXONPUSH_TENANT_ID to acme\n/);
  assertMatch(notice, /^ {4}and 2 more: POST \/event 403 unknown_tenant$/m);
  assertMatch(notice, /stage is not registered[^]*Known are live, test/);
  // Though no other refusal comes.
  await Promise.all(Array.from({ length: 20 }, () => send({ "x-axonpush-environment": "stage" })));
  await program.notice(/^ {4}and \d+ more: POST \/event 400 unknown_environment\n/m);
});

Deno.test("dev says that it forgets the oldest events, once", async () => {
  await using program = await Program.start("--keep=2");
  await program.post(logEvent(), logEvent(), logEvent(), logEvent());
  await program.post({ identifier: "a", payload: {} });
  const notice = await program.notice(/kept for the page.*\n/);
  assertEquals(notice.match(/Only the newest 2 events are kept/g)?.length, 1);
});

Deno.test("dev -h prints the help", async () => {
  const { code, stdout } = await run("-h");
  assertEquals([code, stdout], [0, (await run("--help")).stdout]);
});

Deno.test("dev says which permission it lacks", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...PREPARED, "--no-prompt", "dev/mod.ts", "--port=3001"],
    cwd: ROOT,
  }).output();
  assertEquals(code, 2);
  assertMatch(decoder.decode(stderr), /run with --allow-net=127\.0\.0\.1:3001$/m);
});

Deno.test("dev ends when nobody reads its output any more", async () => {
  await using program = await Program.start("--json");
  assertEquals(await program.hangUp(), 0);
});

Deno.test("dev --help explains every option and says what it is for", async () => {
  const { code, stdout, stderr } = await run("--help");
  assertEquals([code, stderr], [0, ""]);
  assert(stdout.includes("for development only"));
  assert(stdout.includes("--allow-net=127.0.0.1:3000 "));
  for (
    const name of [
      ...["port", "host", "key", "tenant", "environments", "org-key"],
      ...["json", "level", "logger", "grep", "keep", "help"],
    ]
  ) {
    assertMatch(stdout, new RegExp(`^  --${name} .*\\w`, "m"));
  }
});

Deno.test("dev says in one line that its port is in use", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(await run("--port", String(port)), {
    code: 2,
    stdout: "",
    stderr: `error: cannot listen on 127.0.0.1, port ${port}: it is in use: ` +
      "choose another with --port, or 0 for a free one\n",
  });
});

for (
  const [args, message] of [
    [["--prot", "1"], "unknown option --prot: did you mean --port?"],
    [["3000"], "unknown option 3000: did you mean --port 3000?"],
    [["--colour=always"], "unknown option --colour=always: see --help"],
    [["-grpe=x"], "unknown option -grpe=x: did you mean --grep=x?"],
    [["--Json"], "unknown option --Json: did you mean --json?"],
    [["--tenant="], "--tenant must not be empty"],
    [["--port"], "--port needs a PORT: see --help"],
    [["--port", "http"], "--port must be a number from 0 to 65535: it is http"],
    [["--port=65536"], "--port must be a number from 0 to 65535: it is 65536"],
    [["--keep", "0"], "--keep must be a number from 1 to 1000000: it is 0"],
    [["--key="], "--key must not be empty"],
    [["--json=yes"], "--json takes no value"],
    [["--level", "loud"], "--level must be one of DEBUG, INFO, WARN, ERROR, CRITICAL: it is loud"],
    [
      ["--grep", "("],
      "--grep must be a regular expression: Invalid regular expression: /(/i: Unterminated group",
    ],
  ] as const
) {
  Deno.test(`dev ${args.join(" ")} ends with one line and exit code 2`, async () => {
    assertEquals(await run(...args), { code: 2, stdout: "", stderr: `error: ${message}\n` });
  });
}

// ——— The lines ———

Deno.test("formatEvent() colours by severity", () => {
  const styles = { DEBUG: "dim", INFO: "green", WARN: "yellow", ERROR: "red", CRITICAL: "magenta" };
  Object.entries(styles).forEach(([level, style], i) => {
    const line = shown(logEvent({ level, number: 5 + 4 * i }), marked);
    assert(line.startsWith(`<${style}>${level.padEnd(8)}</> <cyan>shop</>  Hello`), line);
  });
});

Deno.test("paintFor() colours terminals only, and none if NO_COLOR is set", async () => {
  const source = `import { paintFor } from ${JSON.stringify(new URL("dev/format.ts", ROOT).href)};
    const terminal = (is) => paintFor({ isTerminal: () => is })("red", "x");
    console.log(JSON.stringify([terminal(true), terminal(false)]));`;
  const painted = async (env: Record<string, string>) => {
    const { NO_COLOR: _, ...others } = Deno.env.toObject();
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", ...PREPARED, source],
      clearEnv: true,
      env: { ...others, ...env },
    }).output();
    return JSON.parse(decoder.decode(stdout));
  };
  assertEquals(await painted({}), ["\x1b[31mx\x1b[0m", "x"]);
  assertEquals(await painted({ NO_COLOR: "1" }), ["x", "x"]);
});

Deno.test("formatEvent() folds the stack of an error, its causes and its parts", () => {
  const stack = (title: string, frames: number) =>
    [title, ...Array.from({ length: frames }, (_, i) => `    at f${i} (file:///a.ts:${i}:1)`)]
      .join("\n");
  const attributes = {
    "exception.type": "AggregateError",
    "exception.message": "Both failed",
    "exception.stacktrace": stack("AggregateError: Both failed", 5),
    "exception.cause": { type: "Error", message: "timeout" },
    "exception.errors": [
      { type: "Error", message: "one", stacktrace: stack("Error: one", 1) },
      { type: "Error", message: "two", cause: "no network" },
      null,
      { code: 5 },
    ],
  };
  assertEquals(
    shown(logEvent({ attributes })),
    `INFO     shop  Hello
    AggregateError: Both failed
        at f0 (file:///a.ts:0:1)
        at f1 (file:///a.ts:1:1)
        at f2 (file:///a.ts:2:1)
        … 2 more
    Caused by Error: timeout
        1 of 4: Error: one
            at f0 (file:///a.ts:0:1)
        2 of 4: Error: two
        Caused by no network
        3 of 4: null
        4 of 4: {"code":5}`,
  );
});

Deno.test("formatEvent() shows an error among the attributes as a stack, with what it holds", () => {
  const error = {
    type: "PostgresError",
    message: "duplicate key",
    stacktrace: "PostgresError: duplicate key\n    at query (file:///a.ts:1:1)",
    properties: { code: "23505" },
    cause: { type: "Error", message: "conflict" },
  };
  const attributes = { error, order_id: 42, type: { type: "t", message: "no error" } };
  assertEquals(
    shown(logEvent({ attributes })),
    `INFO     shop  Hello  order_id=42  type={"type":"t","message":"no error"}
    error: PostgresError: duplicate key
        code=23505
        at query (file:///a.ts:1:1)
    Caused by Error: conflict`,
  );
});

Deno.test("formatEvent() shows both errors of one that suppresses another", () => {
  const attributes = {
    "exception.type": "SuppressedError",
    "exception.message": "An error was suppressed",
    "exception.error": { type: "Error", message: "dispose" },
    "exception.suppressed": { type: "Error", message: "work" },
  };
  assertEquals(
    shown(logEvent({ attributes })),
    `INFO     shop  Hello
    SuppressedError: An error was suppressed
    Thrown: Error: dispose
    Suppressed: Error: work`,
  );
});

Deno.test("formatEvent() ends the line with the place of the log call", () => {
  const attributes = {
    "code.file.path": "/srv/shop/pay.ts",
    "code.line.number": 12,
    "code.column.number": 7,
    "code.function.name": "pay",
    "order_id": 42,
  };
  assertEquals(
    shown(logEvent({ attributes })),
    "INFO     shop  Hello  order_id=42  at /srv/shop/pay.ts:12:7",
  );
});

Deno.test("formatEvent() shows the stack of an error that is the message once", () => {
  const body = "TypeError: No card\n    at pay (file:///a.ts:1:1)";
  const attributes = {
    "exception.type": "TypeError",
    "exception.message": "No card",
    "exception.stacktrace": body,
  };
  assertEquals(
    shown(logEvent({ body, attributes })),
    `INFO     shop  TypeError: No card
        at pay (file:///a.ts:1:1)`,
  );
});

Deno.test("formatEvent() lets nothing through that a terminal acts upon", () => {
  const evil = "\x1b[2J\x9b31m\r\b\u202e\n";
  const line = shown(logEvent({
    body: evil,
    level: evil,
    logger: evil,
    attributes: {
      [evil]: evil,
      "exception.type": evil,
      "exception.stacktrace": `${evil}\n    at ${evil}`,
    },
  }));
  // deno-lint-ignore no-control-regex
  assertEquals(line.match(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/g), null);
  assert(line.includes(String.raw`\u001b[2J\u009b31m\u000d\u0008\u202e\n`));
});

Deno.test("formatEvent() quotes values that would run into the next, and shows objects as JSON", () => {
  const attributes = {
    text: "a b",
    empty: "",
    list: [1, { a: null }],
    equals: "x=y",
    no: undefined,
  };
  assertEquals(
    shown(logEvent({ attributes })),
    'INFO     shop  Hello  text="a b"  empty=""  list=[1,{"a":null}]  equals="x=y"  no=',
  );
});

Deno.test("formatEvent() cuts what is too long for a line", () => {
  const line = shown(
    logEvent({ body: "x".repeat(65_536), attributes: { long: "y".repeat(9999) } }),
  );
  assert(encoder.encode(line).length < 1300);
  assertEquals(line.match(/…/g)?.length, 2);
});

Deno.test("formatEvent() shows an event that is no log record", () => {
  const event = { identifier: "job", eventType: "custom", payload: { attributes: null, a: 1 } };
  assertEquals(shown(event), 'custom   job  {"attributes":null,"a":1}');
});
