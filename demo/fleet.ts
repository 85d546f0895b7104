/**
 * The demo of a fleet: eight programs log to nginx, behind it are two OpenTelemetry Collectors, and
 * behind these the local AxonPush. One Collector is killed in the middle and started again, as a
 * supervisor would. Where network namespaces are allowed, each of them is a host of its own.
 *
 *     deno task demo:fleet
 *
 * @module
 */
import type { Arrived } from "./fleet_service.ts";
import type { Told } from "./fleet_program.ts";
import { type Cell, table } from "./table.ts";
import { paintFor } from "../dev/format.ts";
import { NO_GO, otelcol } from "../tests/collector/build.ts";
import { type Host, makeHosts } from "./hosts.ts";

const PROGRAMS = 8;
const RECORDS = 5000;
/** How long after the last program's end its records may take to arrive. */
const PATIENCE_MS = 60_000;
/** How long the killed Collector is away. */
const AWAY_MS = 1000;

const paint = paintFor(Deno.stdout);
const root = new URL("../", import.meta.url);
const binary = await otelcol(console.log);
if (binary === undefined) {
  console.log(`Skipped. ${NO_GO}`);
  Deno.exit();
}
const folder = await Deno.makeTempDir({ prefix: "fleet-" });
const names = Array.from({ length: PROGRAMS }, (_, i) => `program-${i + 1}`);
const hosts = await makeHosts(["service", "balancer", "collector-1", "collector-2", ...names]);
const children: Deno.ChildProcess[] = [];
let cleaning: Promise<void> | undefined;
const cleanUp = () => cleaning ??= removeAll();
const onSignal = () => void cleanUp().then(() => Deno.exit(130));
Deno.addSignalListener("SIGINT", onSignal);
try {
  console.log(
    hosts.apart
      ? `${PROGRAMS} programs, nginx, 2 Collectors and a service, each on a host of its own:`
      : `${PROGRAMS} programs, nginx, 2 Collectors and a service, all on one host, because no ` +
        "network namespaces are allowed here:",
  );
  await run();
} finally {
  await cleanUp();
  Deno.removeSignalListener("SIGINT", onSignal);
}

