/**
 * Turns a record into a line, inside the log call. The line is the snapshot: it is made while the
 * program's objects are as they were logged, and everything later, other threads and retries
 * included, handles text.
 *
 * @module
 */
import type { LogRecord } from "@std/log";
import { wallTime } from "../clock.ts";
import { JSON } from "../json.ts";
import type { Settings } from "../options/settings.ts";
import { argumentsText, isPlainObject } from "./arguments.ts";
import type { Constants } from "./chunk.ts";
import { contextAttributes, currentTrace, newSpanId, type Trace } from "./context.ts";
import { dialectOf } from "./dialect.ts";
import type { LogEvent } from "./event.ts";
import { createEventText } from "./event_text.ts";
import { JsonWriter, MAX_NAME_LENGTH } from "./json_writer.ts";
import { createWriteRecord, writeEvent } from "./line.ts";
import { memoize } from "./memoize.ts";

/** Most records that are encoded at a time, each logged by a getter of the one before. */
const MAX_NESTED_RECORDS = 2;

/** Makes the lines of one handler. */
export class Encoder {
  #redact: Settings["redact"];
  /** A getter or `toJSON` that logs begins a record inside another: each has a writer of its own. */
  #writers: readonly JsonWriter[];
  /** How many records are being encoded. */
  #nesting = 0;
  /** Writes what says where a record belongs: names and ids. */
  #names: JsonWriter;
  /** A level's or logger's name as JSON. */
  #quote: (name: string) => string;
  #writeRecord = createWriteRecord();
  #eventText: (line: string) => string;
  #lastTime = NaN;
  #ordinal = 0;

  constructor({ maxContentLength, redactKeys, redact, protocol }: Settings, constants: Constants) {
    this.#redact = redact;
    // `redact` sees an event, whatever protocol is used.
    const dialect = dialectOf(redact === undefined ? protocol : "events");
    this.#writers = Array.from(
      { length: MAX_NESTED_RECORDS },
      () => new JsonWriter(maxContentLength, redactKeys, dialect),
    );
    // What is remembered must not depend on how many characters the present record has left. And a
    // trace or a level that was cut would be another one.
    this.#names = new JsonWriter(Math.max(maxContentLength, MAX_NAME_LENGTH), redactKeys);
    this.#quote = memoize((name) => {
      this.#names.begin();
      return this.#names.string(name);
    });
    this.#eventText = createEventText(constants);
  }

  /**
   * The line of a record, or nothing if `redact` drops it or too many are being encoded.
   *
   * @param record What was logged.
   * @param body Its message, or what the `formatter` made of it.
   * @param caller Attributes that say where it was logged.
   * @throws What `redact` throws: an event that could not be redacted must not go.
   */
  encode(
    record: LogRecord,
    body: unknown,
    caller?: Readonly<Record<string, unknown>>,
  ): string | undefined {
    const writer = this.#writers[this.#nesting];
    if (writer === undefined) return undefined;
    this.#nesting++;
    let line: string;
    try {
      writer.begin();
      const time = record.datetime.getTime() || wallTime();
      this.#ordinal = time === this.#lastTime ? this.#ordinal + 1 : 0;
      this.#lastTime = time;
      const trace = currentTrace();
      line = this.#writeRecord({
        level: record.level,
        levelName: this.#quote(record.levelName),
        loggerName: this.#quote(record.loggerName),
        time,
        ordinal: this.#ordinal,
        ids: trace ? traceText(trace, this.#names) : "",
        flags: String(trace?.flags ?? ""),
        body: bodyText(writer, body),
        attributes: argumentsText(writer, record, contextAttributes(), caller),
      });
    } finally {
      this.#nesting--;
    }
    if (this.#redact === undefined) return line;
    const event = this.#redact(JSON.parse(this.#eventText(line)));
    return event ? writeEvent(checkedText(event)) : undefined;
  }
}

/** What is the same in all events of these settings. */
export function eventConstants(settings: Settings): Constants {
  // A program may have given all objects a `toJSON`.
  const own = { toJSON: undefined };
  const members = (object: Record<string, unknown>) =>
    JSON.stringify({ ...object, ...own }).slice(1, -1);
  return {
    envelope: members({
      eventType: settings.source === "agent" ? "agent.log" : "app.log",
      channel_id: settings.channelId,
      agentId: settings.agentId,
      metadata: { framework: "deno-std-log", ...own },
    }),
    trace: members({ traceId: settings.traceId, spanId: newSpanId() }),
    resource: members(settings.resource),
    pid: Deno.pid,
    agentId: settings.agentId,
  };
}

/** Trace and span as members. The ids may come from a stranger's header. */
function traceText({ traceId, spanId }: Trace, writer: JsonWriter): string {
  writer.begin();
  const id = (text: string) => writer.string(String(text), MAX_NAME_LENGTH);
  return `"traceId":${id(traceId)},"spanId":${id(spanId)}`;
}

/** A body is a string, a number or a boolean; anything else becomes a string of JSON. */
function bodyText(writer: JsonWriter, body: unknown): string {
  if (typeof body === "string") return writer.string(body); // Nearly always.
  const text = writer.plain(body);
  return typeof body === "object" || body === undefined ? writer.string(text) : text;
}

/** Refuses what a `redact` in plain JavaScript may return instead of an event: a promise, say. */
function checkedText(event: LogEvent): string {
  const text = String(JSON.stringify(event));
  const { body, attributes, resource } = Object(Object(event).payload);
  if (
    ["string", "number", "boolean"].includes(typeof body) && isPlainObject(attributes) &&
    isPlainObject(resource) && text.startsWith("{")
  ) return text;
  // A rejection that nobody waits for would end the program.
  if (event instanceof Promise) event.catch(() => {});
  throw new TypeError("'redact' must return an event or nothing, and not a promise of one");
}
