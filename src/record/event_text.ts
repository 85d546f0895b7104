/**
 * Makes the text of an event from a line: for the service as the body of `POST /event`, and for the
 * user's `redact` inside the log call. For both threads.
 *
 * @module
 */
import type { Constants } from "./chunk.ts";
import { readLine, readSource } from "./line.ts";
import { memoizeLast } from "./memoize.ts";

/**
 * The OpenTelemetry severity of a level of std/log: DEBUG 5, INFO 9, WARN 13, ERROR 17, FATAL 21
 * (Logs Data Model, "Severity Fields"). A level in between counts as the lower one.
 */
export function severityNumber(level: number): number {
  if (!(level >= 10)) return 0;
  return 4 * Math.min(5, Math.floor(level / 10)) + 1;
}

/**
 * What follows the milliseconds of a record's time in nanoseconds, as text. The clock has milliseconds;
 * counting below them keeps the order of the log calls sortable.
 */
export function belowMilliseconds(ordinal: string): string {
  return ordinal.padStart(6, "0");
}

/**
 * Makes the function that makes the text of an event from a line, with a dedup key if it is the body of
 * `POST /event`. A line that is an event already stays as it is.
 */
export function createEventText(
  constants: Constants,
): (line: string, dedupKey?: string) => string {
  const { trace, resource, pid, envelope } = constants;
  const textsOf = memoizeLast((source) => {
    const { level, levelName, loggerName } = readSource(source);
    return {
      begin: `"identifier":${loggerName},${envelope},`,
      severity: `,"severityNumber":${severityNumber(level)},"severityText":${levelName},`,
      attributes: `,"attributes":{"logger.name":${loggerName},"process.pid":${pid}`,
    };
  });
  const end = `},"resource":{${resource}}}}`;
  // A thousand records may share a time stamp.
  let lastTime = "";
  let lastStamp = "";

  return (text, dedupKey) => {
    const key = dedupKey === undefined ? "" : `"dedupKey":"${dedupKey}",`;
    const line = readLine(text);
    if (line.kind === "event") return `{${key}${line.event.slice(1)}`;
    const { source, time, ordinal, ids, flags, body, attributes } = line;
    const { begin, severity, attributes: ours } = textsOf(source);
    if (time !== lastTime) {
      lastTime = time;
      lastStamp = new Date(Number(time)).toISOString();
    }
    const nanos = time + belowMilliseconds(ordinal);
    return `{${key}${begin}${ids || trace},"occurredAt":"${lastStamp}",` +
      `"payload":{"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}"` +
      `${flags && `,"flags":${flags}`}${severity}"body":${body}` +
      `${ours}${attributes && ","}${attributes}${end}`;
  };
}
