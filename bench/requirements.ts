/**
 * What the handler must reach, as ratios of medians taken in one run. Where there are several rows
 * of a peer, the best of them is what counts.
 *
 * @module
 */
import { contender, type ContenderName } from "./contenders.ts";
import type { Results } from "./report.ts";
import type { Run } from "./runner.ts";
import { median } from "./statistics.ts";

/** One requirement and what was measured. */
export interface Requirement {
  readonly what: string;
  /** With a logger that has native private fields, which is what users of std/log have. */
  readonly measured: number;
  /** With std/log as this repository is developed with, where the logger plays a part. */
  readonly asBuiltHere?: number;
  readonly bound: number;
  /** Whether more is better. */
  readonly least?: boolean;
  readonly unit: "×" | "ms" | "";
}

/** Whether a value is within the bound. */
export function isMet({ bound, least }: Requirement, value: number): boolean {
  return least ? value >= bound : value <= bound;
}

/** Who is compared from a cold start: what is said of it, ours, and the peers. */
const COLD_PAIRS: readonly (readonly [string, ContenderName, [ContenderName[]]])[] = [
  ["`/event`, to pino's worker", "eventsNative", [["pinoEvent"]]],
  ["`/v1/logs`, to pino's worker", "otlpNative", [["pinoOtlp"]]],
  ["`/v1/logs`, to OpenTelemetry JS", "otlpNative", [["otel", "otelNode"]]],
];

