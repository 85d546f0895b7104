/**
 * Runs each example by the command in its first comment, so that the command is tested too, against
 * a local AxonPush. They run in a copy of the repository: some commands make Deno write its
 * `node_modules` anew, and programs of other tests that start in that moment would not find theirs.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type DevEvent, type DevServer, startDevServer } from "../dev/mod.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const EXAMPLES = new URL("../examples/", import.meta.url);
/** What the examples do not need of the repository. */
const NOT_COPIED = /^(\.git|node_modules|bench|docs|tests)$/;

const copy = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(copy, { recursive: true }));
for await (const { name } of Deno.readDir(ROOT)) {
  if (!NOT_COPIED.test(name)) await cp(ROOT + name, `${copy}/${name}`, { recursive: true });
}
await new Deno.Command(Deno.execPath(), { args: ["install", "--quiet"], cwd: copy }).output();

Deno.test("README.md of the examples lists each of them", async () => {
  const index = await Deno.readTextFile(new URL("README.md", EXAMPLES));
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    if (name !== "README.md") assert(index.includes(`(${name})`), `${name} is not listed`);
  }
});

Deno.test("quick_start.ts ships two events, and prints them too", async () => {
  const { events, code, stdout } = await run("quick_start.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /Hello, AxonPush.*\n.*Payment failed/);
  assertEquals(bodies(events), ["Hello, AxonPush", "Payment failed"]);
  assertEquals(attributesOf(events, "Hello, AxonPush").order_id, 42);
  assertEquals(attributesOf(events, "Payment failed")["exception.message"], "Card declined");
});

Deno.test("task.ts ships everything before Deno.exit(3)", async () => {
  const { events, code, stdout } = await run("task.ts");
  assertEquals(code, 3);
  assertEquals(events.length, 151);
  assertEquals(events.length, stdout.trim().split("\n").length);
});

Deno.test("crash.ts ships what led to the error, and the error", async () => {
  const { events, code, stderr } = await run("crash.ts");
  assertEquals(code, 1);
  assertEquals(events.length, 41);
  assertEquals(attributesOf(events, "Uncaught error")["exception.type"], "TypeError");
  assertMatch(stderr, /Uncaught TypeError/);
});

Deno.test("spool.ts delivers by its next run what it had logged before it was killed", async () => {
  await using server = startDevServer({ port: 0 });
  const killed = await run("spool.ts", { server, args: ["kill"] });
  assertEquals(killed.code, 137);
  const { events, code, stdout } = await run("spool.ts", { server });
  assertEquals(code, 0);
  const printed = (killed.stdout + stdout).match(/Order \d+ imported by the \w+ run/g)!;
  assertEquals(bodies(events), printed.toSorted());
  assertEquals(events.length, 75);
  assertEquals([...Deno.readDirSync(`${copy}/spool`)], []);
});

Deno.test("pipe.ts ships every line", async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i}`);
  const { events, code } = await run("pipe.ts", { stdin: lines.join("\n") });
  assertEquals(code, 0);
  assertEquals(bodies(events), lines.toSorted());
});

Deno.test("serve.ts ships a record for each request, and ends by SIGTERM", async () => {
  const { events, code } = await run("serve.ts", {
    args: ["0"],
    requests: ["/orders/1", "/orders/2", "/favicon.ico"],
  });
  if (Deno.build.os !== "windows") assertEquals(code, 143);
  assertEquals(
    bodies(events).filter((body) => body.startsWith("GET")),
    ["GET /favicon.ico", "GET /orders/1", "GET /orders/2"],
  );
});

Deno.test("hono.ts gives the records of a request its id and trace", async () => {
  const { events, answers } = await run("hono.ts", {
    args: ["0"],
    requests: ["/orders/7", "/orders/8"],
  });
  assertEquals(answers.map(({ body }) => JSON.parse(body).id), ["7", "8"]);
  assertEquals(events.length, 4);
  for (const { headers, path } of answers) {
    const ofRequest = events.filter((event) =>
      event.traceId === headers.get("x-axonpush-trace-id")
    );
    assertEquals(bodies(ofRequest), [`GET ${path}`, "Order read"]);
    const ids = new Set(ofRequest.map(({ payload }) => payload.attributes!.request_id));
    assertEquals(ids.size, 1);
  }
});

Deno.test("deploy.ts has shipped a request's records when it answers", async () => {
  const { answers } = await run("deploy.ts", {
    flags: ["--port=0"],
    requests: ["/a", "/b"],
    check: (server) => server.events.length,
  });
  assertEquals(answers.map(({ checked }) => checked), [1, 2]);
});

Deno.test("lambda.ts has shipped everything when it returns", async () => {
  const { events, code, stdout } = await run("lambda.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /Pending after the invocation: 0/);
  assertEquals(bodies(events), ["Invoked"]);
});

Deno.test("dotenv.ts reads its settings from the file", async () => {
  const { events, code, stdout } = await run("dotenv.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /Settings come from a file/);
  assertEquals(bodies(events), ["Settings come from a file"]);
});

Deno.test("loggers.ts ships what its levels and exclusions let through", async () => {
  const { events, code } = await run("loggers.ts");
  assertEquals(code, 0);
  assertEquals(bodies(events), ["Shop is open", "Slow query"]);
});

Deno.test("errors.ts ships causes and aggregated errors", async () => {
  const { events, code } = await run("errors.ts");
  assertEquals(code, 0);
  const payment = attributesOf(events, "Invoice not paid");
  assertEquals(payment["exception.type"], "PaymentError");
  assertEquals(payment.invoice, 7);
  assertMatch(JSON.stringify(payment), /Card number is missing/);
  const mirrors = JSON.stringify(attributesOf(events, "No mirror left"));
  assertMatch(mirrors, /First mirror is down.*Second mirror is down/);
});

Deno.test("traces.ts gives each request a trace and its attributes", async () => {
  const { events, code, stdout } = await run("traces.ts");
  assertEquals(code, 0);
  const traces = stdout.trim().split("\n");
  assertEquals(traces[0], "6f2c0d0f6e0b4c5f9a53c1a5a6c2f7d1");
  for (const [i, customer] of ["ada", "grace"].entries()) {
    const ofRequest = events.filter(({ traceId }) => traceId === traces[i]);
    assertEquals(bodies(ofRequest), ["Order placed", "Request accepted", "Stock reserved"]);
    assert(ofRequest.every(({ payload }) => payload.attributes?.customer === customer));
    assertEquals(attributesOf(ofRequest, "Order placed").order, 42);
  }
});

Deno.test("diagnostics.ts reports that its key is wrong, and what failed", async () => {
  const { events, code, stdout, stderr } = await run("diagnostics.ts");
  assertEquals([code, events.length, stderr], [0, 0, ""]);
  assertMatch(stdout, /^error http-401: AxonPush refuses records: HTTP 401: /m);
  assertMatch(stdout, /failed: 1/);
});

Deno.test("troubleshooting.ts says that its record has arrived", async () => {
  const { events, code, stdout } = await run("troubleshooting.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /^The record has arrived\.$/m);
  assertEquals(bodies(events), ["Can you hear me?"]);
});

Deno.test("cost.ts measures, and loses nothing", async () => {
  const { events, code, stdout } = await run("cost.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /^silent: [\d.]+ µs a call\nshipped: [\d.]+ µs a call\n10000 delivered$/m);
  assertEquals(events.length, 10_000);
});

Deno.test("python.ts ships the records of its loggers but the excluded one", async () => {
  const { events, code } = await run("python.ts");
  assertEquals(code, 0);
  assertEquals(bodies(events), ["Order placed", "Payment failed"]);
  assertEquals(attributesOf(events, "Payment failed")["exception.type"], "RangeError");
});

Deno.test("redaction.ts lets no secret out", async () => {
  const { events, code } = await run("redaction.ts");
  assertEquals(code, 0);
  assertEquals(bodies(events), [
    "default: Invoice sent to [e-mail address]",
    "default: Mirror is postgres://shop:[REDACTED]@db.example.com/shop",
  ]);
  const sent = JSON.stringify(events);
  for (const secret of ["hunter2", "DE02120300000000202051", "ada@example.com"]) {
    assert(!sent.includes(secret), `${secret} was sent`);
  }
});

Deno.test("sampling.ts ships a hundredth, and repeated messages once", async () => {
  const { events, code } = await run("sampling.ts");
  assertEquals(code, 0);
  assertEquals(events.filter(({ payload }) => payload.severityText === "DEBUG").length, 5);
  assertEquals(events.filter(({ payload }) => payload.severityText === "WARN").length, 1);
});

Deno.test("collector.ts ships compressed batches by OTLP", async () => {
  // Stands in for a Collector: unpacks a batch and sends it on with credentials.
  await using axonpush = startDevServer({ port: 0 });
  await using collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ body, headers }) => {
      assertEquals(headers.get("content-encoding"), "gzip");
      return fetch(`${axonpush.url}/v1/logs`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": "ak_a", "x-tenant-id": "1" },
        body: body!.pipeThrough(new DecompressionStream("gzip") as BytePair),
      });
    },
  );
  const { code } = await run("collector.ts", { collector: `127.0.0.1:${collector.addr.port}` });
  assertEquals(code, 0);
  assertEquals(axonpush.events.length, 2001);
  assert(axonpush.events.every(({ source }) => source === "otlp"));
});

Deno.test("collector.ts ships to the local AxonPush by its second command", async () => {
  const source = await Deno.readTextFile(new URL("collector.ts", EXAMPLES));
  const [, headers] = source.match(/^ \* {7}http:\/\/127\.0\.0\.1:3000\/v1\/logs (.+)$/m)!;
  await using axonpush = startDevServer({ port: 0 });
  const { code } = await run("collector.ts", {
    collector: `127.0.0.1:${axonpush.port}`,
    args: headers!.split(" "),
  });
  assertEquals(code, 0);
  assertEquals(axonpush.events.length, 2001);
});

Deno.test("orders_test.ts passes", async () => {
  const { code, stdout } = await run("orders_test.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /1 passed/);
});

interface RunOptions {
  /** The server to log to, if there is one already. */
  readonly server?: DevServer;
  /** Arguments for the program. */
  readonly args?: readonly string[];
  /** Flags besides the documented ones. */
  readonly flags?: readonly string[];
  readonly stdin?: string;
  /** Stands in for the documented address of a Collector. */
  readonly collector?: string;
  /** Paths to request, one after another, before the program is ended by SIGTERM. */
  readonly requests?: readonly string[];
  /** Looks at the server after each request. */
  readonly check?: (server: DevServer) => unknown;
}

interface Answer {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  readonly checked: unknown;
}

interface Run {
  readonly events: readonly DevEvent[];
  readonly answers: readonly Answer[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an example with a server of its own. */
async function run(name: string, options: RunOptions = {}): Promise<Run> {
  if (options.server === undefined) {
    await using server = startDevServer({ port: 0 });
    return await run(name, { ...options, server });
  }
  const { server } = options;
  const settings = await Deno.readTextFile(new URL("local.env", EXAMPLES));
  const ours = settings.replace("http://127.0.0.1:3000", server.url);
  await Deno.writeTextFile(`${copy}/examples/local.env`, ours);
  const child = new Deno.Command(Deno.execPath(), {
    args: await commandLine(name, options, server),
    cwd: copy,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new Output(child);
  await feed(child, options.stdin);
  const answers: Answer[] = [];
  if (options.requests) {
    const origin = await output.origin();
    for (const path of options.requests) {
      const response = await fetch(origin + path);
      const body = await response.text();
      answers.push({ path, headers: response.headers, body, checked: options.check?.(server) });
    }
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  await output.finished;
  const { stdout, stderr } = output;
  if (stderr) console.log(`${name} said: ${stderr}`); // Shown with the test, should it fail.
  return { events: [...server.events], answers, code, stdout, stderr };
}

/** The arguments of the documented command, with the address of the server in the permissions. */
async function commandLine(
  name: string,
  { args = [], flags = [], collector }: RunOptions,
  server: DevServer,
): Promise<string[]> {
  const source = await Deno.readTextFile(new URL(name, EXAMPLES));
  const [, subcommand, rest] = source.match(/^ \* {5}deno (\w+) (.*)$/m) ??
    fail(`${name} has no command`);
  const [documented, path] = rest!.replaceAll('"', "").split(/ ?(examples\/\w+\.ts)/);
  assertEquals(path, `examples/${name}`);
  return [
    subcommand!,
    "--no-prompt",
    ...flags,
    // In one go: the port of the server may begin like that of the Collector.
    ...documented!.replace(
      /127\.0\.0\.1:(3000|4318)/,
      (_, port) => port === "3000" ? `127.0.0.1:${server.port}` : collector!,
    ).split(" "),
    path!,
    ...collector === undefined ? [] : [`http://${collector}/v1/logs`],
    ...args,
  ];
}

