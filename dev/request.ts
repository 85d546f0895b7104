/**
 * Reads what a program sends: the body of a write as JSON, or why it cannot be read.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

/** Deepest nesting of a body: to write a deeper one as JSON again may use up the stack. */
const MAX_DEPTH = 100;

/** The body of a write, as text. */
export async function readBody(request: Request, most: number): Promise<string> {
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
    throw new Refusal(400, { // For no one: the client is gone.
      code: "incomplete_body",
      message: "The connection ended before the body did, or the body is not what its headers say",
      hint: "Send it again",
    });
  }
}

/** Reads a body whose length is not known in advance. */
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

/** Parses a body as JSON. */
export function parse(text: string, request: Request): unknown {
  const value = parseJson(text, request);
  if (!isNested(value, MAX_DEPTH)) return value;
  throw new Refusal(400, {
    code: "nested_too_deeply",
    message: `The body is nested more than ${MAX_DEPTH} levels deep`,
    hint: "Flatten it, or send the inner part as a string of JSON",
  });
}

/** Whether a JSON value is nested deeper than this many levels. */
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
