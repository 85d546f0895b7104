/**
 * The form in which a record travels from the log call to the transport: a line with only what
 * differs from record to record, as JSON texts between tabs, which JSON itself cannot contain. The
 * other four fifths of an event are the same for all of a handler, and are put around it where the
 * event is sent: the log call, the queue and the way to the worker cost that much less.
 *
 * @module
 */
import { remember } from "./json_writer.ts";

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

/** A record on its way. */
export interface Item {
  readonly sequence: number;
  readonly line: string;
}

/** The parts of a line, in their order. */
export interface Fields {
  /** The level, its name and the logger's, still one text: few records differ in it. */
  readonly head: string;
  /** Milliseconds since 1970. */
  readonly time: string;
  /** How many records the same millisecond has before this one. */
  readonly tick: string;
  /** Trace and span as members, or empty. */
  readonly ids: string;
  readonly flags: string;
  readonly body: string;
  /** As members, in the dialect of the protocol. */
  readonly attributes: string;
}

/** Takes a line apart. */
export function fieldsOf(line: string): Fields {
  let end = -1;
  const next = (count = 1) => {
    const begin = end + 1;
    for (; count > 0; count--) end = line.indexOf("\t", end + 1);
    return line.slice(begin, end);
  };
  return {
    head: next(3),
    time: next(),
    tick: next(),
    ids: next(),
    flags: next(),
    body: next(),
    attributes: line.slice(end + 1),
  };
}

/**
 * Remembers what is made of the heads of lines. Few records differ in theirs from the one before,
 * and to compare two texts takes less than half the time that it takes to look one up.
 */
export function perHead<T>(
  make: (level: string, levelName: string, name: string) => T,
): (head: string) => T {
  const known = remember((head) => make(...head.split("\t") as [string, string, string]));
  let lastHead: string | undefined;
  let last: T;
  return (head) => {
    if (head !== lastHead) {
      last = known(head);
      lastHead = head;
    }
    return last;
  };
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

/**
 * Makes the function that makes the text of an event of a line, with a dedup key where it is the body
 * of `POST /event`. A line that is an event already stays as it is.
 */
export function createEventText(
  constants: Constants,
): (line: string, dedupKey?: string) => string {
  const { trace, resource, pid } = constants;
  const textsOf = perHead((level, levelName, name) => ({
    begin: `"identifier":${name},${constants.head},`,
    severity: `,"severityNumber":${severityNumber(Number(level))},"severityText":${levelName},`,
    attributes: `,"attributes":{"logger.name":${name},"process.pid":${pid}`,
  }));
  const end = `},"resource":{${resource}}}}`;
  // A thousand records may share a time stamp.
  let lastTime = "";
  let lastStamp = "";

  return (line, dedupKey) => {
    const keyText = dedupKey === undefined ? "" : `"dedupKey":"${dedupKey}",`;
    if (line.startsWith("{")) return `{${keyText}${line.slice(1)}`;
    const { head, time, tick, ids, flags, body, attributes } = fieldsOf(line);
    const { begin, severity, attributes: ours } = textsOf(head);
    if (time !== lastTime) {
      lastTime = time;
      lastStamp = new Date(Number(time)).toISOString();
    }
    const nanos = nanoseconds(time, tick);
    return `{${keyText}${begin}${ids || trace},"occurredAt":"${lastStamp}",` +
      `"payload":{"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}"` +
      `${flags && `,"flags":${flags}`}${severity}"body":${body}` +
      `${ours}${attributes && ","}${attributes}${end}`;
  };
}
