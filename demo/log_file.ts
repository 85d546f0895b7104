/**
 * A real log file: the one that is asked for, else one of this machine, else one that is made up.
 *
 * @module
 */

const PATH = "/var/log/dpkg.log";
/** A longer file is read from its end. */
const MOST_LINES = 5000;
/** A file that nobody asked for and that is shorter is not worth showing. */
const FEWEST_LINES = 500;

/** The lines of a log file, the last ones. Throws if the one that is asked for cannot be read. */
export async function logFile(path?: string): Promise<readonly string[]> {
  if (path !== undefined) return linesOf(await Deno.readTextFile(path));
  const lines = linesOf(await Deno.readTextFile(PATH).catch(() => ""));
  return lines.length >= FEWEST_LINES ? lines : Array.from({ length: MOST_LINES }, madeUp);
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-MOST_LINES);
}

function madeUp(_: unknown, i: number): string {
  const time = new Date(Date.UTC(2026, 0, 1) + i * 250).toISOString().slice(0, 19);
  return `${time} status installed package-${i % 97}:amd64 1.${i % 13}.${i % 7}-1`;
}
