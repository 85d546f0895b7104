/**
 * The form in which a record travels from the log call to the transport: a line with only what
 * differs from record to record, as JSON texts between tabs, which JSON itself cannot contain. The
 * other four fifths of an event are the same for all of a handler, and are put around it where the
 * event is sent: the log call, the queue and the way to the worker cost that much less.
 *
 * @module
 */

/** What is the same in all events of a handler, as JSON text without the outer braces. */
export interface Constants {
  /** Type, channel, agent and metadata. */
  readonly head: string;
  /** The ids of a record that is in no other trace. */
  readonly trace: string;
  readonly resource: string;
  readonly pid: number;
  readonly agentId?: string | undefined;
}

/** A record on its way: its line, and the key by which the service knows it again. */
export interface Item {
  readonly sequence: number;
  readonly key: string;
  readonly line: string;
}

/**
 * The OpenTelemetry severity of a level of std/log: DEBUG 5, INFO 9, WARN 13, ERROR 17, FATAL 21
 * (Logs Data Model, "Severity Fields"). A level in between counts as the one below it.
 */
export function severityNumber(level: number): number {
  if (!(level >= 10)) return 0;
  return 4 * Math.min(5, Math.floor(level / 10)) + 1;
}

/**
 * The time of a record in nanoseconds, as text. The clock has milliseconds; counting below them
 * keeps the order of the log calls sortable.
 */
export function nanoseconds(time: string, tick: string): string {
  return time + tick.padStart(6, "0");
}

// Making a time stamp takes half as long as all the rest, and a thousand records may share one.
let lastTime = "";
let lastStamp = "";

/** The body of `POST /event` for a record. */
export function eventBody({ line, key }: Item, constants: Constants): string {
  return `{"dedupKey":"${key}",${eventText(line, constants).slice(1)}`;
}

/** The text of the event that a line stands for; one that is an event already stays as it is. */
export function eventText(line: string, { head, trace, resource, pid }: Constants): string {
  if (line.startsWith("{")) return line;
  const [time, tick, level, levelName, name, ids, flags, body, attributes] = line.split("\t");
  const nanos = nanoseconds(time!, tick!);
  if (time !== lastTime) {
    lastTime = time!;
    lastStamp = new Date(Number(time)).toISOString();
  }
  return `{"identifier":${name},${head},${ids || trace},` +
    `"occurredAt":"${lastStamp}","payload":{"timeUnixNano":"${nanos}",` +
    `"observedTimeUnixNano":"${nanos}"${flags && `,"flags":${flags}`},` +
    `"severityNumber":${severityNumber(Number(level))},"severityText":${levelName},` +
    `"body":${body},"attributes":{"logger.name":${name},"process.pid":${pid}` +
    `${attributes && ","}${attributes}},"resource":{${resource}}}}`;
}
