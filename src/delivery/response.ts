/**
 * What an answer means: delivered, refused, or worth another try. Runs where requests are sent: on the
 * worker's thread, or on the program's own where there is no worker.
 *
 * @module
 */
import { type Diagnostic, records } from "../diagnostics.ts";
import { JSON } from "../json.ts";
import type { Body } from "./request.ts";

/** Longest pause that a `Retry-After` header is granted, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 60_000;
/** Most characters of an answer that a diagnostic quotes. */
const MAX_QUOTE = 500;
/** Most characters of a service's own error code. */
const MAX_CODE = 64;
/** Longest list of lists in an answer of which anything is quoted. */
const MAX_LEVELS = 8;
/**
 * Statuses of 4xx that are about what a request says. All others say, as redirects do, that the
 * settings are wrong, or that somebody before the service refuses the record: a firewall, say. Which
 * of the two is for the exporter to find out.
 */
const CONTENT = [400, 408, 409, 413, 422, 425];
/** Statuses that say that somebody else is at this address. */
const ADDRESS = [405, 406, 410, 411, 415, 421, 426, 501, 505];

/** What an OpenTelemetry Collector answers with 400 to a request that is larger than it takes. */
const TOO_LARGE = /body too large/i;

/** What to ask where a Collector seems to be addressed at its other port. */
export const IS_GRPC = "Is that the port of OTLP over gRPC, 4317? The one over HTTP is 4318";

/** What became of a record. */
export type Outcome = "delivered" | "failed";

/**
 * Why a request is worth another try. Of an answer: the service is too busy, a gateway finds nobody
 * behind itself, or the service fails. Of none: the time was up, the connection was closed, there was
 * none at all, this machine had none to give, or the server gave the request back unread.
 */
export type RetryCause =
  | "busy"
  | "away"
  | "failing"
  | "timeout"
  | "closed"
  | "unreachable"
  | "local"
  | "unread";

/** What became of one request. */
export type SendResult =
  | {
    readonly kind: "delivered";
    /** How many records of the batch the service refused all the same, as the diagnostic says. */
    readonly rejected?: number;
    readonly diagnostic?: Diagnostic;
    /**
     * When the connection is free again, or is not worth waiting for any more, and what the rest of
     * the answer gives reason to say.
     */
    readonly finished?: Promise<Diagnostic | undefined>;
  }
  | {
    readonly kind: "refused";
    /**
     * Whose fault it seems to be: of the settings, of the size, of what a record says, or of the
     * settings if nothing is ever delivered and of a record otherwise.
     */
    readonly because: "settings" | "size" | "content" | "either";
    /** Whether nothing was even sent, so that no hiccup can be the reason. */
    readonly isCertain?: boolean;
    readonly diagnostic: Diagnostic;
  }
  | {
    readonly kind: "retry";
    readonly cause: RetryCause;
    /** How long the service asks to be left alone, in milliseconds. */
    readonly afterMs?: number | undefined;
    readonly diagnostic: Diagnostic;
  };

/**
 * Sends one request, whose body the service knows again by the key, by a connection that was opened
 * after this time: older ones may be dead, or lead to an instance that refuses all. Never rejects.
 */
export type Send = (body: Body, key: string, openedAfter?: number) => Promise<SendResult>;

/** What the meaning of an answer depends on. */
export interface ResponseSettings {
  /** Whether a request carries one event, or a batch as an OTLP export request. */
  readonly protocol: "events" | "otlp";
  /** Where requests are posted. */
  readonly url: string;
  /** Whether that is an endpoint of the user's, such as a Collector, and not AxonPush itself. */
  readonly isEndpoint: boolean;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestTimeoutMs: number;
  /** Statuses that are worth another try. */
  readonly retryable: readonly number[];
}

/** What a service says about a refusal besides the status. */
export interface Explanation {
  readonly text: string;
  /** The service's own code. */
  readonly serviceCode?: string | undefined;
  /** How long it asks to be left alone, in milliseconds. */
  readonly afterMs?: number | undefined;
}

/** Whether there was no connection for one more request, which says nothing about the service. */
export function isCrowded(cause: RetryCause): boolean {
  return cause === "local" || cause === "unread";
}

/** Whether somebody answered. */
export function isAnswer(cause: RetryCause): boolean {
  return cause === "busy" || cause === "away" || cause === "failing";
}

/**
 * What an answer means.
 * @param body Waits for its body, where that says more than the status.
 */
