/**
 * The routes of the local AxonPush: what each takes, what it answers, and how it refuses, in the
 * service's own words where there are any.
 *
 * @module
 */
import { type EventBody, eventProblems } from "./contract.ts";
import { eventsOfOtlp, OtlpError } from "./otlp.ts";
import { PAGE, PAGE_HASHES } from "./page.generated.ts";
import { searchEvents } from "./search.ts";
import type { Store } from "./store.ts";

/** About how many characters of events go into one message of the stream. */
const MESSAGE_CHARACTERS = 65_536;
/** Deepest nesting of a body: whoever writes an event as JSON again may run out of stack. */
const MAX_DEPTH = 100;
/** The page may run its one script and talk to this server, and nothing may become markup. */
const PAGE_POLICY = [
  "default-src 'none'",
  `script-src '${PAGE_HASHES.script}'`,
  `style-src '${PAGE_HASHES.style}'`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i;

/** What the routes need to know. */
export interface RouteSettings {
  readonly store: Store;
  readonly hostname: string;
  readonly apiKey: string | undefined;
  readonly maxBodyBytes: number;
  /** Ends the streams. */
  readonly signal: AbortSignal;
}

type Route = (request: Request, url: URL, settings: RouteSettings) => Response | Promise<Response>;

const ROUTES: ReadonlyMap<string, Readonly<Record<string, Route>>> = new Map([
  ["/", { GET: getPage, HEAD: getPage }],
  ["/event", { POST: postEvent }],
  ["/v1/logs", { POST: postLogs }],
  ["/events", { GET: getEvents, HEAD: getEvents, DELETE: deleteEvents }],
  ["/events/stream", { GET: getStream }],
  ["/health", { GET: getHealth, HEAD: getHealth }],
]);

/** The service's error envelope. */
interface Envelope {
  readonly code: string;
  readonly message: string | readonly string[];
  readonly hint: string;
}

/** Why a request is not granted. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly envelope: Envelope,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(envelope.message));
  }
}

/** Answers a request. */
export async function route(request: Request, settings: RouteSettings): Promise<Response> {
  try {
    const url = new URL(request.url);
    refuseStrangers(request, url, settings.hostname);
    return await find(request.method, url.pathname)(request, url, settings);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, envelope, headers } = error;
    return json({ ...envelope, requestId: crypto.randomUUID() }, status, headers);
  }
}

function find(method: string, path: string): Route {
  const methods = ROUTES.get(path);
  if (methods === undefined) {
    throw new Refusal(404, {
      code: "not_found",
      message: `Cannot ${method} ${path}`,
      hint: `The local AxonPush has ${[...ROUTES.keys()].join(", ")}`,
    });
  }
  const found = methods[method];
  if (found === undefined) {
    const allow = Object.keys(methods).join(", ");
    throw new Refusal(405, {
      code: "method_not_allowed",
      message: `Cannot ${method} ${path}`,
      hint: `It takes ${allow}`,
    }, { allow });
  }
  return found;
}

/** A page of another site must neither write here nor, by a name that it made point here, read. */
function refuseStrangers(request: Request, url: URL, hostname: string): void {
  if (LOOPBACK.test(hostname) && !LOOPBACK.test(url.hostname)) {
    throw new Refusal(403, {
      code: "forbidden_host",
      message: `This server is not ${url.hostname}`,
      hint: "Call it localhost, or let it listen on another address",
    });
  }
  const origin = request.headers.get("origin");
  if (request.method !== "GET" && origin !== null && origin !== url.origin) {
    throw new Refusal(403, {
      code: "forbidden_origin",
      message: `Pages of ${origin} must not write here`,
      hint: "Log from the program that serves the page, not from the page",
    });
  }
}

async function postEvent(request: Request, _: URL, settings: RouteSettings): Promise<Response> {
  const text = await readBody(request, settings);
  const body = parse(text, request);
  const problems = eventProblems(body);
  if (problems.length > 0) {
    throw new Refusal(422, {
      code: "validation_failed",
      message: problems,
      hint: "Compare the body with the API of POST /event",
    });
  }
  const { eventId, duplicate } = settings.store.add(body as EventBody, "app", text.length);
  return json({ eventId, status: "accepted", ...duplicate && { duplicate } }, 201);
}

async function postLogs(request: Request, _: URL, settings: RouteSettings): Promise<Response> {
  const text = await readBody(request, settings);
  const body = parse(text, request);
  try {
    const events = eventsOfOtlp(body, request.headers.get("x-axonpush-channel"));
    for (const event of events) settings.store.add(event, "otlp", text.length / events.length);
    return json({});
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
    throw new Refusal(400, {
      code: "invalid_otlp",
      message: error.message,
      hint: "Send an ExportLogsServiceRequest as JSON",
    });
  }
}

