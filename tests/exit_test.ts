/**
 * The promise of this package: a record that was logged arrives, however the program ends. The
 * tests run programs of `fixtures/` with and without the handler, against a service that takes its
 * time: both must end alike, and every record must have arrived once.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertEquals, assertGreaterOrEqual, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { type DevServer, type DevServerOptions, startDevServer } from "../dev/mod.ts";
import { type Outcome, runProgram, startProgram } from "./program.ts";

const RECORDS = Array.from({ length: 50 }, (_, i) => `record ${i + 1}`);
/** Longer than any program is allowed to run: one that waits for it hangs. */
const FOREVER_MS = 600_000;
/** To start a worker of its own, a program must be allowed to read its modules. */
const READ_REPOSITORY = `--allow-read=${
  fileURLToPath(new URL("../", import.meta.url)).replaceAll(",", ",,")
}`;

function startService(options?: DevServerOptions): DevServer {
  return startDevServer({ port: 0, delayMs: 20, ...options });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A service that takes requests and never answers. */
function startHangingService(): DevServer {
  return startService({ intercept: () => new Promise(() => {}) });
}

/** The first argument and the permission that a program needs to ship to this service. */
function shipTo({ url, port }: DevServer, options: Record<string, unknown> = {}) {
  const given = { apiKey: "ak_test", tenantId: "1", baseUrl: url, shutdownTimeoutMs: FOREVER_MS };
  return {
    flags: ["--no-prompt", `--allow-net=127.0.0.1:${port}`],
    args: [JSON.stringify({ ...given, ...options })],
  };
}

/** Checks that these records have arrived, each once. */
function assertArrived({ events, counts }: DevServer, records: readonly string[]): void {
  const needless = events.map(({ payload }) => String(payload.body));
  const lost = records.filter((record) => {
    const i = needless.indexOf(record);
    return i === -1 || needless.splice(i, 1) === undefined;
  });
  const none = { lost: [], needless: [], duplicates: 0 };
  assertEquals({ lost, needless, duplicates: counts.duplicates }, none);
}

interface Ending {
  /** How the program is to end, with the handler and without. */
  readonly ends: Partial<Outcome>;
  /** More arguments of the program. */
  readonly args?: readonly string[];
  /** What is sent to the program once it says that it is ready, with all its records pending. */
  readonly signal?: Deno.Signal;
  /** What is to arrive. @default {fifty records} */
  readonly records?: readonly string[];
}

/** Checks that a program ends the same with the handler as without, and that nothing is lost. */
async function assertEnds(file: string, ending: Ending): Promise<void> {
  const { ends, args = [], signal, records = RECORDS } = ending;
  const begun = Promise.withResolvers<undefined>();
  await using service = startService({ intercept: () => begun.promise });
  const run = async (how: { flags: string[]; args: string[] }) => {
    const program = startProgram(file, { flags: how.flags, args: [...how.args, ...args] });
    if (signal) {
      await program.output(/^ready$/m);
      program.kill(signal);
    }
    begun.resolve(undefined);
    return await program.ended;
  };
  const outcome = await run(shipTo(service));
  assertEquals(outcome, await run({ flags: ["--no-prompt"], args: ["off"] }));
  assertEquals(outcome, { ...outcome, ...ends });
  assertArrived(service, records);
}

const SIGTERM = { code: 143, signal: "SIGTERM" } as const;
const SIGINT = { code: 130, signal: "SIGINT" } as const;
const SIGHUP = { code: 129, signal: "SIGHUP" } as const;

const ENDS: Readonly<Record<string, readonly [file: string, ending: Ending]>> = {
  "runs out of work": ["natural_end.ts", { ends: { code: 0 } }],
  "calls Deno.exit(0)": ["exit_0.ts", { ends: { code: 0 } }],
  "calls Deno.exit(3)": ["exit_3.ts", { ends: { code: 3 } }],
  "calls process.exit(5)": ["process_exit_5.ts", { ends: { code: 5 } }],
  "throws at top level": ["throw_at_top.ts", { ends: { code: 1 } }],
  "throws in a timer": ["throw_in_timer.ts", { ends: { code: 1 } }],
  "leaves a rejection unhandled": ["reject.ts", { ends: { code: 1 } }],
  "gets SIGINT": ["wait.ts", { ends: SIGINT, signal: "SIGINT" }],
  "gets SIGTERM": ["wait.ts", { ends: SIGTERM, signal: "SIGTERM" }],
  "gets SIGHUP": ["wait.ts", { ends: SIGHUP, signal: "SIGHUP" }],
  "gets SIGTERM while it is busy": ["busy.ts", {
    ends: SIGTERM,
    signal: "SIGTERM",
    records: [...RECORDS, "computed"],
  }],
  "handles SIGTERM with process.on() before setup": ["own_listener.ts", {
    ends: { code: 7, stdout: "ready\nstopping\nstopped\n" },
    args: ["first"],
    signal: "SIGTERM",
    records: [...RECORDS, "stopping", "stopped"],
  }],
  "handles SIGTERM with process.on() after setup": ["own_listener.ts", {
    ends: { code: 7, stdout: "ready\nstopping\nstopped\n" },
    signal: "SIGTERM",
    records: [...RECORDS, "stopping", "stopped"],
  }],
  "handles SIGTERM with process.once() before setup": ["own_listener.ts", {
    ends: { code: 7, stdout: "ready\nstopping\nstopped\n" },
    args: ["first", "once"],
    signal: "SIGTERM",
    records: [...RECORDS, "stopping", "stopped"],
  }],
  "handles SIGTERM itself and closes the handler": ["own_signal_listener.ts", {
    ends: { code: 9, stdout: "ready\nclosed\n" },
    signal: "SIGTERM",
    records: [...RECORDS, "stopping"],
  }],
  "takes its listeners of all signals off": ["takes_off_listeners.ts", {
    ends: { code: 0, stdout: "ready\ncleaned up\n" },
    signal: "SIGTERM",
    records: [...RECORDS, "cleaned up"],
  }],
  "takes its listeners of all signals off later": ["takes_off_listeners.ts", {
    ends: { code: 0, stdout: "ready\ncleaned up\n" },
    args: ["warm"],
    signal: "SIGTERM",
    records: [...RECORDS, "cleaned up"],
  }],
  "listens to SIGTERM itself, with Deno.addSignalListener()": ["deno_listener.ts", {
    ends: { code: 0, signal: null },
    signal: "SIGTERM",
    records: [...RECORDS, "cleaned up"],
  }],
  "listens to SIGTERM itself, and to one only": ["deno_listener.ts", {
    ends: { code: 0, signal: null },
    args: ["once"],
    signal: "SIGTERM",
    records: [...RECORDS, "cleaned up"],
  }],
  "listens to SIGTERM itself, and sends it again when it has cleaned up": ["deno_listener.ts", {
    ends: SIGTERM,
    args: ["again"],
    signal: "SIGTERM",
    records: [...RECORDS, "cleaned up"],
  }],
  "listened to SIGTERM itself, and does not any more": ["deno_listener.ts", {
    ends: SIGTERM,
    args: ["no more"],
    signal: "SIGTERM",
  }],
  "sends itself SIGTERM as its last act": ["signals_itself.ts", { ends: SIGTERM }],
  "sends itself SIGTERM by process.kill() as its last act": ["signals_itself.ts", {
    ends: SIGTERM,
    args: ["by Node"],
  }],
  "sends itself SIGTERM by the global process, which it reads for the first time": [
    "kills_itself.ts",
    { ends: SIGTERM },
  ],
  "sends itself SIGTERM by the global process, which it has frozen": [
    "kills_itself.ts",
    { ends: SIGTERM, args: ["frozen"] },
  ],
  "sends itself SIGTERM when a worker listens": ["signals_itself.ts", {
    ends: SIGTERM,
    args: ["later"],
  }],
  ...Object.fromEntries(
    [
      "exits",
      "exits, by Node",
      "throws, in a turn",
      "exits later",
      "throws later, by number, by Node",
    ]
      .map((how) => [
        `sends itself SIGTERM, and ${how}`,
        ["signals_itself.ts", { ends: SIGTERM, args: [how] }],
      ]),
  ),
  "sends itself SIGTERM again when it has cleaned up": ["signals_itself.ts", {
    ends: SIGTERM,
    args: ["again"],
    signal: "SIGTERM",
  }],
  "takes its listener off and sends itself SIGTERM again": ["signals_itself.ts", {
    ends: SIGTERM,
    args: ["again later"],
    signal: "SIGTERM",
  }],
  "takes its listener off and sends itself SIGTERM again at once": ["signals_itself.ts", {
    ends: SIGTERM,
    args: ["again at once"],
    signal: "SIGTERM",
  }],
  "takes its listener off, right after its first record, and sends itself SIGTERM again": [
    "deno_listener.ts",
    { ends: SIGTERM, args: ["at once"], signal: "SIGTERM" },
  ],
  "had its process object replaced before it loads the handler": ["process_replaced.ts", {
    ends: SIGTERM,
    args: ["before"],
    signal: "SIGTERM",
  }],
  "has its clocks and timers faked and runs out of work": ["clocks_faked.ts", {
    ends: { code: 0 },
    args: ["ends"],
  }],
  "has its clocks and timers faked and flushes": ["clocks_faked.ts", {
    ends: { code: 0, stdout: "flushed\n" },
    args: ["flushes"],
  }],
  "has its clocks and timers faked and gets SIGTERM": ["clocks_faked.ts", {
    ends: SIGTERM,
    args: ["waits"],
    signal: "SIGTERM",
  }],
  "had Event replaced before it loads the handler, and throws": ["event_replaced.ts", {
    ends: { code: 1 },
  }],
  ...Object.fromEntries(
    Object.entries({ ends: 0, exits: 3, throws: 1 }).map(([how, code]) => [
      `had an emulated window in place before it loads the handler, and ${how}`,
      ["window_emulated.ts", { ends: { code }, args: [how] }],
    ]),
  ),
  "flushes while the Event of an emulated window is global": ["flushes_emulated.ts", {
    ends: { code: 0, stdout: "went on\n" },
  }],
  "hides Deno from others and gets SIGTERM": ["deno_hidden.ts", {
    ends: SIGTERM,
    signal: "SIGTERM",
  }],
  "replaces its process object": ["process_replaced.ts", {
    ends: SIGTERM,
    args: ["after"],
    signal: "SIGTERM",
  }],
  ...Object.fromEntries(
    Object.entries({ unload: 0, exit: 0, error: 1, unhandledrejection: 1 }).map(([event, code]) => [
      `logs for the first time in a listener of ${event}`,
      ["first_record_at_end.ts", { ends: { code }, args: [event], records: ["last words"] }],
    ]),
  ),
  "logs in listeners of unload and exit": ["late_records.ts", {
    ends: { code: 0 },
    records: [...RECORDS, "in unload", "in exit"],
  }],
  "runs out of work and exits in a listener of unload": ["exits_at_end.ts", {
    ends: { code: 4 },
    records: [...RECORDS, "last words"],
  }],
  "calls Deno.exit() and does so again in a listener of unload": ["exits_at_end.ts", {
    ends: { code: 4 },
    args: ["exits"],
    records: [...RECORDS, "last words"],
  }],
  "logs in a listener of the error that ends it": ["late_error.ts", {
    ends: { code: 1 },
    records: [...RECORDS, "in error"],
  }],
  "prevents the default of an error and goes on": ["prevented_error.ts", {
    ends: { code: 0, stdout: "went on\n" },
    records: [...RECORDS, "went on"],
  }],
  "runs out of work, goes on and logs": ["goes_on.ts", {
    ends: { code: 0, stdout: "at the end 3 times\n" },
    args: ["logs"],
    records: [
      ...RECORDS,
      ...[1, 2, 3].map((i) => `at the end ${i}`),
      ...Array.from({ length: 150 }, (_, i) => `more ${i + 1}`),
    ],
  }],
  "goes on at its end by a listener from before the package was loaded": ["goes_on_early.ts", {
    ends: { code: 0, stdout: "the end\n" },
    records: [...RECORDS, "went on 1", "went on 2"],
  }],
  'goes on at its end by process.on("beforeExit")': ["goes_on_by_node.ts", {
    ends: { code: 0, stdout: "beforeunload\nbeforeExit\n".repeat(3) },
    records: [...RECORDS, "went on 1", "went on 2"],
  }],
  "has a listener from before the package was loaded": ["early_listener.ts", {
    ends: { code: 0, stdout: "twice at most\n" },
  }],
  "runs out of work, goes on and is sent SIGTERM": ["goes_on.ts", {
    ends: SIGTERM,
    args: ["is sent SIGTERM"],
    records: [...RECORDS, "at the end 1", "at the end 2"],
  }],
  "exits while its handler is being closed": ["logs_while_closing.ts", { ends: { code: 3 } }],
  "exits after its handler was set up while it was being closed": ["logs_while_closing.ts", {
    ends: { code: 3 },
    args: ["set up again"],
  }],
};

for (const order of ["first", "last"]) {
  Deno.test(`AxonPushHandler does not hold up a program that ends itself at a signal and listens to it ${order}`, async () => {
    const stopped = Promise.withResolvers<undefined>();
    await using service = startService({ intercept: () => stopped.promise });
    const { flags, args } = shipTo(service);
    const program = startProgram("own_listener.ts", { flags, args: [...args, order] });
    await program.output(/^ready$/m);
    program.kill("SIGTERM");
    await program.output(/^stopped$/m);
    stopped.resolve(undefined);
    assertEquals((await program.ended).code, 7);
    assertArrived(service, [...RECORDS, "stopping", "stopped"]);
  });
}

for (const [what, [file, ending]] of Object.entries(ENDS)) {
  Deno.test(`AxonPushHandler delivers all when a program ${what}`, () => assertEnds(file, ending));
}

/** How a program ends that has two copies of the package, where it gets SIGTERM in the end if it waits. */
const ENDS_OF_TWO: Readonly<Record<string, Partial<Outcome>>> = {
  "ends": { code: 0, signal: null },
  "exits": { code: 3, signal: null },
  "throws": { code: 1, signal: null },
  "sends itself SIGTERM": { code: 143, signal: "SIGTERM" },
  "listens itself": { code: 7, signal: null },
  "waits": { code: 143, signal: "SIGTERM" },
  "computes": { code: 143, signal: "SIGTERM" },
};

for (const [how, { code, signal }] of Object.entries(ENDS_OF_TWO)) {
  Deno.test(`AxonPushHandler delivers all of two copies of the package when a program ${how}`, async () => {
    await using service = startService();
    using copy = copyPackage();
    const { args } = shipTo(service, { shutdownTimeoutMs: 2000 });
    const program = startProgram("two_versions.ts", {
      flags: ["-A"],
      args: [...args, copy.url, how],
    });
    if (["listens itself", "waits", "computes"].includes(how)) {
      await program.output(/^ready$/m);
      program.kill("SIGTERM");
    }
    const outcome = await program.ended;
    assertEquals(outcome, { ...outcome, code, signal });
    assertArrived(service, RECORDS);
  });
}

/** Another copy of the package, as a module of another address. */
function copyPackage(): Disposable & { readonly url: string } {
  const folder = Deno.makeTempDirSync();
  const copy = (from: URL, to: string) => {
    Deno.mkdirSync(to);
    for (const { name, isDirectory } of Deno.readDirSync(from)) {
      if (isDirectory) copy(new URL(`${name}/`, from), join(to, name));
      else Deno.copyFileSync(new URL(name, from), join(to, name));
    }
  };
  const repository = new URL("../", import.meta.url);
  copy(new URL("src/", repository), join(folder, "src"));
  Deno.copyFileSync(new URL("mod.ts", repository), join(folder, "mod.ts"));
  return {
    url: pathToFileURL(join(folder, "mod.ts")).href,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

for (const [what, code] of [["exits", 3], ["throws", 1]] as const) {
  Deno.test(`AxonPushHandler delivers all when a program goes on at its end and ${what}`, async () => {
    await using service = startService();
    const { flags, args } = shipTo(service);
    const outcome = await runProgram("goes_on.ts", { flags, args: [...args, what] });
    assertEquals(outcome, { ...outcome, code });
    // What is under way then goes out again, since nobody hears the answer. The service knows it by its key.
    const stored = service.events.map(({ payload }) => String(payload.body));
    assertEquals(stored.toSorted(), [...RECORDS, "at the end 1", "at the end 2"].toSorted());
  });
}

for (const how of ["ends", "exits"]) {
  Deno.test(`AxonPushHandler delivers all to a slow service when a listener of unload exits: ${how}`, async () => {
    await using service = startService({ delayMs: 500 });
    const { flags, args } = shipTo(service);
    const { code } = await runProgram("exits_at_end.ts", { flags, args: [...args, how] });
    assertEquals(code, 4);
    assertArrived(service, [...RECORDS, "last words"]);
  });
}

Deno.test("AxonPushHandler waits at the end for as long as a busy service asks", async () => {
  let isFirst = true;
  let refusedAt = 0;
  let askedAgainAfterMs = 0;
  await using service = startService({
    intercept() {
      if (isFirst) refusedAt = performance.now();
      else askedAgainAfterMs ||= performance.now() - refusedAt;
      const answer = isFirst
        ? new Response(null, { status: 503, headers: { "Retry-After": "1" } })
        : undefined;
      isFirst = false;
      return answer;
    },
  });
  const { flags, args } = shipTo(service);
  for (const end of ["ends", "closes"]) {
    isFirst = true;
    askedAgainAfterMs = 0;
    const { code } = await runProgram("ends_or_closes.ts", { flags, args: [...args, end] });
    assertEquals(code, 0);
    assertGreaterOrEqual(askedAgainAfterMs, 990);
  }
  assertArrived(service, ["ends", "closes"]);
});

Deno.test("AxonPushHandler ends a program that cannot reach the service within shutdownTimeoutMs", async () => {
  const baseUrl = `http://127.0.0.1:${freePort()}`;
  const options = { apiKey: "ak_test", tenantId: "1", baseUrl, shutdownTimeoutMs: 300 };
  for (const end of ["ends", "closes"]) {
    const { code, stderr } = await runProgram("ends_or_closes.ts", {
      flags: ["--no-prompt", "--allow-net"],
      args: [JSON.stringify(options), end],
    });
    assertEquals(code, 0);
    assertMatch(stderr, /1 record was not delivered within 300 ms/);
  }
});

Deno.test("AxonPushHandler does not ship for ever what a fetch of the program's own logs", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const outcome = await runProgram("fetch_logs.ts", { flags, args });
  assertEquals(outcome, { code: 0, signal: null, stdout: "", stderr: "" });
  assertArrived(service, ["once", "fetching"]);
});

const ENDS_IN_VAIN = [
  "runs out of work",
  "calls Deno.exit(3)",
  "throws in a timer",
  "leaves a rejection unhandled",
  "gets SIGTERM",
  "handles SIGTERM itself and closes the handler",
];

for (const what of ENDS_IN_VAIN) {
  const [file, { ends, signal }] = ENDS[what]!;
  Deno.test(`AxonPushHandler gives up after shutdownTimeoutMs when a program ${what}`, async () => {
    await using service = startHangingService();
    const options = { shutdownTimeoutMs: 300, requestTimeoutMs: FOREVER_MS };
    const program = startProgram(file, shipTo(service, options));
    if (signal) {
      await program.output(/^ready$/m);
      program.kill(signal);
    }
    const outcome = await program.ended;
    assertEquals(outcome, { ...outcome, ...ends });
    assertMatch(
      outcome.stderr,
      /\[axonpush\] 5[01] records were not delivered within 300 ms .*: http.*\/event has not answered/,
    );
  });
}

/** Has a program end in this way, and suspends it for longer than an end may take while it drains. */
async function suspendAtEnd(what: string): Promise<void> {
  const [file, { ends, signal }] = ENDS[what]!;
  const asked = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<undefined>();
  await using service = startService({
    intercept() {
      asked.resolve();
      return resumed.promise;
    },
  });
  const shutdownTimeoutMs = 2000;
  const options = { shutdownTimeoutMs, requestTimeoutMs: FOREVER_MS };
  const program = startProgram(file, shipTo(service, options));
  if (signal) {
    await program.output(/^ready$/m);
    program.kill(signal);
  }
  await asked.promise;
  program.kill("SIGSTOP");
  await delay(shutdownTimeoutMs + 1000);
  program.kill("SIGCONT");
  resumed.resolve(undefined);

  const outcome = await program.ended;
  assertEquals(outcome, { ...outcome, ...ends });
  assertEquals(outcome.stderr.includes("[axonpush]"), false, outcome.stderr);
  assertArrived(service, RECORDS);
}

Deno.test({
  name: "AxonPushHandler does not count for how long a program is suspended at its end",
  ignore: Deno.build.os === "windows",
  async fn() {
    const ways = ["runs out of work", "calls Deno.exit(3)", "throws in a timer", "gets SIGTERM"];
    await Promise.all(ways.map(suspendAtEnd));
  },
});

Deno.test("AxonPushHandler knows to the end of a drain that a program which has thrown ends", async () => {
  await using service = startService();
  const { args } = shipTo(service, { shutdownTimeoutMs: 2000 });
  const { code, stderr } = await runProgram("throw_hopeless.ts", { flags: ["--no-prompt"], args });
  assertEquals(code, 1);
  assertMatch(stderr, /50 records could not be delivered so far, .*: no net permission/);
  assertEquals(stderr.includes("not delivered within"), false, stderr); // Nobody will grant it any more.
});

Deno.test("AxonPushHandler takes a program that goes on after an event of its end for one that does", async () => {
  await using service = startService({ delayMs: 500 });
  const { stderr } = await runProgram(
    "dispatches_unload.ts",
    shipTo(service, { shutdownTimeoutMs: 200, concurrency: 1, protocol: "otlp" }),
  );
  assertEquals(stderr.match(/not delivered/g)?.length, 1, stderr); // At that event, and no more.
});

Deno.test("AxonPushHandler lets a program end that has dispatched beforeunload itself, before anybody listened to signals", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const { code } = await runProgram("dispatches_unload.ts", {
    flags,
    args: [...args, "beforeunload"],
  });
  assertEquals(code, 0);
  const later = Array.from({ length: 5 }, (_, i) => `later ${i + 1}`);
  assertArrived(service, [...RECORDS, ...later]);
});

Deno.test("AxonPushHandler delivers what is logged at the end after long work", async () => {
  await using service = startService({ delayMs: 0 });
  const outcome = await runProgram(
    "late_after_work.ts",
    shipTo(service, { shutdownTimeoutMs: 1000 }),
  );
  assertEquals(outcome, { code: 0, signal: null, stdout: "", stderr: "" });
  assertArrived(service, [...RECORDS, "in unload", "in unload, too"]);
});

for (const event of ["unhandledrejection", "error"]) {
  Deno.test(`AxonPushHandler is not held up by what a later listener of ${event} handles`, async () => {
    await using service = startHangingService();
    const { flags, args } = shipTo(service, { shutdownTimeoutMs: 5000 });
    const { stdout } = await runProgram("handled_later.ts", { flags, args: [...args, event] });
    assertEquals(stdout, "held up 0\n");
  });
}

for (const event of ["unhandledRejection", "uncaughtException"]) {
  Deno.test(`AxonPushHandler is not held up by what process.on("${event}") handles`, async () => {
    await using service = startHangingService();
    const { flags, args } = shipTo(service, { shutdownTimeoutMs: 1000 });
    const { stdout } = await runProgram("handled_by_node.ts", { flags, args: [...args, event] });
    assertEquals(stdout, "held up 0\n");
  });
}

for (const how of ["exits", "throws"]) {
  Deno.test(`AxonPushHandler lets SIGINT end a program that only then ${how}`, async () => {
    await using service = startService({ delayMs: 0 });
    const { flags, args } = shipTo(service);
    const program = startProgram("blocked.ts", { flags, args: [...args, how] });
    await program.output(/^ready$/m);
    program.kill("SIGINT");
    const { code, signal } = await program.ended;
    assertEquals({ code, signal }, { code: 130, signal: "SIGINT" });
    assertEquals(service.events.length, RECORDS.length);
  });
}

for (const how of ["loop", "input", "wait", "log calls"]) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.test(`AxonPushHandler lets ${signal} end a program that is blocked: ${how}`, async () => {
      await using service = startService({ delayMs: 0 });
      const options = { shutdownTimeoutMs: 500, ...how === "log calls" && { mode: "sync" } };
      const { flags, args } = shipTo(service, options);
      const program = startProgram("blocked.ts", { flags, args: [...args, how] });
      await program.output(/^ready$/m);
      if (how === "log calls") await service.waitFor(60);
      program.kill(signal);
      const outcome = await program.ended;
      assertEquals(outcome, {
        ...signal === "SIGINT" ? SIGINT : SIGTERM,
        stdout: "ready\n",
        stderr: "",
      });
      assertGreaterOrEqual(service.events.length, RECORDS.length);
    });
  }
}

