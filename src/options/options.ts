/**
 * What a program may set: the public types, and their documentation. Types alone, so any thread may
 * import them. The rules behind them are in `schema.ts`, where values come from is in `settings.ts`.
 *
 * @module
 */
import type { BaseHandlerOptions, FormatterFunction } from "@std/log";
import type { AxonPushClient } from "../delivery/client.ts";
import type { DiagnosticsSink } from "../diagnostics.ts";
import type { LogEvent } from "../record/event.ts";

/** A signal that ends a program, and that the handler can drain before. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT" | "SIGBREAK";

/** What happens to a record that finds the queue full. */
export type OverflowPolicy = "drop-oldest" | "drop-newest" | "block";

/**
 * Options of {@linkcode AxonPushHandler}. Precedence: option, environment, `envFile`, default. A
 * variable that is empty or blank counts as unset, and so does one that may not be read: permissions
 * are queried, never requested.
 */
export interface AxonPushHandlerOptions extends BaseHandlerOptions {
  /** Makes the body of an event from the record. Without it, and where it throws, the body is the message. */
  readonly formatter?: FormatterFunction;
  /**
   * Secret key (`ak_…`) or public token (`pt_…`) of the AxonPush organisation. A public token needs
   * a `channelId` with `protocol: "otlp"`.
   *
   * Required, unless `client`, `endpoint` or a variable of OpenTelemetry says where to send.
   *
   * Environment: `AXONPUSH_API_KEY`.
   */
  readonly apiKey?: string;
  /**
   * Organisation that the key belongs to. Required with an `ak_` key.
   *
   * Environment: `AXONPUSH_TENANT_ID`, then `AXONPUSH_ORG_ID`.
   */
  readonly tenantId?: string | number;
  /**
   * Channel that receives the events.
   *
   * Environment: `AXONPUSH_CHANNEL_ID`.
   *
   * @default {the organisation's default channel}
   */
  readonly channelId?: string | number;
  /**
   * Address of the AxonPush API: an http: or https: URL without credentials or query.
   *
   * Environment: `AXONPUSH_BASE_URL`.
   *
   * @default {"https://api.axonpush.xyz"}
   */
  readonly baseUrl?: string | URL;
  /**
   * Deployment environment, such as `"production"`: sent as a header and as the resource attribute
   * `deployment.environment.name`. It must be registered for the tenant.
   *
   * Environment: `AXONPUSH_ENVIRONMENT`.
   */
  readonly environment?: string;
  /**
   * A client to publish through, in place of `apiKey`, `tenantId`, `baseUrl` and `endpoint`. It works
   * on the program's own thread, so what is pending at `Deno.exit()` is lost. It cannot be combined
   * with `mode: "sync"` or `protocol: "otlp"`. The public TypeScript SDK 0.0.7 drops `dedupKey`: with
   * it an event that is sent again is stored twice.
   */
  readonly client?: AxonPushClient;
  /**
   * Path or `file:` URL of a `.env` file to read variables from. The environment takes precedence
   * over it. Needs `--allow-read` for that file.
   */
  readonly envFile?: string | URL;
  /**
   * Type of the events: `"app"` stands for `app.log`, `"agent"` for `agent.log`.
   *
   * @default {"app"}
   */
  readonly source?: "app" | "agent";
  /**
   * Name of the service, sent as the resource attribute `service.name`.
   *
   * Environment: `OTEL_SERVICE_NAME`, then `service.name` in `OTEL_RESOURCE_ATTRIBUTES`.
   *
   * @example
   * ```ts
   * import { AxonPushHandler } from "@axonpush/std-log";
   *
   * new AxonPushHandler("INFO", { serviceName: "shop", serviceVersion: "1.4.0" });
   * ```
   */
  readonly serviceName?: string;
  /**
   * Version of the service, sent as the resource attribute `service.version`.
   *
   * Environment: `service.version` in `OTEL_RESOURCE_ATTRIBUTES`.
   */
  readonly serviceVersion?: string;
  /** Identifier of the agent that logs. */
  readonly agentId?: string;
  /**
   * Trace of records that belong to no other trace.
   *
   * @default {a random id of 32 hexadecimal characters for each handler}
   */
  readonly traceId?: string;
  /**
   * Prefixes of logger names whose records are not shipped, in addition to
   * {@linkcode DEFAULT_EXCLUDED_LOGGERS}.
   *
   * @default {[]}
   */
  readonly excludeLoggers?: readonly string[];
  /**
   * `"background"` ships from a worker; with `"sync"` each log call waits until its record is
   * delivered or has failed, and with a `spool` for `shutdownTimeoutMs` at most.
   *
   * @default {"background"}
   */
  readonly mode?: "background" | "sync";
  /**
   * `"events"` posts each record to `/event`; `"otlp"` posts batches to `/v1/logs`. Batches deliver
   * far more records a second, above all far from the service, but `/v1/logs` does not collapse
   * records that were sent twice.
   *
   * @default {"events"}
   */
  readonly protocol?: "events" | "otlp";
  /**
   * Most records in one OTLP request, 1 to 10,000. Only with `protocol: "otlp"`.
   *
   * @default {512}
   */
  readonly batchSize?: number;
  /**
   * How long a partial OTLP batch may wait while another one is in flight, 1 to 2,147,483,647
   * milliseconds. With nothing in flight it does not wait. Only with `protocol: "otlp"`.
   *
   * @default {1000}
   */
  readonly flushIntervalMs?: number;
  /**
   * `"gzip"` compresses the bodies of OTLP requests. Only with `protocol: "otlp"`.
   *
   * @default {"none"}
   */
  readonly compression?: "none" | "gzip";
  /**
   * The exact address to post to, in place of `baseUrl` with `/event` or `/v1/logs`: that of an
   * OpenTelemetry Collector, say. No credentials are needed then, and only those given as options are
   * sent.
   *
   * Environment, with `protocol: "otlp"` and without any key or `baseUrl`:
   * `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`, then `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/logs` appended.
   */
  readonly endpoint?: string | URL;
  /**
   * Headers to add to each request. They override the handler's own, except `Content-Type`,
   * `Content-Encoding`, `Content-Length` and `Idempotency-Key`. Case makes no difference.
   *
   * Environment, if the address comes from there too: `OTEL_EXPORTER_OTLP_LOGS_HEADERS`, then
   * `OTEL_EXPORTER_OTLP_HEADERS`.
   *
   * @example
   * ```ts
   * import { AxonPushHandler } from "@axonpush/std-log";
   *
   * new AxonPushHandler("INFO", {
   *   protocol: "otlp",
   *   endpoint: "https://collector.example.com/v1/logs",
   *   headers: { Authorization: "Bearer an-example" },
   * });
   * ```
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Most records waiting or in flight, 1 to 1,000,000. Long records fill the queue sooner: it takes 64
   * Mi characters (67,108,864), or 1024 times `queueSize` if that is more.
   *
   * @default {1000}
   */
  readonly queueSize?: number;
  /**
   * What happens to a record that finds the queue full. `"block"` makes the log call wait for room.
   *
   * @default {"drop-oldest"}
   */
  readonly overflowPolicy?: OverflowPolicy;
  /**
   * Most requests in flight, 1 to 256. Below that their number adapts to the service: up to 32 at
   * first, more while it keeps up, fewer when it refuses some.
   *
   * @default {256}
   */
  readonly concurrency?: number;
  /**
   * Directory, as a path or a `file:` URL, that keeps records on disk until they are delivered: by this
   * run, by a later one, or by another program with the same directory. It is created if it does not
   * exist. Needs `--allow-read` and `--allow-write` for it. Not with `client`.
   *
   * The records have been redacted and hold no credential, but are otherwise plain text.
   *
   * Environment: `AXONPUSH_SPOOL`.
   *
   * @example
   * ```ts
   * import { AxonPushHandler } from "@axonpush/std-log";
   *
   * new AxonPushHandler("INFO", { spool: "spool", spoolMaxBytes: 256 * 2 ** 20 });
   * ```
   *
   * @default {none: what a program could not deliver ends with it}
   */
  readonly spool?: string | URL;
  /**
   * Most bytes that the handler keeps in the spool, 1,048,576 (1 MiB) to 1,099,511,627,776 (1 TiB).
   * When it is full, `overflowPolicy` decides. Only with `spool`.
   *
   * Environment: `AXONPUSH_SPOOL_MAX_BYTES`.
   *
   * @default {67108864}
   */
  readonly spoolMaxBytes?: number;
  /**
   * How long the end of the program, `destroy()` and `close()` wait for pending records, 0 to
   * 2,147,483,647 milliseconds.
   *
   * @default {2000}
   */
  readonly shutdownTimeoutMs?: number;
  /**
   * How long one request may take, 1 to 2,147,483,647 milliseconds.
   *
   * Environment: `AXONPUSH_TIMEOUT`, in seconds: 0.001 to 2,147,483.647.
   *
   * @default {30000}
   */
  readonly requestTimeoutMs?: number;
  /**
   * How often a record is sent again, 0 to 100, after an answer of 408, 425, 500 or another failure of
   * the service; by OTLP these are refusals. While the service is busy (429, 503), away (502, 504) or
   * cannot be reached, records wait, but in mode `"sync"` that counts, too.
   *
   * Environment: `AXONPUSH_MAX_RETRIES`.
   *
   * @default {3}
   */
  readonly maxRetries?: number;
  /**
   * Names of attributes whose values are masked at every depth, whole names, in addition to the
   * built-in ones. Case, `-`, `_`, `.`, brackets and spaces make no difference.
   *
   * Environment: `AXONPUSH_REDACT_KEYS`, separated by commas.
   *
   * @default {[]}
   */
  readonly redactKeys?: readonly string[];
  /**
   * Sees each event before it is queued, and returns the event to ship. If it returns nothing, the
   * event is dropped and counts as filtered; if it throws, the event is not shipped and counts as
   * failed.
   */
  readonly redact?: (event: LogEvent) => LogEvent | null | undefined;
  /**
   * Whether to add file, line, column and function of the log call, which costs several
   * microseconds.
   *
   * @default {false}
   */
  readonly caller?: boolean;
  /**
   * Longest string that is shipped, 1 to 65,536 characters; longer ones are cut and marked.
   *
   * Environment: `AXONPUSH_MAX_CONTENT_LENGTH`.
   *
   * @default {4096}
   */
  readonly maxContentLength?: number;
  /**
   * Signals at which to drain before they end the program, or `false` for a program that handles
   * signals with `Deno.addSignalListener` and awaits `close()` itself. Signals that the system does
   * not have are ignored. A program gets SIGHUP when its terminal is closed; Windows then ends it
   * after 5 seconds.
   *
   * @example A program that ends itself
   * ```ts
   * import { AxonPushHandler } from "@axonpush/std-log";
   *
   * const handler = new AxonPushHandler("INFO", { signals: false });
   * Deno.addSignalListener("SIGINT", async () => {
   *   await handler.close();
   *   Deno.exit(130);
   * });
   * ```
   *
   * @default {["SIGINT", "SIGTERM", "SIGHUP"]}
   */
  readonly signals?: readonly EndSignal[] | false;
  /**
   * Receives what the handler reports about itself, rate-limited, instead of the console. What it
   * throws is printed and goes no further; what it logs is not shipped.
   *
   * @default {console.warn and console.error, as they are when this package is loaded}
   */
  readonly diagnostics?: DiagnosticsSink;
}
