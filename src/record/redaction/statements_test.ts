/**
 * What is said about a secret, and what is none: each thing here that is no statement may be a secret,
 * and would be shown.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { isStatement, isStatementText } from "./statements.ts";

/** A sentence of this length. */
const sentence = (length: number) => "is".padEnd(length, " a");
const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, "is required"]));

const STATEMENTS: readonly unknown[] = [
  ...["is required", "The password field is required.", "must be at least 8 characters"],
  ...["1.2.3", "^0.6.0", "~v1.2.3-beta.1", sentence(512)],
  ["can't be blank", "is too short (minimum is 8 characters)"],
  Array(16).fill("is required"),
  properties(16),
  [[[["is required"]]]],
  { kind: "required", message: "is required" },
  Object.assign(Object.create(null), { message: "is required" }),
  { type: "string", minLength: 8, description: "Anything", title: "A b", format: "password" },
  { type: "object", items: { type: "array" }, kind: "integer" },
  { $ref: "#/components/schemas/Password" },
  { $ref: "common.json#/a" },
  { name: "regcred", namespace: null, optional: false, defaultMode: 420 },
  { secretName: "web-tls", items: "a", key: "tls.crt", mode: 0 },
  { path: "/", _expires: null, expires: "2026-11-27T00:00:00Z", originalMaxAge: 3600, maxAge: 60 },
  { path: "token", expirationSeconds: 3607, domain: "a.b", sameSite: "Lax", signed: true },
  { name: "sid", httpOnly: true, secure: true, sameSite: "None" },
];

const OTHERS: readonly unknown[] = [
  ...["hunter2", "", "is4hunter", "my dog is called rex", sentence(513)],
  ...["x1.2.3", "1.2.3x", "1.2", "1.2.3-hunter2"],
  ...[5, true, null, undefined, Symbol("is required"), 5n],
  ...[["hunter2"], ["can't be blank", "hunter2"], [5]],
  Array(17).fill("is required"),
  [...Array(16).fill("is required"), "hunter2"],
  properties(17),
  [[[[["is required"]]]]],
  { message: "is required", value: "hunter2" },
  { minLength: 8 },
  { type: 5 },
  { type: "hunter2", minLength: 8 },
  { type: "mystring", minLength: 8 },
  { type: "stringhunter", minLength: 8 },
  { kind: "string", minLength: 8 },
  { type: "string", value: "hunter2" },
  { type: "string", title: ["hunter2"] },
  { $ref: "hunter2" },
  { $ref: "hunter2 #/a" },
  { ref: "#/hunter2" },
  { key: "hunter" },
  { name: "regcred", value: "hunter" },
  { name: "Hunter" },
  { name: "hunter 2" },
  { name: "hunter".padEnd(64, "a") },
  { name: ["hunter"] },
  { name: "sid", sameSite: "Laxhunter" },
  new Map([["message", "is required"]]),
  new (class {
    message = "is required";
  })(),
  {
    get message() {
      return "is required";
    },
  },
  new Proxy({}, {
    ownKeys() {
      throw new Error("is required");
    },
  }),
];

Deno.test("isStatement() knows sentences, versions, schemas and where a secret is kept", () => {
  for (const value of STATEMENTS) assertEquals(isStatement(value), true, Deno.inspect(value));
});

Deno.test("isStatement() takes nothing else for one", () => {
  for (const value of OTHERS) assertEquals(isStatement(value), false, Deno.inspect(value));
});

Deno.test("isStatementText() knows the same in JSON, in JSON in JSON, in YAML and as it is inspected", () => {
  const texts = [
    ...[`"is required"`, `'is required'`, String.raw`\"is required\"`, `"1.2.3"`],
    ...[`["is required"]`, `{"message":"is required"}`, `{ message: 'is required' }`],
    ...[String.raw`{\"message\":\"is required\"}`, "{type: string, minLength: 8}"],
    ...[
      `{ Message: "is required" }`,
      "{name: sid, sameSite: Lax}",
      `["cannot be so"]`,
      `["1.2.3"]`,
    ],
    `"${sentence(510)}"`,
  ];
  for (const text of texts) assertEquals(isStatementText(text), true, text);
});

Deno.test("isStatementText() takes no other text for one", () => {
  const texts = [
    ...["is required", `x"is required"`, `"is required"x`, `"hunter2"`, `"is required'`],
    ...[`x["is required"]`, `["is required"]x`, `["is required"`, `["hunter2"]`, `["is too", "x"]`],
    ...["{name: Hunter}", `{"name":"a","value":"hunter2"}`, "[]x"],
    `"${sentence(511)}"`,
    JSON.stringify(Array(16).fill(sentence(40))),
  ];
  for (const text of texts) assertEquals(isStatementText(text), false, text);
});
