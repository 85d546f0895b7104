/**
 * Turns records into the JSON form of an OTLP export request, as `POST /v1/logs` and OpenTelemetry
 * Collectors take it (opentelemetry-proto, logs/v1; OTLP 1.5, "JSON Protobuf Encoding").
 * The log call has written attributes in that form already. Runs where requests are sent: on the
 * worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { JSON } from "../json.ts";
import { dedupKey, type Origin } from "../record/chunk.ts";
import { ANY_VALUE } from "../record/dialect.ts";
import type { LogEvent } from "../record/event.ts";
import { belowMilliseconds, severityNumber } from "../record/event_text.ts";
import { readLine, readSource, type RecordLine } from "../record/line.ts";
import { flat, memoizeLast } from "../record/memoize.ts";
import type { Body, Item } from "./request.ts";

/** A record as an export request has it, and where it belongs in there. */
interface ScopedRecord {
  /** The attributes of its resource, as members. */
  readonly resource: string;
  /** The logger's name, as a member. */
  readonly scope: string;
  readonly record: string;
}

/** Ids are hexadecimal here, not base64; any other form can only be an attribute. */
const HEX_IDS = /^"traceId":"[\da-f]{32}","spanId":"[\da-f]{16}"$/i;

/** What is around the key in the attribute that identifies copies of a record. */
const KEY = { begin: `{"key":"axonpush.dedup_key","value":{"stringValue":"`, end: `"}}` } as const;

/**
 * Longest piece of a body that gets more, in characters. V8 gives a text of more than 128 KiB pages
 * of memory of its own, which the system has to clear each time: that took a tenth of the worker's
 * time.
 */
const LONG_PIECE = 1 << 15;

/** Makes the function that makes an export request of records: by resource, and in it by logger. */
export function createOtlpBody(origin: Origin): (items: readonly Item[]) => Body {
  const recordOf = createRecordOf(origin);
  return (items) => {
    // There is only one resource, unless the user's `redact` changes it for some events.
    const resources = new Map<string, Map<string, string[]>>();
    for (const { key, line } of items) {
      const read = readLine(line);
      const { resource, scope, record } = read.kind === "event"
        ? recordOfEvent(read.event, dedupKey(origin, key))
        : recordOf(read, key);
      let scopes = resources.get(resource);
      if (scopes === undefined) resources.set(resource, scopes = new Map());
      const pieces = scopes.get(scope);
      if (pieces === undefined) scopes.set(scope, [record]);
      else append(pieces, record);
    }
    const resourceLogs = Array.from(resources, resourcePieces);
    return [`{"resourceLogs":[`, ...listPieces(resourceLogs), "]}"];
  };
}

/** Appends a record to others. */
function append(pieces: string[], record: string): void {
  if (pieces.at(-1)!.length < LONG_PIECE) pieces[pieces.length - 1] += `,${record}`;
  else pieces.push(`,${record}`);
}

/** A resource, as members, with its records by scope. */
function resourcePieces([resource, scopes]: readonly [string, ReadonlyMap<string, Body>]): Body {
  const attributes = keyValues(JSON.parse(`{${resource}}`));
  const scopeLogs = Array.from(
    scopes,
    ([scope, records]) => [`{"scope":{${scope}},"logRecords":[`, ...records, "]}"],
  );
  const begin = `{"resource":{"attributes":[${attributes}]},"scopeLogs":[`;
  return [begin, ...listPieces(scopeLogs), "]}"];
}

/** The pieces of a list. */
function listPieces(elements: readonly Body[]): Body {
  return elements.flatMap((element, i) => i === 0 ? element : [",", ...element]);
}

/**
 * Makes the function that makes a record of a line, whose attributes are `KeyValue`s already. What
 * records have in common is put together beforehand, and stands in a row as far as it can, since each
 * of the texts that a record is made of costs, however short it is.
 */
