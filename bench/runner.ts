/**
 * Starts the service and, one after the other, the programs that ship to it, and puts together what
 * both sides saw.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Contender } from "./contenders.ts";

/** What the service counted since it was last asked. */
export interface Arrivals {
  readonly requests: number;
  readonly records: number;
  readonly unique: number;
  readonly bytes: number;
  /** When the last request was answered, in milliseconds since 1970. */
  readonly last: number;
  /** How long answers were held back on average, in milliseconds. */
  readonly heldMs: number;
  readonly connections: number;
  /** CPU that the service has used, in milliseconds. */
  readonly cpuMs: number;
}

/** What one run of a contender showed. */
export interface Run {
  readonly count: number;
  /** The same with those before the measured ones. */
  readonly sent: number;
  /** Cost of the log call by blocks of 100, in microseconds a record. */
  readonly callUs?: {
    readonly mean: number;
    readonly median: number;
    readonly p99: number;
  };
  /** CPU of the program's own thread up to its end, in microseconds a record. */
  readonly threadUs: number;
  /** The same from the start of the process on, in milliseconds. */
  readonly wholeThreadMs: number;
  /** CPU of all its threads. */
  readonly processUs: number;
  readonly peakMiB: number;
  /** From the last call to the end of the process, in milliseconds. */
  readonly endMs: number;
  /** From the start of the process to the last arrival, in milliseconds. */
  readonly wholeMs: number;
  /** From the first call to the last arrival. */
  readonly perSecond: number;
  readonly lost: number;
  /** Records that came more than once. */
  readonly repeated: number;
  /** Share of one core that the service used. */
  readonly serviceBusy: number;
  readonly arrivals: Arrivals;
}

/** What a contender writes to its result file. */
interface Result
  extends Pick<Run, "callUs" | "threadUs" | "wholeThreadMs" | "processUs" | "peakMiB"> {
  readonly started: number;
  readonly first: number;
  readonly last: number;
  /** How long the measuring itself held up the end. */
  readonly measuringMs?: number;
}

const DENO = [Deno.execPath(), "run", "--quiet", "-A", "--config"];
export const COMMANDS = {
  package: [...DENO, local("../deno.json"), "--frozen"],
  peers: [...DENO, local("deno.json")],
  node: ["node"],
};

/** The service, running. */
export class Sink implements AsyncDisposable {
  /** Answers at once. */
  readonly fast: string;
  /** Answers after 20 ms. */
  readonly slow: string;
  #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, urls: { fast: string; slow: string }) {
    this.#process = process;
    this.fast = urls.fast;
    this.slow = urls.slow;
  }

  static async start(): Promise<Sink> {
    const command = new Deno.Command("node", { args: [local("sink.mjs")], stdout: "piped" });
    const process = command.spawn();
    for await (const chunk of process.stdout) {
      return new Sink(process, JSON.parse(new TextDecoder().decode(chunk)));
    }
    throw new Error("The service did not start");
  }

  /** What has arrived since it was last taken. */
  async look(): Promise<Arrivals> {
    return await (await fetch(`${this.fast}/look`)).json();
  }

  /** The same, and begins to count anew. */
  async take(): Promise<Arrivals> {
    return await (await fetch(`${this.fast}/take`)).json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.status;
  }
}

/**
 * Records before those that are measured. It takes V8 about 15,000 requests to compile `fetch`, which
 * then runs nearly twice as fast; a program that ships for hours has long been there.
 */
const WARM_UP = 20_000;
/** How many of them may still be collected somewhere for a batch. */
const ONE_BATCH = 512;
/** Longest wait for the next of the others to arrive, in milliseconds. */
const PATIENCE_MS = 2000;

/** How a run may differ from a tight loop against the service that answers at once. */
interface RunOptions {
  readonly paceMs?: number;
  readonly url?: string;
  readonly warmUp?: number;
  /** Whether nothing comes before what is measured, the start of workers and connections included. */
  readonly cold?: boolean;
}

