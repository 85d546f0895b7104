/**
 * The demo: real programs, each a process of its own, log to a local service and end in different
 * ways. What they logged is counted without the handler's help, by what they print or by what they
 * were fed, and compared record by record with what the service has. The last of them reads a log
 * file: one of this machine, or the one that is named.
 *
 *     deno task demo [LOG_FILE]
 *
 * @module
 */
import { type Count, count } from "./count.ts";
import { logFile } from "./log_file.ts";
import type { Received } from "./service.ts";
import { type Cell, table } from "./table.ts";
import { formatEvent, paintFor } from "../dev/format.ts";

/** How late the service answers, in milliseconds. */
const DELAY_MS = 10;
/** How many requests the web application has answered when it is told to end. */
const REQUESTS = 300;
/** How many requests it has to answer at a time. */
const CLIENTS = 8;
/** A program that takes longer has not ended as it should. */
const PATIENCE_MS = 30_000;

interface Program {
  readonly name: string;
  readonly what: string;
  readonly ending: string;
  /** The exit code that it has without the handler. */
  readonly code: number;
  readonly args?: readonly string[];
  /** Does what the program waits for, and returns what it was fed, if it was. */
  readonly drive?: (running: Running) => Promise<readonly string[] | void>;
}

interface Running {
  readonly process: Deno.ChildProcess;
  /** The lines on its standard output so far. */
  readonly printed: readonly string[];
  /** When it printed the last of them. */
  lastPrintAt: number;
  /** Ends when there is nothing more to read. */
  readonly read: Promise<void>;
}

/** A program that has ended. */
interface Ended {
  readonly program: Program;
  readonly pid: number;
  readonly code: number;
  readonly messages: readonly string[];
  /** From the last log call to the end of the process. */
  readonly endMs: number;
}

interface Result extends Count, Omit<Ended, "messages" | "pid"> {
  readonly logged: number;
}

const PROGRAMS: readonly Program[] = [
  {
    name: "serve.ts",
    what: "a web application under load, told to end by SIGTERM",
    ending: "SIGTERM",
    code: 143,
    args: ["0"],
    drive: sendRequests,
  },
  { name: "task.ts", what: "a script with an exit code", ending: "Deno.exit(3)", code: 3 },
  { name: "crash.ts", what: "a program with a bug", ending: "uncaught error", code: 1 },
  {
    name: "spool.ts",
    what: "a program with a spool, killed in the middle",
    ending: "SIGKILL",
    code: 137,
    args: ["kill"],
  },
  {
    name: "spool.ts",
    what: "the next one, which delivers what that had logged",
    ending: "out of work",
    code: 0,
  },
  {
    name: "pipe.ts",
    what: "a log file through standard input",
    ending: "out of work",
    code: 0,
    drive: feedLogFile,
  },
];

/** Where `examples/spool.ts` keeps what is not delivered. */
const SPOOL = new URL("../spool", import.meta.url);

const paint = paintFor(Deno.stdout);
const lines = await logFile(Deno.args[0]);
const service = start("demo/service.ts", [String(DELAY_MS)]);
const url = await firstLine(service) ?? "";
if (url === "") throw new Error("The service did not start");
console.log(
  `A service on ${url} answers each request after ${DELAY_MS} ms. These programs log to it:\n`,
);
const results: Result[] = [];
const killed: Ended[] = [];
for (const program of PROGRAMS) {
  // A process of another one's cannot be sent SIGTERM on Windows: it would be like SIGKILL.
  if (program.ending.startsWith("SIG") && Deno.build.os === "windows") continue;
  const ended = await run(program);
  killed.push(ended);
  // What a killed program has logged is delivered by the next one.
  if (program.ending === "SIGKILL") continue;
  for (const each of killed.splice(0)) results.push(await look(each));
}
// It stays if there is more in it: what another program left, such as a demo that was interrupted.
await Deno.remove(SPOOL).catch(() => {});
await service.process.stdin.close();
await service.process.status;
report(results);
if (results.some((result) => !isFine(result))) Deno.exit(1);

async function run(program: Program): Promise<Ended> {
  console.log(`${paint("bold", `examples/${program.name}`)}  ${program.what}`);
  const running = start(`examples/${program.name}`, program.args ?? [], {
    AXONPUSH_API_KEY: "ak_demo",
    AXONPUSH_TENANT_ID: "demo",
    AXONPUSH_BASE_URL: url,
    AXONPUSH_CHANNEL_ID: program.name,
  });
  const timer = setTimeout(() => running.process.kill("SIGKILL"), PATIENCE_MS);
  const fed = await program.drive?.(running);
  const { code } = await running.process.status;
  const endMs = performance.now() - running.lastPrintAt;
  clearTimeout(timer);
  await running.read;
  const messages = fed ?? messagesOn(running.printed);
  return { program, pid: running.process.pid, code, endMs, messages };
}

