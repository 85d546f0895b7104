/**
 * Writes RESULTS.md: what was required and what came out, then all figures, then how they were
 * taken.
 *
 * @module
 */
import { contender, type ContenderName } from "./contenders.ts";
import { type Ending, ENDS } from "./ends.ts";
import type { Cold, Distant, Growth, StartAndEnd } from "./extras.ts";
import { isMet, requirements } from "./requirements.ts";
import type { Run } from "./runner.ts";
import { digits, median, spread } from "./statistics.ts";
import { table } from "./table.ts";

/** The runs of a contender, and why there are no more if it failed. */
export interface Row {
  readonly tight: Run[];
  readonly paced: Run[];
  failure?: string;
}

/** Everything that was measured. */
export interface Results {
  readonly machine: readonly string[];
  readonly rounds: number;
  readonly minutes: number;
  readonly rows: ReadonlyMap<ContenderName, Row>;
  readonly startAndEnd: StartAndEnd | undefined;
  readonly cold: readonly Cold[];
  readonly distant: readonly Distant[];
  /** Titles and texts of sections. */
  readonly links: readonly (readonly [string, string])[];
  readonly growth: readonly Growth[];
  readonly ends: readonly Ending[];
}

/** The whole report. */
export function render(results: Results): string {
  const sections = [
    heading(results),
    results.startAndEnd && section("Required and measured", requirementsTable(results)),
    section("The program's own thread, in a tight loop", tightTable(results)),
    section("The program's own thread, at one record a millisecond", pacedTable(results)),
    section("From the first call to the last arrival", throughputTable(results)),
    results.cold.length > 0 && section("From a cold start", coldTable(results.cold)),
    results.distant.length > 0 && section("A service that answers after 20 ms", far(results)),
    ...results.links.map(([title, text]) => section(title, text)),
    results.startAndEnd && section("Start and end of a program", starts(results.startAndEnd)),
    results.ends.length > 0 && section("Ends of a program", endsTable(results.ends)),
    results.growth.length > 0 && section("Growth", growthTables(results.growth)),
    section("How it is measured", METHOD),
  ];
  return sections.filter(Boolean).join("\n\n") + "\n";
}

function heading({ machine, rounds, minutes }: Results): string {
  return `# Benchmark results

Taken by \`deno task bench\` in ${Math.ceil(minutes)} minutes. ${
    rounds > 1 ? `Each figure is the median of ${rounds} runs` : "Each figure is one run"
  },
everybody in turns, with the range in brackets; of the starts and ends of programs it is that of ${
    3 * rounds
  }, of
cold starts of ${
    rounds + 2
  }, of links, memory and growth of 3. Nothing is left out because it looks bad.

${machine.map((line) => `- ${line}`).join("\n")}

![Cost of a log call, CPU, and records per second of all contenders](results.svg)`;
}

function requirementsTable(results: Results): string {
  const text = table(
    ["what", "measured", "as built here", "required", "met"],
    requirements(results).map((requirement) => {
      const { what, measured, asBuiltHere = NaN, bound, least, unit } = requirement;
      const amount = (value: number) => {
        if (!Number.isFinite(value)) return "";
        return unit === "" ? String(value) : `${digits(value)} ${unit}`;
      };
      const met = isMet(requirement, measured) ? "yes" : "**no**";
      return [
        what,
        amount(measured),
        amount(asBuiltHere),
        `${least ? "at least" : "at most"} ${bound} ${unit}`.trimEnd(),
        Number.isFinite(measured) ? met : "not measured",
      ];
    }),
  );
  return `Ratios of medians; of several rows of a peer, the best counts. *Measured* is with the
logger that users of std/log have, *as built here* with the slower build that is developed with ([how](#how-it-is-measured)).

${text}`;
}

function tightTable({ rows }: Results): string {
  const text = table(
    [
      "",
      "runs in",
      "call, median µs",
      "mean µs",
      "p99 µs",
      "thread's CPU, all in, µs",
      "process's CPU µs",
      "peak MiB",
    ],
    eachRow(rows, "tight", (_, runs) => [
      spread(runs.map((run) => run.callUs?.median ?? NaN)),
      digits(median(runs.map((run) => run.callUs?.mean ?? NaN))),
      digits(median(runs.map((run) => run.callUs?.p99 ?? NaN))),
      spread(runs.map((run) => run.threadUs ?? NaN)),
      digits(median(runs.map((run) => run.processUs ?? NaN))),
      digits(median(runs.map((run) => run.peakMiB ?? NaN))),
    ], () => true),
  );
  return `Microseconds a record. The call is timed in blocks of 100; *all in* is the CPU time of the
thread that logs until the end of the process, whatever a logger put off included.

${text}`;
}