for (const how of ["loop", "input", "wait"]) {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.test(`AxonPushHandler lets ${signal} end a program that is blocked right after its first record: ${how}`, async () => {
      await using service = startService();
      const { flags, args } = shipTo(service);
      const program = startProgram("blocked.ts", { flags, args: [...args, how, "at once"] });
      await program.output(/^ready$/m);
      program.kill(signal);
      const outcome = await program.ended;
      assertEquals(outcome, {
        ...signal === "SIGINT" ? SIGINT : SIGTERM,
        stdout: "ready\n",
        stderr: "",
      });
    });
  }
}

for (const when of ["before", "once"]) {
  Deno.test(`AxonPushHandler lets SIGTERM end a program whose handler is being destroyed: ${when} its worker listens`, async () => {
    await using service = startHangingService();
    const { flags, args } = shipTo(service, { shutdownTimeoutMs: 1000 });
    const program = startProgram("destroyed.ts", { flags, args: [...args, when] });
    await program.output(/^ready$/m);
    program.kill("SIGTERM");
    const { code, signal } = await program.ended;
    assertEquals({ code, signal }, SIGTERM);
  });
}

for (const when of ["before", "once"]) {
  Deno.test(`AxonPushHandler.destroy() leaves nobody behind that hears a signal: ${when} its worker listens`, async () => {
    await using service = startService({ delayMs: 0 });
    const { flags, args } = shipTo(service);
    for (let i = 0; i < 4; i++) { // The worker may be quick enough by itself.
      const program = startProgram("destroyed.ts", {
        flags,
        args: [...args, when, "kills itself"],
      });
      assertEquals(await program.ended, { ...SIGTERM, stdout: "ready\n", stderr: "" });
    }
  });
}

