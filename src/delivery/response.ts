/**
 * What an answer means: delivered, refused, or worth another try. Runs where requests are sent: on the
 * worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import type { Diagnostic } from "../diagnostics.ts";
import { reason } from "../record/errors.ts";

/** Longest pause that a `Retry-After` header is granted, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 60_000;
/** Most characters of an answer that a diagnostic quotes. */
const MAX_QUOTE = 500;
/** Most characters of a service's own error code. */
const MAX_CODE = 64;
/** Statuses that say that the settings are wrong, not the record. */
const MISCONFIGURED = [301, 302, 303, 307, 308, 401, 403, 404];

/** What became of a record. */
export type Outcome = "delivered" | "failed";

/** What became of one request. */
export type SendResult =
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

/** Sends one request, whose body the service knows again by the key. Never rejects. */
export type Send = (body: string, key: string) => Promise<SendResult>;

/** What the meaning of an answer depends on. */
export interface ResponseSettings {
  /** Whether a request carries one event, or a batch as an OTLP export request. */
  readonly protocol: "events" | "otlp";
  /** Where requests are posted. */
  readonly url: string;
  /** Statuses that are worth another try. */
  readonly retryable: readonly number[];
}

/** What an answer means. Its body is read by somebody else, and may never come to its end. */
export async function readResponse(
  { status, ok, headers }: Response,
  body: Promise<string>,
  { protocol, url, retryable }: ResponseSettings,
): Promise<SendResult> {
  if (ok) {
    // On /event the status says it all; only a batch can be accepted in part.
    return protocol === "otlp" ? partial(await body) : { kind: "delivered" };
  }
  if (status >= 300 && status < 400) {
    return rejection(
      status,
      `${url} redirects to ${headers.get("location")}, and redirects are not followed because ` +
        `requests carry credentials: set 'baseUrl' to the address that answers itself`,
      retryable,
    );
  }
  const { text, serviceCode } = explain(await body);
  return rejection(status, text, retryable, headers.get("retry-after"), serviceCode);
}

/** What a status other than 2xx means. */
export function rejection(
  status: number,
  said: string,
  retryable: readonly number[],
  retryAfter?: string | null,
  serviceCode?: string,
): SendResult {
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

/** What it means that nobody answered. */
export function unreachable(where: string, why: string): SendResult {
  const tls = /certificate|\btls\b|handshake/i.test(why);
  const message = `Cannot reach AxonPush ${where}: ${why}: trying again${
    tls ? ". A certificate of your own needs DENO_CERT or DENO_TLS_CA_STORE=system" : ""
  }`;
  const code = tls ? "tls" : "unreachable";
  return { kind: "retry", answered: false, diagnostic: { level: "warn", code, message } };
}

/** What a rejected `fetch` means. */
export function unsent(error: unknown, url: string): SendResult {
  const { name, message, cause } = Object(error) as Error;
  if (name === "NotCapable" || name === "PermissionDenied") return notPermitted(url);
  // What went wrong stands at the end, after the address, which is said already.
  return unreachable(`at ${url}`, (cause ? reason(cause) : message).replace(/^.*\): /, ""));
}

/** What a missing permission means: that of the settings, since nothing can be sent without it. */
export function notPermitted(url: string): SendResult {
  const { host } = new URL(url);
  const message = `Cannot ship records to ${url}: no net permission: run with --allow-net=${host}`;
  const diagnostic = { level: "error", code: "permission", message } as const;
  return { kind: "refused", because: "settings", diagnostic };
}

/** A batch that was accepted, perhaps but for some records (OTLP, "Partial Success"). */
function partial(answer: string): SendResult {
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
export function words(value: unknown): string[] {
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
