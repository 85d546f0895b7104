/**
 * The routes of the local AxonPush: what each accepts, what it answers, and how it refuses, in the
 * service's own words where there are any.
 *
 * @module
 */
import { type EventBody, eventProblems } from "./contract.ts";
import { eventsOfOtlp, OtlpError } from "./otlp.ts";
import { PAGE, PAGE_HASHES } from "./page.generated.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import { parse, readBody } from "./request.ts";
import { checkSender, otlpChannel, resolvedEnvironment, type Rules } from "./rules.ts";
import { searchEvents } from "./search.ts";
import type { Store } from "./store.ts";
import { eventStream } from "./stream.ts";

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
export interface RouteSettings extends Rules {
  readonly store: Store;
  readonly hostname: string;
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

/** Answers a request. */
export async function route(request: Request, settings: RouteSettings): Promise<Response> {
  try {
    const url = new URL(request.url);
    refuseStrangers(request, url, settings.hostname);
    return await find(request.method, url.pathname)(request, url, settings);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (request.method === "POST") settings.store.refuse(refusalOf(request, error));
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
      hint: `Allowed: ${allow}`,
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
  checkSender(request.headers, settings);
  const text = await readBody(request, settings.maxBodyBytes);
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
  return json(
    { eventId, status: "accepted", ...duplicate && { duplicate } },
    201,
    resolvedEnvironment(request.headers),
  );
}

async function postLogs(request: Request, _: URL, settings: RouteSettings): Promise<Response> {
  checkSender(request.headers, settings);
  const channel = otlpChannel(request.headers, settings);
  const text = await readBody(request, settings.maxBodyBytes);
  const body = parse(text, request);
  try {
    const events = eventsOfOtlp(body, channel);
    for (const event of events) settings.store.add(event, "otlp", text.length / events.length);
    return json({}, 200, resolvedEnvironment(request.headers));
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
  return json({ status: "ok", kept: store.size, ...store.counts, refused: store.refused });
}

function getStream(request: Request, _: URL, settings: RouteSettings): Response {
  const { store, signal, apiKey = "ak_dev", tenantId = "dev" } = settings;
  const greeting = { keep: store.keep, apiKey, tenantId };
  return new Response(
    eventStream(request.headers.get("last-event-id"), store, greeting, signal),
    { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } },
  );
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
