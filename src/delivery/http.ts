/**
 * One attempt to hand events over, and what its outcome means: delivered, refused, or worth
 * another try. Over HTTP, or through a client of the user's.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { LogEvent } from "../record/event.ts";
import { read, reason } from "../record/errors.ts";

/** Longest pause that a `Retry-After` header is granted, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 60_000;
/** Most bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 65_536;
/** How long a request whose status says it all counts as in flight for its answer, in milliseconds. */
const FINISH_MS = 250;
/** Longest body that is encoded in place, in bytes: three times that of an ordinary batch. */
const ROOM_BYTES = 1 << 20;
/** Most characters of an answer that a diagnostic quotes. */
const MAX_QUOTE = 500;
/** Most characters of a service's own error code. */
const MAX_CODE = 64;
/** Statuses that say that the settings are wrong, not the record. */
const MISCONFIGURED = [301, 302, 303, 307, 308, 401, 403, 404];

/** What an AxonPush client's `events.publish` is given. */
export interface PublishParams extends Omit<LogEvent, "channel_id"> {
  /** Target channel; without it, the organisation's default channel. */
  readonly channelId?: string;
  /** Unique for each record; the service collapses events with the same key. */
  readonly dedupKey: string;
}

/** What became of one attempt. */
export type Verdict =
  | {
    readonly kind: "delivered";
    /** How many records of the batch the service refused all the same. */
    readonly rejected?: number;
    readonly diagnostic?: Diagnostic;
    /** When the connection is free again, or is not worth waiting for any more. */
    readonly finished?: Promise<void>;
  }
  | {
    readonly kind: "refused";
    /** Whose fault it is: of the settings, of the size, or of what a record says. */
    readonly because: "settings" | "size" | "content";
    readonly diagnostic: Diagnostic;
  }
  | {
    readonly kind: "retry";
    /** Whether the service answered, as opposed to nobody. */
    readonly answered: boolean;
    /** Whether the service says that it is all too much, not this request. */
    readonly busy?: boolean;
    /** How long the service asks to be left alone, in milliseconds. */
    readonly afterMs?: number | undefined;
    readonly diagnostic: Diagnostic;
  };

/** Makes one attempt. Never rejects. */
export type Attempt = (body: string, key: string) => Promise<Verdict>;

/** How requests are made. Can be sent to another thread. */
export interface HttpSettings {
  /** Whether a request carries one event, or a batch as an OTLP export request. */
  readonly protocol: "events" | "otlp";
  /** Where requests are posted. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestTimeoutMs: number;
  /** Statuses that are worth another try. */
  readonly retryable: readonly number[];
  /** Whether bodies are compressed. */
  readonly gzip: boolean;
}

/** Posts over HTTP, until the signal says that it is over. */
export function httpAttempt(settings: HttpSettings, over?: AbortSignal): Attempt {
  const { protocol, url, gzip, requestTimeoutMs } = settings;
  const common = {
    ...settings.headers,
    "content-type": "application/json",
    ...gzip && { "content-encoding": "gzip" },
  };
  // From a URL in text, each request would parse it against the worker's own, a data: URL of many
  // kilobytes, which takes three times as long as all the rest.
  const template = new Request(url, {
    method: "POST",
    redirect: "manual", // Credentials go to the configured address alone.
  });
  const deadline = shared(requestTimeoutMs / 20, () => {
    const late = AbortSignal.timeout(requestTimeoutMs);
    return over ? AbortSignal.any([over, late]) : late;
  });
  const encode = protocol === "otlp" ? createEncode() : (text: string) => text;
  let permitted = false;
  return async (body, key) => {
    // On a terminal, a fetch that is not permitted would ask in the middle of the program.
    permitted ||= mayConnect(url);
    if (!permitted) return notPermitted(url);
    const signal = deadline();
    try {
      const response = await fetch(template, {
        headers: { ...common, "idempotency-key": key },
        body: gzip ? await compress(body) : encode(body),
        signal,
      });
      return await judge(response, readAnswer(response).catch(() => ""), settings);
    } catch (error) {
      return signal.aborted
        ? unreachable(`at ${url}`, `no answer within ${requestTimeoutMs} ms`)
        : unsent(error, url);
    }
  };
}

/**
 * Makes something with a timer for requests that begin close together, who share it and so have a
 * little less time: a timer for each would cost a tenth of a request.
 */
