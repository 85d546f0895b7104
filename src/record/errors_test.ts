/**
 * What tells one error from another is mostly not its message: a code, a status, the class, what it
 * was thrown in place of. So that is looked for in what arrives.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { errorFields, errorType } from "./errors.ts";
import { JsonWriter, MAX_ERROR_CHARACTERS } from "./json_writer.ts";

/** What a value is written as. */
function written(value: unknown): Record<string, unknown> {
  const writer = new JsonWriter(4096, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

Deno.test("errorType() is the class, whether or not it sets a name", () => {
  class Plain extends Error {}
  class Own extends Error {
    override name = "OwnName";
  }
  class Shared extends TypeError {}
  Shared.prototype.name = "SharedName";
  class Sub extends Shared {}
  const renamed = Object.assign(new RangeError("x"), { name: "Renamed" });
  const nameless = Object.assign(new RangeError("x"), { name: "" });
  const strange = Object.assign(new RangeError("x"), { name: { toString: null } });
  const errors: readonly [error: Error, type: string][] = [
    [new Error("x"), "Error"],
    [new TypeError("x"), "TypeError"],
    [new Plain("x"), "Plain"],
    [new (class extends Plain {})("x"), "Error"], // It has no name at all.
    [new Own("x"), "OwnName"],
    [new Shared("x"), "SharedName"],
    [new Sub("x"), "Sub"],
    [renamed, "Renamed"],
    [nameless, "RangeError"],
    [strange, "RangeError"],
    [new DOMException("x", "AbortError"), "AbortError"],
    [new Deno.errors.NotFound("x"), "NotFound"],
    [new AggregateError([], "x"), "AggregateError"],
    [Object.assign(new Error("x"), { constructor: undefined }), "Error"],
  ];
  for (const [error, type] of errors) assertEquals(errorType(error), type);
});

Deno.test("errorFields() has the own properties of an error, but not those told elsewhere", () => {
  class HttpError extends Error {
    override name = "HttpError";
    status = 409;
    secret = "hunter2";
    retry() {}
    again = () => {};
    nothing = undefined;
  }
  const error = Object.assign(new HttpError("Conflict", { cause: 1 }), {
    code: "23505",
    errors: [1],
    nested: { errno: -2 },
  });
  const { type, message, cause, errors, properties } = written(error);
  assertEquals({ type, message, cause, errors }, {
    type: "HttpError",
    message: "Conflict",
    cause: 1,
    errors: [1],
  });
  const expected = { status: 409, secret: "[REDACTED]", code: "23505", nested: { errno: -2 } };
  assertEquals(properties, expected);
  assertEquals(written([error])[0], written(error));
  assertEquals(errorFields(new Error("x")).properties, undefined);
  const prototype = JSON.parse('{"__proto__":{"a":1},"b":2}');
  const strange = Object.defineProperty(new Error("x"), "__proto__", {
    value: prototype,
    enumerable: true,
  });
  assertEquals(Object.keys(written(strange).properties as object), ["__proto__"]);
});

Deno.test("errorFields() has what toJSON says in place of an error's own properties", () => {
  const error = new TypeError("x");
  const with_ = (toJSON: () => unknown) => written(Object.assign(error, { toJSON, own: 1 }));
  const fields = with_(() => ({ name: "Axios", message: "y", stack: "z", status: 404 }));
  assertEquals(fields.type, "TypeError");
  assertEquals(fields.message, "x");
  assertEquals(fields.properties, { status: 404 });
  assertEquals(with_(() => "text").properties, { own: 1 });
  assertEquals(with_(() => ({})).properties, undefined);
  assertEquals(
    with_(() => {
      throw new Error("no");
    }).properties,
    "[unreadable: no]",
  );
});

Deno.test("errorFields() has both errors of a SuppressedError, nested as causes are", () => {
  const low = new RangeError("low");
  const inner = new SuppressedError(low, new Error("first", { cause: low }), "inner");
  const { type, error, suppressed, properties } = written(
    new SuppressedError(new Error("last"), inner),
  ) as Record<string, Record<string, Record<string, unknown>>>;
  assertEquals(type as unknown, "SuppressedError");
  assertEquals(properties, undefined);
  assertEquals(error!.message as unknown, "last");
  assertEquals(suppressed!.message as unknown, "inner");
  assertEquals(suppressed!.error!.message, "low");
  assertEquals((suppressed!.suppressed!.cause as Record<string, unknown>).message, "low");
});

Deno.test("errorFields() bounds the properties, and leaves room for what follows", () => {
  const socket: Record<string, unknown> = { big: Array(1000).fill("x".repeat(1000)) };
  socket.self = socket;
  const error = Object.assign(new Error("x"), { socket });
  const fields = written({ error, after: "y".repeat(4000) });
  assertLessOrEqual(JSON.stringify(fields.error).length, MAX_ERROR_CHARACTERS + 3000);
  assertEquals(fields.after, "y".repeat(4000));
});

Deno.test("errorFields() does not trust an error", () => {
  const refuse = () => {
    throw new Error("refused");
  };
  const hostile = [
    new Proxy(new Error("x"), { get: refuse }),
    new Proxy(new Error("x"), { ownKeys: refuse, getOwnPropertyDescriptor: refuse }),
    Object.defineProperty(new Error("x"), "a", { get: refuse, enumerable: true }),
    Object.defineProperty(new Error("x"), "constructor", { get: refuse }),
    Object.defineProperty(new Error("x"), "toJSON", { get: refuse }),
  ];
  for (const error of hostile) assert(JSON.stringify(written({ error })).length > 10);
});
