/**
 * What an event says: the public types of what the service gets, and of what the user's `redact`
 * sees. Field names follow the OpenTelemetry log data model and its semantic conventions. Types
 * alone, for both threads.
 *
 * @module
 */

/** An event. Its dedup key is added when it is sent. */
export interface LogEvent {
  /** The logger's name. */
  readonly identifier: string;
  /** Type of the event: the option `source`. */
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
  /** When the handler received it: at the same time. */
  readonly observedTimeUnixNano: string;
  /** OpenTelemetry's severity, 0 to 24. */
  readonly severityNumber: number;
  /** The level's name in std/log. */
  readonly severityText: string;
  /** W3C trace flags, if an OpenTelemetry span was active. */
  readonly flags?: number;
  /** The message, or what the `formatter` made of it. */
  readonly body: string | number | boolean;
  /** What the log call passed besides the message, and what `withContext` added. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The service and the process that log. */
  readonly resource: Readonly<Record<string, unknown>>;
}