function shared<T>(forMs: number, make: () => T): () => T {
  let value: T;
  let renewAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now >= renewAt) {
      renewAt = now + forMs;
      value = make();
    }
    return value;
  };
}

/**
 * Settles when an answer has had its time to come to its end. The first `setTimeout` of a thread
 * would cost the first record 7 ms.
 */
const patience = shared(FINISH_MS / 5, () =>
  new Promise<void>((resolve) => {
    AbortSignal.timeout(FINISH_MS).addEventListener("abort", () => resolve());
  }));

/** Publishes through a client of the user's. */
export function clientAttempt(
  publish: (params: PublishParams) => Promise<unknown>,
  { requestTimeoutMs, retryable }: Pick<HttpSettings, "requestTimeoutMs" | "retryable">,
): Attempt {
  const where = "through the given client";
  const publishEvent = async (body: string): Promise<Verdict> => {
    const { channel_id, ...event } = JSON.parse(body) as PublishParams & { channel_id?: string };
    try {
      await publish(channel_id === undefined ? event : { ...event, channelId: channel_id });
      return { kind: "delivered" };
    } catch (error) {
      const status = read(Object(error), "status");
      if (typeof status !== "number") return unreachable(where, reason(error));
      const [retryAfter] = words(read(Object(error), "retryAfter"));
      return rejection(status, reason(error), retryable, retryAfter);
    }
  };
  return async (body) => {
    // The client may never come back, and whether the program waits for it is the client's choice.
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const late = () => resolve(unreachable(where, `no answer within ${requestTimeoutMs} ms`));
    const timer = setTimeout(late, requestTimeoutMs);
    Deno.unrefTimer(timer);
    return await Promise.race([publishEvent(body), promise]).finally(() => clearTimeout(timer));
  };
}

/** What an answer means. */
async function judge(
  response: Response,
  answer: Promise<string>,
  { protocol, url, retryable }: HttpSettings,
): Promise<Verdict> {
  const { status, ok, headers } = response;
  if (ok) {
    // On /event the status says it all; only a batch can be accepted in part.
    if (protocol === "otlp") return partial(await answer);
    return { kind: "delivered", finished: Promise.race([answer.then(() => {}), patience()]) };
  }
  if (status >= 300 && status < 400) {
    return rejection(
      status,
      `${url} redirects to ${headers.get("location")}, and redirects are not followed because ` +
        `requests carry credentials: set 'baseUrl' to the address that answers itself`,
      retryable,
    );
  }
  const { text, serviceCode } = explain(await answer);
  return rejection(status, text, retryable, headers.get("retry-after"), serviceCode);
}

function rejection(
  status: number,
  said: string,
  retryable: readonly number[],
  retryAfter?: string | null,
  serviceCode?: string,
): Verdict {
  const code = `http-${status}`;
  const why = `HTTP ${status}${said && `: ${said}`}`;
  if (retryable.includes(status)) {
    const message = `AxonPush cannot take records now: ${why}: trying again`;
    const afterMs = retryAfter ? parseRetryAfter(retryAfter) : undefined;
    const busy = status === 429 || status === 503 || afterMs !== undefined;
    const diagnostic = { level: "warn", code, message } as const;
    return { kind: "retry", answered: true, busy, afterMs, diagnostic };
  }
  const because = MISCONFIGURED.includes(status) ? "settings" : status === 413 ? "size" : "content";
  const advice = because === "settings" ? ADVICE[status] ?? "" : "";
  const message = `AxonPush refuses records: ${why}${advice}`;
  const diagnostic = { level: "error", code, message, ...serviceCode && { serviceCode } } as const;
  return { kind: "refused", because, diagnostic };
}

/** What to do about a status, for those who get an answer without a hint. */
const ADVICE: Readonly<Record<number, string>> = {
  401: ": check 'apiKey' (AXONPUSH_API_KEY)",
  403: ": check that the key may write to this tenant, channel and environment",
  404: ": check 'baseUrl' (AXONPUSH_BASE_URL) and 'channelId' (AXONPUSH_CHANNEL_ID)",
};

function unreachable(where: string, why: string): Verdict {
  const tls = /certificate|\btls\b|handshake/i.test(why);
  const message = `Cannot reach AxonPush ${where}: ${why}: trying again${
    tls ? ". A certificate of your own needs DENO_CERT or DENO_TLS_CA_STORE=system" : ""
  }`;
  const code = tls ? "tls" : "unreachable";
  return { kind: "retry", answered: false, diagnostic: { level: "warn", code, message } };
}

