/**
 * The local AxonPush as a program: prints the settings to copy, then each event as one line.
 * Events go to standard output and all else to standard error, so that `--json` can be piped.
 *
 * @module
 */
import type { DevEvent } from "./contract.ts";
import { printable } from "../src/diagnostics.ts";
import { filterOf, HELP, numberOf, parseFlags, UsageError } from "./flags.ts";
import { formatEvent, formatRefusal, paintFor } from "./format.ts";
import { Orderly } from "./order.ts";
import type { DevRefusal } from "./refusal.ts";
import { type DevServer, startDevServer } from "./server.ts";

/** How long an event waits to be printed for those that were logged before it, in milliseconds. */
const ORDER_MS = 150;
/** How long repeated refusals are only counted, in milliseconds. */
const REPEAT_MS = 1000;

/** Runs the program. A wrong call ends it with one line and exit code 2. */
export function main(args: readonly string[]): void {
  try {
    const flags = parseFlags(args);
    if (flags.has("help")) console.log(HELP);
    else announce(start(flags), flags);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${paintFor(Deno.stderr)("red", "error")}: ${error.message}`);
    Deno.exit(2);
  }
}

function start(flags: ReadonlyMap<string, string>): DevServer {
  const hostname = flags.get("host") ?? "127.0.0.1";
  const port = numberOf(flags, "port", 3000, 0, 65_535);
  const keep = numberOf(flags, "keep", 10_000, 1, 1_000_000);
  const apiKey = flags.get("key");
  const tenantId = flags.get("tenant");
  const environments = flags.get("environments")?.split(",").map((name) => name.trim());
  const passes = filterOf(flags);
  const paint = paintFor(Deno.stdout);
  const text = flags.has("json")
    ? (event: DevEvent) => printable(JSON.stringify(event))
    : (event: DevEvent) => formatEvent(event, paint);
  const printed = new Orderly(ORDER_MS, (event) => print(text(event)));
  let received = 0;
  try {
    const server = startDevServer({
      port,
      hostname,
      keep,
      ...apiKey !== undefined && { apiKey },
      ...tenantId !== undefined && { tenantId },
      ...environments && { environments },
      appKeys: !flags.has("org-key"),
      onEvent(event) {
        if (passes(event)) printed.add(event);
        if (++received !== keep + 1) return;
        console.error(`Only the newest ${keep} events are kept for the page: see --keep`);
      },
      onRefusal: refusalPrinter(),
    });
    Deno.addSignalListener("SIGINT", () => {
      printed.flush();
      Deno.exit(130);
    });
    return server;
  } catch (error) {
    const why = error instanceof Deno.errors.NotCapable
      ? `no net permission: run with --allow-net=${hostname}:${port}`
      : reason(error);
    throw new UsageError(`cannot listen on ${hostname}, port ${port}: ${why}`);
  }
}

/** Prints refusals. Repeated ones are only counted for a while, since a program may send many. */
function refusalPrinter(): (refusal: DevRefusal) => void {
  const paint = paintFor(Deno.stderr);
  let last = "";
  let lastAt = -Infinity;
  let repeated = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Other lines may have come in between, so this says which it is about. */
  let what = "";
  const tellRepeated = () => {
    clearTimeout(timer);
    timer = undefined;
    if (repeated > 0) console.error(paint("dim", `    and ${repeated} more: ${what}`));
    repeated = 0;
  };
  return (refusal) => {
    const { method, path, status, code, message } = refusal;
    const kind = JSON.stringify([method, path, status, code, message]);
    const now = performance.now();
    if (kind === last && now - lastAt < REPEAT_MS) {
      repeated++;
      timer ??= setTimeout(tellRepeated, lastAt + REPEAT_MS - now);
      return;
    }
    tellRepeated();
    last = kind;
    lastAt = now;
    what = `${method} ${path} ${status} ${code}`;
    console.error(formatRefusal(refusal, paint));
  };
}

/** Prints a line. When nobody reads any more, as after `| head`, the program ends. */
function print(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  try {
    for (let i = 0; i < bytes.length;) i += Deno.stdout.writeSync(bytes.subarray(i));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit();
    throw error;
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "it is in use: choose another with --port, or 0 for a free one";
  }
  return error instanceof Error ? error.message : String(error);
}

/** Prints where it listens, and the settings to copy. */
function announce({ url }: DevServer, flags: ReadonlyMap<string, string>): void {
  const paint = paintFor(Deno.stderr);
  console.error(`The local AxonPush listens. Its page is ${paint("bold", url)}

AXONPUSH_BASE_URL=${url}
AXONPUSH_API_KEY=${flags.get("key") ?? "ak_dev"}
AXONPUSH_TENANT_ID=${flags.get("tenant") ?? "dev"}
`);
}
