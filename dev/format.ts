/**
 * Events as lines for a terminal. What was logged may come from strangers, so nothing in it may
 * reach the terminal as a control character.
 *
 * @module
 */
import { printable } from "../src/diagnostics.ts";
import { asText, type DevEvent, isObject, severityOf } from "./contract.ts";
import { errorOf, type ErrorView, exceptionOf } from "./error_view.ts";
import type { DevRefusal } from "./refusal.ts";

/** Most characters of a message, and of one attribute's value, that are shown. */
const MAX_MESSAGE = 1000;
const MAX_VALUE = 200;
/** How many frames of a stack are shown; the others are counted. */
const FRAMES = 3;
/** Attributes that the line shows already. */
const SHOWN_ELSEWHERE = /^(exception\..*|code\..*|logger\.name|process\.pid)$/;

/** Escape sequences of a terminal. */
const STYLES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  magenta: 35,
  cyan: 36,
} as const;

/** Styles text, or leaves it as it is. */
export type Paint = (style: keyof typeof STYLES, text: string) => string;

/** The paint for an output: none if it is not a terminal, nor if NO_COLOR is set. */
export function paintFor(output: { isTerminal(): boolean }): Paint {
  if (Deno.noColor || !output.isTerminal()) return (_, text) => text;
  return (style, text) => `\x1b[${STYLES[style]}m${text}\x1b[0m`;
}

/** One line for an event, and indented ones for the error it carries. */
export function formatEvent(event: DevEvent, paint: Paint): string {
  const { payload } = event;
  const time = timeOfDay(new Date(event.occurredAt ?? event.createdAt));
  const level = printable(asText(payload.severityText || event.eventType || "custom")).padEnd(8);
  const attributes = isObject(payload.attributes) ? payload.attributes : {};
  const exception = exceptionOf(attributes);
  const lines = exception === undefined ? [] : errorLines(exception, "", paint);
  let message = asText(payload.body ?? payload);
  if (lines.length > 0 && message === attributes["exception.stacktrace"]) {
    // An error was logged as the message.
    message = message.split("\n    at ")[0]!;
    lines.shift();
  }
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (SHOWN_ELSEWHERE.test(name)) continue;
    const error = errorOf(value);
    if (error) lines.push(...errorLines(error, `${cut(name, MAX_VALUE)}: `, paint));
    else pairs.push(`  ${paint("dim", `${cut(name, MAX_VALUE)}=`)}${valueText(value)}`);
  }
  const place = placeOf(attributes);
  if (place) pairs.push(paint("dim", `  at ${cut(place, MAX_VALUE)}`));
  return `${paint("dim", time)} ${paint(styleOf(severityOf(event)), level)} ` +
    `${paint("cyan", cut(event.identifier, MAX_VALUE))}  ` +
    cut(message, MAX_MESSAGE) + pairs.join("") + lines.map((line) => `\n    ${line}`).join("");
}

/** Two lines for a request that was refused: why, and what to do. */
export function formatRefusal(refusal: DevRefusal, paint: Paint): string {
  const { at, method, path, status, code, message, hint } = refusal;
  return `${paint("dim", timeOfDay(new Date(at)))} ${paint("red", "REFUSED ")} ` +
    `${cut(`${method} ${path}`, MAX_VALUE)}  ${status} ${code}: ${cut(message, MAX_MESSAGE)}` +
    `\n    ${paint("dim", cut(hint, MAX_MESSAGE))}`;
}

/** Where the log call stands, as a terminal makes a link of it. */
function placeOf(attributes: Readonly<Record<string, unknown>>): string {
  const { "code.file.path": file, "code.line.number": line, "code.column.number": column } =
    attributes;
  return [file, line, column].filter((part) => part !== undefined).map(asText).join(":");
}

function styleOf(severity: number): keyof typeof STYLES {
  if (severity >= 21) return "magenta";
  if (severity >= 17) return "red";
  if (severity >= 13) return "yellow";
  return severity >= 9 ? "green" : "dim";
}

function timeOfDay(date: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.` +
    String(date.getMilliseconds()).padStart(3, "0");
}

/** An error in a few lines: what it is, its first frames, what it holds, and what is behind it. */
function errorLines(error: ErrorView, label: string, paint: Paint): string[] {
  const shown = error.frames.slice(0, FRAMES).map((frame) => `    ${printable(frame.trim())}`);
  const more = error.frames.length - FRAMES;
  if (more > 0) shown.push(`    … ${more} more`);
  const properties = Object.entries(error.properties).map(([name, value]) =>
    `    ${cut(name, MAX_VALUE)}=${valueText(value)}`
  );
  return [
    label + paint("red", cut(error.title, MAX_MESSAGE)),
    ...[...properties, ...shown].map((line) => paint("dim", line)),
    ...error.causes.flatMap(({ label, error }) => errorLines(error, `${label} `, paint)),
    // The errors of an AggregateError are indented further, with their own causes.
    ...error.parts.flatMap(({ label, error }) =>
      errorLines(error, `${label}: `, paint).map((line) => `    ${line}`)
    ),
  ];
}

function valueText(value: unknown): string {
  const text = asText(value);
  return cut(
    typeof value === "string" && /[\s"=]|^$/.test(text) ? JSON.stringify(text) : text,
    MAX_VALUE,
  );
}

function cut(text: string, most: number): string {
  return printable(text.length > most ? `${text.slice(0, most)}…` : text);
}
