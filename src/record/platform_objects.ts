/**
 * The properties that identify objects of the web platform. These are getters of their classes, so
 * JSON would show empty objects. It runs inside the log call.
 *
 * The objects are recognised by their tags: to name such a class would make Deno load much of
 * `fetch`, 2 ms or more in a program that may not need it.
 *
 * @module
 */
import { read } from "./errors.ts";

/** Collections of names and values. */
export const WEB_MAPS: readonly string[] = ["Headers", "URLSearchParams", "FormData"];

const BUFFER = ["byteLength"];
const CONNECTION = ["url", "readyState", "protocol"];
/** Properties of events of any class, as far as an event has them. */
const EVENT = [
  ...["type", "message", "filename", "lineno", "colno", "error"], // ErrorEvent
  ...["reason", "code", "wasClean"], // PromiseRejectionEvent, CloseEvent
  ...["detail", "data", "origin", "lastEventId"], // CustomEvent, MessageEvent
  ...["loaded", "total", "key", "newValue"], // ProgressEvent, StorageEvent
];

/** Properties by tag. Reading them has no effect, as reading `body` would. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  AbortSignal: ["aborted", "reason"],
  ArrayBuffer: BUFFER,
  Blob: ["size", "type"],
  BroadcastChannel: ["name"],
  DataView: BUFFER,
  EventSource: CONNECTION,
  File: ["name", "size", "type"],
  PerformanceMark: ["name", "startTime", "duration"],
  PerformanceMeasure: ["name", "startTime", "duration"],
  Request: ["method", "url", "headers"],
  Response: ["status", "statusText", "url", "headers"],
  SharedArrayBuffer: BUFFER,
  WebSocket: CONNECTION,
};

/**
 * What is worth keeping of an object of the web platform, with what the program has added to it;
 * nothing for any other object.
 */
export function platformFields(value: object, tag: string): object | undefined {
  const names = tag.endsWith("Event")
    ? EVENT
    : Object.hasOwn(FIELDS, tag)
    ? FIELDS[tag]
    : undefined;
  if (names === undefined) return undefined;
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of new Set([...names, ...Object.keys(value)])) {
    const field = read(value, name);
    if (field !== "" && field !== null && typeof field !== "function") fields[name] = field;
  }
  return fields;
}
