/**
 * The flags of the local AxonPush as a program: what they are, what they mean, and what was meant
 * where one is misspelled.
 *
 * @module
 */
import { type DevEvent, severityOf } from "./contract.ts";
import { searchText } from "./search.ts";

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
  ["host", [
    "ADDRESS",
    "listen on this address (127.0.0.1); any other one shows events to the network",
  ]],
  ["key", ["KEY", "accept only this key (any that begins with ak_ or pt_)"]],
  ["tenant", ["TENANT", "accept only this tenant (any)"]],
  ["environments", ["NAMES", "accept only these environments, separated by commas (any)"]],
  ["org-key", ["", "treat keys as belonging to no app: /v1/logs then requires a channel"]],
  ["level", ["LEVEL", `show this level and above: ${[...LEVELS.keys()].join(", ")}`]],
  ["logger", ["NAME", "show the loggers whose names begin with this"]],
  ["grep", ["PATTERN", "show events that match this regular expression, ignoring case"]],
  ["keep", ["COUNT", "keep this many events in memory, the newest (10000)"]],
  ["json", ["", "print events as JSON, one per line"]],
  ["help", ["", "print this help; so does -h"]],
]);

/** What `--help` prints. */
export const HELP = `AxonPush on this machine, for development only: accepts what AxonPush accepts,
shows it here and on a web page, and keeps nothing on disk.

Usage: deno run --allow-net=127.0.0.1:3000 jsr:@axonpush/std-log/dev [options]

${
  Array.from(FLAGS, ([name, [value, help]]) => `  ${`--${name} ${value}`.padEnd(20)}  ${help}`)
    .join("\n")
}

--level, --logger and --grep select what is printed. The page shows everything.`;

/** A mistake in how the program was called. */
export class UsageError extends Error {}

/** The flags of a call, by name; those that take no value have an empty one. */
export function parseFlags(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] === "-h" ? "--help" : args[i]!;
    const [, name, given] = argument.match(/^--([^=]+)(?:=(.*))?$/s) ?? [];
    const flag = name === undefined ? undefined : FLAGS.get(name);
    if (flag === undefined) throw new UsageError(`unknown option ${argument}: ${advice(argument)}`);
    const [value] = flag;
    if (value === "" && given !== undefined) throw new UsageError(`--${name} takes no value`);
    const text = value === "" ? "" : given ?? args[++i];
    if (text === undefined) throw new UsageError(`--${name} needs a ${value}: see --help`);
    if (text === "" && value !== "" && name !== "logger" && name !== "grep") {
      throw new UsageError(`--${name} must not be empty`);
    }
    flags.set(name!, text);
  }
  return flags;
}

/** What was probably meant. */
function advice(argument: string): string {
  const [, name, given] = argument.match(/^-*([^=]*)(=.*)?$/s)!;
  if (/^\d+$/.test(name!)) return `did you mean --port ${name}?`;
  const [likely, steps] = Array.from(
    FLAGS.keys(),
    (known) => [known, distance(name!.toLowerCase(), known)] as const,
  ).sort(([, one], [, other]) => one - other)[0]!;
  return steps <= Math.max(1, Math.floor(likely.length / 3))
    ? `did you mean --${likely}${given ?? ""}?`
    : "see --help";
}

/** How many letters must be inserted, removed, changed or swapped to turn one word into the other. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        rows[i - 1]![j - 1]! + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
      }
    }
    rows.push(row);
  }
  return rows.at(-1)!.at(-1)!;
}

/** The value of a flag that is a number. */
export function numberOf(
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

/** Which events are printed. */
export function filterOf(flags: ReadonlyMap<string, string>): (event: DevEvent) => boolean {
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
