/**
 * One HTTP request, from its body to what the answer means. Runs on the worker's thread, or on the
 * program's own where there is no worker.
 *
 * @module
 */
import { now } from "../clock.ts";
import type { Diagnostic } from "../diagnostics.ts";
import { netPermission } from "../permissions.ts";
import { grant, sharedDeadline } from "./alarm.ts";
import { notPermitted, unanswered, unsent } from "./no_answer.ts";
import type { Body } from "./request.ts";
import {
  readResponse,
  type ResponseSettings,
  type Send,
  type SendResult,
  stranger,
} from "./response.ts";

/** Most bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 65_536;
/** How long the rest of an answer is waited for whose status says nearly all, in milliseconds. */
const REST_MS = 1000;
/**
 * From this many unfinished answers on, more than are in flight by default, others are read so that
 * they end when that time is over. Reading them that way takes longer.
 */
const MANY_UNFINISHED = 320;
/**
 * How long answers by the same connections are refusals alone before the next request goes by another
 * one, in milliseconds: shorter than the shortest pause before a record is sent again.
 */
const REFUSED_MS = 200;
/** Longest body that is encoded in place, in bytes: three times that of an ordinary batch. */
const ROOM_BYTES = 1 << 20;

// Taken when the module is loaded: a program may replace them, and log what it then does with them.
const { fetch, AbortController, AbortSignal, Blob, TextEncoder } = globalThis;
const [RequestClass, ResponseClass] = [atLoad("Request"), atLoad("Response")];
const { createHttpClient } = Deno; // Not there before Deno 2.9.
const [Decoder, Compressor] = [atLoad("TextDecoderStream"), atLoad("CompressionStream")];

/** How requests are made. Can be sent to another thread. */
export interface HttpSettings extends ResponseSettings {
  /** Whether bodies are compressed. */
  readonly gzip: boolean;
}

/**
 * Makes the function that posts over HTTP.
 * @param over Aborted where requests are not wanted any more.
 */
export function createHttpSend(settings: HttpSettings, over?: AbortSignal): Send {
  const { protocol, url, gzip, requestTimeoutMs } = settings;
  const common = {
    ...settings.headers,
    "content-type": "application/json",
    ...gzip && { "content-encoding": "gzip" },
  };
  // From a URL in text, each request would parse it against the worker's own, a data: URL of many
  // kilobytes, which takes three times as long as all the rest.
  const template = new (RequestClass())(url, {
    method: "POST",
    redirect: "manual", // Credentials go to the configured address alone.
  });
  const deadline = sharedDeadline(requestTimeoutMs, (ms) => {
    const late = signalAfter(ms);
    return over ? AbortSignal.any([over, late]) : late;
  });
  const encode = protocol === "otlp" ? createEncode() : (body: Body) => body.join("");
  let permission: Deno.PermissionState | undefined;
  const readAnswer = createReadAnswer();
  const finish = createFinish(settings);
  const chooseConnections = createChooseConnections(over);
  return async (body, key, openedAfter) => {
    // On a terminal, a fetch without permission would prompt in the middle of the program.
    if (permission !== "granted") permission = netPermission(url);
    if (permission !== "granted") return notPermitted(url, permission);
    const signal = deadline();
    let connections: Connections | undefined;
    let answers = 0;
    try {
      connections = chooseConnections(openedAfter);
      answers = connections.answers;
      const { client } = connections;
      const response = await fetch(template, {
        headers: { ...common, "idempotency-key": key },
        body: gzip ? await compress(body) : encode(body),
        signal,
        ...client && { client },
      });
      connections.answers++;
      const answer = readAnswer(response).catch(() => undefined);
      const result = await readResponse(response, () => withinReason(answer), settings);
      if (result.kind === "delivered") connections.refusedSince = undefined;
      else if (isOfInstance(response.status, result)) connections.refusedSince ??= now();
      if (protocol === "otlp" || result.kind !== "delivered") return result;
      return { ...result, finished: finish(response, answer) };
    } catch (error) {
      if (!signal.aborted) return unsent(error, settings);
      if (connections?.answers === answers) connections.areDead = true;
      return unanswered(settings);
    }
  };
}

/** What `fetch` keeps open connections in. */
interface Connections {
  /** Nothing stands for Deno's own client. */
  readonly client?: Deno.HttpClient | undefined;
  readonly openedAt: number;
  /** How many requests were answered by them. */
  answers: number;
  /** Whether one was waited for in vain, and no other was answered meanwhile. */
  areDead?: boolean;
  /** Since when nothing was delivered, though an instance answered. */
  refusedSince?: number | undefined;
}

