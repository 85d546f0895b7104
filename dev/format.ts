/**
 * Events as lines for a terminal. What was logged may come from strangers, so nothing in it may
 * reach the terminal as a control character.
 *
 * @module
 */
import { printable } from "../src/diagnostics.ts";
import { asText, type DevEvent, isObject, severityOf } from "./contract.ts";

/** Most characters of a message, and of one attribute's value, that are shown. */
const MAX_MESSAGE = 1000;
const MAX_VALUE = 200;
/** How many frames of a stack are shown; the others are counted. */
const FRAMES = 3;
/** Attributes that say what the line says already. */
const SHOWN_ELSEWHERE = /^(exception\..*|logger\.name|process\.pid)$/;

/** Escape sequences of a terminal. */
const STYLES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
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
  const lines = exceptionLines(exceptionOf(attributes), "", paint);
  let message = asText(payload.body ?? payload);
  if (lines.length > 0 && message === attributes["exception.stacktrace"]) {
    // An error was logged as the message.
    message = message.split("\n    at ")[0]!;
    lines.shift();
  }
  const pairs = Object.entries(attributes)
    .filter(([name]) => !SHOWN_ELSEWHERE.test(name))
    .map(([name, value]) => `  ${paint("dim", `${cut(name, MAX_VALUE)}=`)}${valueText(value)}`);
  return `${paint("dim", time)} ${paint(styleOf(severityOf(event)), level)} ` +
    `${paint("cyan", cut(event.identifier, MAX_VALUE))}  ` +
    cut(message, MAX_MESSAGE) + pairs.join("") + lines.map((line) => `\n    ${line}`).join("");
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

function exceptionOf(attributes: Readonly<Record<string, unknown>>): unknown {
  const { "exception.type": type, "exception.message": message } = attributes;
  return type === undefined && message === undefined ? undefined : {
    type,
    message,
    stacktrace: attributes["exception.stacktrace"],
    cause: attributes["exception.cause"],
    errors: attributes["exception.errors"],
  };
}

/** An error in a few lines: what it is, its first frames, and what is behind it. */
function exceptionLines(value: unknown, before: string, paint: Paint): string[] {
  if (value === undefined) return [];
  const error = isObject(value) ? value : {};
  const title = [error.type, error.message].filter((part) => part !== undefined).map(asText)
    .join(": ") || asText(value); // Anything can be thrown.
  const frames = asText(error.stacktrace).split("\n").filter((line) => /^\s+at /.test(line));
  const shown = frames.slice(0, FRAMES).map((frame) => `    ${printable(frame.trim())}`);
  if (frames.length > FRAMES) shown.push(`    … ${frames.length - FRAMES} more`);
  const errors = Array.isArray(error.errors) ? error.errors : [];
  return [
    before + paint("red", cut(title, MAX_MESSAGE)),
    ...shown.map((line) => paint("dim", line)),
    ...errors.flatMap((one, i) => exceptionLines(one, `${i + 1} of ${errors.length}: `, paint)),
    ...exceptionLines(error.cause, "Caused by ", paint),
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