Deno.test("AxonPushHandler starts one worker where log.setup() replaces twenty handlers", async () => {
  await using service = startService({ delayMs: 0 });
  const { code, stdout } = await runProgram("replaced_handlers.ts", shipTo(service));
  assertEquals([code, stdout], [0, "worker started\n"]);
  assertArrived(service, Array(20).fill(RECORDS).flat());
});

Deno.test("AxonPushHandler takes a signal that is passed on besides for the same", async () => {
  const begun = Promise.withResolvers<undefined>();
  await using service = startService({ intercept: () => begun.promise });
  const { flags, args } = shipTo(service);
  const program = startProgram("wait.ts", { flags, args: [...args, "warm"] });
  await program.output(/^ready$/m);
  program.kill("SIGINT");
  await delay(20); // Long enough to be heard, and shorter than anybody takes to press Ctrl-C again.
  program.kill("SIGTERM");
  begun.resolve(undefined);
  assertEquals(await program.ended, { ...SIGINT, stdout: "ready\n", stderr: "" });
  assertArrived(service, RECORDS);
});

Deno.test("AxonPushHandler takes a signal that comes twice before there is a worker for one", async () => {
  const begun = Promise.withResolvers<undefined>();
  await using service = startService({ intercept: () => begun.promise });
  const program = startProgram("wait.ts", shipTo(service));
  await program.output(/^ready$/m);
  program.kill("SIGTERM");
  await delay(10);
  program.kill("SIGTERM");
  begun.resolve(undefined);
  assertEquals(await program.ended, { ...SIGTERM, stdout: "ready\n", stderr: "" });
  assertArrived(service, RECORDS);
});

