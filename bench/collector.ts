/**
 * One Collector's rate beside the direct one: the same program ships the same records to the
 * service, and to a real OpenTelemetry Collector that passes them on to it.
 *
 *     deno run -A --config bench/deno.json bench/collector.ts
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { otelcol } from "../tests/collector/build.ts";
import { contender } from "./contenders.ts";
import { delay, run, Sink } from "./runner.ts";

const COUNT = 200_000;
const WARM_UP = 20_000;
const ROUNDS = 3;
/** How long a Collector may go on sending, in milliseconds. */
const PATIENCE_MS = 60_000;
const PORT = 14_318;
/** CPU is counted in hundredths of a second. */
const TICKS_PER_SECOND = 100;

const binary = await otelcol(console.error);
if (binary === undefined) throw new Error("Cannot measure a Collector: Go is not on the PATH");
await using sink = await Sink.start();
console.log("| way | records a second | MB a second | Collector's CPU, µs a record |");
console.log("| --- | ---: | ---: | ---: |");
for (const way of ["direct", "Collector, fsync", "Collector, no fsync"] as const) {
  const rates: [perSecond: number, mbPerSecond: number, cpuUs: number][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using collector = way === "direct" ? undefined : await start(way === "Collector, fsync");
    const url = collector?.url ?? sink.fast;
    const before = collector?.cpuSeconds() ?? 0;
    const { perSecond, lost, sent, arrivals } = await run(
      contender("otlpNative"),
      patient(sink),
      COUNT,
      { url, warmUp: WARM_UP },
    );
    if (lost > 0) throw new Error(`${lost} of ${sent} records were lost`);
    const cpuUs = ((collector?.cpuSeconds() ?? 0) - before) / sent * 1e6;
    rates.push([perSecond, perSecond * arrivals.bytes / arrivals.records / 1e6, cpuUs]);
  }
  const [perSecond, mb, cpuUs] = rates.sort(([one], [other]) => one - other)[ROUNDS >> 1]!;
  console.log(
    `| ${way} | ${Math.round(perSecond).toLocaleString("en")} | ${mb.toFixed(1)} | ${
      cpuUs > 0 ? cpuUs.toFixed(1) : "-"
    } |`,
  );
}

/** A service that is asked for its counts when all has come: a Collector sends on for longer. */
function patient(sink: Sink): Sink {
  let expected = 0;
  const take = async () => {
    const late = performance.now() + PATIENCE_MS;
    while ((await sink.look()).unique < expected && performance.now() < late) await delay(20);
    expected = COUNT + WARM_UP;
    return await sink.take();
  };
  return Object.create(sink, { take: { value: take } });
}

/** Starts a Collector by examples/collector.yaml that sends to the service. */
async function start(fsync: boolean) {
  const folder = await Deno.makeTempDir();
  const changes = {
    extensions: { file_storage: { fsync } },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${PORT}` } } } },
    // The service counts ids in plain bodies.
    exporters: { "otlp_http/axonpush": { compression: "none" } },
    service: { telemetry: { metrics: { level: "none" } } },
  };
  const process = new Deno.Command(binary!, {
    args: [
      ...["--config", fileURLToPath(new URL("../examples/collector.yaml", import.meta.url))],
      ...["--config", `yaml:${JSON.stringify(changes)}`],
    ],
    env: { AXONPUSH_BASE_URL: sink.fast, AXONPUSH_API_KEY: "ak_bench", STATE_DIRECTORY: folder },
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${PORT}`;
  while (await fetch(url).then((answer) => answer.body?.cancel(), () => "away")) await delay(20);
  return {
    url,
    cpuSeconds() {
      const stat = Deno.readTextFileSync(`/proc/${process.pid}/stat`).split(") ")[1]!.split(" ");
      return (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
    },
    async [Symbol.asyncDispose]() {
      process.kill("SIGTERM");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
