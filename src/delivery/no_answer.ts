/**
 * What it means that a request got no answer: nobody was there, nobody answered in time, or nothing
 * could be sent at all. Runs where requests are sent: on the worker's thread, or on the program's own
 * where there is no worker.
 *
 * @module
 */
import { reason } from "../record/errors.ts";
import { proxyVariable } from "./proxy.ts";
import { IS_GRPC, type ResponseSettings, type RetryCause, type SendResult } from "./response.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { URL } = globalThis;

/** What Deno says where one side has spoken TLS and the other one HTTP. */
const MISUNDERSTOOD = /corrupt message of type|invalid HTTP version/;
/** What Deno says where a server speaks HTTP/2 at once, as one of gRPC does. */
const SPEAKS_FIRST = /received unexpected message|invalid HTTP version/;

/**
 * What Deno says where a server gives requests of HTTP/2 back without having looked at them: beyond a
 * connection's last one, say (RFC 9113, 8.7). Deno has tried such a request twice by then.
 */
const GIVEN_BACK = /not a result of an error|refused stream/;

/** What Deno says where a proxy opens no connection to the service. */
const REFUSED_BY_PROXY = /proxy authentication|unsuccessful tunnel/;

/** What it means that nobody answered in time. */
export function unanswered({ requestTimeoutMs, ...settings }: ResponseSettings): SendResult {
  return unreachable(settings, `no answer within ${requestTimeoutMs} ms`, "timeout");
}

/** What it means that a request could not be sent, or its answer not be read. */
export function unsent(error: unknown, settings: ResponseSettings): SendResult {
  const { name, message, cause } = Object(error) as Error;
  // What went wrong stands at the end, after the address, which is said already.
  const why = (cause ? reason(cause) : String(message)).replace(/^.*\): /, "");
  const denied = /Requires net access to "(.*?)"/.exec(why)?.[1];
  if (denied || name === "NotCapable" || name === "PermissionDenied") {
    return notPermitted(settings.url, "denied", denied);
  }
  const blocked = /\bport (\d+) (is|are) blocked/i.exec(why)?.[1];
  if (blocked) return notAllowed(settings, blocked);
  if (/too many open files|os error (23|24|10024)\b/i.test(why)) {
    const advice = "fewer connections are used; a higher limit of open files lets more be used";
    return unreachable(settings, `${why}: ${advice}`, "local");
  }
  if (/os error (99|49|10048|10055)\b/.test(why)) {
    const advice =
      "this machine has no port, or no address, for one more; fewer connections are used";
    return unreachable(settings, `${why}: ${advice}`, "local");
  }
  if (GIVEN_BACK.test(why)) {
    const advice = "the server takes no more requests by a connection; fewer are sent at a time";
    return unreachable(settings, `${why}: ${advice}`, "unread");
  }
  const isClosed = /closed|reset|broken pipe|\beof\b|os error (32|54|104|10053|10054)\b/i.test(why);
  return unreachable(settings, why, isClosed ? "closed" : "unreachable");
}

/**
 * What it means that nobody answered.
 * @param where What was asked, if not simply that address.
 */
export function unreachable(
  { url, isEndpoint }: Pick<ResponseSettings, "url" | "isEndpoint">,
  why: string,
  cause: RetryCause,
  where?: string,
): SendResult {
  // A connection that was cut may be said to have ended without a word of TLS, which means nothing.
  const isTls = /certificate|handshake|fatal alert/i.test(why);
  const proxy = where === undefined && cause !== "local" ? proxyVariable(url) : undefined;
  const service = isEndpoint ? "the endpoint" : "AxonPush";
  const advice = [
    MISUNDERSTOOD.test(why) && "Does the address begin with 'http:' where it should be 'https:', " +
      "or the other way round?",
    isEndpoint && SPEAKS_FIRST.test(why) && IS_GRPC,
    /peer certificate/i.test(why) &&
    "A certificate of your own needs DENO_CERT or DENO_TLS_CA_STORE=system",
    proxy &&
    `${
      REFUSED_BY_PROXY.test(why)
        ? "The proxy refuses the connection"
        : "It may be the proxy that does not answer"
    }: see ${proxy}, and NO_PROXY for exceptions`,
  ].filter(Boolean).map((sentence) => `. ${sentence}`).join("").replaceAll("?.", "?");
  const message = `Cannot reach ${service} ${where ?? `at ${url}`}: ${why}: trying again${advice}`;
  const code = isTls ? "tls" : "unreachable";
  return { kind: "retry", cause, diagnostic: { level: "warn", code, message } };
}

/**
 * What a missing permission means: that of the settings, since nothing can be sent without it.
 * @param state `denied` where a flag or a person has said no, which `--allow-net` does not change.
 * @param host What it is missing for.
 */
export function notPermitted(
  url: string,
  state: Deno.PermissionState = "prompt",
  host: string = new URL(url).host,
): SendResult {
  const advice = state === "denied" ? ", and without a --deny-net that covers it" : "";
  return impossible(
    "permission",
    `Cannot ship records to ${url}: no net permission: run with --allow-net=${host}${advice}`,
  );
}

/** What a port means to which Deno sends nothing. */
function notAllowed({ url, isEndpoint }: ResponseSettings, port: string): SendResult {
  const option = isEndpoint ? "'endpoint'" : "'baseUrl' (AXONPUSH_BASE_URL)";
  return impossible(
    "blocked-port",
    `Cannot ship records to ${url}: Deno's fetch blocks port ${port}, as browsers do: ` +
      `have the service listen on another port, and set ${option} to that`,
  );
}

/**
 * What it means that the body of a request cannot be made: the user's `redact` can leave something
 * that is no event.
 */
export function malformed(error: unknown): SendResult {
  const message = `Cannot send a record: ${reason(error)}`;
  const diagnostic = { level: "error", code: "malformed", message } as const;
  return { kind: "refused", because: "content", diagnostic };
}

/** What it means that nothing can ever be sent with these settings. */
function impossible(code: string, message: string): SendResult {
  const diagnostic = { level: "error", code, message } as const;
  return { kind: "refused", because: "settings", isCertain: true, diagnostic };
}