for (const second of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`AxonPushHandler ends at once at SIGINT and then ${second}`, async () => {
    await using service = startHangingService();
    const program = startProgram("wait.ts", shipTo(service));
    await program.output(/^ready$/m);
    // The first one must have been heard before the second is sent, which nobody can see from here;
    // so this does what people do, and sends it until it helps.
    let ended = false;
    const end = program.ended.finally(() => ended = true);
    for (let signal: Deno.Signal = "SIGINT"; !ended; signal = second) {
      program.kill(signal);
      await Promise.race([end, delay(50)]);
    }
    const { code, signal, ...output } = await end;
    assertEquals(output, { stdout: "ready\n", stderr: "" });
    assertEquals({ code, signal }, second === "SIGINT" ? SIGINT : SIGTERM);
  });
}

Deno.test("AxonPushHandler starts no worker in a program that logs nothing or little, and ends", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const stdouts = { 0: "logged\n", 1: "logged\n", 129: "logged\nworker started\n" };
  for (const [count, stdout] of Object.entries(stdouts)) {
    assertEquals(
      await runProgram("so_many.ts", { flags, args: [...args, count] }),
      { code: 0, signal: null, stdout, stderr: "" },
    );
  }
  const some = Array.from({ length: 129 }, (_, i) => `record ${i + 1}`);
  assertArrived(service, ["record 1", ...some]);
});

