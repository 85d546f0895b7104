/**
 * What a record inherits from where it is logged: the trace that is going on, and attributes of the
 * surrounding work. Both are carried across awaits by AsyncLocalStorage, which is not created
 * before it is used. It runs inside the log call.
 *
 * @module
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import { nodeProcess } from "../node_process.ts";
import { randomUUID } from "../random.ts";
import { read, unreadable } from "./errors.ts";

/** The ids that tie records together. */
export interface Trace {
  /** 32 hexadecimal characters, unless the program chose another form. */
  readonly traceId: string;
  /** 16 hexadecimal characters. */
  readonly spanId: string;
  /** W3C trace flags; 1 means sampled. */
  readonly flags?: number;
}

interface Scope {
  readonly trace?: Trace | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

let storage: AsyncLocalStorage<Scope> | undefined;

// As it is when the package is loaded, whatever the program does to it later.
const { captureStackTrace } = Error;

// deno-lint-ignore ban-types
function runInside<T>(caller: Function, scope: Scope, fn: () => T): T {
  if (typeof fn !== "function") {
    const error = new TypeError(
      `Cannot run in a trace or context: the second argument must be a function: ` +
        `current value is of type ${typeof fn}`,
    );
    captureStackTrace?.(error, caller); // The program's own line says more than one in here.
    throw error;
  }
  storage ??= new (nodeProcess().getBuiltinModule("node:async_hooks").AsyncLocalStorage<Scope>)();
  return storage.run({ ...storage.getStore(), ...scope }, fn);
}

/**
 * Runs a function, and everything that it awaits, inside a trace: what is logged there carries its
 * id. An active OpenTelemetry span takes precedence.
 *
 * @example One trace for each request
 * ```ts
 * import { currentTrace, withTrace } from "@axonpush/std-log";
 *
 * function respond(request: Request): Response {
 *   const traceId = request.headers.get("x-axonpush-trace-id") ?? undefined;
 *   return withTrace(traceId, () => new Response(currentTrace()?.traceId));
 * }
 * ```
 *
 * @param traceId The trace to continue. With `undefined`, a new trace begins.
 * @param fn What to run.
 * @returns What the function returns.
 * @throws {TypeError} If `fn` is not a function.
 */
export function withTrace<T>(traceId: string | undefined, fn: () => T): T {
  return runInside(
    withTrace,
    { trace: { traceId: traceId || newTraceId(), spanId: newSpanId() } },
    fn,
  );
}

/**
 * The trace that a record logged now would carry: that of the active OpenTelemetry span, or else of
 * {@linkcode withTrace}; `undefined` if there is neither.
 */
export function currentTrace(): Trace | undefined {
  return activeSpan() ?? storage?.getStore()?.trace;
}

/**
 * Runs a function, and everything that it awaits, with attributes for all records that are logged
 * there. Nested calls add up. Precedence: the log call, the inner call, the outer call.
 *
 * @example
 * ```ts
 * import { withContext } from "@axonpush/std-log";
 * import * as log from "@std/log";
 *
 * withContext({ request_id: "r-1" }, () => {
 *   log.info("Accepted"); // has request_id
 *   withContext({ user_id: 42 }, () => log.info("Charged")); // has both
 * });
 * ```
 *
 * @param attributes The attributes.
 * @param fn What to run.
 * @returns What the function returns.
 * @throws {TypeError} If `fn` is not a function.
 */
export function withContext<T>(attributes: Readonly<Record<string, unknown>>, fn: () => T): T {
  return runInside(
    withContext,
    { attributes: { ...contextAttributes(), ...copyOf(attributes) } },
    fn,
  );
}

/** The attributes as they are now. One that throws when it is read does not keep `fn` from running. */
function copyOf(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return Object.fromEntries(
      Object.keys(attributes ?? {}).map((name) => [name, read(attributes, name)]),
    );
  } catch (error) {
    return { args: [unreadable(error)] }; // A proxy that throws.
  }
}

/** The attributes of {@linkcode withContext} here and now. */
export function contextAttributes(): Readonly<Record<string, unknown>> | undefined {
  return storage?.getStore()?.attributes;
}

/** A random trace id as W3C Trace Context wants it: 16 bytes in hexadecimal. */
export function newTraceId(): string {
  return randomUUID().replaceAll("-", "");
}

/** A random span id: 8 bytes in hexadecimal. */
export function newSpanId(): string {
  return newTraceId().slice(16);
}

/**
 * The active OpenTelemetry span. `npm:@opentelemetry/api` and Deno's own OpenTelemetry register
 * themselves under this global symbol, so neither has to be a dependency.
 */
const OTEL_API = Symbol.for("opentelemetry.js.api.1");
const OTEL_SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

interface OtelApi {
  readonly context?: { active(): { getValue(key: symbol): OtelSpan | undefined } };
}
interface OtelSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
}

function activeSpan(): Trace | undefined {
  const api = (globalThis as { [OTEL_API]?: OtelApi })[OTEL_API];
  if (api?.context === undefined) return undefined;
  try {
    const span = api.context.active().getValue(OTEL_SPAN_KEY);
    if (!span) return undefined;
    const { traceId, spanId, traceFlags } = span.spanContext();
    // An id of zeros means that there is no trace (W3C Trace Context, 3.2.2.3).
    return /^0*$/.test(traceId) ? undefined : { traceId, spanId, flags: traceFlags };
  } catch {
    return undefined; // A span that is none must not cost a record.
  }
}
