/**
 * The shape of an event: a LogRecord in, the line of an AxonPush event out.
 * The line is the snapshot: made once, inside the log call, while the caller's objects are as they
 * were; everything later, other threads and retries included, handles text.
 *
 * Field names follow the OpenTelemetry log data model and its semantic conventions.
 *
 * @module
 */
import type { LogRecord } from "@std/log/logger";
import { contextAttributes, currentTrace, newSpanId, type Trace } from "./context.ts";
import {
  errorType,
  isError,
  JsonWriter,
  MAX_NAME_LENGTH,
  read,
  reason,
  remember,
} from "./json_writer.ts";
import { type Constants, createEventText } from "./line.ts";
import type { Settings } from "../options/options.ts";
import { ANY_VALUE } from "../delivery/otlp_body.ts";
import { resourceAttributes } from "../platform.ts";

/** What an event says. Its dedup key is added where it is sent. */
export interface LogEvent {
  /** The logger's name. */
  readonly identifier: string;
  /** By the option `source`. */
  readonly eventType: "app.log" | "agent.log";
  /** Target channel; without it, the organisation's default channel. */
  readonly channel_id?: string;
  /** The agent that logs. */
  readonly agentId?: string;
  /** The trace that the record belongs to. */
  readonly traceId: string;
  /** The span in it, 16 hexadecimal characters. */
  readonly spanId: string;
  /** When it was logged, ISO 8601. */
  readonly occurredAt: string;
  /** Which of AxonPush's integrations made the event. */
  readonly metadata: { readonly framework: "deno-std-log" };
  /** The record itself. */
  readonly payload: LogPayload;
}