Deno.test("AxonPushHandler delivers to two services from one program", async () => {
  await using one = startService();
  await using other = startService();
  const outcome = await runProgram("two_handlers.ts", {
    flags: ["--no-prompt", `--allow-net=127.0.0.1:${one.port},127.0.0.1:${other.port}`],
    args: [...shipTo(one).args, ...shipTo(other).args],
  });
  assertEquals(outcome, { code: 4, signal: null, stdout: "", stderr: "" });
  assertArrived(one, RECORDS);
  assertArrived(other, RECORDS);
});

Deno.test("AxonPushHandler delivers from the main thread and from a worker", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const outcome = await runProgram("in_worker.ts", { flags: [...flags, READ_REPOSITORY], args });
  assertEquals(outcome, { code: 0, signal: null, stdout: "", stderr: "" });
  assertArrived(service, [...RECORDS, ...RECORDS]);
});

Deno.test("AxonPushHandler delivers from a worker that ends itself", async () => {
  for (
    const [when, records] of [["at once", RECORDS], ["later", [...RECORDS, ...RECORDS]]] as const
  ) {
    await using service = startService();
    const { flags, args } = shipTo(service);
    const outcome = await runProgram("closes_itself.ts", {
      flags: [...flags, READ_REPOSITORY],
      args: [...args, when],
    });
    assertEquals(outcome, { code: 0, signal: null, stdout: "", stderr: "" });
    assertArrived(service, records);
  }
});

