/**
 * Objects of the web platform are what listeners and `fetch` give a program, and so what it logs.
 * An empty object in their place helps nobody.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { JsonWriter } from "./json_writer.ts";

/** What a value is written as. */
function written(value: unknown): unknown {
  const writer = new JsonWriter(4096, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

Deno.test("JsonWriter.value() writes what tells objects of the platform apart", () => {
  const error = Object.assign(new TypeError("x"), { stack: "s" });
  const headers = { "x-a": "1", authorization: "[REDACTED]" };
  const init = { headers: { "x-a": "1", authorization: "Basic x" } };
  const thrown = { type: "TypeError", message: "x", stacktrace: "s" };
  const rejected = { promise: Promise.resolve(), reason: error };
  class Placed extends Event {
    order = 7;
  }
  const table: readonly [value: unknown, expected: unknown][] = [
    [new Response("x", { status: 503, ...init }), {
      status: 503,
      headers: { ...headers, "content-type": "text/plain;charset=UTF-8" },
    }],
    [new Request("http://u:p@a/b", { method: "PUT", ...init }), {
      method: "PUT",
      url: "http://u:[REDACTED]@a/b",
      headers,
    }],
    [new ErrorEvent("error", { message: "m", filename: "f", lineno: 1, colno: 2, error }), {
      type: "error",
      message: "m",
      filename: "f",
      lineno: 1,
      colno: 2,
      error: thrown,
    }],
    [new PromiseRejectionEvent("unhandledrejection", rejected), {
      type: "unhandledrejection",
      reason: thrown,
    }],
    [new CloseEvent("close", { code: 1006, wasClean: false }), {
      type: "close",
      code: 1006,
      wasClean: false,
    }],
    [new CustomEvent("a", { detail: { b: 1 } }), { type: "a", detail: { b: 1 } }],
    [new MessageEvent("message", { data: [1] }), { type: "message", data: [1], ports: [] }],
    [new Placed("placed"), { type: "placed", order: 7 }],
    [new Blob(["abc"], { type: "text/plain" }), { size: 3, type: "text/plain" }],
    [new File(["abc"], "a.txt"), { name: "a.txt", size: 3 }],
    [AbortSignal.abort("late"), { aborted: true, reason: "late" }],
    [new ArrayBuffer(3), { byteLength: 3 }],
    [{ [Symbol.toStringTag]: "constructor", a: 1 }, { a: 1 }],
  ];
  for (const [value, expected] of table) assertEquals(written(value), expected);
  assertEquals(written([table[0]![0]]), [table[0]![1]]);
});

Deno.test("JsonWriter.value() writes objects around primitives as JSON.stringify does", () => {
  class Money extends Number {
    currency = "CHF";
  }
  const values = [new Number(5), new Boolean(false), new String("text"), new Money(7), Object(-0)];
  for (const value of values) {
    assertEquals(written({ value }), JSON.parse(JSON.stringify({ value })));
  }
  assertEquals(written([Object(10n), Object(Symbol("s")), new Number(NaN)]), [
    "10",
    "Symbol(s)",
    "NaN",
  ]);
  assertEquals(written(new String("Bearer abcdefgh1")), "Bearer [REDACTED]");
});