async function feed(child: Deno.ChildProcess, text = ""): Promise<void> {
  const writer = child.stdin.getWriter();
  if (text !== "") await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

/** What a program prints, as it comes. */
class Output {
  stdout = "";
  stderr = "";
  readonly finished: Promise<unknown>;
  #listening = Promise.withResolvers<string>();

  constructor(child: Deno.ChildProcess) {
    this.finished = Promise.all([
      this.#read(child.stdout, (text) => this.stdout += text),
      this.#read(child.stderr, (text) => this.stderr += text),
    ]).finally(() => this.#listening.reject(new Error(`Ended early: ${this.stderr}`)));
    this.#listening.promise.catch(() => {}); // Most programs do not listen.
  }

  /** Where the program says that it listens. */
  origin(): Promise<string> {
    return this.#listening.promise;
  }

  async #read(stream: ReadableStream<Uint8Array>, add: (text: string) => string): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream() as TextPair)) {
      const [, origin] = add(text).match(/Listening on (http:\/\/[\d.]+:\d+)/) ?? [];
      if (origin) this.#listening.resolve(origin);
    }
  }
}

type TextPair = ReadableWritablePair<string, Uint8Array>;
type BytePair = ReadableWritablePair<Uint8Array, Uint8Array>;

function attributesOf(events: readonly DevEvent[], body: string): Record<string, unknown> {
  const event = events.find(({ payload }) => payload.body === body) ?? fail(`No event ${body}`);
  return event.payload.attributes ?? {};
}

function bodies(events: readonly DevEvent[]): string[] {
  return events.map(({ payload }) => String(payload.body)).toSorted();
}

function fail(message: string): never {
  throw new Error(message);
}