Deno.test("AxonPushHandler delivers from a worker when the program gets SIGTERM", async () => {
  const begun = Promise.withResolvers<undefined>();
  await using service = startService({ intercept: () => begun.promise });
  const { flags, args } = shipTo(service);
  const program = startProgram("in_worker.ts", {
    flags: [...flags, READ_REPOSITORY],
    args: [...args, "wait"],
  });
  await program.output(/^ready$/m);
  program.kill("SIGTERM");
  begun.resolve(undefined);
  assertEquals(await program.ended, { ...SIGTERM, stdout: "ready\n", stderr: "" });
  assertArrived(service, [...RECORDS, ...RECORDS]);
});

Deno.test("AxonPushHandler lets a program end that sends itself SIGTERM and has a worker", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const outcome = await runProgram("kills_itself_with_worker.ts", {
    flags: [...flags, READ_REPOSITORY],
    args,
  });
  assertEquals(outcome, { ...SIGTERM, stdout: "", stderr: "" });
  assertArrived(service, [...RECORDS, ...RECORDS]);
});

Deno.test("AxonPushHandler lets SIGINT end a program whose worker hears it, and ends itself", async () => {
  await using service = startService({ delayMs: 500 });
  const { flags, args } = shipTo(service);
  const program = startProgram("closes_itself_later.ts", {
    flags: [...flags, READ_REPOSITORY],
    args,
  });
  await program.output(/^ready$/m);
  program.kill("SIGINT");
  assertEquals(await program.ended, { ...SIGINT, stdout: "ready\n", stderr: "" });
});