function getPage(): Response {
  return new Response(PAGE, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": PAGE_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}

function getEvents(_request: Request, url: URL, { store }: RouteSettings): Response {
  const found = searchEvents(store.events, url.searchParams);
  if ("events" in found) return json(found);
  throw new Refusal(422, {
    code: "validation_failed",
    message: found.problems,
    hint: "Compare the query with the API of GET /events",
  });
}

function deleteEvents(_request: Request, _url: URL, { store }: RouteSettings): Response {
  store.clear();
  return new Response(null, { status: 204 });
}

function getHealth(_request: Request, _url: URL, { store }: RouteSettings): Response {
  return json({ status: "ok", kept: store.size, ...store.counts });
}

/**
 * The events as server-sent events: what is kept, then what comes. A message is an array of events.
 * Its id is the epoch and how many events have been seen, so that a page that lost the connection
 * goes on where it was; `reset` tells it that what it has is no longer true.
 */
function getStream(request: Request, _: URL, { store, signal }: RouteSettings): Response {
  const [lastEpoch, lastSeen] = (request.headers.get("last-event-id") ?? "").split("/");
  let epoch = lastEpoch;
  let seen = Number(lastSeen) || 0;
  let cancelled = false;
  const stream = new ReadableStream<string>({
    async pull(controller) {
      while (!(cancelled || signal.aborted)) {
        if (epoch !== store.epoch) {
          epoch = store.epoch;
          seen = 0;
          controller.enqueue(`retry: 500\nevent: reset\nid: ${epoch}/0\ndata: ${store.keep}\n\n`);
          return;
        }
        const texts: string[] = [];
        let characters = 0;
        for (const [number, event] of store.after(seen)) {
          seen = number;
          const text = JSON.stringify(event);
          texts.push(text);
          characters += text.length;
          if (characters > MESSAGE_CHARACTERS) break;
        }
        if (texts.length > 0) {
          controller.enqueue(`id: ${epoch}/${seen}\ndata: [${texts.join()}]\n\n`);
          return;
        }
        await store.change();
      }
      if (!cancelled) controller.close();
    },
    cancel() {
      cancelled = true;
      store.wake();
    },
  }, { highWaterMark: 0 });
  return new Response(stream.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

/** The body of a write that carries a key. */
async function readBody(request: Request, settings: RouteSettings): Promise<string> {
  authenticate(request.headers, settings.apiKey);
  requireTenant(request.headers);
  const most = settings.maxBodyBytes;
  const length = request.headers.get("content-length");
  if (Number(length) > most) throw tooLarge(most);
  const coding = request.headers.get("content-encoding")?.toLowerCase() || "identity";
  const packed = coding === "gzip";
  if (!packed && coding !== "identity") {
    throw new Refusal(415, {
      code: "unsupported_content_encoding",
      message: `Cannot read a body with the content encoding ${coding}`,
      hint: "Compress it with gzip, or not at all",
    }, { "accept-encoding": "gzip" });
  }
  try {
    if (length !== null && !packed) return await request.text();
    const body = packed ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
    return await readUpTo(most, body ?? undefined);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, { // Nobody hears it: the client has gone.
      code: "incomplete_body",
      message: "The connection ended before the body did, or the body is not what its headers say",
      hint: "Send it again",
    });
  }
}

/** A body whose length is not known beforehand. */
async function readUpTo(
  most: number,
  body: ReadableStream<Uint8Array> | undefined,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > most) throw tooLarge(most);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(most: number): Refusal {
  return new Refusal(413, {
    code: "payload_too_large",
    message: `The body is larger than ${most} bytes`,
    hint: "Send fewer records at a time, or shorter ones",
  });
}

function authenticate(headers: Headers, apiKey: string | undefined): void {
  const key = headers.get("x-api-key") ?? headers.get("x-axonpush-api-key") ??
    headers.get("x-public-token");
  if (apiKey === undefined ? /^(ak|pt)_/.test(key ?? "") : key === apiKey) return;
  throw new Refusal(401, {
    code: key ? "unknown_api_key" : "missing_api_key",
    message: key ? "The API key is not known" : "No API key was sent",
    hint: apiKey === undefined
      ? "Here any key will do that begins with ak_ or pt_"
      : "This server was started for one key: send that one",
  });
}

/** A secret key says nothing without the tenant it is for; a public token carries its own. */
function requireTenant(headers: Headers): void {
  const key = headers.get("x-api-key") ?? headers.get("x-axonpush-api-key");
  if (!key?.startsWith("ak_") || headers.get("x-tenant-id")) return;
  throw new Refusal(401, {
    code: "missing_tenant_id",
    message: "No tenant was sent with the API key",
    hint: "Send x-tenant-id; set AXONPUSH_TENANT_ID, here to any text",
  });
}

function parse(text: string, request: Request): unknown {
  const value = parseJson(text, request);
  if (!isNested(value, MAX_DEPTH)) return value;
  throw new Refusal(400, {
    code: "nested_too_deeply",
    message: `The body is nested more than ${MAX_DEPTH} levels deep`,
    hint: "Flatten it, or send the inner part as a string of JSON",
  });
}

/** Whether a value of JSON is nested deeper than so many levels. */
function isNested(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNested(inner, levels - 1));
}

function parseJson(text: string, request: Request): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const type = request.headers.get("content-type");
    if (type !== null && !/[/+]json\b|^text\//.test(type)) {
      throw new Refusal(415, {
        code: "unsupported_media_type",
        message: `Cannot read ${type}`,
        hint: "Send JSON; with OpenTelemetry, choose the protocol http/json",
      });
    }
    throw new Refusal(400, {
      code: "malformed_json",
      message: `The body is not JSON: ${(error as Error).message}`,
      hint: "Send one JSON object, UTF-8",
    });
  }
}

function json(body: unknown, status = 200, headers?: Readonly<Record<string, string>>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
