/**
 * The demo's ingest service, a process of its own: the local AxonPush, answering as late as one
 * across a network, and a route that tells what came from which program.
 *
 * @module
 */
import { type DevEvent, startDevServer } from "../dev/mod.ts";

/** What came on one channel. */
export interface Received {
  /** The message of each event, in order of arrival. */
  readonly bodies: readonly string[];
  /** How often an event came again under the key of an earlier one. */
  readonly repeated: number;
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
      const events = server.events.filter((event) => event.channel_id === channel);
      const [first, second, ...others] = events;
      const gravest = Math.max(...others.map(severity));
      const samples = [first, second, others.findLast((event) => severity(event) === gravest)];
      return Response.json(
        {
          bodies: events.map(({ payload }) => String(payload.body)),
          repeated: events.reduce((n, { dedupKey }) => n + server.deliveries(dedupKey!) - 1, 0),
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
