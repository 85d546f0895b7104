/**
 * What arrives of the last records of a program that ends without waiting for its logger, in each of
 * the ways that a program can end.
 *
 * @module
 */
import { COMMANDS, delay, local, type Sink } from "./runner.ts";

/** Ways to end, in the order of the table. */
export const ENDS = ["natural", "exit", "error", "SIGTERM"] as const;

const SHIPPERS = [
  { name: "axonpush", label: "**AxonPush**", runtime: "package" },
  { name: "denoOtel", label: "Deno's built-in OpenTelemetry", runtime: "peers" },
  { name: "logtape", label: "LogTape, OpenTelemetry sink", runtime: "peers" },
  { name: "opentelemetry", label: "OpenTelemetry JS", runtime: "peers" },
] as const;

/** How long a program goes on before it gets SIGTERM, and how long its last requests may take, in ms. */
const PAUSE_MS = 100;

/** Who ships, and how many of 50 records arrived, each time, for each end. */
export interface Ending {
  readonly label: string;
  readonly arrived: Readonly<Record<typeof ENDS[number], number[]>>;
}

/** Lets every program end in every way, against the service that answers after 20 ms. */
export async function measureEnds(sink: Sink, rounds: number): Promise<Ending[]> {
  const endings = SHIPPERS.map(({ label }) => ({
    label,
    arrived: { natural: [], exit: [], error: [], SIGTERM: [] } as Ending["arrived"],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, shipper] of SHIPPERS.entries()) {
      for (const how of ENDS) {
        endings[i]!.arrived[how].push(await countArrivals(sink, shipper, how));
      }
    }
  }
  return endings;
}

async function countArrivals(
  sink: Sink,
  { name, runtime }: typeof SHIPPERS[number],
  how: typeof ENDS[number],
): Promise<number> {
  await sink.take();
  const [command, ...args] = COMMANDS[runtime] as [string, ...string[]];
  const child = new Deno.Command(command, {
    args: [...args, local("contenders/ends.mjs"), sink.slow, name, how],
    env: name === "denoOtel"
      ? {
        OTEL_DENO: "true",
        OTEL_DENO_CONSOLE: "replace",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.slow,
      }
      : {},
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await child.stdout[Symbol.asyncIterator]().next();
  if (how === "SIGTERM") {
    await delay(PAUSE_MS);
    child.kill("SIGTERM");
  }
  await child.status;
  await delay(PAUSE_MS);
  return (await sink.take()).unique;
}