/** Ends what is running, and removes hosts and files. */
async function removeAll(): Promise<void> {
  for (const child of children) {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
  await Promise.all(children.map(({ status }) => status));
  await hosts.remove();
  await Deno.remove(folder, { recursive: true });
}

async function run(): Promise<void> {
  const service = startDeno("service", "demo/fleet_service.ts", [
    hosts.of("service").address,
    String(hosts.of("service").port),
  ]);
  const answers = lines(service.stdout);
  const url = (await answers.next()).value as string;
  const asker = service.stdin.getWriter();
  const arrivals = async (): Promise<Record<string, Arrived>> => {
    await asker.write(new TextEncoder().encode("\n"));
    return JSON.parse((await answers.next()).value as string);
  };

  const collectors = await Promise.all(
    ["collector-1", "collector-2"].map((name) => startCollector(name, url)),
  );
  await startNginx();

  const { address, port } = hosts.of("balancer");
  const endpoint = `http://${address}:${port}/v1/logs`;
  const programs = names.map((name) =>
    startDeno(name, "demo/fleet_program.ts", [name, endpoint, String(RECORDS)])
  );
  const tellings = Promise.all(programs.map(async ({ stdout }) => {
    const { value } = await lines(stdout).next();
    return value && JSON.parse(value) as Told;
  }));

  const all = PROGRAMS * RECORDS;
  await until(async () => total(await arrivals()) > all / 3);
  collectors[0]!.kill("SIGKILL");
  console.log(`A third has arrived: collector-1 is killed, and back in ${AWAY_MS} ms.`);
  await collectors[0]!.status;
  await delay(AWAY_MS);
  await startCollector("collector-1", url);

  const told = await tellings;
  await until(async () => total(await arrivals()) >= all);
  report(told, await arrivals());
}

function report(told: readonly (Told | undefined)[], arrivals: Record<string, Arrived>): void {
  const count = (number: number): Cell => [String(number), number === 0 ? "green" : "red"];
  let lost = 0;
  const rows = names.map((name, i): Cell[] => {
    const { logged = RECORDS, callUs = NaN, cpuUs = NaN, retried = NaN } = told[i] ?? {};
    const { arrived, doubled } = arrivals[name] ?? { arrived: 0, doubled: 0 };
    lost += logged - arrived;
    return [
      [name],
      [hosts.of(name).address],
      [String(logged)],
      [String(arrived)],
      count(logged - arrived),
      [String(doubled)],
      [String(retried)],
      [callUs.toFixed(1)],
      [cpuUs.toFixed(0)],
    ];
  });
  const head = "program,host,logged,arrived,lost,doubled,sent again,µs a call,µs CPU a record";
  console.log(`\n${table(head.split(","), rows, paint)}`);
  console.log(paint(
    "dim",
    "doubled: came a second time under its key, and counts once\n" +
      "µs CPU a record: of the whole process, its start and gzip among it\n",
  ));
  const isFine = lost === 0 && told.every((one) => one?.logged === RECORDS);
  console.log(
    isFine
      ? paint("green", "Everything that was logged arrived, though a Collector was killed.")
      : paint("red", "Not everything arrived: see the table."),
  );
  if (!isFine) Deno.exitCode = 1;
}

function start(
  host: Host,
  command: readonly string[],
  env: Record<string, string> = {},
  stderr: "piped" | "inherit" | "null" = "piped",
) {
  const [first, ...args] = [...host.prefix, ...command] as [string, ...string[]];
  const child = new Deno.Command(first, {
    args,
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr,
  }).spawn();
  children.push(child);
  return child;
}

function startDeno(name: string, path: string, args: readonly string[]) {
  const command = [Deno.execPath(), "run", "-A", "--quiet", path, ...args];
  return start(hosts.of(name), command, {}, "inherit");
}

/** Starts a Collector by the configuration in `examples/`, and waits until it is ready. */
async function startCollector(name: string, target: string): Promise<Deno.ChildProcess> {
  const host = hosts.of(name);
  const place = {
    receivers: { otlp: { protocols: { http: { endpoint: `${host.address}:${host.port}` } } } },
    service: { telemetry: { metrics: { level: "none" } } },
  };
  const child = start(
    host,
    [
      ...[binary!, "--config", "examples/collector.yaml"],
      ...["--config", `yaml:${JSON.stringify(place)}`],
    ],
    {
      AXONPUSH_BASE_URL: target,
      AXONPUSH_API_KEY: "ak_demo",
      AXONPUSH_TENANT_ID: "demo",
      AXONPUSH_CHANNEL_ID: "fleet",
      STATE_DIRECTORY: `${folder}/${name}`,
    },
  );
  let said = "";
  const ready = Promise.withResolvers<void>();
  (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (text.includes("Everything is ready")) ready.resolve();
    }
    ready.reject(new Error(`The Collector ended: ${said}`));
  })();
  ready.promise.catch(() => {}); // It ends at the end of the demo, too.
  await ready.promise;
  return child;
}

/** Starts nginx by the configuration in `examples/`, with the addresses of this fleet. */
async function startNginx(): Promise<void> {
  const host = hosts.of("balancer");
  let text = await Deno.readTextFile(new URL("examples/collector.nginx.conf", root));
  for (const name of ["collector-1", "collector-2"]) {
    const { address, port } = hosts.of(name);
    text = text.replace(`${name}:4318`, `${address}:${port}`);
  }
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  text = text.replace("listen 4318;", `listen ${host.address}:${host.port};`)
    .replace("http {", `http { access_log off; ${places}`);
  const file = `${folder}/nginx.conf`;
  await Deno.writeTextFile(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;\n${text}`,
  );
  const path = `${Deno.env.get("PATH")}:/usr/sbin`;
  start(host, ["nginx", "-c", file, "-e", `${folder}/nginx.log`], { PATH: path }, "null");
  await delay(500); // It says nothing when it is ready; programs would wait for it anyway.
}

function total(arrivals: Record<string, Arrived>): number {
  return Object.values(arrivals).reduce((sum, { arrived }) => sum + arrived, 0);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const late = performance.now() + PATIENCE_MS;
  while (!await isTrue() && performance.now() < late) await delay(100);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The lines of an output, one after the other. */
async function* lines(output: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const all = (rest + text).split("\n");
    rest = all.pop()!;
    yield* all;
  }
}