/** Runs a contender once. */
export async function run(
  contender: Contender,
  sink: Sink,
  count: number,
  { paceMs = 0, url = sink.fast, cold = false, warmUp = cold ? 0 : WARM_UP }: RunOptions = {},
): Promise<Run> {
  await using files = await temporaryFiles();
  await sink.take();
  const running = runProgram<Result>(
    contender.runtime,
    `contenders/${contender.program}.mjs`,
    [
      url,
      count,
      cold ? "cold" : warmUp,
      paceMs,
      files.result,
      contender.variant ?? "",
      files.output,
    ],
    files,
    contender.environment?.(url),
  );
  const expected = { event: warmUp, otlp: warmUp - ONE_BATCH, file: 0, nowhere: 0 };
  const warm = cold ? sink.look() : letGo(files.result, sink, expected[contender.ships]);
  const { cpuMs } = await Promise.race([warm, failure(running)]);
  const { result, endedAt } = await running;
  const arrivals = await sink.take();
  const sent = warmUp + count;
  const arrived = contender.ships === "file" ? await countLines(files.output) : arrivals.unique;
  return {
    ...result,
    count,
    endMs: contender.role === "ceiling" ? NaN : endedAt - result.last - (result.measuringMs ?? 0),
    wholeMs: arrivals.last - result.started,
    perSecond: arrivals.records > 0 ? count / (arrivals.last - result.first) * 1000 : NaN,
    sent,
    lost: contender.ships === "nowhere" ? NaN : sent - arrived,
    serviceBusy: (arrivals.cpuMs - cpuMs) / (arrivals.last - result.first),
    repeated: arrivals.records - arrivals.unique,
    arrivals,
  };
}

/** Lets a contender that is warm begin, once the service has so many of its records. */
async function letGo(resultFile: string, sink: Sink, expected: number): Promise<Arrivals> {
  while (await Deno.readTextFile(resultFile) !== "warm") await delay(5);
  let arrivals = await sink.look();
  let lastAt = performance.now();
  while (arrivals.unique < expected && performance.now() - lastAt < PATIENCE_MS) {
    await delay(20);
    const before = arrivals.unique;
    arrivals = await sink.look();
    if (arrivals.unique > before) lastAt = performance.now();
  }
  await Deno.writeTextFile(resultFile, "");
  return arrivals;
}

/** Rejects as the program does, and is never done if that succeeds. */
async function failure(running: Promise<unknown>): Promise<never> {
  await running;
  return await new Promise(() => {});
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs a program that writes its result to a file, and notes when it ended. */
export async function runProgram<Result>(
  runtime: Contender["runtime"],
  program: string,
  args: readonly unknown[],
  files: { readonly result: string; readonly output: string },
  environment: Record<string, string> = {},
): Promise<{ result: Result; startedAt: number; endedAt: number }> {
  // Through a shell, which can send the output to a file; a pipe would be somebody else's work.
  const command = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >>"$0"', files.output, ...COMMANDS[runtime], local(program)]
      .concat(args.map(String)),
    env: environment,
    stdin: "null",
    stderr: "piped",
  });
  const startedAt = performance.timeOrigin + performance.now();
  const child = command.spawn();
  const complaint = new Response(child.stderr).text();
  const { code } = await child.status;
  const endedAt = performance.timeOrigin + performance.now();
  if (code !== 0) {
    const lines = (await complaint).split("\n").filter((line) => /error/i.test(line));
    throw new Error(`${program} ended with code ${code}: ${lines[0] ?? ""}`.slice(0, 200));
  }
  return { result: JSON.parse(await Deno.readTextFile(files.result)), startedAt, endedAt };
}

/** Two files that are gone afterwards. */
export async function temporaryFiles() {
  const result = await Deno.makeTempFile();
  const output = await Deno.makeTempFile();
  return {
    result,
    output,
    async [Symbol.asyncDispose]() {
      await Deno.remove(result);
      await Deno.remove(output);
    },
  };
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  const file = await Deno.open(path);
  for await (const chunk of file.readable) {
    for (const byte of chunk) if (byte === 10) lines++;
  }
  return lines;
}

export function local(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
