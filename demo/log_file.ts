/**
 * A real log file of this machine, or one made up where there is none.
 *
 * @module
 */

const PATH = "/var/log/dpkg.log";
/** A longer file is read from its end, a shorter one is not worth showing. */
const MOST_LINES = 5000;
const FEWEST_LINES = 500;

/** The lines of a log file. */
export async function logFile(): Promise<readonly string[]> {
  const text = await Deno.readTextFile(PATH).catch(() => "");
  const lines = text.split("\n").slice(0, -1).slice(-MOST_LINES);
  return lines.length >= FEWEST_LINES ? lines : Array.from({ length: MOST_LINES }, madeUp);
}

function madeUp(_: unknown, i: number): string {
  const time = new Date(Date.UTC(2026, 0, 1) + i * 250).toISOString().slice(0, 19);
  return `${time} status installed package-${i % 97}:amd64 1.${i % 13}.${i % 7}-1`;
}