/** Looks what the service has of a program that has ended. */
async function look({ messages, pid, ...ended }: Ended): Promise<Result> {
  const query = new URLSearchParams({ channel: ended.program.name, pid: String(pid) });
  const answer = await fetch(`${url}/received?${query}`);
  const { arrivals, samples } = await answer.json() as Received;
  for (const event of samples) console.log(formatEvent(event, paint).replace(/^/gm, "  "));
  console.log();
  // What was in flight when a program was killed comes again under its key, and is stored once.
  const isKilled = ended.program.ending === "SIGKILL";
  const counted = isKilled ? arrivals.map((one) => ({ ...one, times: 1 })) : arrivals;
  return { ...ended, logged: messages.length, ...count(messages, counted) };
}

/** Starts a program of this repository with the permissions it needs. */
function start(path: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--node-modules-dir=manual", // This process has put the packages there.
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env=AXONPUSH_*",
      ...path.endsWith("spool.ts") ? ["--allow-read=spool", "--allow-write=spool"] : [],
      path,
      ...args,
    ],
    cwd: new URL("../", import.meta.url),
    env: { ...env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: path.endsWith("crash.ts") ? "null" : "inherit",
  }).spawn();
  const printed: string[] = [];
  const running = { process, printed, lastPrintAt: performance.now(), read: read() };
  return running;

  async function read(): Promise<void> {
    let rest = "";
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
      running.lastPrintAt = performance.now();
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      printed.push(...lines);
    }
  }
}

/** The first line that a program prints, or nothing if it ends before. */
async function firstLine(running: Running): Promise<string | undefined> {
  const timer = setTimeout(() => running.process.kill("SIGKILL"), PATIENCE_MS);
  while (running.printed.length === 0) {
    if (await Promise.race([running.read.then(() => true), tick()])) break;
  }
  clearTimeout(timer);
  return running.printed[0];
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** Keeps a web application busy with requests, and ends it in the middle of them. */
async function sendRequests(running: Running): Promise<void> {
  const address = (await firstLine(running))?.match(/http:\S+/)?.[0];
  if (address === undefined) return; // It could not start: its exit code shows in the table.
  let answered = 0;
  const client = async () => {
    for (;;) {
      const response = await fetch(`${address}/orders/${answered}`);
      await response.body?.cancel();
      if (++answered === REQUESTS) running.process.kill("SIGTERM");
    }
  };
  // When the application is gone, its clients' requests fail.
  await Promise.allSettled(Array.from({ length: CLIENTS }, client));
}

/** Feeds a log file to the program. */
async function feedLogFile({ process }: Running): Promise<readonly string[]> {
  const writer = process.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
    await writer.close();
  } catch {
    // It ended before it had read everything: the table shows what is missing.
  }
  return lines;
}

/** The messages that a program logged, as std/log's ConsoleHandler printed them: level, message. */
function messagesOn(printed: readonly string[]): string[] {
  return printed.flatMap((line) => line.match(/^(?:INFO|WARN|ERROR|CRITICAL) (.*)$/)?.[1] ?? []);
}

function isFine({ program, code, logged, lost, doubled }: Result): boolean {
  return code === program.code && logged > 0 && lost === 0 && doubled === 0;
}

function report(results: readonly Result[]): void {
  const zero = (number: number): Cell => [String(number), number === 0 ? "green" : "red"];
  const rows = results.map(({ program, code, endMs, logged, delivered, lost, doubled }): Cell[] => [
    [program.name],
    [program.ending],
    [String(logged)],
    [String(delivered)],
    zero(lost),
    zero(doubled),
    code === program.code ? [String(code)] : [`${code}, not ${program.code}`, "red"],
    [`${Math.round(endMs)} ms`],
  ]);
  const head = "program,ended by,logged,delivered,lost,duplicates,exit code,to end".split(",");
  console.log(table(head, rows, paint));
  console.log(paint("dim", "to end: from the last log call to the end of the process"));
  const masked = results.reduce((sum, result) => sum + result.masked, 0);
  if (masked > 0) {
    const what = masked === 1 ? "1 message" : `${masked} messages`;
    console.log(paint("dim", `masked: what looked like a secret in ${what}, before it was sent`));
  }
  console.log();
  console.log(
    results.every(isFine)
      ? paint("green", "Everything that was logged arrived, once, and every exit code was kept.")
      : paint("red", "Not everything arrived as it should: see the table."),
  );
}