Deno.test("AxonPushHandler delivers from a worker of Node's kind that runs to its end", async () => {
  await using service = startService();
  const { flags, args } = shipTo(service);
  const outcome = await runProgram("in_node_worker.ts", {
    flags: [...flags, READ_REPOSITORY],
    args,
  });
  assertEquals(outcome, { code: 0, signal: null, stdout: "ready\n", stderr: "" });
  assertArrived(service, [...RECORDS, ...RECORDS]);
});

Deno.test("AxonPushHandler delivers from a worker of Node's kind when the program gets SIGTERM", async () => {
  const begun = Promise.withResolvers<undefined>();
  await using service = startService({ intercept: () => begun.promise });
  const { flags, args } = shipTo(service);
  const program = startProgram("in_node_worker.ts", {
    flags: [...flags, READ_REPOSITORY],
    args: [...args, "wait"],
  });
  await program.output(/^ready$/m);
  program.kill("SIGTERM");
  begun.resolve(undefined);
  assertEquals(await program.ended, { ...SIGTERM, stdout: "ready\n", stderr: "" });
  assertArrived(service, [...RECORDS, ...RECORDS]);
});

for (const isolates of [1, 2]) {
  const flags = isolates > 1 ? ["--parallel"] : [];
  const command = ["deno serve", ...flags].join(" ");
  const serve = async (how: { flags: string[]; args: string[] }) => {
    // The isolates of one server share a port only if it is given.
    const port = freePort();
    const server = startProgram("serve.ts", {
      command: "serve",
      flags: [...how.flags, "--host=127.0.0.1", `--port=${port}`, ...flags],
      args: how.args,
      env: { DENO_JOBS: String(isolates) },
    });
    await server.output(new RegExp(`(ready[^]*){${isolates}}`));
    return { server, url: `http://127.0.0.1:${port}` };
  };

  // A single visitor leaves the other isolate idle: it must not end the program for all.
  for (const visitors of [1, 8]) {
    Deno.test(`AxonPushHandler delivers all of ${command} with visitors: ${visitors}`, async () => {
      const begun = Promise.withResolvers<undefined>();
      await using service = startService({ intercept: () => begun.promise });
      const { server, url } = await serve(shipTo(service));
      const served: string[] = [];
      const visit = async (visitor: number) => {
        for (let i = 0;; i++) {
          const path = `/${visitor}/${i}`;
          try {
            const response = await fetch(url + path);
            await response.text();
          } catch {
            return; // The server is gone.
          }
          if (served.push(path) === 200) {
            server.kill("SIGTERM");
            begun.resolve(undefined);
          }
        }
      };
      await Promise.all(Array.from({ length: visitors }, (_, i) => visit(i)));
      await server.ended;
      const arrived = new Set(service.events.map(({ payload }) => payload.body));
      assertEquals(served.filter((path) => !arrived.has(path)), []);
      assertEquals(service.counts.duplicates, 0);
      assertGreaterOrEqual(served.length, 200);
    });
  }

  Deno.test(`AxonPushHandler lets ${command} finish its requests`, async () => {
    await using service = startService();
    const run = async (how: { flags: string[]; args: string[] }) => {
      const { server, url } = await serve(how);
      const visit = async () => await (await fetch(`${url}/slow`)).text();
      const response = visit().catch(({ message }) => message);
      await server.output(/slow begun/);
      server.kill("SIGTERM");
      const { code, signal } = await server.ended;
      return { code, signal, response: await response };
    };
    const outcome = await run(shipTo(service));
    assertEquals(outcome, await run({ flags: ["--no-prompt"], args: ["off"] }));
    assertEquals(outcome, { code: 0, signal: null, response: "served" });
    assertArrived(service, ["/slow", "/slow done"]);
  });
}