/** The OpenTelemetry part of an event. */
export interface LogPayload {
  /**
   * Nanoseconds since 1970, as a decimal string because JSON numbers cannot hold them. The clock has
   * milliseconds; the six digits below count the records of each.
   */
  readonly timeUnixNano: string;
  /** When the handler saw it: at the same time. */
  readonly observedTimeUnixNano: string;
  /** OpenTelemetry's severity, 0 to 24. */
  readonly severityNumber: number;
  /** The level's name in std/log. */
  readonly severityText: string;
  /** W3C trace flags, where an OpenTelemetry span was active. */
  readonly flags?: number;
  /** The message, or what the `formatter` made of it. */
  readonly body: string | number | boolean;
  /** What the log call passed besides, and what surrounded it. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What logs: the service and the process. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Most records that may be in the making at a time, each logged by a getter of the one before. */
const MAX_NESTED_RECORDS = 2;
/** Attributes that the handler sets itself; a caller's of these names is left out. */
const OURS = ["logger.name", "process.pid"];

/** What is the same in all events of these settings. */
export function eventConstants(settings: Settings): Constants {
  const inner = (object: Record<string, unknown>) => JSON.stringify(object).slice(1, -1);
  return {
    head: inner({
      eventType: settings.source === "agent" ? "agent.log" : "app.log",
      channel_id: settings.channelId,
      agentId: settings.agentId,
      metadata: { framework: "deno-std-log" },
    }),
    trace: inner({ traceId: settings.traceId, spanId: newSpanId() }),
    resource: inner({
      "service.name": settings.serviceName,
      "service.version": settings.serviceVersion,
      "deployment.environment.name": settings.environment,
      ...resourceAttributes(),
    }),
    pid: Deno.pid,
    agentId: settings.agentId,
  };
}

/**
 * Makes the function that turns a record into the line of its event, or into nothing if the user's
 * `redact` drops it. Throws what `redact` throws: an event that could not be redacted must not go.
 */
export function createEncoder(
  settings: Settings,
  constants: Constants,
): (record: LogRecord, body: unknown, caller?: Record<string, unknown>) => string | undefined {
  const { maxContentLength, redactKeys, redact, protocol } = settings;
  // What redact sees is an event, whatever becomes of it then.
  const dialect = protocol === "otlp" && redact === undefined ? ANY_VALUE : undefined;
  // A getter or a toJSON that logs begins a record inside another, and that must not go on for ever.
  const writers = Array.from(
    { length: MAX_NESTED_RECORDS },
    () => new JsonWriter(maxContentLength, redactKeys, dialect),
  );
  // What is remembered must not depend on what the record at hand has left of its characters.
  const names = new JsonWriter(maxContentLength, redactKeys);
  const quoted = remember((name) => {
    names.begin();
    return names.string(name);
  });
  const eventText = createEventText(constants);
  let nesting = 0;
  let lastTime = NaN;
  let tick = 0;

  function encode(
    writer: JsonWriter,
    record: LogRecord,
    body: unknown,
    caller?: Record<string, unknown>,
  ): string {
    writer.begin();
    const time = record.datetime.getTime() || Date.now();
    tick = time === lastTime ? tick + 1 : 0;
    lastTime = time;
    const trace = currentTrace();
    return `${record.level}\t${quoted(record.levelName)}\t${
      quoted(record.loggerName)
    }\t${time}\t${tick}\t${trace ? traceText(trace, writer) : ""}\t${trace?.flags ?? ""}\t${
      bodyText(writer, body)
    }\t${argumentsText(writer, record, contextAttributes(), caller)}`;
  }

  return (record, body, caller) => {
    const writer = writers[nesting];
    if (writer === undefined) return undefined;
    nesting++;
    let line: string;
    try {
      line = encode(writer, record, body, caller);
    } finally {
      nesting--;
    }
    if (redact === undefined) return line;
    const event = redact(JSON.parse(eventText(line)));
    return event ? checkedText(event) : undefined;
  };
}

/** Trace and span as members. The ids may be what a stranger sent in a header. */
function traceText({ traceId, spanId }: Trace, writer: JsonWriter): string {
  const id = (text: string) => writer.string(String(text), MAX_NAME_LENGTH);
  return `"traceId":${id(traceId)},"spanId":${id(spanId)}`;
}

/** A body is a string, a number or a boolean; anything else becomes a string of JSON. */
function bodyText(writer: JsonWriter, body: unknown): string {
  const text = writer.plain(body);
  return typeof body === "object" || body === undefined ? writer.string(text) : text;
}

/** Refuses what a `redact` in plain JavaScript may return besides events: a promise, say. */
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

/** What surrounds the log call, and then what it was passed besides the message, as JSON members. */
function argumentsText(
  writer: JsonWriter,
  { args, msg }: LogRecord,
  context?: Readonly<Record<string, unknown>>,
  caller?: Record<string, unknown>,
): string {
  try {
    const inText = errorInText(msg, args);
    if (!context && !caller && !inText) {
      // Nearly always there is one object of attributes, which needs no merging.
      const [only] = args;
      if (args.length === 0) return "";
      if (
        args.length === 1 && isPlainObject(only) &&
        !("logger.name" in only || "process.pid" in only)
      ) {
        return writer.members(only);
      }
    }
    return writer.members(merge([{ ...context, ...caller, ...inText }, ...args]));
  } catch (error) {
    return writer.members({ args: [`[unreadable: ${reason(error)}]`] }); // A refusing proxy.
  }
}

/**
 * A stack as std/log makes it of an error that is given as the message: type, perhaps a code, the
 * message, and then the first frame, which may be one of the engine's own.
 */
const STACK =
  /^(?:Uncaught )?([\p{L}_$][\p{L}\p{N}_$.]*)(?: \[\w+\])?(?:: ([^]*?))?\n {4}at [^\n]*(?::\d+:\d+|\((?:<anonymous>|native|index \d+)\))/u;

/**
 * The error that a message holds as text: std/log turns it into that before a handler sees it.
 * One that is among the arguments too says more itself.
 */
function errorInText(
  message: unknown,
  args: readonly unknown[],
): Record<string, unknown> | undefined {
  if (typeof message !== "string" || !message.includes("\n    at ")) return undefined;
  if (args.some((argument) => isError(argument) && read(argument, "stack") === message)) {
    return undefined;
  }
  const [, type, text = ""] = STACK.exec(message) ?? [];
  return type === undefined ? undefined : {
    "exception.type": type,
    "exception.message": text,
    "exception.stacktrace": message,
  };
}

/**
 * Plain objects become attributes, merged from left to right; the first error becomes
 * `exception.*`; whatever else there is, is kept in `args`.
 */
function merge(args: readonly unknown[]): Record<string, unknown> {
  // Without a prototype, a property named __proto__ is one like any other.
  const attributes: Record<string, unknown> = Object.create(null);
  const others: unknown[] = [];
  for (const argument of args) {
    if (isPlainObject(argument)) {
      for (const name of Object.keys(argument)) attributes[name] = read(argument, name);
    } else if (isError(argument) && attributes["exception.type"] === undefined) {
      attributes["exception.type"] = errorType(argument);
      attributes["exception.message"] = read(argument, "message");
      attributes["exception.stacktrace"] = read(argument, "stack");
      attributes["exception.cause"] = read(argument, "cause");
      attributes["exception.errors"] = read(argument, "errors");
    } else {
      others.push(argument);
    }
  }
  if (others.length > 0) {
    attributes.args = attributes.args === undefined ? others : [attributes.args, ...others];
  }
  for (const name of OURS) delete attributes[name];
  return attributes;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype;
  } catch {
    return false; // A revoked proxy: kept as what it is, an unreadable argument.
  }
}