/** What a rejected fetch means. */
function unsent(error: unknown, url: string): Verdict {
  const { name, message, cause } = Object(error) as Error;
  if (name === "NotCapable" || name === "PermissionDenied") return notPermitted(url);
  // What went wrong stands at the end, after the address, which is said already.
  return unreachable(`at ${url}`, (cause ? reason(cause) : message).replace(/^.*\): /, ""));
}

function mayConnect(url: string): boolean {
  const { protocol, hostname, port } = new URL(url);
  const host = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}

function notPermitted(url: string): Verdict {
  const { host } = new URL(url);
  const message = `Cannot ship records to ${url}: no net permission: run with --allow-net=${host}`;
  const diagnostic = { level: "error", code: "permission", message } as const;
  return { kind: "refused", because: "settings", diagnostic };
}

/** A batch that was accepted, perhaps but for some records (OTLP, "Partial Success"). */
function partial(answer: string): Verdict {
  const { partialSuccess } = Object(parse(answer)) as {
    partialSuccess?: { rejectedLogRecords?: unknown; errorMessage?: unknown };
  };
  const rejected = Math.max(0, Number(words(partialSuccess?.rejectedLogRecords)[0]) || 0);
  const said = words(partialSuccess?.errorMessage).join("; ").slice(0, MAX_QUOTE);
  if (rejected === 0 && said === "") return { kind: "delivered" };
  const message = `The service refused ${rejected} records of a batch${said && `: ${said}`}`;
  return {
    kind: "delivered",
    rejected,
    diagnostic: { level: rejected > 0 ? "error" : "warn", code: "partial-success", message },
  };
}

/** What an error envelope says: the service's own form, or problem+json. */
function explain(answer: string): { readonly text: string; readonly serviceCode?: string } {
  const envelope = Object(parse(answer)) as Record<string, unknown>;
  const { code, message, hint, requestId, title, detail, errors } = envelope;
  const request = words(requestId).map((id) => `request ${id}`);
  const parts = [code, message ?? title, detail, errors, hint].flatMap(words).concat(request);
  const text = parts.join("; ").slice(0, MAX_QUOTE);
  const [serviceCode] = words(code);
  return serviceCode ? { text, serviceCode: serviceCode.slice(0, MAX_CODE) } : { text };
}

/** The strings that a field of an answer may be: it can hold anything, lists and objects too. */
function words(value: unknown): string[] {
  if (value === undefined || value === null || value === "") return [];
  if (Array.isArray(value)) return value.flatMap(words);
  return [typeof value === "object" ? JSON.stringify(value) : String(value)];
}

/** Parses what should be JSON; a proxy's page, say, helps nobody on a console. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds to wait by a `Retry-After` header (RFC 9110, 10.2.3), or nothing for garbage and for
 * a time that has passed, which would have us come back at once, again and again.
 */
export function parseRetryAfter(header: string, now: number = Date.now()): number | undefined {
  const seconds = /^\s*\d+\s*$/.test(header);
  // `Date.parse` finds a date in nearly anything, so only what ends like an HTTP date is shown to it.
  const date = /^[^\d]*\d.* GMT\s*$/.test(header) ? Date.parse(header) : NaN;
  const wait = seconds ? Number(header) * 1000 : date - now;
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : undefined;
}

/** Reads an answer up to a limit: one that never ends must not fill the memory. */
async function readAnswer(response: Response): Promise<string> {
  const { body, headers } = response;
  // Twice as fast as reading chunk by chunk, and safe where the length is known. That of a
  // compressed answer is not: the header tells the length before it is unpacked.
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  if (Number(length ?? Infinity) <= MAX_ANSWER_BYTES) return await response.text();
  let text = "";
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.length > MAX_ANSWER_BYTES) break; // Leaving the loop cancels the stream.
  }
  return text;
}

/**
 * Makes a function that encodes large texts in UTF-8, into memory that it uses again and again: to
 * get it anew costs more than to fill it. A result holds until the next call; `fetch` takes a copy
 * (Fetch Standard, "extract a body").
 */
function createEncode(): (text: string) => Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const room = new Uint8Array(ROOM_BYTES);
  return (text) => {
    const { read, written } = encoder.encodeInto(text, room);
    return read === text.length ? room.subarray(0, written) : encoder.encode(text);
  };
}

async function compress(text: string): Promise<ArrayBuffer> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}
