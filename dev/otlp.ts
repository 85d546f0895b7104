/**
 * POST /v1/logs: the log records of an OTLP/HTTP JSON request as events, so that they look the same
 * whichever protocol they came by. Unknown fields are ignored, as OTLP requires of receivers; a known
 * one of a wrong type invalidates the request.
 *
 * @module
 */
import { type EventBody, isObject } from "./contract.ts";

/** Attributes that carry what POST /event has a field for and OTLP has not. */
const FIELDS = {
  "axonpush.dedup_key": "dedupKey",
  "axonpush.agent_id": "agentId",
  "axonpush.trace_id": "traceId", // One that is not hexadecimal.
} as const;

/** A request that is not an ExportLogsServiceRequest. */
export class OtlpError extends Error {
  override name = "OtlpError";
}

/** The events in an ExportLogsServiceRequest. Throws an OtlpError that says where it is wrong. */
export function eventsOfOtlp(request: unknown, channel: string | null): EventBody[] {
  const events: EventBody[] = [];
  const top = objectAt(request, "the body");
  for (const [i, resourceLogs] of listAt(top.resourceLogs, "resourceLogs").entries()) {
    const path = `resourceLogs[${i}]`;
    const resource = attributesAt(resourceLogs.resource, `${path}.resource`);
    for (const [j, scopeLogs] of listAt(resourceLogs.scopeLogs, `${path}.scopeLogs`).entries()) {
      const scope = scopeLogs.scope
        ? objectAt(scopeLogs.scope, `${path}.scopeLogs[${j}].scope`)
        : {};
      const records = `${path}.scopeLogs[${j}].logRecords`;
      for (const [k, record] of listAt(scopeLogs.logRecords, records).entries()) {
        events.push(eventOf(record, scope, resource, channel, `${records}[${k}]`));
      }
    }
  }
  return events;
}

function eventOf(
  record: Record<string, unknown>,
  scope: Record<string, unknown>,
  resource: Record<string, unknown>,
  channel: string | null,
  path: string,
): EventBody {
  const attributes = attributesAt(record, path);
  const fields: { -readonly [name in (typeof FIELDS)[keyof typeof FIELDS]]?: string } = {};
  for (const [attribute, field] of Object.entries(FIELDS)) {
    const value = attributes[attribute];
    if (typeof value !== "string") continue;
    fields[field] = value;
    delete attributes[attribute];
  }
  const time = nanosecondsAt(record.timeUnixNano, `${path}.timeUnixNano`);
  const observed = nanosecondsAt(record.observedTimeUnixNano, `${path}.observedTimeUnixNano`);
  const traceId = idAt(record.traceId, 32, `${path}.traceId`);
  const spanId = idAt(record.spanId, 16, `${path}.spanId`);
  const severityNumber = record.severityNumber ?? 0;
  if (
    !Number.isInteger(severityNumber) || severityNumber as number < 0 ||
    severityNumber as number > 24
  ) {
    throw new OtlpError(`${path}.severityNumber must be an integer from 0 to 24`);
  }
  const moment = time ?? observed;
  return {
    identifier: String(scope.name || attributes["logger.name"] || "otlp"),
    eventType: "app.log",
    ...channel !== null && { channel_id: channel },
    ...fields,
    ...traceId && { traceId },
    ...spanId && { spanId },
    ...moment && { occurredAt: isoTime(moment, path) },
    payload: {
      ...time && { timeUnixNano: time },
      ...observed && { observedTimeUnixNano: observed },
      severityNumber: severityNumber as number,
      severityText: textAt(record.severityText, `${path}.severityText`),
      body: bodyOf(anyValue(record.body ?? {}, `${path}.body`)),
      attributes,
      resource,
      ...record.flags !== undefined && { flags: record.flags },
    },
  };
}

/** An event's body is a string, a number or a boolean; anything else becomes a string of JSON. */
function bodyOf(value: unknown): string | number | boolean {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : value as string | number | boolean;
}

/** Reads an AnyValue. */
function anyValue(value: unknown, path: string): unknown {
  const holder = objectAt(value, path);
  const [kind] = Object.keys(holder);
  if (kind === undefined) return null;
  const held = holder[kind];
  switch (kind) {
    case "stringValue":
    case "bytesValue":
      return textAt(held, `${path}.${kind}`);
    case "boolValue":
      if (typeof held === "boolean") return held;
      break;
    case "doubleValue": // JSON has no NaN and no Infinity, so OTLP writes these as strings.
      if (typeof held === "number" || typeof held === "string") return held;
      break;
    case "intValue": // 64 bits, so that it may come as a string.
      if (Number.isInteger(Number(held)) && held !== "") {
        return safeInteger(held as string | number);
      }
      break;
    case "arrayValue":
      return listAt(objectAt(held, `${path}.${kind}`).values, `${path}.${kind}.values`)
        .map((item, i) => anyValue(item, `${path}.${kind}.values[${i}]`));
    case "kvlistValue":
      return keyValues(objectAt(held, `${path}.${kind}`).values, `${path}.${kind}.values`);
  }
  throw new OtlpError(`${path} must be an AnyValue`);
}

/** A number, or the digits of one that a number cannot hold. */
function safeInteger(value: string | number): string | number {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** The `attributes` of a message as an object. */
function attributesAt(message: unknown, path: string): Record<string, unknown> {
  return message === undefined
    ? {}
    : keyValues(objectAt(message, path).attributes, `${path}.attributes`);
}

function keyValues(list: unknown, path: string): Record<string, unknown> {
  return Object.fromEntries(
    listAt(list, path).map(({ key, value }, i) => [
      textAt(key, `${path}[${i}].key`),
      anyValue(value ?? {}, `${path}[${i}].value`),
    ]),
  );
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw new OtlpError(`${path} must be an object`);
  return value;
}

function listAt(value: unknown, path: string): Record<string, unknown>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new OtlpError(`${path} must be an array`);
  return value.map((item, i) => objectAt(item, `${path}[${i}]`));
}

function textAt(value: unknown, path: string): string {
  if (value === undefined) return "";
  if (typeof value !== "string") throw new OtlpError(`${path} must be a string`);
  return value;
}

function idAt(value: unknown, digits: number, path: string): string {
  const id = textAt(value, path);
  if (id !== "" && !(id.length === digits && /^[\da-f]+$/i.test(id))) {
    throw new OtlpError(`${path} must be ${digits} hexadecimal digits`);
  }
  return id.toLowerCase();
}

function nanosecondsAt(value: unknown, path: string): string | undefined {
  if (value === undefined || value === 0 || value === "0") return undefined;
  const text = String(value);
  if (!/^\d+$/.test(text)) throw new OtlpError(`${path} must be a string of digits`);
  return text;
}

function isoTime(nanoseconds: string, path: string): string {
  const date = new Date(Number(nanoseconds.slice(0, -6)));
  if (Number.isNaN(date.getTime())) throw new OtlpError(`${path} has a time out of range`);
  return date.toISOString();
}
