/**
 * How values are written as JSON: as plain JSON, or in the form of a protocol. The log call writes
 * attributes in the form that is sent, because text is built several times faster than objects, and
 * it would be most of the worker's work. For both threads.
 *
 * @module
 */

/** A form of JSON. */
export interface Dialect {
  /** What a property begins with, and ends with. */
  name(quoted: string): string;
  readonly end: string;
  string(quoted: string): string;
  number(value: number): string;
  /** What is around the characters of a string, and around the digits of an integer. */
  readonly around: Readonly<Record<"string" | "integer", readonly [before: string, after: string]>>;
  boolean(value: boolean): string;
  readonly null: string;
  list(items: string): string;
  map(members: string): string;
}

/** Plain JSON. */
export const PLAIN: Dialect = {
  name: (quoted) => `${quoted}:`,
  end: "",
  string: (quoted) => quoted,
  number: String,
  around: { string: [`"`, `"`], integer: ["", ""] },
  boolean: String,
  null: "null",
  list: (items) => `[${items}]`,
  map: (members) => `{${members}}`,
};

/**
 * OTLP's `AnyValue` and `KeyValue` (opentelemetry-proto, common/v1; OTLP 1.5, "JSON Protobuf
 * Encoding"). JSON's numbers cannot hold 64 bits: they are strings.
 */
export const ANY_VALUE: Dialect = {
  name: (quoted) => `{"key":${quoted},"value":`,
  end: "}",
  string: (quoted) => `{"stringValue":${quoted}}`,
  number: (value) =>
    Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${value}}`,
  around: { string: [`{"stringValue":"`, `"}`], integer: [`{"intValue":"`, `"}`] },
  boolean: (value) => `{"boolValue":${value}}`,
  null: "{}",
  list: (items) => `{"arrayValue":{"values":[${items}]}}`,
  map: (members) => `{"kvlistValue":{"values":[${members}]}}`,
};

/** The form in which the lines of a protocol have their attributes. */
export function dialectOf(protocol: "events" | "otlp"): Dialect {
  return protocol === "otlp" ? ANY_VALUE : PLAIN;
}
