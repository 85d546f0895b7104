/**
 * What is measured of our handler besides the comparison: how programs with it start and end, what
 * it makes of a service that is far away, and how its cost grows.
 *
 * @module
 */
import { type Contender, contender, type ContenderName } from "./contenders.ts";
import { type Run, run, runProgram, type Sink, temporaryFiles } from "./runner.ts";

/** Milliseconds, one value for each run. */
export interface StartAndEnd {
  readonly importMs: number[];
  /** From the start of the process to its end, three records logged. */
  readonly scriptMs: number[];
  readonly scriptWithoutMs: number[];
  readonly slowestCallMs: number[];
  /** The same with `await close()` as its last line. */
  readonly closedScriptMs: number[];
  /** From the last statement to the end of the process, nothing pending. */
  readonly idleEndMs: number[];
  readonly idleEndWithoutMs: number[];
}

/** Measures starts and ends, the programs with and without the handler in turns. */
export async function measureStartAndEnd(sink: Sink, rounds: number): Promise<StartAndEnd> {
  const all: StartAndEnd = {
    importMs: [],
    scriptMs: [],
    scriptWithoutMs: [],
    closedScriptMs: [],
    slowestCallMs: [],
    idleEndMs: [],
    idleEndWithoutMs: [],
  };
  for (let round = 0; round < rounds; round++) {
    const { result: { importMs } } = await start<{ importMs: number }>(sink, "import_cost");
    all.importMs.push(importMs);
    const script = await start<{ slowestCallMs: number }>(sink, "three_lines");
    all.scriptMs.push(script.endedAt - script.startedAt);
    all.slowestCallMs.push(script.result.slowestCallMs);
    const closed = await start(sink, "three_lines", "close");
    all.closedScriptMs.push(closed.endedAt - closed.startedAt);
    const without = await start(sink, "three_lines_without");
    all.scriptWithoutMs.push(without.endedAt - without.startedAt);
    const idle = await start<{ last: number }>(sink, "idle_end");
    all.idleEndMs.push(idle.endedAt - idle.result.last);
    const idleWithout = await start<{ last: number }>(sink, "idle_end", "without");
    all.idleEndWithoutMs.push(idleWithout.endedAt - idleWithout.result.last);
  }
  return all;
}

async function start<Result>(sink: Sink, program: string, variant = "") {
  await using files = await temporaryFiles();
  const args = [sink.fast, files.result, variant];
  return await runProgram<Result>("package", `contenders/${program}.mjs`, args, files);
}

/** Somebody who ships to a service that answers after 20 ms. */
export interface Distant {
  readonly label: string;
  readonly concurrency: number;
  readonly contender: Contender;
  readonly runs: Run[];
}

/** Records of each run against the distant service for each request in flight: two seconds. */
const DISTANT_COUNT = 100;
/** Records before those: half a second. */
const DISTANT_WARM_UP = 30;

/** Measures throughput where the answer takes 20 ms. */
export async function measureDistant(sink: Sink, rounds: number): Promise<Distant[]> {
  const ours = contender("eventsNative");
  const bare = contender("bareEvent");
  const rows: Distant[] = [
    { contender: ours, concurrency: 256 },
    { contender: { ...ours, variant: "events-native-32" }, concurrency: 32 },
    { contender: { ...ours, variant: "events-native-128" }, concurrency: 128 },
    { contender: bare, concurrency: 32 },
    { contender: { ...bare, variant: "event-128" }, concurrency: 128 },
    { contender: contender("sequential"), concurrency: 1 },
  ].map((row) => ({ ...row, label: row.contender.label, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const { contender, concurrency, runs } of rows) {
      const count = DISTANT_COUNT * concurrency;
      const warmUp = DISTANT_WARM_UP * concurrency;
      runs.push(await run(contender, sink, count, { url: sink.slow, warmUp }));
    }
  }
  return rows;
}

/** A contender from a cold start. */
export interface Cold {
  readonly name: ContenderName;
  readonly runs: Run[];
}

/** Who takes part in that: who is worth comparing with. */
const COLD: readonly ContenderName[] = [
  "eventsNative",
  "otlpNative",
  "pinoEvent",
  "pinoOtlp",
  "otel",
  "otelNode",
];
/** Records of each. */
const COLD_COUNT = 20_000;

/** Measures a burst from a fresh process. */
export async function measureCold(sink: Sink, rounds: number): Promise<Cold[]> {
  const rows = COLD.map((name) => ({ name, runs: [] as Run[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, runs } of rows) {
      runs.push(await run(contender(name), sink, COLD_COUNT, { cold: true }));
    }
  }
  return rows;
}

/** The cost of the log call as one thing grows. */
export interface Growth {
  readonly what: "queueSize" | "attributes" | "message";
  readonly size: number;
  readonly runs: Run[];
}

const SIZES = {
  queueSize: [100, 1000, 10_000, 100_000],
  attributes: [0, 3, 10, 30, 100],
  message: [10, 1024, 10_240, 65_536],
};

/** Measures how the cost of a record grows. */
export async function measureGrowth(sink: Sink, rounds: number): Promise<Growth[]> {
  const points: Growth[] = Object.entries(SIZES).flatMap(([what, sizes]) =>
    sizes.map((size) => ({ what: what as Growth["what"], size, runs: [] }))
  );
  for (let round = 0; round < rounds; round++) {
    for (const { what, size, runs } of points) {
      // Large messages are few, or the memory would be what is measured.
      const large = what === "message" && size > 2000;
      const count = large ? 1000 : what === "queueSize" ? 20_000 : 5000;
      const growth: Contender = {
        ...contender("events"),
        program: "growth",
        variant: JSON.stringify({ [what]: size }),
      };
      runs.push(await run(growth, sink, count, { warmUp: large ? 500 : 2000 }));
    }
  }
  return points;
}
