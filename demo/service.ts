/**
 * The demo's ingest service, a process of its own: the local AxonPush, answering as late as one
 * across a network, and a route that tells what came from which program.
 *
 * @module
 */
import { type DevEvent, startDevServer } from "../dev/mod.ts";
import type { Arrival } from "./count.ts";

/** What came on one channel of one process. */
export interface Received {
  readonly arrivals: readonly Arrival[];
  /** The first two events and the last of the most severe ones. */
  readonly samples: readonly DevEvent[];
}

if (import.meta.main) {
  const server = startDevServer({
    port: 0,
    delayMs: Number(Deno.args[0]),
    keep: 100_000,
    intercept(request) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/received") return;
      const channel = searchParams.get("channel");
      const pid = Number(searchParams.get("pid"));
      const events = server.events.filter(({ channel_id, payload }) =>
        channel_id === channel && payload.attributes?.["process.pid"] === pid
      );
      const [first, second, ...others] = events;
      const gravest = Math.max(...others.map(severity));
      const samples = [first, second, others.findLast((event) => severity(event) === gravest)];
      return Response.json(
        {
          arrivals: events.map((event) => ({
            number: numberOf(event),
            text: String(event.payload.body),
            times: server.deliveries(event.dedupKey!),
          })),
          samples: samples.filter((event) => event !== undefined),
        } satisfies Received,
      );
    },
  });
  console.log(server.url);
  // The demo holds the other end: when it is gone, however it ended, so is this.
  for await (const _ of Deno.stdin.readable);
  await server.close();
}

function severity({ payload }: DevEvent): number {
  return payload.severityNumber ?? 0;
}

/** The number of the line that the program read, or else of the record among all of its handler. */
function numberOf({ payload, dedupKey }: DevEvent): number {
  return Number(payload.attributes?.line ?? Number(dedupKey?.split("-").at(-1)) + 1);
}
