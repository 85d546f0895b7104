/**
 * Turns records into the JSON form of an OTLP export request, as `POST /v1/logs` and OpenTelemetry
 * Collectors take it (opentelemetry-proto, logs/v1; OTLP 1.5, "JSON Protobuf Encoding").
 * The log call has written attributes in that form already. Runs where requests are sent: on the
 * worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { JSON } from "../json.ts";
import { type Constants, dedupKey, type Origin } from "../record/chunk.ts";
import { ANY_VALUE } from "../record/dialect.ts";
import type { LogEvent } from "../record/event.ts";
import { nanoseconds, severityNumber } from "../record/event_text.ts";
import { readLine, readSource, type RecordLine } from "../record/line.ts";
import { memoizeLast } from "../record/memoize.ts";
import type { Item } from "./request.ts";

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

/** Makes the function that makes an export request of records: by resource, and in it by logger. */
export function createOtlpBody(origin: Origin): (items: readonly Item[]) => string {
  const recordOf = createRecordOf(origin.constants);
  return (items) => {
    // There is only one resource, unless the user's `redact` changes it for some events.
    const resources = new Map<string, Map<string, string>>();
    for (const { key: number, line } of items) {
      const key = dedupKey(origin, number);
      const read = readLine(line);
      const { resource, scope, record } = read.kind === "event"
        ? recordOfEvent(read.event, key)
        : recordOf(read, key);
      let scopes = resources.get(resource);
      if (scopes === undefined) resources.set(resource, scopes = new Map());
      const before = scopes.get(scope);
      scopes.set(scope, before === undefined ? record : `${before},${record}`);
    }
    return `{"resourceLogs":[${Array.from(resources, resourceText)}]}`;
  };
}

/** A resource, as members, with its records by scope. */
function resourceText([resource, scopes]: readonly [string, ReadonlyMap<string, string>]): string {
  const scopeLogs = Array.from(
    scopes,
    ([scope, records]) => `{"scope":{${scope}},"logRecords":[${records}]}`,
  );
  const attributes = keyValues(JSON.parse(`{${resource}}`));
  return `{"resource":{"attributes":[${attributes}]},"scopeLogs":[${scopeLogs}]}`;
}

/** Makes the function that makes a record of a line, whose attributes are `KeyValue`s already. */
function createRecordOf(
  { resource, trace, pid, agentId }: Constants,
): (line: RecordLine, key: string) => ScopedRecord {
  // Most of a record is the same for all records of a logger and level without a trace of their own.
  const ownIds = idTexts(trace, agentId);
  const sourceTexts = memoizeLast((source) => {
    const { level, levelName, loggerName } = readSource(source);
    return {
      scope: `"name":${loggerName}`,
      severity: `"severityNumber":${severityNumber(level)},"severityText":${levelName}`,
      attributes: ANY_VALUE.name(`"logger.name"`) + ANY_VALUE.string(loggerName) + ANY_VALUE.end +
        "," + ANY_VALUE.name(`"process.pid"`) + ANY_VALUE.number(pid) + ANY_VALUE.end,
    };
  });
  return ({ source, time, ordinal, ids, flags, body, attributes }, key) => {
    const { scope, severity, attributes: ours } = sourceTexts(source);
    const nanos = nanoseconds(time, ordinal);
    const text = body.startsWith('"') ? ANY_VALUE.string(body) : anyValue(JSON.parse(body));
    const { fields, more } = ids === "" ? ownIds : idTexts(ids, agentId);
    const record = `{"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}",${severity}` +
      `${flags && `,"flags":${flags}`},"body":${text},"attributes":[${keyText(key)},${ours}` +
      `${attributes && ","}${attributes}${more}]${fields}}`;
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
  const { fields, more } = idTexts(members({ traceId, spanId }), agentId);
  const texts = keyValues(attributes);
  const record = `{${first}${first && ","}"body":${anyValue(body)},` +
    `"attributes":[${keyText(key)}${texts && ","}${texts}${more}]${fields}}`;
  return { resource: members(resource), scope: members({ name: identifier }), record };
}

/** The attribute that identifies copies of a record. */
function keyText(key: string): string {
  return `{"key":"axonpush.dedup_key","value":{"stringValue":"${key}"}}`;
}

/** Where a record has its ids: in the fields for them, or else in attributes. */
function idTexts(ids: string, agentId: unknown) {
  const isHex = HEX_IDS.test(ids);
  const { traceId } = isHex ? {} as LogEvent : JSON.parse(`{${ids}}`) as LogEvent;
  const more = keyValues({
    ...agentId !== undefined && { "axonpush.agent_id": agentId },
    ...traceId !== undefined && { "axonpush.trace_id": traceId },
  });
  return { fields: isHex ? `,${ids}` : "", more: more && `,${more}` };
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