function createRecordOf(origin: Origin): (line: RecordLine, key: number) => ScopedRecord {
  const { resource, trace, pid, agentId } = origin.constants;
  const keyWithoutNumber = dedupKey(origin, 0).slice(0, -1);
  const beforeNumber = flat(`,"attributes":[${KEY.begin}${keyWithoutNumber}`);
  // Most of a record is the same for all records of a logger and level without a trace of their own.
  const endOfOwn = flat(recordEnd(trace, "", agentId));
  const sourceTexts = memoizeLast((source) => {
    const { level, levelName, loggerName } = readSource(source);
    const logger = ANY_VALUE.name(`"logger.name"`) + ANY_VALUE.string(loggerName) + ANY_VALUE.end;
    const process = ANY_VALUE.name(`"process.pid"`) + ANY_VALUE.number(pid) + ANY_VALUE.end;
    return {
      scope: `"name":${loggerName}`,
      severity: `"severityNumber":${severityNumber(level)},"severityText":${levelName}`,
      afterNumber: flat(`${KEY.end},${logger},${process}`),
    };
  });
  // A thousand records may share a millisecond.
  let last: { source: string; time: string; begin: string; middle: string } | undefined;
  return ({ source, time, ordinal, ids, flags, body, attributes }, key) => {
    const { scope, severity, afterNumber } = sourceTexts(source);
    if (time !== last?.time || source !== last.source) {
      const begin = flat(`{${severity},"timeUnixNano":"${time}`);
      last = { source, time, begin, middle: flat(`","observedTimeUnixNano":"${time}`) };
    }
    const { begin, middle } = last;
    const nanos = belowMilliseconds(ordinal);
    const text = body.startsWith('"') ? ANY_VALUE.string(body) : anyValue(JSON.parse(body));
    const end = ids === "" ? endOfOwn : recordEnd(ids, flags, agentId);
    const record = `${begin}${nanos}${middle}${nanos}","body":${text}${beforeNumber}` +
      `${key}${afterNumber}${attributes && ","}${attributes}${end}`;
    return { resource, scope, record };
  };
}

/** A record as the user's `redact` has left it. */
function recordOfEvent(event: string, key: string): ScopedRecord {
  const { payload, identifier, traceId, spanId, agentId } = JSON.parse(event) as LogEvent;
  const { body, attributes, resource, ...others } = payload;
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, flags } = others;
  const first = members({
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    flags,
  });
  const end = recordEnd(members({ traceId, spanId }), "", agentId);
  const texts = keyValues(attributes);
  const record = `{${first}${first && ","}"body":${anyValue(body)},` +
    `"attributes":[${KEY.begin}${key}${KEY.end}${texts && ","}${texts}${end}`;
  return { resource: members(resource), scope: members({ name: identifier }), record };
}

/**
 * The end of a record, from the last of its attributes on: ids stand in the fields for them, or else
 * in attributes.
 */
function recordEnd(ids: string, flags: string, agentId: unknown): string {
  const isHex = HEX_IDS.test(ids);
  const { traceId } = isHex ? {} as LogEvent : JSON.parse(`{${ids}}`) as LogEvent;
  const more = keyValues({
    ...agentId !== undefined && { "axonpush.agent_id": agentId },
    ...traceId !== undefined && { "axonpush.trace_id": traceId },
  });
  return `${more && ","}${more}]${isHex ? `,${ids}` : ""}${flags && `,"flags":${flags}`}}`;
}

function members(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

/** The `KeyValue`s of an object from JSON. */
function keyValues(attributes: object): string {
  return Object.entries(attributes).map(([key, value]) =>
    ANY_VALUE.name(JSON.stringify(key)) + anyValue(value) + ANY_VALUE.end
  ).join();
}

/** The `AnyValue` of a value from JSON. */
function anyValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return ANY_VALUE.string(JSON.stringify(value));
    case "number":
      return ANY_VALUE.number(value);
    case "boolean":
      return ANY_VALUE.boolean(value);
    default:
      if (value === null) return ANY_VALUE.null;
      if (Array.isArray(value)) return ANY_VALUE.list(value.map(anyValue).join());
      return ANY_VALUE.map(keyValues(value as object));
  }
}
