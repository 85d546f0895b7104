/**
 * Turns records into the JSON form of an OTLP export request, as `POST /v1/logs` and OpenTelemetry
 * Collectors take it (opentelemetry-proto, logs/v1; OTLP 1.5, "JSON Protobuf Encoding").
 * The log call writes attributes in that form already, since this is most of what the worker does
 * and text is put together several times faster than objects are.
 *
 * @module
 */
import type { LogEvent } from "./event.ts";
import type { Dialect } from "./json.ts";
import { type Constants, type Item, nanoseconds, severityNumber } from "./line.ts";

/** The protocol's `AnyValue` and `KeyValue`. JSON's numbers cannot hold 64 bits: they are strings. */
export const ANY_VALUE: Dialect = {
  name: (quoted) => `{"key":${quoted},"value":`,
  end: "}",
  string: (quoted) => `{"stringValue":${quoted}}`,
  number: (value) =>
    Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`,
  boolean: (value) => `{"boolValue":${value}}`,
  null: "{}",
  list: (items) => `{"arrayValue":{"values":[${items}]}}`,
  map: (members) => `{"kvlistValue":{"values":[${members}]}}`,
};

/** An OTLP LogRecord before its parts are put together. What ends with `Text` is JSON already. */
interface Parts {
  readonly resourceText: string;
  /** The logger's name as a member. */
  readonly scopeText: string;
  /** Times, severity and flags as members. */
  readonly headText: string;
  readonly bodyText: string;
  readonly attributesText: string;
  /** Trace and span as members. */
  readonly idsText: string;
  readonly agentId: unknown;
}

/** Ids are hexadecimal here, not base64; one of another form can only be an attribute. */
const HEX_IDS = /^"traceId":"[\da-f]{32}","spanId":"[\da-f]{16}"$/i;

/** An export request with these records, by resource, and in it a scope by logger. */
export function exportRequest(items: readonly Item[], constants: Constants): string {
  // There is one resource, unless the user's `redact` changes it for some events.
  const resources = new Map<string, Map<string, string>>();
  for (const { line, key } of items) {
    const parts = line.startsWith("{") ? partsOfEvent(line) : partsOfLine(line, constants);
    let scopes = resources.get(parts.resourceText);
    if (scopes === undefined) resources.set(parts.resourceText, scopes = new Map());
    const before = scopes.get(parts.scopeText);
    const record = logRecord(parts, key);
    scopes.set(parts.scopeText, before === undefined ? record : `${before},${record}`);
  }
  const resourceLogs = Array.from(resources, ([resource, scopes]) => {
    const scopeLogs = Array.from(
      scopes,
      ([scope, records]) => `{"scope":{${scope}},"logRecords":[${records}]}`,
    );
    const attributes = keyValues(JSON.parse(`{${resource}}`));
    return `{"resource":{"attributes":[${attributes}]},"scopeLogs":[${scopeLogs}]}`;
  });
  return `{"resourceLogs":[${resourceLogs}]}`;
}

/** A line whose attributes are `KeyValue`s already. */
function partsOfLine(line: string, { resource, trace, pid, agentId }: Constants): Parts {
  const [time, tick, level, severityText, name, ids, flags, body, attributes] = line.split("\t");
  const nanos = nanoseconds(time!, tick!);
  return {
    resourceText: resource,
    scopeText: `"name":${name}`,
    headText: `"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}",` +
      `"severityNumber":${severityNumber(Number(level))},"severityText":${severityText}` +
      `${flags && `,"flags":${flags}`}`,
    bodyText: body!.startsWith('"') ? ANY_VALUE.string(body!) : anyValue(JSON.parse(body!)),
    attributesText: `{"key":"logger.name","value":{"stringValue":${name}}},` +
      `{"key":"process.pid","value":{"intValue":"${pid}"}}${attributes && ","}${attributes}`,
    idsText: ids || trace,
    agentId,
  };
}

/** What the user's `redact` has left of a record. */
function partsOfEvent(line: string): Parts {
  const { payload, identifier, traceId, spanId, agentId } = JSON.parse(line) as LogEvent;
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, flags } = payload;
  return {
    resourceText: members(payload.resource),
    scopeText: members({ name: identifier }),
    headText: members({ timeUnixNano, observedTimeUnixNano, severityNumber, severityText, flags }),
    bodyText: anyValue(payload.body),
    attributesText: keyValues(payload.attributes),
    idsText: members({ traceId, spanId }),
    agentId,
  };
}

function logRecord(parts: Parts, dedupKey: string): string {
  const { headText, bodyText, attributesText, idsText, agentId } = parts;
  const isHex = HEX_IDS.test(idsText);
  const { traceId } = isHex ? {} as LogEvent : JSON.parse(`{${idsText}}`) as LogEvent;
  const more = {
    ...agentId !== undefined && { "axonpush.agent_id": agentId },
    ...traceId !== undefined && { "axonpush.trace_id": traceId },
  };
  const moreText = keyValues(more);
  return `{${headText}${headText && ","}"body":${bodyText},` +
    `"attributes":[{"key":"axonpush.dedup_key","value":{"stringValue":"${dedupKey}"}}` +
    `${attributesText && ","}${attributesText}${moreText && ","}${moreText}]` +
    `${isHex ? `,${idsText}` : ""}}`;
}

function members(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

/** The `KeyValue`s of an object that came out of JSON. */
function keyValues(attributes: object): string {
  return Object.entries(attributes).map(([key, value]) =>
    ANY_VALUE.name(JSON.stringify(key)) + anyValue(value) + ANY_VALUE.end
  ).join();
}

/** The `AnyValue` of a value that came out of JSON. */
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
