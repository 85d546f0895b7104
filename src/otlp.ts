/**
 * Turns events into the JSON form of an OTLP export request, as `POST /v1/logs` and OpenTelemetry
 * Collectors take it (opentelemetry-proto, logs/v1; OTLP 1.5, "JSON Protobuf Encoding").
 *
 * @module
 */
import type { PublishParams } from "./attempt.ts";

/** The `AnyValue` of a value that came out of JSON. */
type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Record<string, never>;

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** An export request with the events of these texts, by resource, and in it a scope by logger. */
export function exportRequest(texts: readonly string[]): string {
  // There is one resource, unless the user's `redact` changes it for some events.
  const resources = new Map<string, Map<string, unknown[]>>();
  for (const text of texts) {
    const event = JSON.parse(text) as PublishParams;
    const scopes = entry(resources, JSON.stringify(event.payload.resource), () => new Map());
    entry(scopes, event.identifier, () => []).push(logRecord(event));
  }
  return JSON.stringify({
    resourceLogs: Array.from(resources, ([resource, scopes]) => ({
      resource: { attributes: keyValues(JSON.parse(resource)) },
      scopeLogs: Array.from(scopes, ([name, logRecords]) => ({ scope: { name }, logRecords })),
    })),
  });
}

/** What a map has for a key, made if it has nothing. */
function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

function logRecord({ payload, traceId, spanId, dedupKey, agentId }: PublishParams): unknown {
  // Ids are hexadecimal here, not base64; one of another form can only be an attribute.
  const isHex = /^[\da-f]{32}$/i.test(traceId);
  return {
    timeUnixNano: payload.timeUnixNano,
    observedTimeUnixNano: payload.observedTimeUnixNano,
    severityNumber: payload.severityNumber,
    severityText: payload.severityText,
    body: anyValue(payload.body),
    attributes: keyValues({
      ...payload.attributes,
      "axonpush.dedup_key": dedupKey,
      ...agentId !== undefined && { "axonpush.agent_id": agentId },
      ...!isHex && { "axonpush.trace_id": traceId },
    }),
    ...isHex && { traceId, spanId },
    ...payload.flags !== undefined && { flags: payload.flags },
  };
}

function keyValues(attributes: Readonly<Record<string, unknown>>): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): AnyValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      // JSON's numbers cannot hold 64 bits, so integers travel as strings.
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    default:
      if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
      if (value === null) return {};
      return { kvlistValue: { values: keyValues(value as Record<string, unknown>) } };
  }
}