/**
 * Makes the function that gives the connections for a request, opened after some time. It finds a way
 * around those that are open but dead: a network that was changed, or a balancer that forgot them,
 * tells nobody, and the system finds out after a quarter of an hour. All requests of HTTP/2 share one,
 * and `fetch` goes on using it, however many it was silent to. It finds a way, too, around an instance
 * that refuses everything by the connections that it still has, while a balancer would lead new ones to
 * others. Requests that are under way are not touched.
 */
function createChooseConnections(over?: AbortSignal): (openedAfter?: number) => Connections {
  let current: Connections = { answers: 0, openedAt: now() };
  over?.addEventListener("abort", () => current.client?.close(), { once: true });
  return (openedAfter = -Infinity) => {
    const { openedAt, areDead, refusedSince = Infinity } = current;
    const isOver = openedAt < openedAfter || areDead || now() - refusedSince >= REFUSED_MS;
    if (isOver && !over?.aborted) {
      current.client?.close();
      current = { client: createHttpClient?.({}), answers: 0, openedAt: now() };
    }
    return current;
  };
}

/** Whether another instance may say something else: not of a quota, nor of what a record says. */
function isOfInstance(status: number, result: SendResult): boolean {
  if (result.kind === "retry") return status !== 429;
  return result.kind === "refused" && result.because === "settings";
}

/** Makes the function that waits for the rest of an answer of which only the status matters. */
function createFinish(
  settings: HttpSettings,
): (response: Response, answer: Promise<string | undefined>) => Promise<Diagnostic | undefined> {
  let isKnown = false;
  return async ({ headers }, answer) => {
    const text = await answer;
    if (isKnown || text === undefined) return undefined;
    const diagnostic = stranger(headers, text, settings);
    isKnown = diagnostic === undefined && text !== "";
    return diagnostic;
  };
}

/** The text of an answer, or what stands for one that is too long or does not come to its end. */
async function withinReason(answer: Promise<string | undefined>): Promise<string> {
  return await Promise.race([answer, grant(REST_MS)]) ?? "";
}

/** Does what `AbortSignal.timeout()` does without a timer, which Deno would load first. */
function signalAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  void grant(ms).then(() => controller.abort());
  return controller.signal;
}

/**
 * Makes the function that reads an answer up to a limit, since one that never ends must fill neither
 * the memory nor the table of open files. It returns nothing for a longer one.
 */
function createReadAnswer(): (response: Response) => Promise<string | undefined> {
  const rest = sharedDeadline(REST_MS, signalAfter);
  let unfinished = 0;
  const read = async (response: Response) => {
    const { body, headers } = response;
    // Twice as fast as reading chunk by chunk, and safe where the length is known. That of a
    // compressed answer is not: the header has the compressed length.
    const length = headers.has("content-encoding") ? null : headers.get("content-length");
    const isShort = length !== null && Number(length) <= MAX_ANSWER_BYTES;
    if (isShort && unfinished < MANY_UNFINISHED) return await response.text();
    let text = "";
    for await (const chunk of body?.pipeThrough(new (Decoder())(), { signal: rest() }) ?? []) {
      text += chunk;
      if (text.length > MAX_ANSWER_BYTES) return undefined; // Leaving the loop cancels the stream.
    }
    return text;
  };
  return async (response) => {
    unfinished++;
    try {
      return await read(response);
    } finally {
      unfinished--;
    }
  };
}

/**
 * Makes a function that encodes large bodies in UTF-8, into memory that it reuses: allocating it
 * costs more than filling it. A result holds until the next call; `fetch` makes a copy
 * (Fetch Standard, "extract a body").
 */
function createEncode(): (body: Body) => Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const room = new Uint8Array(ROOM_BYTES);
  return (body) => {
    let length = 0;
    for (const piece of body) {
      const { read, written } = encoder.encodeInto(piece, room.subarray(length));
      if (read < piece.length) return encoder.encode(body.join(""));
      length += written;
    }
    return room.subarray(0, length);
  };
}

async function compress(body: Body): Promise<ArrayBuffer> {
  const stream = new Blob([...body]).stream().pipeThrough(new (Compressor())("gzip"));
  return await new (ResponseClass())(stream).arrayBuffer();
}

/**
 * Gives a global as it is now. Deno loads some of them at their first use, which takes milliseconds,
 * so what is taken now is the property and not yet its value.
 */
function atLoad<Name extends keyof typeof globalThis>(
  name: Name,
): () => (typeof globalThis)[Name] {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return () => property?.get ? property.get.call(globalThis) : property?.value;
}
