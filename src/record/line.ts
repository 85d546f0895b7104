/**
 * The form in which a record travels from the log call to the exporter: a line of columns between
 * tabs, which JSON texts cannot contain. It holds only what differs from record to record, so the
 * log call, the queue and the way to the worker cost that much less. Only this file knows the
 * columns. For both threads.
 *
 * | column | of a record | of an event |
 * | ------ | ----------- | ----------- |
 * | 0      | `record`    | `event`     |
 * | 1 to 3 | the source: level, its name and the logger's, as JSON | the event, as JSON |
 * | 4      | milliseconds since 1970 | |
 * | 5      | how many records the same millisecond has before this one | |
 * | 6      | trace and span as members, or empty | |
 * | 7      | W3C trace flags, or empty | |
 * | 8      | the body, as JSON | |
 * | 9      | the attributes as members, in the dialect of the protocol | |
 *
 * A line is an event where the user's `redact` has seen it: that may have changed anything.
 *
 * @module
 */
import { JSON } from "../json.ts";
import { cutText } from "./cut_text.ts";
import { dialectOf } from "./dialect.ts";
import type { LogEvent } from "./event.ts";

/** A record as the log call writes it. All texts are JSON, but for `flags`. */
export interface RecordColumns {
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  readonly time: number;
  readonly ordinal: number;
  readonly ids: string;
  readonly flags: string;
  readonly body: string;
  readonly attributes: string;
}

/** A line, read. */
export type Line = RecordLine | EventLine;

/** A record as it is read: its columns are still texts. */
export interface RecordLine {
  readonly kind: "record";
  /** The first columns in one text, because few records differ in them: see {@linkcode readSource}. */
  readonly source: string;
  readonly time: string;
  readonly ordinal: string;
  readonly ids: string;
  readonly flags: string;
  readonly body: string;
  readonly attributes: string;
}

/** An event that `redact` has returned. */
export interface EventLine {
  readonly kind: "event";
  /** JSON text. */
  readonly event: string;
}

/** How much of the body is kept of a record that the service finds too large, in characters. */
const SHORT_BODY = 1024;
/** The attribute that marks such a record. */
const TRUNCATED = "axonpush.truncated";

const RECORD = "record\t";
const EVENT = "event\t";

/**
 * Makes the function that makes the line of a record. Of records that follow each other most are of
 * one logger, level and millisecond: what those begin with is put together once.
 */
export function createWriteRecord(): (columns: RecordColumns) => string {
  let head = "";
  let lastLevel: number, lastLevelName: string, lastLoggerName: string, lastTime: number;
  return ({ level, levelName, loggerName, time, ordinal, ids, flags, body, attributes }) => {
    if (
      time !== lastTime || level !== lastLevel || levelName !== lastLevelName ||
      loggerName !== lastLoggerName
    ) {
      head = `${RECORD}${level}\t${levelName}\t${loggerName}\t${time}\t`;
      [lastLevel, lastLevelName, lastLoggerName, lastTime] = [level, levelName, loggerName, time];
    }
    const trace = ids === "" ? "\t" : `${ids}\t${flags}`;
    return `${head}${ordinal}\t${trace}\t${body}\t${attributes}`;
  };
}

/** The line of an event, which is a JSON text. */
export function writeEvent(event: string): string {
  return EVENT + event;
}

/** Takes a line apart. */
export function readLine(line: string): Line {
  if (line.startsWith(EVENT)) return { kind: "event", event: line.slice(EVENT.length) };
  let end = RECORD.length - 1;
  const next = (columns = 1) => {
    const begin = end + 1;
    for (; columns > 0; columns--) end = line.indexOf("\t", end + 1);
    return line.slice(begin, end);
  };
  return {
    kind: "record",
    source: next(3),
    time: next(),
    ordinal: next(),
    ids: next(),
    flags: next(),
    body: next(),
    attributes: line.slice(end + 1),
  };
}

/** Takes the source of a line apart. The names are JSON texts. */
export function readSource(
  source: string,
): { readonly level: number; readonly levelName: string; readonly loggerName: string } {
  const [level, levelName, loggerName] = source.split("\t") as [string, string, string];
  return { level: Number(level), levelName, loggerName };
}

/**
 * A shorter form of a record that the service finds too large, with a mark, or nothing if it was
 * shortened already.
 */
export function shortenLine(line: string, protocol: "events" | "otlp"): string | undefined {
  const read = readLine(line);
  if (read.kind === "event") return shortenEvent(read.event);
  const { name, end, boolean } = dialectOf(protocol);
  const attributes = name(`"${TRUNCATED}"`) + boolean(true) + end;
  if (read.attributes === attributes) return undefined;
  const body = JSON.stringify(shortBody(JSON.parse(read.body)));
  const { source, time, ordinal, ids, flags } = read;
  return `${RECORD}${source}\t${time}\t${ordinal}\t${ids}\t${flags}\t${body}\t${attributes}`;
}

function shortenEvent(text: string): string | undefined {
  try {
    const event = JSON.parse(text) as LogEvent;
    const { body, attributes } = event.payload;
    if (TRUNCATED in attributes) return undefined;
    const payload = {
      ...event.payload,
      body: shortBody(body),
      attributes: { "logger.name": attributes["logger.name"], [TRUNCATED]: true },
    };
    return writeEvent(JSON.stringify({ ...event, payload }));
  } catch {
    return undefined; // The user's `redact` left something that is no event.
  }
}

function shortBody(body: unknown): string {
  return `${cutText(String(body), SHORT_BODY)}…[cut: too large]`;
}
