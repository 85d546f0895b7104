/**
 * Errors among the attributes of an event, prepared for display: the one that the event is about,
 * and those that were passed in an object, such as `{ error }`.
 *
 * @module
 */
import { asText, isObject } from "./contract.ts";

/** An error as it is shown. */
export interface ErrorView {
  /** Its class and its message. */
  readonly title: string;
  /** The lines of its stack below the title. */
  readonly frames: readonly string[];
  /** Its own properties, such as `code`. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Its cause, and the error that it replaced. */
  readonly causes: readonly Related[];
  /** The errors of an AggregateError. */
  readonly parts: readonly Related[];
}

interface Related {
  /** Such as `Caused by`. */
  readonly label: string;
  readonly error: ErrorView;
}

/** The error that an event is about, if it is about one. */
export function exceptionOf(attributes: Readonly<Record<string, unknown>>): ErrorView | undefined {
  const error: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("exception.")) error[name.slice("exception.".length)] = value;
  }
  return error.type === undefined && error.message === undefined ? undefined : viewOf(error);
}

/** A value that is an error, as the handler writes one into an object. */
export function errorOf(value: unknown): ErrorView | undefined {
  if (!isObject(value) || typeof value.type !== "string") return undefined;
  return typeof value.message === "string" && "stacktrace" in value ? viewOf(value) : undefined;
}

/** Anything can be thrown, so that anything can be a cause. */
function viewOf(value: unknown): ErrorView {
  const error = isObject(value) ? value : {};
  const title = [error.type, error.message].filter((part) => part !== undefined).map(asText);
  const parts = Array.isArray(error.errors) ? error.errors : [];
  return {
    title: title.join(": ") || asText(value),
    frames: asText(error.stacktrace).split("\n").filter((line) => /^\s+at /.test(line)),
    properties: isObject(error.properties) ? error.properties : {},
    causes: [
      ...related("Caused by", error.cause),
      ...related("Thrown:", error.error),
      ...related("Suppressed:", error.suppressed),
    ],
    parts: parts.flatMap((part, i) => related(`${i + 1} of ${parts.length}`, part)),
  };
}

function related(label: string, value: unknown): Related[] {
  return value === undefined ? [] : [{ label, error: viewOf(value) }];
}