function pacedTable({ rows }: Results): string {
  const loop = (name: ContenderName, metric: "threadUs" | "processUs") => {
    const bare = contender(name).runtime === "node" ? "loopNode" : "loop";
    return median((rows.get(bare)?.paced ?? []).map((run) => run[metric]));
  };
  const text = table(
    ["", "runs in", "thread's CPU µs", "process's CPU µs", "last call to end, ms", "lost"],
    eachRow(rows, "paced", (name, runs) => [
      spread(runs.map((run) => run.threadUs - loop(name, "threadUs"))),
      digits(median(runs.map((run) => run.processUs - loop(name, "processUs")))),
      spread(runs.map((run) => run.endMs)),
      total(runs, "lost"),
    ], (name) => contender(name).paced && !name.startsWith("loop")),
  );
  const bare = (name: ContenderName) => digits(loop(name, "threadUs"));
  return `Microseconds a record above those of the bare loop with its timer, which takes ${
    bare("loop")
  } µs a record
in Deno and ${bare("loopNode")} µs in Node.

${text}`;
}

function throughputTable({ rows }: Results): string {
  const text = table(
    [
      "",
      "runs in",
      "records",
      "records/s",
      "last call to end, ms",
      "lost",
      "sent twice",
      "service busy",
    ],
    eachRow(rows, "tight", (_, runs) => [
      runs[0]!.count.toLocaleString("en"),
      spread(runs.map((run) => run.perSecond)),
      spread(runs.map((run) => run.endMs)),
      total(runs, "lost"),
      total(runs, "repeated"),
      `${digits(median(runs.map((run) => 100 * run.serviceBusy)))} %`,
    ], (name) => ["event", "otlp"].includes(contender(name).ships)),
  );
  return `A tight loop of records, then the end of the program. *Busy* is the share of one core that the
service used: it was not what held anybody back.

${text}`;
}

function coldTable(cold: readonly Cold[]): string {
  const text = table(
    [
      "",
      "runs in",
      "records/s",
      "process's start to last arrival, ms",
      "thread's CPU, all in, µs",
      "the same from the process's start, ms",
      "process's CPU µs",
      "last call to end, ms",
      "peak MiB",
      "lost",
      "sent twice",
    ],
    cold.map(({ name, runs }) => {
      const { label, role, runtime } = contender(name);
      return [
        role === "ours" ? `**${label}**` : label,
        runtime === "node" ? "Node" : "Deno",
        spread(runs.map((run) => run.perSecond)),
        spread(runs.map((run) => run.wholeMs)),
        spread(runs.map((run) => run.threadUs)),
        spread(runs.map((run) => run.wholeThreadMs)),
        digits(median(runs.map((run) => run.processUs))),
        spread(runs.map((run) => run.endMs)),
        digits(median(runs.map((run) => run.peakMiB))),
        total(runs, "lost"),
        total(runs, "repeated"),
      ];
    }),
  );
  return `20,000 records of a fresh process: nobody has compiled anything or connected. Records a second
are from the first call to the last arrival. By then pino has started its worker and
OpenTelemetry JS has loaded its modules, while our worker starts after the first call; from the
process's start on all of it counts.

${text}`;
}

function far({ distant }: Results): string {
  return table(
    [
      "",
      "requests in flight, at most",
      "answered after, ms",
      "possible records/s",
      "records/s",
      "lost",
    ],
    distant.map(({ label, concurrency, runs }) => [
      label,
      String(concurrency),
      digits(median(runs.map((run) => run.arrivals.heldMs))),
      digits(median(runs.map((run) => concurrency / run.arrivals.heldMs * 1000))),
      spread(runs.map((run) => run.perSecond)),
      total(runs, "lost"),
    ]),
  );
}

function starts(times: StartAndEnd): string {
  return table(["", "ms"], [
    ["Importing mod.ts, with std/log there already", spread(times.importMs)],
    ["A script that logs three records, in all", spread(times.scriptMs)],
    ["The same with `await close()` as its last line", spread(times.closedScriptMs)],
    ["The same without the handler", spread(times.scriptWithoutMs)],
    ["The slowest of its three log calls", spread(times.slowestCallMs)],
    ["The end of a program with an empty queue", spread(times.idleEndMs)],
    ["The same without the handler", spread(times.idleEndWithoutMs)],
  ]);
}

function endsTable(ends: readonly Ending[]): string {
  const amount = (arrived: readonly number[]) =>
    [...new Set([Math.min(...arrived), Math.max(...arrived)])].join("–");
  return `How many of 50 records have arrived when the process is gone. Default settings, a service that answers
after 20 ms, and the program waits for nothing; SIGTERM comes 100 ms after the last record.

` +
    table(
      ["", "natural end", "`Deno.exit`", "uncaught error", "SIGTERM"],
      ends.map(({ label, arrived }) => [label, ...ENDS.map((how) => amount(arrived[how]))]),
    );
}

