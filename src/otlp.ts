/**
 * Turns records into the JSON form of an OTLP export request, as `POST /v1/logs` and OpenTelemetry
 * Collectors take it (opentelemetry-proto, logs/v1; OTLP 1.5, "JSON Protobuf Encoding").
 * It writes text: to make objects of everything for `JSON.stringify` takes more than twice as long,
 * and this is most of what the worker does.
 *
 * @module
 */
import type { LogEvent } from "./event.ts";
import { remember } from "./json.ts";
import { type Constants, type Item, nanoseconds, severityNumber } from "./line.ts";

/** An OTLP LogRecord before its parts are put together. What ends with `Text` is JSON already. */
interface Parts {
  readonly resourceText: string;
  /** The logger's name as a member. */
  readonly scopeText: string;
  /** Times, severity and flags as members. */
  readonly headText: string;
  readonly body: unknown;
  readonly attributes: Record<string, unknown>;
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

function partsOfLine(line: string, { resource, trace, pid, agentId }: Constants): Parts {
  const [time, tick, level, severityText, name, ids, flags, body, attributes] = line.split("\t");
  const nanos = nanoseconds(time!, tick!);
  return {
    resourceText: resource,
    scopeText: `"name":${name}`,
    headText: `"timeUnixNano":"${nanos}","observedTimeUnixNano":"${nanos}",` +
      `"severityNumber":${severityNumber(Number(level))},"severityText":${severityText}` +
      `${flags && `,"flags":${flags}`}`,
    body: JSON.parse(body!),
    attributes: JSON.parse(
      `{"logger.name":${name},"process.pid":${pid}${attributes && ","}${attributes}}`,
    ),
    idsText: ids || trace,
    agentId,
  };
}

/** What the user's `redact` has left of a record, or what is left of one that was too large. */
function partsOfEvent(line: string): Parts {
  const { payload, identifier, traceId, spanId, agentId } = JSON.parse(line) as LogEvent;
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, flags } = payload;
  return {
    resourceText: members(payload.resource),
    scopeText: members({ name: identifier }),
    headText: members({
      timeUnixNano,
      observedTimeUnixNano,
      severityNumber,
      severityText,
      flags,
    }),
    body: payload.body,
    attributes: payload.attributes as Record<string, unknown>,
    idsText: members({ traceId, spanId }),
    agentId,
  };
}

function logRecord(parts: Parts, dedupKey: string): string {
  const { headText, body, attributes, idsText, agentId } = parts;
  const isHex = HEX_IDS.test(idsText);
  const { traceId } = isHex ? {} as LogEvent : JSON.parse(`{${idsText}}`) as LogEvent;
  attributes["axonpush.dedup_key"] = dedupKey;
  if (agentId !== undefined) attributes["axonpush.agent_id"] = agentId;
  if (traceId !== undefined) attributes["axonpush.trace_id"] = traceId;
  return `{${headText}${headText && ","}"body":${anyValue(body)},` +
    `"attributes":[${keyValues(attributes)}]${isHex ? `,${idsText}` : ""}}`;
}

function members(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

const keyText = remember((key) => `{"key":${JSON.stringify(key)},"value":`);

/** The attributes of an object as `KeyValue`s, joined by commas. */
function keyValues(attributes: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const key of Object.keys(attributes)) {
    text += `${text && ","}${keyText(key)}${anyValue(attributes[key])}}`;
  }
  return text;
}

/** The `AnyValue` of a value that came out of JSON. */
function anyValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `{"stringValue":${JSON.stringify(value)}}`;
    case "boolean":
      return `{"boolValue":${value}}`;
    case "number":
      // JSON's numbers cannot hold 64 bits, so integers travel as strings.
      return Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`;
    default:
      if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(anyValue)}]}}`;
      if (value === null) return "{}";
      return `{"kvlistValue":{"values":[${keyValues(value as Record<string, unknown>)}]}}`;
  }
}
