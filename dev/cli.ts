/**
 * The local AxonPush as a program: prints the settings to copy, then each event as one line.
 * Events go to standard output and all else to standard error, so that `--json` can be piped.
 *
 * @module
 */
import { type DevEvent, severityOf } from "./contract.ts";
import { printable } from "../src/diagnostics.ts";
import { formatEvent, paintFor } from "./format.ts";
import { searchText } from "./search.ts";
import { type DevServer, startDevServer } from "./server.ts";

/** The levels of std/log, each with its least OpenTelemetry severity. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ["DEBUG", 5],
  ["INFO", 9],
  ["WARN", 13],
  ["ERROR", 17],
  ["CRITICAL", 21],
]);

/** Each flag: what its value stands for, if it has one, and what the help says. */
const FLAGS: ReadonlyMap<string, readonly [value: string, help: string]> = new Map([
  ["port", ["PORT", "listen on this port (3000); 0 picks a free one"]],
  ["host", ["ADDRESS", "listen on this address (127.0.0.1); others on the network may then read"]],
  ["key", ["KEY", "accept this key alone; without it any that begins with ak_ or pt_ will do"]],
  ["level", ["LEVEL", `show this level and above: ${[...LEVELS.keys()].join(", ")}`]],
  ["logger", ["NAME", "show the loggers whose names begin so"]],
  ["grep", ["PATTERN", "show what matches this regular expression, in upper or lower case"]],
  ["keep", ["COUNT", "keep so many events in memory, the newest (10000)"]],
  ["json", ["", "print events as JSON, one a line"]],
  ["help", ["", "print this help"]],
]);

const HELP = `AxonPush on this machine, for development only: takes what AxonPush takes,
shows it here and on a web page, and forgets it at the end.

Usage: deno run --allow-net=127.0.0.1:3000 jsr:@axonpush/std-log/dev [options]

${
  Array.from(FLAGS, ([name, [value, help]]) => `  ${`--${name} ${value}`.padEnd(16)}  ${help}`)
    .join("\n")
}

The options --level, --logger and --grep choose what is printed. The page shows everything.`;

/** A mistake in how the program was called. */
class UsageError extends Error {}

/** Runs the program. A wrong call ends it with one line and exit code 2. */
export function main(args: readonly string[]): void {
  try {
    const flags = parseFlags(args);
    if (flags.has("help")) console.log(HELP);
    else announce(start(flags), flags.get("key") ?? "ak_dev");
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${paintFor(Deno.stderr)("red", "error")}: ${error.message}`);
    Deno.exit(2);
  }
}

function parseFlags(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name, given] = args[i]!.match(/^--([^=]+)(?:=(.*))?$/s) ?? [];
    const flag = name === undefined ? undefined : FLAGS.get(name);
    if (flag === undefined) throw new UsageError(`unknown option ${args[i]}: see --help`);
    const [value] = flag;
    if (value === "" && given !== undefined) throw new UsageError(`--${name} takes no value`);
    const text = value === "" ? "" : given ?? args[++i];
    if (text === undefined) throw new UsageError(`--${name} needs a ${value}: see --help`);
    flags.set(name!, text);
  }
  return flags;
}

function start(flags: ReadonlyMap<string, string>): DevServer {
  const hostname = flags.get("host") ?? "127.0.0.1";
  const port = numberOf(flags, "port", 3000, 0, 65_535);
  const keep = numberOf(flags, "keep", 10_000, 1, 1_000_000);
  const apiKey = flags.get("key");
  if (apiKey === "") throw new UsageError("--key must not be empty");
  const passes = filterOf(flags);
  const paint = paintFor(Deno.stdout);
  const text = flags.has("json")
    ? (event: DevEvent) => printable(JSON.stringify(event))
    : (event: DevEvent) => formatEvent(event, paint);
  try {
    return startDevServer({
      port,
      hostname,
      keep,
      ...apiKey !== undefined && { apiKey },
      onEvent(event) {
        if (passes(event)) print(text(event));
      },
    });
  } catch (error) {
    const why = error instanceof Deno.errors.NotCapable
      ? `no net permission: run with --allow-net=${hostname}:${port}`
      : reason(error);
    throw new UsageError(`cannot listen on ${hostname}, port ${port}: ${why}`);
  }
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

function numberOf(
  flags: ReadonlyMap<string, string>,
  name: string,
  otherwise: number,
  least: number,
  most: number,
): number {
  const text = flags.get(name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${name} must be a number from ${least} to ${most}: it is ${text}`);
}

function filterOf(flags: ReadonlyMap<string, string>): (event: DevEvent) => boolean {
  const level = flags.get("level")?.toUpperCase();
  const least = level === undefined ? 0 : LEVELS.get(level);
  if (least === undefined) {
    const names = [...LEVELS.keys()].join(", ");
    throw new UsageError(`--level must be one of ${names}: it is ${flags.get("level")}`);
  }
  const logger = flags.get("logger") ?? "";
  const pattern = patternOf(flags.get("grep") ?? "");
  return (event) =>
    severityOf(event) >= least && event.identifier.startsWith(logger) &&
    pattern.test(searchText(event));
}

function patternOf(source: string): RegExp {
  try {
    return new RegExp(source, "i");
  } catch (error) {
    throw new UsageError(`--grep must be a regular expression: ${(error as Error).message}`);
  }
}

/** Says where it listens, and the settings to copy. */
function announce({ url }: DevServer, apiKey: string): void {
  const paint = paintFor(Deno.stderr);
  console.error(`AxonPush for development listens, and shows what comes at ${paint("bold", url)}

AXONPUSH_BASE_URL=${url}
AXONPUSH_API_KEY=${apiKey}
AXONPUSH_TENANT_ID=dev
`);
}