/** All requirements, in order. */
export function requirements({ rows, startAndEnd, cold, distant }: Results): Requirement[] {
  const of = (kind: "tight" | "paced", metric: (run: Run) => number) => (name: ContenderName) =>
    median((rows.get(name)?.[kind] ?? []).map(metric));
  const call = of("tight", (run) => run.callUs?.median ?? NaN);
  const cpu = of("tight", (run) => run.threadUs);
  const rate = of("tight", (run) => run.perSecond);
  // With the loop and its timer, which are the same for all in Deno: what some loggers add to them
  // is less than what they differ by from run to run.
  const pacedCpu = of("paced", (run) => run.threadUs);
  const far = (name: ContenderName) => {
    const { program } = contender(name);
    const row = distant.find((row) => row.contender.program === program);
    return median(row?.runs.map((run) => run.perSecond) ?? []);
  };
  /** The ratio of ours to the best of the peers, with either logger. */
  const ratio = (
    what: string,
    metric: (name: ContenderName) => number,
    [ours, here]: readonly [ContenderName, ContenderName],
    [peers, peersHere = peers]: readonly [ContenderName[], ContenderName[]?],
    bound: number,
    least = false,
  ): Requirement => {
    const best = (names: ContenderName[]) => {
      const values = names.map(metric).filter(Number.isFinite);
      if (values.length === 0) return NaN;
      return least ? Math.max(...values) : Math.min(...values);
    };
    return {
      what,
      measured: metric(ours) / best(peers),
      asBuiltHere: metric(here) / best(peersHere),
      bound,
      least,
      unit: "×",
    };
  };
  const events = ["eventsNative", "events"] as const;
  const otlp = ["otlpNative", "otlp"] as const;
  const file = [["fileNative"], ["file"]] as [ContenderName[], ContenderName[]];
  const pino: [ContenderName[]] = [["pinoEvent", "pinoOtlp"]];
  const otel: [ContenderName[]] = [["otel", "otelNode"]];
  const otelInDeno: [ContenderName[]] = [["otel"]];
  const ours = [...rows].filter(([name]) => contender(name).role === "ours");
  const runsOfOurs = [
    ...ours.flatMap(([, row]) => [...row.tight, ...row.paced]),
    ...cold.filter(({ name }) => contender(name).role === "ours").flatMap((row) => row.runs),
    ...distant.filter((row) => row.contender.role === "ours").flatMap((row) => row.runs),
  ];
  const nearest = distant.find((row) => row.contender.role === "ours" && row.concurrency === 32);
  const shareOfPossible = (concurrency: number) => (run: Run) =>
    run.perSecond / (concurrency / run.arrivals.heldMs * 1000);
  const coldOf = (metric: (run: Run) => number) => (name: ContenderName) =>
    median(cold.find((row) => row.name === name)?.runs.map(metric) ?? []);
  const coldRate = coldOf((run) => run.perSecond);
  const coldCpu = coldOf((run) => run.threadUs);
  const wholeRate = coldOf((run) => run.count / run.wholeMs);
  const wholeCpu = coldOf((run) => run.wholeThreadMs);
  const both = <T>(name: T) => [name, name] as const;
  const difference = (one: number[] = [], other: number[] = []) => median(one) - median(other);

  return [
    ratio("Log call, `/event`, to FileHandler with JSON", call, events, file, 1),
    ratio("Log call, `/v1/logs`, to FileHandler with JSON", call, otlp, file, 1),
    ratio("Log call, `/event`, to pino's", call, events, pino, 0.8),
    ratio("Log call, `/v1/logs`, to pino's", call, otlp, pino, 0.8),
    ratio("Thread's CPU all in, `/event`, to OpenTelemetry JS", cpu, events, otel, 0.4),
    ratio("Thread's CPU all in, `/v1/logs`, to OpenTelemetry JS", cpu, otlp, otel, 0.4),
    ratio("The same at one record a ms, with the loop, `/event`", pacedCpu, events, otelInDeno, 1),
    ratio("The same at one record a ms, with the loop, `/v1/logs`", pacedCpu, otlp, otelInDeno, 1),
    ratio("Records/s, `/event`, to one request at a time", rate, events, [["sequential"]], 4, true),
    {
      what: "The same with a service 20 ms away",
      measured: far("eventsNative") / far("sequential"),
      bound: 4,
      least: true,
      unit: "×",
    },
    ratio("Records/s, `/event`, to pino's worker", rate, events, [["pinoEvent"]], 1.3, true),
    ratio("Records/s, `/event`, to a bare worker", rate, events, [["bareEvent"]], 0.8, true),
    {
      what: "Records/s to a service 20 ms away, to what 32 requests in flight can do",
      measured: median(nearest?.runs.map(shareOfPossible(32)) ?? []),
      bound: 0.9,
      least: true,
      unit: "×",
    },
    ratio("Records/s, `/v1/logs`, to pino's worker", rate, otlp, [["pinoOtlp"]], 1.5, true),
    ratio("Records/s, `/v1/logs`, to OpenTelemetry JS", rate, otlp, otel, 1.5, true),
    ...COLD_PAIRS.map(([what, ours, theirs]) =>
      ratio(`Cold, records/s, ${what}`, coldRate, both(ours), theirs, 1.3, true)
    ),
    ...COLD_PAIRS.map(([what, ours, theirs]) =>
      ratio(
        `Cold, from the process's start, records/s, ${what}`,
        wholeRate,
        both(ours),
        theirs,
        1.3,
        true,
      )
    ),
    ...COLD_PAIRS.slice(0, 2).map(([what, ours, theirs]) =>
      ratio(`Cold, thread's CPU all in, ${what}`, coldCpu, both(ours), theirs, 1)
    ),
    ...COLD_PAIRS.slice(0, 2).map(([what, ours, theirs]) =>
      ratio(`Cold, thread's CPU from the process's start, ${what}`, wholeCpu, both(ours), theirs, 1)
    ),
    {
      what: "End of a program with an empty queue",
      measured: median(startAndEnd?.idleEndMs ?? []),
      bound: 20,
      unit: "ms",
    },
    {
      what: "Import of mod.ts",
      measured: median(startAndEnd?.importMs ?? []),
      bound: 10,
      unit: "ms",
    },
    {
      what: "Script that logs three records, longer than without the handler by",
      measured: difference(startAndEnd?.scriptMs, startAndEnd?.scriptWithoutMs),
      bound: 30,
      unit: "ms",
    },
    {
      what: "The same with `await close()` as its last line",
      measured: difference(startAndEnd?.closedScriptMs, startAndEnd?.scriptWithoutMs),
      bound: 45,
      unit: "ms",
    },
    {
      what: "Slowest log call of that script (the start of a worker takes 20 ms or more)",
      measured: median(startAndEnd?.slowestCallMs ?? []),
      bound: 5,
      unit: "ms",
    },
    {
      what: "Records lost by our handler, all rows together but those of a full queue",
      measured: runsOfOurs.reduce((sum, run) => sum + run.lost, 0),
      bound: 0,
      unit: "",
    },
  ];
}
