/**
 * Runs the benchmark: everybody in turns, several rounds, so that a disturbance of the machine hits
 * all alike. Writes RESULTS.md and results.svg, or with `--quick` prints the tables of a short run.
 *
 *     deno task bench
 *     deno task bench:quick
 *     deno task bench:quick --only=events,file
 *     deno task bench --rounds=3
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { drawChart } from "./chart.ts";
import { contender, type ContenderName, COUNTS, NAMES, PACED_COUNT } from "./contenders.ts";
import { measureEnds } from "./ends.ts";
import { measureCold, measureDistant, measureGrowth, measureStartAndEnd } from "./extras.ts";
import { measureLinks } from "./links.ts";
import { describeMachine } from "./machine.ts";
import { render, type Results, type Row } from "./report.ts";
import { type Run, run, Sink } from "./runner.ts";

/** Records before those of a paced run, and of any in the quick benchmark. */
const PACED_WARM_UP = 1000;
const QUICK_WARM_UP = 5000;

const quick = Deno.args.includes("--quick");
const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const given = Deno.args.find((arg) => arg.startsWith("--rounds="))?.slice(9);
const rounds = quick ? 1 : Number(given ?? 5);
const names = NAMES.filter((name) => only?.includes(name) ?? (!quick || contender(name).quick));

const began = performance.now();
await installPeers();
const machine = await describeMachine();
await using sink = await Sink.start();

const rows = new Map<ContenderName, Row>();
for (const name of names) rows.set(name, { tight: [], paced: [] });
for (let round = 1; round <= rounds; round++) {
  for (const name of names) {
    say(`round ${round} of ${rounds}: ${name}`);
    await attempt(rows.get(name)!, "tight", () => {
      const { ships, count = COUNTS[ships] } = contender(name);
      return quick
        ? run(contender(name), sink, count / 2, { warmUp: QUICK_WARM_UP })
        : run(contender(name), sink, count);
    });
    if (!contender(name).paced) continue;
    await attempt(rows.get(name)!, "paced", () => {
      return run(contender(name), sink, PACED_COUNT, { paceMs: 1, warmUp: PACED_WARM_UP });
    });
  }
}

const complete = only === undefined;
const failures: string[] = [];
const startAndEnd = await extra(
  "start and end",
  complete,
  () => measureStartAndEnd(sink, quick ? 2 : 3 * rounds),
);
const distant = await extra("far away", complete, () => measureDistant(sink, rounds)) ?? [];
const cold = await extra("cold", complete, () => measureCold(sink, quick ? 1 : rounds + 2)) ?? [];
const links = await extra("links", complete && !quick, () => measureLinks(3)) ?? [];
const growth = await extra("growth", complete && !quick, () => measureGrowth(sink, 3)) ?? [];
const ends = await extra("ends", complete && !quick, () => measureEnds(sink, 3)) ?? [];
say("");

const minutes = (performance.now() - began) / 60_000;
const results: Results = {
  machine,
  rounds,
  minutes,
  rows,
  startAndEnd,
  cold,
  distant,
  links,
  growth,
  ends,
};
if (quick || !complete) {
  console.log(render(results));
} else {
  const files = { "RESULTS.md": render(results), "results.svg": drawChart(results) };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(new URL(name, import.meta.url), text);
  }
  const args = ["fmt", "--quiet", ...Object.keys(files)];
  await new Deno.Command(Deno.execPath(), { args, cwd: new URL("./", import.meta.url) }).output();
  console.log("Written: bench/RESULTS.md, bench/results.svg");
}
for (const { failure } of rows.values()) if (failure) failures.push(failure);
for (const failure of failures) console.error(failure);
if (failures.length > 0) Deno.exitCode = 1;

/** Measures something besides. If that fails, the rest is still worth having. */
async function extra<T>(what: string, wanted: boolean, measure: () => Promise<T>) {
  if (!wanted) return undefined;
  say(what);
  try {
    return await measure();
  } catch (error) {
    failures.push(`${what}: ${error}`);
    return undefined;
  }
}

/** Notes a run, or why there is none: a contender that fails must not end the benchmark. */
async function attempt(row: Row, kind: "tight" | "paced", measure: () => Promise<Run>) {
  if (row.failure !== undefined) return;
  try {
    row[kind].push(await measure());
  } catch (error) {
    row.failure = String(error);
  }
}

async function installPeers(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--config", fileURLToPath(new URL("deno.json", import.meta.url))],
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Shows how far it is, where somebody watches. */
function say(text: string): void {
  if (Deno.stderr.isTerminal()) {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
  }
}