export async function readResponse(
  { status, ok, headers }: Response,
  body: () => Promise<string>,
  settings: ResponseSettings,
): Promise<SendResult> {
  if (ok) {
    // On /event the status says it all, and the type whether it is a page that comes, with 200; only a
    // batch can be accepted in part.
    const isBatch = settings.protocol === "otlp";
    if (!isBatch && status === 201) return { kind: "delivered" }; // Nearly always.
    const text = isBatch ? await body() : "";
    const diagnostic = stranger(headers, text, settings);
    if (diagnostic) return { kind: "delivered", diagnostic };
    return isBatch ? partial(text) : { kind: "delivered" };
  }
  if (isRedirect(status)) {
    const location = headers.get("location");
    const to = location === null ? "" : ` to ${location.slice(0, MAX_QUOTE)}`;
    const text = `${settings.url} redirects${to}, and ` +
      `redirects are not followed because requests carry credentials: set '${
        settings.isEndpoint ? "endpoint" : "baseUrl"
      }' to the address that answers itself`;
    return rejection(status, { text }, settings);
  }
  const retryAfter = headers.get("retry-after");
  const afterMs = retryAfter === null
    ? undefined
    : parseRetryAfter(retryAfter, parseDate(headers.get("date")));
  return rejection(status, { ...explain(await body()), afterMs }, settings);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Whether a status says that the settings may be wrong. */
function isOfSettings(status: number): boolean {
  return status >= 300 && status < 500 && !CONTENT.includes(status) || ADDRESS.includes(status);
}

/** The last status that any specification knows (RFC 6585, 6). */
const LAST_STATUS = 511;

/**
 * The status that an answer has in effect. One that is none, or that only precedes the answer, is the
 * failure of a server (RFC 9110, 15), as of a gateway that does not understand what is behind it; and
 * those beyond the last one are what gateways say when they find nobody there.
 */
function effective(status: number): number {
  return status >= 200 && status <= LAST_STATUS ? status : 502;
}

/** What a status other than 2xx means. */
export function rejection(
  status: number,
  { text, serviceCode, afterMs }: Explanation,
  settings: ResponseSettings,
): SendResult {
  const code = `http-${status}`;
  const why = `HTTP ${status}${text && `: ${text}`}`;
  const service = settings.isEndpoint ? "The endpoint" : "AxonPush";
  const inEffect = effective(status);
  if (settings.retryable.includes(inEffect)) {
    const message = `${service} cannot accept records now: ${why}: trying again`;
    const isBusy = status === 429 || status === 503 || afterMs !== undefined;
    const isAway = inEffect === 502 || inEffect === 504;
    const cause = isBusy ? "busy" : isAway ? "away" : "failing";
    return { kind: "retry", cause, afterMs, diagnostic: { level: "warn", code, message } };
  }
  const advice = adviceFor(status, text, settings);
  const because = isOfSettings(status)
    ? "settings"
    : status === 413 || status === 400 && TOO_LARGE.test(text)
    ? "size"
    : advice !== undefined
    ? "either"
    : "content";
  const message = `${service} refuses records: ${why}${advice ? `: ${advice}` : ""}`;
  const diagnostic = { level: "error", code, message, ...serviceCode && { serviceCode } } as const;
  return { kind: "refused", because, diagnostic };
}

/** What to do about a status, for those who get an answer without a hint. */
function adviceFor(
  status: number,
  text: string,
  { protocol, url, headers, isEndpoint }: ResponseSettings,
): string | undefined {
  if (isRedirect(status)) return undefined; // Its text says it.
  const check = (what: string) => `check ${what}: requests go to ${url}`;
  if (isEndpoint) {
    if (!isOfSettings(status)) return undefined;
    const more = status === 415
      ? `. ${IS_GRPC}`
      : status === 404 && !url.endsWith("/v1/logs")
      ? ", and a Collector takes records at /v1/logs"
      : "";
    return check("'endpoint' and 'headers'") + more;
  }
  if (status >= 400 && "x-axonpush-environment" in headers && /environment/i.test(text)) {
    return "register the environment with AxonPush, or leave 'environment' out " +
      "(AXONPUSH_ENVIRONMENT)";
  }
  // A key that belongs to no app has no channel of its own for OTLP.
  if (status === 400 && protocol === "otlp" && !("x-axonpush-channel" in headers)) {
    return "set 'channelId' (AXONPUSH_CHANNEL_ID), which is sent as X-Axonpush-Channel: " +
      "by OTLP a key that belongs to no app needs it";
  }
  switch (status) {
    case 401:
      return "check 'apiKey' (AXONPUSH_API_KEY) and 'tenantId' (AXONPUSH_TENANT_ID)";
    case 403:
      return "check that the key may write to this tenant, channel and environment";
    case 407:
      return "a proxy wants credentials: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY";
    case 404:
      return check("'baseUrl' (AXONPUSH_BASE_URL) and 'channelId' (AXONPUSH_CHANNEL_ID)");
    default:
      return ADDRESS.includes(status) ? check("'baseUrl' (AXONPUSH_BASE_URL)") : undefined;
  }
}

/**
 * What to say of a 2xx that AxonPush would not have given: many an application answers anything with
 * its page. What it took counts as delivered, as the status says.
 */
export function stranger(
  headers: Headers,
  body: string,
  { url, isEndpoint }: Pick<ResponseSettings, "url" | "isEndpoint">,
): Diagnostic | undefined {
  const type = headers.get("content-type") ?? "";
  const isHtml = /^text\/html\b/i.test(type);
  if (!isHtml && (body.trim() === "" || parse(body) !== undefined)) return undefined;
  const [service, option] = isEndpoint
    ? ["a service that takes OTLP", "'endpoint'"]
    : ["AxonPush", "'baseUrl' (AXONPUSH_BASE_URL)"];
  const message = `${url} accepts records, but answers with ${isHtml ? "HTML" : "no JSON"}: ` +
    `is this ${service}? Check ${option}`;
  return { level: "error", code: "stranger", message };
}

/** A batch that was accepted, perhaps but for some records (OTLP, "Partial Success"). */
function partial(answer: string): SendResult {
  const { partialSuccess } = Object(parse(answer)) as {
    partialSuccess?: { rejectedLogRecords?: unknown; errorMessage?: unknown };
  };
  const count = Number(words(partialSuccess?.rejectedLogRecords)[0]);
  const rejected = Number.isSafeInteger(count) && count > 0 ? count : 0;
  const said = words(partialSuccess?.errorMessage).join("; ").slice(0, MAX_QUOTE);
  if (rejected === 0 && said === "") return { kind: "delivered" };
  const message = `The service refused ${records(rejected)} of a batch${said && `: ${said}`}`;
  return {
    kind: "delivered",
    rejected,
    diagnostic: { level: rejected > 0 ? "error" : "warn", code: "partial-success", message },
  };
}

/** What an error envelope says: the service's own form, or problem+json. */
function explain(answer: string): Explanation {
  return explainEnvelope(Object(parse(answer)));
}

/** What the parts of an envelope say, as far as they are there. */
export function explainEnvelope(envelope: Readonly<Record<string, unknown>>): Explanation {
  const { code, message, hint, requestId, title, detail, errors } = envelope;
  const request = words(requestId).map((id) => `request ${id}`);
  const parts = [code, message ?? title, detail, errors, hint].flatMap((part) => words(part))
    .concat(request);
  const text = parts.join("; ").slice(0, MAX_QUOTE);
  const [serviceCode] = words(code);
  return { text, serviceCode: serviceCode?.slice(0, MAX_CODE) };
}

/**
 * The strings that a field of an answer may be: it can hold anything, lists and objects too, so deep
 * that they would use up the stack.
 */
function words(value: unknown, levels = MAX_LEVELS): string[] {
  if (value === undefined || value === null || value === "") return [];
  if (Array.isArray(value)) {
    return levels === 0 ? [] : value.flatMap((part) => words(part, levels - 1));
  }
  return [typeof value === "object" ? stringify(value) : String(value)];
}

/** The JSON of an object, if there is one: a client's error may hold what has none. */
function stringify(object: object): string {
  try {
    return JSON.stringify(object);
  } catch {
    return "";
  }
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
 * @param sentAt When the answer was sent, by the clock of who sent it: ours may be wrong.
 */
export function parseRetryAfter(header: string, sentAt: number = NaN): number | undefined {
  const isSeconds = /^\s*\d+\s*$/.test(header);
  const now = Number.isNaN(sentAt) ? Date.now() : sentAt;
  return clampPause(isSeconds ? Number(header) * 1000 : parseDate(header) - now);
}

/** The time that a header has, or NaN: `Date.parse` would find a date in nearly anything. */
function parseDate(header: string | null): number {
  return /^[^\d]*\d.* GMT\s*$/.test(header ?? "") ? Date.parse(header!) : NaN;
}

/** A pause as far as it is granted, in milliseconds, or nothing if it is none. */
export function clampPause(ms: number): number | undefined {
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
