/**
 * What the service accepts at POST /event, as tables, and how it answers anything else.
 * A field that the real service would refuse must be refused here too, or a program that works in
 * development fails in production.
 *
 * @module
 */

/** An event as the local AxonPush keeps it: as it was sent, and what the service adds. */
export interface DevEvent {
  /** The logger's name. */
  readonly identifier: string;
  /** The record. */
  readonly payload: DevPayload;
  /** The channel it was sent to, if not the organisation's default. */
  readonly channel_id?: string;
  /** The agent that sent it. */
  readonly agentId?: string;
  /** The trace it belongs to. */
  readonly traceId?: string;
  /** The span it belongs to. */
  readonly spanId?: string;
  /** The span around that one. */
  readonly parentSpanId?: string;
  /** Events with the same key are one event. */
  readonly dedupKey?: string;
  /** When it was logged, ISO 8601. */
  readonly occurredAt?: string;
  /** `app.log` or `agent.log` for a log record. */
  readonly eventType?: string;
  /** About the event itself, such as which library sent it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Without effect. */
  readonly sync?: boolean;
  /** Given by the service. */
  readonly eventId: string;
  /** When the service received it, ISO 8601. */
  readonly createdAt: string;
  /** The route that received it: `app` is POST /event, `otlp` is POST /v1/logs. */
  readonly source: "app" | "otlp";
}

/** The payload of an event. The named fields are those of a log record. */
export interface DevPayload {
  /** When it was logged, in nanoseconds since 1970. */
  readonly timeUnixNano?: string;
  /** When the logger saw it, in nanoseconds since 1970. */
  readonly observedTimeUnixNano?: string;
  /** OpenTelemetry severity: DEBUG 5, INFO 9, WARN 13, ERROR 17, CRITICAL 21. */
  readonly severityNumber?: number;
  /** The level's name, such as `INFO`. */
  readonly severityText?: string;
  /** The message. */
  readonly body?: string | number | boolean;
  /** What was passed besides the message. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The program that logged it. */
  readonly resource?: Readonly<Record<string, unknown>>;
  /** Whatever else was sent. */
  readonly [field: string]: unknown;
}

/** An event as it is sent. */
export type EventBody = Omit<DevEvent, "eventId" | "createdAt" | "source">;

type Test = (value: unknown) => boolean;

interface Field {
  readonly must: string;
  readonly test: Test;
  readonly required?: true;
}

/** A table of fields. A Map, because a field may be named `constructor`. */
type Table = ReadonlyMap<string, Field>;

const EVENT_TYPES = [
  "agent.start",
  "agent.end",
  "agent.message",
  "agent.tool_call.start",
  "agent.tool_call.end",
  "agent.error",
  "agent.handoff",
  "agent.llm.token",
  "agent.log",
  "app.log",
  "app.span",
  "custom",
];
const DATE_TIME =
  /^\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):\d\d)$/;
const NANOSECONDS = /^\d+$/;

const string: Field = { must: "be a string", test: (value) => typeof value === "string" };
const boolean: Field = { must: "be a boolean", test: (value) => typeof value === "boolean" };
const object: Field = { must: "be an object", test: isObject };
const nanoseconds: Field = {
  must: "be a string of digits",
  test: (value) => typeof value === "string" && NANOSECONDS.test(value),
};

const EVENT: Table = new Map<string, Field>([
  ["identifier", { ...string, required: true }],
  ["payload", { ...object, required: true }],
  ["channel_id", string],
  ["agentId", string],
  ["traceId", string],
  ["spanId", string],
  ["parentSpanId", string],
  ["dedupKey", string],
  ["occurredAt", { must: "be an RFC 3339 date and time", test: isDateTime }],
  ["eventType", {
    must: `be one of ${EVENT_TYPES.join(", ")}`,
    test: (value) => EVENT_TYPES.includes(value as string),
  }],
  ["metadata", object],
  ["sync", boolean],
]);

const LOG_PAYLOAD: Table = new Map<string, Field>([
  ["timeUnixNano", nanoseconds],
  ["observedTimeUnixNano", nanoseconds],
  ["severityNumber", {
    must: "be an integer from 0 to 24",
    test: (value) => Number.isInteger(value) && value as number >= 0 && value as number <= 24,
    required: true,
  }],
  ["severityText", { ...string, required: true }],
  ["body", {
    must: "be a string, a number or a boolean",
    test: (value) => ["string", "number", "boolean"].includes(typeof value),
    required: true,
  }],
  ["attributes", object],
  ["resource", object],
]);

/** Everything that is wrong with the body of a POST /event, one sentence each. */
export function eventProblems(body: unknown): string[] {
  if (!isObject(body)) return ["the body must be a JSON object"];
  const problems = problemsOf(body, EVENT, "", false);
  const { eventType, payload } = body;
  if ((eventType === "app.log" || eventType === "agent.log") && isObject(payload)) {
    problems.push(...problemsOf(payload, LOG_PAYLOAD, "payload.", true));
  }
  return problems;
}

function problemsOf(
  value: Record<string, unknown>,
  table: Table,
  path: string,
  open: boolean,
): string[] {
  const problems: string[] = [];
  for (const name of Object.keys(value)) {
    const field = table.get(name);
    if (field === undefined) {
      if (!open) problems.push(`property ${path}${name} should not exist`);
    } else if (!field.test(value[name])) {
      problems.push(`${path}${name} must ${field.must}`);
    }
  }
  for (const [name, { required }] of table) {
    if (required && value[name] === undefined) problems.push(`${path}${name} is required`);
  }
  return problems;
}

/** Whether a value is an object of JSON, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of JSON as text: a string as it is. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/** The severity of an event; 0 if it has none, since a payload need not be a log record. */
export function severityOf({ payload }: DevEvent): number {
  return typeof payload.severityNumber === "number" ? payload.severityNumber : 0;
}

/** Whether a value is a date and time by RFC 3339. */
export function isDateTime(value: unknown): value is string {
  if (typeof value !== "string" || !DATE_TIME.test(value)) return false;
  if (Number.isNaN(Date.parse(value))) return false;
  const day = value.slice(0, 10);
  return new Date(day).toISOString().startsWith(day); // Date takes the 30th of February for March.
}
