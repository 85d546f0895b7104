/**
 * Measures what a spool costs: the log call with it and without it in one run, the start of a script
 * that logs three records, and how a large backlog is delivered.
 *
 *     deno run -A bench/spool.ts [records of the backlog]
 *
 * @module
 */
import { median } from "./statistics.ts";

const BACKLOG = Number(Deno.args[0] ?? 1_000_000);
const RUNS = 7;
const START_RUNS = 21;

const folder = await Deno.makeTempDir();
const spool = `${folder}/spool`;

/** Runs a program, and says how long it took and what it printed. */
async function run(...args: string[]): Promise<{ ms: number; text: string }> {
  const began = performance.now();
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--config=deno.json",
      "--node-modules-dir=manual",
      "bench/spool_program.ts",
      ...args,
    ],
    cwd: new URL("../", import.meta.url),
  }).output();
  const ms = performance.now() - began;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { ms, text: new TextDecoder().decode(stdout) };
}

/** What a program that logs has measured. */
interface Calls {
  readonly us: number;
  readonly firstMs: number;
  readonly slowestMs: number;
  readonly perSecond: number;
}

function medianOf(runs: readonly Calls[], what: keyof Calls): number {
  return median(runs.map((run) => run[what]));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts a service at this port, in a process of its own. */
async function startSink(port: number): Promise<AsyncDisposable & { count(): Promise<number> }> {
  const child = new Deno.Command("node", {
    args: ["bench/sink.mjs", "20", String(port)],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // It listens.
  return {
    count: async () => (await (await fetch(`http://127.0.0.1:${port}/look`)).json()).unique,
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

for (const protocol of ["events", "otlp"]) {
  const port = freePort();
  const options = { protocol, baseUrl: `http://127.0.0.1:${port}` };
  const plain = JSON.stringify(options);
  const spooled = JSON.stringify({ ...options, spool, spoolMaxBytes: 2 ** 30 });
  {
    await using _sink = await startSink(port);
    const runs: Record<"without" | "with", Calls[]> = { without: [], with: [] };
    const starts = { without: [] as number[], with: [] as number[] };
    for (let i = 0; i < RUNS; i++) {
      runs.without.push(JSON.parse((await run("log", plain, "20000")).text));
      runs.with.push(JSON.parse((await run("log", spooled, "20000")).text));
    }
    for (let i = 0; i < START_RUNS; i++) {
      starts.without.push((await run("three", plain, "")).ms);
      starts.with.push((await run("three", spooled, "")).ms);
    }
    const ratio = medianOf(runs.with, "us") / medianOf(runs.without, "us");
    const both = (what: keyof Calls) =>
      `${medianOf(runs.without, what).toFixed(1)} and ${medianOf(runs.with, what).toFixed(1)}`;
    console.log(
      `${protocol}, without a spool and with one: a log call takes ${both("us")} µs, ` +
        `${ratio.toFixed(2)} times as much, the first one ${both("firstMs")} ms, ` +
        `the slowest later ${both("slowestMs")} ms; ${both("perSecond")} records a ` +
        `second are delivered`,
    );
    const [short, long] = [median(starts.without), median(starts.with)];
    console.log(
      `${protocol}: three records and an end take ${short.toFixed(1)} ms, with a spool ` +
        `${long.toFixed(1)} ms, ${(long - short).toFixed(1)} ms longer`,
    );
  }
  const backlog = protocol === "otlp" ? BACKLOG : Math.ceil(BACKLOG / 10);
  await run("leave", spooled, String(backlog));
  await using sink = await startSink(port);
  const { text } = await run("recover", spooled, String(backlog));
  const { ms, firstMs, p99, worst, peakMiB } = JSON.parse(text);
  const lost = backlog - await sink.count();
  console.log(
    `${protocol}: a backlog of ${backlog} is delivered in ${(ms / 1000).toFixed(1)} s, ` +
      `${Math.round(backlog / ms * 1000)} records a second, the first after ` +
      `${(firstMs / 1000).toFixed(2)} s; timers are late by ${p99.toFixed(1)} ms (99 %), ` +
      `${worst.toFixed(1)} ms at most; ${Math.round(peakMiB)} MiB at most; ${lost} lost`,
  );
}
await Deno.remove(folder, { recursive: true });
