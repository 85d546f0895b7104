/**
 * What our handler makes of a service that is far away, that refuses or slows down under load, of a
 * machine that is short of connections, and of many programs at a time; and how much memory it takes.
 * With its default options, but for what a row says.
 *
 * @module
 */
import { FAR_ADDRESS, makeLink } from "./link.ts";
import { COMMANDS, local } from "./runner.ts";
import { digits, median } from "./statistics.ts";
import { table } from "./table.ts";

/** What `service.mjs` is told. */
interface Service {
  readonly kind?: "http" | "https" | "h2";
  readonly windowBytes?: number;
  readonly rttMs?: number;
  readonly workMs?: number;
  readonly refusesBeyond?: number;
  readonly slowFrom?: number;
}

/** What `contenders/plain.mjs` is told. */
interface Program {
  readonly count: number;
  readonly warmUp?: number;
  readonly firstId?: number;
  readonly handlers?: number;
  readonly waitMs?: number;
  readonly options?: Record<string, unknown>;
}

interface Counts {
  readonly requests: number;
  readonly refused: number;
  readonly records: number;
  readonly unique: number;
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

interface Result {
  readonly first: number;
  readonly last: number;
  readonly rssMiB: number;
  readonly stats: { readonly delivered: number; readonly failed: number };
}

/** A program that has ended, and what the service has counted of it. */
interface Ended extends Result {
  readonly counts: Counts;
  /** From the last log call to the end of the process. */
  readonly endMs: number;
  readonly perSecond: number;
}

/** Measures all of it, and gives it as sections of the report. */
export async function measureLinks(rounds: number): Promise<readonly [string, string][]> {
  const certificate = await makeCertificate();
  const within = (service: Service) => ({ ...service, ...certificate });
  return [
    ["Far away, at the end of a program", await farAtEnd(rounds, within)],
    ["Far away, a backlog", await farBacklog(rounds)],
    ["A service that bears only so much", await refusing(rounds)],
    ["Memory", await memory(rounds)],
  ];
}

type Within = (service: Service) => Service & { readonly file?: string };

/** How a service is reached. What stands in front of real ones has wider windows than Node. */
const WAYS: readonly (Service & { readonly label: string })[] = [
  { label: "HTTP", kind: "http" },
  { label: "HTTPS, HTTP/1.1", kind: "https" },
  { label: "HTTPS, HTTP/2", kind: "h2", windowBytes: 1 << 20 },
  { label: "HTTPS, HTTP/2, window of 64 KiB", kind: "h2" },
];

async function farAtEnd(rounds: number, within: Within): Promise<string> {
  const rows: string[][] = [];
  let isLinked = true;
  for (const { label, ...way } of WAYS) {
    for (const rttMs of [20, 50, 100, 200]) {
      await using service = await start(within({ ...way, rttMs }));
      isLinked &&= service.near.length > 0;
      const cells = [label, String(rttMs)];
      for (const warmUp of [0, 256]) {
        const ends = await repeat(rounds, () => run(service, { count: 1000, warmUp }));
        const arrived = ends.map(({ counts }) => counts.unique - warmUp);
        cells.push(range(arrived), digits(median(ends.map(({ endMs }) => endMs))));
      }
      rows.push(cells);
    }
  }
  const head = ["", "round trip, ms", "cold: arrived", "to the end, ms", "warm: arrived"];
  return `A full queue of 1,000 records by \`/event\`, all options by default, and the program runs out of
work: how many have arrived when it is gone, after at most 2 s. *Warm* is after 256 records. ${
    isLinked
      ? "The link is between\ntwo network namespaces, so connections are set up as everywhere."
      : "Without\nleave to make network namespaces, a proxy delays what connections carry."
  } Nothing is lost on it, and its
rate has no limit: real links are worse.

${table([...head, "to the end, ms"], rows)}`;
}

async function farBacklog(rounds: number): Promise<string> {
  const rows: string[][] = [];
  const options = { queueSize: 10_000, shutdownTimeoutMs: 60_000 };
  for (const rttMs of [20, 100, 200]) {
    await using service = await start({ rttMs });
    const rate = async (more: object, count: number) => {
      const ends = await repeat(
        rounds,
        () => run(service, { count, options: { ...options, ...more } }),
      );
      return median(ends.map(({ perSecond }) => perSecond));
    };
    const [adaptive, fixed] = [await rate({}, 5000), await rate({ concurrency: 32 }, 1000)];
    rows.push([String(rttMs), digits(adaptive), digits(fixed), `${digits(adaptive / fixed)} ×`]);
  }
  return `5,000 records by \`/event\` from a fresh process, records a second from the first call to the
last arrival.

${table(["round trip, ms", "by default", "with `concurrency: 32`", "ratio"], rows)}`;
}

async function refusing(rounds: number): Promise<string> {
  const rows: string[][] = [];
  const row = (label: string, ends: readonly Ended[], sent: number) => {
    const of = (pick: (end: Ended) => number) => median(ends.map(pick));
    rows.push([
      label,
      digits(of(({ perSecond }) => perSecond)),
      `${digits(of(({ counts }) => 100 * counts.refused / Math.max(1, counts.requests)))} %`,
      String(of(({ counts }) => sent - counts.unique)),
      String(of(({ counts }) => counts.records - counts.unique)),
      String(of(({ counts }) => counts.most)),
    ]);
  };
  const options = { queueSize: 10_000, shutdownTimeoutMs: 60_000 };
  for (const [refusesBeyond, count] of [[4, 500], [16, 2000], [64, 5000]] as const) {
    await using service = await start({ rttMs: 20, workMs: 10, refusesBeyond });
    const ends = await repeat(rounds, () => run(service, { count, options }));
    row(`429 beyond ${refusesBeyond} at a time, 20 ms away, 10 ms of work`, ends, count);
  }
  for (const concurrency of [undefined, 32]) {
    await using service = await start({ rttMs: 5, workMs: 10, slowFrom: 16 });
    const more = concurrency === undefined ? {} : { concurrency };
    const ends = await repeat(
      rounds,
      () => run(service, { count: 3000, options: { ...options, ...more } }),
    );
    const label = concurrency === undefined ? "" : ", `concurrency: 32`";
    row(`Slower under load: 10 ms × (n / 16)^1.5 from 16 at a time on${label}`, ends, 3000);
  }
  {
    await using service = await start({ rttMs: 100 });
    const program = { count: 2000, options };
    row("`ulimit -n 64`, 100 ms away", await repeat(rounds, () => run(service, program, 64)), 2000);
  }
  {
    await using service = await start({ rttMs: 20, workMs: 10, refusesBeyond: 64 });
    const programs = Array.from({ length: 50 }, (_, i) => ({ count: 200, firstId: 1000 * i }));
    const ends = await Promise.all(
      programs.map((each) =>
        run(service, { ...each, options: { shutdownTimeoutMs: 60_000 } }, undefined, false)
      ),
    );
    const counts = await service.take();
    const perSecond = counts.unique / (counts.last - counts.first) * 1000;
    row("50 programs of 200 records each, 429 beyond 64 at a time, 20 ms away", [
      { ...ends[0]!, counts, perSecond },
    ], 10_000);
  }
  const head = ["", "records/s", "requests refused", "lost", "sent twice", "most at a time"];
  return `By \`/event\`, from a fresh process, until all has arrived.\n\n${table(head, rows)}`;
}

async function memory(rounds: number): Promise<string> {
  const rows: string[][] = [];
  await using service = await start({});
  for (const protocol of ["events", "otlp"]) {
    const row = async (label: string, program: Program) => {
      const options = { ...program.options, protocol };
      const ends = await repeat(rounds, () => run(service, { ...program, options }));
      const name = protocol === "otlp" ? "`/v1/logs`" : "`/event`";
      rows.push([name, label, digits(median(ends.map(({ rssMiB }) => rssMiB)))]);
    };
    if (protocol === "events") await row("none used: nothing is logged", { count: 0, waitMs: 500 });
    for (const handlers of [1, 5, 20]) {
      const label = handlers === 1 ? "1 handler" : `${handlers} handlers`;
      await row(label, { count: 100, handlers, waitMs: 500 });
    }
  }
  return `Resident memory of the whole program half a second after each of its handlers was given 100
records. One worker serves all handlers.

${table(["", "", "MiB"], rows)}`;
}

async function run(
  service: Running,
  program: Program,
  openFiles?: number,
  takes = true,
): Promise<Ended> {
  if (takes) await service.take();
  const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles}; `;
  const [command, ...args] = [...service.near, "sh", "-c", `${limit}exec "$@"`, "sh"]
    .concat(COMMANDS.package, local("contenders/plain.mjs"), service.url, JSON.stringify(program));
  const child = new Deno.Command(command!, {
    args,
    // Its certificate is nobody's.
    env: service.certificate === undefined ? {} : { DENO_CERT: service.certificate },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await child.output();
  const endedAt = performance.timeOrigin + performance.now();
  if (!success) throw new Error(new TextDecoder().decode(stderr).slice(0, 300));
  const result = JSON.parse(new TextDecoder().decode(stdout)) as Result;
  const counts = takes ? await service.take() : { unique: 0, last: 0 } as Counts;
  const perSecond = counts.unique / (counts.last - result.first) * 1000;
  return { ...result, counts, endMs: endedAt - result.last, perSecond };
}

/** A service that is running. */
interface Running extends AsyncDisposable {
  readonly url: string;
  readonly certificate: string | undefined;
  /** What begins a command that reaches it. */
  readonly near: readonly string[];
  /** What it has counted since this was called last. */
  take(): Promise<Counts>;
}

async function start(settings: Service & { readonly file?: string }): Promise<Running> {
  const link = settings.rttMs === undefined ? undefined : await makeLink(settings.rttMs);
  const far = { ...settings, host: link?.address };
  const [command, ...args] = [...link?.far ?? [], "node", local("service.mjs")];
  const process = new Deno.Command(command!, {
    args: [...args, JSON.stringify(far)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = linesOf(process.stdout);
  const next = async () => (await lines.next()).value as string;
  const asks = process.stdin.getWriter();
  return {
    url: await next(),
    certificate: settings.file,
    near: link?.near ?? [],
    async take() {
      await asks.write(new TextEncoder().encode("\n"));
      return JSON.parse(await next());
    },
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await link?.[Symbol.asyncDispose]();
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** A certificate for both addresses that a service may have, by openssl. */
async function makeCertificate() {
  const file = await Deno.makeTempFile({ suffix: ".pem" });
  const { success } = await new Deno.Command("openssl", {
    args: ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
      .concat("-subj", "/CN=127.0.0.1", "-days", "2")
      .concat("-addext", `subjectAltName=IP:127.0.0.1,IP:${FAR_ADDRESS}`)
      .concat("-addext", "basicConstraints=critical,CA:FALSE", "-keyout", `${file}.key`)
      .concat("-out", file),
    stderr: "null",
  }).output();
  if (!success) throw new Error("Cannot make a certificate: is openssl installed?");
  return { file, cert: await Deno.readTextFile(file), key: await Deno.readTextFile(`${file}.key`) };
}

async function repeat<T>(rounds: number, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measure());
  return all;
}

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? least.toLocaleString("en") : `${least}–${most.toLocaleString("en")}`;
}