const REASONS: Record<Growth["what"], string> = {
  queueSize:
    "The call is flat: a push costs the same whatever the size. What grows is how many of " +
    "the 20,000 records of the tight loop are shipped and not dropped (by the default overflow " +
    "policy); once there is room for all of them, nothing grows any more.",
  attributes: "Linear: each attribute is written once.",
  message: "Linear: each character is copied, and looked at for secrets. By default messages are " +
    "cut at 4096 characters; here they are not.",
};

function growthTables(growth: readonly Growth[]): string {
  const titles = { queueSize: "`queueSize`", attributes: "attributes", message: "characters" };
  return (["queueSize", "attributes", "message"] as const).map((what) =>
    `${REASONS[what]}\n\n` + table(
      [titles[what], "call, median µs", "thread's CPU, all in, µs", "records dropped"],
      growth.filter((point) => point.what === what).map(({ size, runs }) => [
        size.toLocaleString("en"),
        spread(runs.map((run) => run.callUs!.median)),
        spread(runs.map((run) => run.threadUs)),
        what === "queueSize" ? dropped(runs) : "",
      ]),
    )
  ).join("\n\n");
}

function dropped(runs: readonly Run[]): string {
  const lost = median(runs.map((run) => run.lost));
  return `${lost.toLocaleString("en")} of ${runs[0]!.sent.toLocaleString("en")}`;
}

const METHOD = `All programs are in \`contenders/\` and measure themselves with \`measure.mjs\`; ` +
  `\`sink.mjs\` is the service. Everything runs on 127.0.0.1.

- A record is a short message with three attributes, one of which is a unique id by which the
  service counts. Each program first logs 20,000 records, 1,000 where it is paced, and waits until
  they have arrived, so that it has compiled its code, started its worker and connected; then it logs
  what is measured.
- Everybody's limits are raised so that nothing is lost, and everybody is ended in its own documented
  way, but for winston: with a backlog its end() throws, so it ends by running out of work. Who
  posts one event a record has 32 requests in flight, except for the queue that has one.
- Everybody writes the record in its own form. Ours has ids of trace and span, a dedup key, metadata
  and a resource besides, and three headers more than the events of pino, winston and the queue.
- The build of std/log that this repository is developed with is compiled down to WeakMaps for its
  private fields, which costs every handler about 2 µs a record. Its users have native private fields,
  so our handler, FileHandler and the handler that does nothing are measured with a *native logger*
  as well: the same \`info()\` and LogRecord, written as in std/log's source
  (\`contenders/native_logger.mjs\`).
- pino runs in Node with a transport in its worker thread: one of the benchmark's own that posts one
  event a record by \`node:http\`, which in Node is faster than \`fetch\`, or with
  pino-opentelemetry-transport. winston
  runs in Node with its HTTP transport over kept-alive connections. OpenTelemetry JS is a
  BatchLogRecordProcessor with the OTLP exporter over HTTP with JSON, LogTape's sink uses the same.
  Deno's own OpenTelemetry exports console output, which is JSON text here.
- CPU time is that of the kernel's accounting (\`schedstat\`), and peak memory is \`VmHWM\`.
- The bare worker is what \`fetch\` can do in one worker with none of our code: as many requests in
  flight, bodies made beforehand. For \`/v1/logs\` it posts batches of 512, four at a time.
- The machine is shared by program, worker and service; with two cores, all three together are more
  than it has, which holds for every contender.`;

/** A row of a table for each contender that has runs, or the reason why there are none. */
function eachRow(
  rows: Results["rows"],
  kind: "tight" | "paced",
  cells: (name: ContenderName, runs: readonly Run[]) => string[],
  wanted: (name: ContenderName) => boolean,
): string[][] {
  const shown = [...rows].filter(([name, row]) => {
    return wanted(name) && (row[kind].length > 0 || row.failure !== undefined);
  });
  return shown.map(([name, row]) => {
    const { label, runtime, role } = contender(name);
    const title = role === "ours" ? `**${label}**` : role === "ceiling" ? `*${label}*` : label;
    const begin = [title, runtime === "node" ? "Node" : "Deno"];
    if (row.failure !== undefined) return [...begin, `did not run: ${row.failure}`];
    return [...begin, ...cells(name, row[kind])];
  });
}

function total(runs: readonly Run[], what: "lost" | "repeated"): string {
  return String(runs.reduce((sum, run) => sum + run[what], 0));
}

function section(title: string, content: string): string {
  return `## ${title}\n\n${content}`;
}
