/**
 * The service at the end of the fleet: the local AxonPush. For each line on its standard input it
 * prints what has come from each program.
 *
 * @module
 */
import { startDevServer } from "../dev/mod.ts";

/** What came from a program. */
export interface Arrived {
  /** Different records. */
  readonly arrived: number;
  /** Records that came again. */
  readonly doubled: number;
}

if (import.meta.main) {
  const [hostname, port] = Deno.args as [string, string];
  const server = startDevServer({ hostname, port: Number(port), keep: 1_000_000, delayMs: 5 });
  console.log(server.url);
  for await (const _ of Deno.stdin.readable) {
    const programs: Record<string, { numbers: Set<unknown>; doubled: number }> = {};
    for (const { payload, dedupKey } of server.events) {
      const program = programs[String(payload.resource?.["service.name"])] ??= {
        numbers: new Set(),
        doubled: 0,
      };
      program.numbers.add(payload.attributes?.n);
      program.doubled += server.deliveries(dedupKey!) - 1;
    }
    const arrived = Object.entries(programs).map(([name, { numbers, doubled }]) => [
      name,
      { arrived: numbers.size, doubled } satisfies Arrived,
    ]);
    console.log(JSON.stringify(Object.fromEntries(arrived)));
  }
  await server.close();
}
