/**
 * Secrets whose names alone would not tell: by what is beside them, in data and in texts.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inspect } from "node:util";
import { JsonWriter } from "../json_writer.ts";
import { Redactor } from "./redactor.ts";

const SECRET = "Zq7hunterX91kLm";
const KEY = "s3cr3t-d_Zq7hunterX91kLmZq7hunterX91kLm";
const BASIC = btoa(`bob:${SECRET}`);
const R = "[REDACTED]";
const redactor = new Redactor([]);

function written(value: unknown): unknown {
  const writer = new JsonWriter(65_536, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

/** Data, and the same without its secrets. */
const DATA: readonly (readonly [object, object])[] = [
  [{ user: "bob", pass: SECRET }, { user: "bob", pass: R }],
  [{ auth: { username: "bob", pass: SECRET } }, { auth: { username: "bob", pass: R } }],
  [{ user: "bob", pwd: SECRET, roles: [] }, { user: "bob", pwd: R, roles: [] }],
  [{ login: "bob", pw: SECRET }, { login: "bob", pw: R }],
  [{ email: "bob", PASS: `/${SECRET}` }, { email: "bob", PASS: R }],
  [{ email: "bob", Pwd: `${SECRET}~/a` }, { email: "bob", Pwd: R }],
  [{ key: "password", VALUE: SECRET }, { key: "password", VALUE: R }],
  // What validators say.
  [{ path: "password", value: SECRET, msg: "short" }, { path: "password", value: R, msg: "short" }],
  [{ param: "user.password", value: SECRET }, { param: "user.password", value: R }],
  [{ property: "token", value: SECRET, constraints: {} }, {
    ...{ property: "token", value: R, constraints: {} },
  }],
  [{ attribute: "password", oldValue: SECRET }, { attribute: "password", oldValue: R }],
  [{ variable: "DB_PASSWORD", value: SECRET }, { variable: "DB_PASSWORD", value: R }],
  [{ auths: { "ghcr.io": { auth: BASIC } } }, { auths: { "ghcr.io": { auth: R } } }],
  [{ _auth: BASIC, always: true }, { _auth: R, always: true }],
  [{ AUTH: BASIC, _Auth: BASIC }, { AUTH: R, _Auth: R }],
  [
    { kty: "RSA", n: KEY, e: "AQAB", d: KEY, p: KEY, q: KEY, dp: KEY, dq: KEY, qi: KEY },
    { kty: "RSA", n: KEY, e: "AQAB", d: R, p: R, q: R, dp: R, dq: R, qi: R },
  ],
  [{ crv: "P-256", d: KEY, x: KEY, y: KEY, kty: "EC" }, {
    ...{ crv: "P-256", d: R, x: KEY, y: KEY, kty: "EC" },
  }],
  [{ command: { name: "auth", args: ["bob", SECRET] } }, { command: { name: "auth", args: R } }],
  [{ command: { name: "AUTH", Args: [SECRET] } }, { command: { name: "AUTH", Args: R } }],
  [{ k: KEY, kty: "oct", alg: "HS256" }, { k: R, kty: "oct", alg: "HS256" }],
];

const INNOCENT = [
  { pass: "3", fail: "0" },
  { user: "bob", pass: true },
  { USER: "bob", PWD: "/srv" },
  { user: "bob", pwd: "/srv", cwd: "/" },
  { user: "bob", pwd: "C:\\srv", PWD: "c:\\srv", cwd: "~" },
  { kty: "RSA", d: 5, e: 3 },
  { name: "get", args: ["a"] },
  { key: "password", valued: "b", args2: ["a"], args: "a" },
  { auth: "none", d: KEY, k: "key", p: 0.05, q: "search words" },
  { auth: "plain", mode: "basic" },
  { credential: "managed", provider: "azure" },
  { path: "/v1/users", value: 4, property: "width" },
  { auth: "Basic", authority: BASIC.slice(0, 6) },
  { kty: "RSA", n: KEY, e: "AQAB", kid: KEY, use: "sig" },
  { value: 1, name: "b" },
  { name: "auth", args: ["--port", "80"], image: "auth" },
  { name: "auth", args: { requires: "ADMIN" } },
  { name: "auth", args: ["serve", "a", "b"] },
  { name: "auth", args: [1, 2] },
];

Deno.test("JsonWriter.value() masks what is a secret because of what is beside it", () => {
  for (const [given, expected] of DATA) {
    assertEquals(written({ a: [given], tail: 1 }), { a: [expected], tail: 1 });
  }
  for (const innocent of INNOCENT) assertEquals(written(innocent), innocent);
});

Deno.test("mask() masks the same in texts, and keeps what follows", () => {
  const spellings: readonly ((value: unknown) => string)[] = [
    (value) => JSON.stringify(value),
    (value) => JSON.stringify(value, null, 2),
    (value) => JSON.stringify({ text: JSON.stringify(value) }),
    (value) => inspect(value, { depth: 9, breakLength: 1000 }),
    (value) => Deno.inspect(value, { depth: 9, breakLength: 1000 }),
    (value) => Deno.inspect(value, { depth: 9, breakLength: 1000, colors: true }),
  ];
  for (const spell of spellings) {
    for (const [given, expected] of DATA) {
      if ("pw" in given || "command" in given) continue;
      assertEquals(redactor.mask(spell({ ...given, t: 1 })), spell({ ...expected, t: 1 }));
    }
    const command = redactor.mask(spell({ name: "auth", args: ["bob", SECRET], t: [1] }));
    assertMatch(command, /args.*\[REDACTED\].*\bt\b.*1/s);
    assert(!command.includes(SECRET));
    const list = redactor.mask(JSON.stringify({ name: "auth", args: { ...["bob", SECRET] } }));
    assertEquals(list, `{"name":"auth","args":[REDACTED]}`);
    for (const innocent of INNOCENT) {
      assertEquals(redactor.mask(spell(innocent)), spell(innocent));
    }
  }
});

Deno.test("mask() masks passwords and base64 in files and protocols that have no separator", () => {
  const texts: readonly (readonly [string, string])[] = [
    [`machine h.org login bob password ${SECRET} x`, `machine h.org login bob password ${R} x`],
    [`machine h\n  login bob\n  password ${SECRET}\n`, `machine h\n  login bob\n  password ${R}\n`],
    [`default login bob password ${SECRET}`, `default login bob password ${R}`],
    [
      JSON.stringify({ a: `machine h\n\tlogin bob\n\tpassword ${SECRET}` }),
      JSON.stringify({ a: `machine h\n\tlogin bob\n\tpassword ${R}` }),
    ],
    [`//npm.example.com/:_auth=${BASIC}\na=b`, `//npm.example.com/:_auth=${R}\na=b`],
    [`C: AUTH PLAIN ${btoa(`\0bob\0${SECRET}`)} x`, `C: AUTH PLAIN ${R} x`],
    [`AUTH PLAIN ${btoa(`\0bob\0${SECRET}`)}`, `AUTH PLAIN ${R}`],
    [`/?user=bob&pass=${SECRET}&a=1`, `/?user=bob&pass=${R}&a=1`],
    [`POST user=bob&pwd=${SECRET}&a=1`, `POST user=bob&pwd=${R}&a=1`],
    [`GET /login?pwd=${SECRET} 200`, `GET /login?pwd=${R} 200`],
    [`user: bob\npass: ${SECRET}\nhost: h`, `user: bob\npass: ${R}\nhost: h`],
    [`SMTP_PASS=${SECRET} SMTP_HOST=h`, `SMTP_PASS=${R} SMTP_HOST=h`],
    [`Uid=app%3BPwd%3D${SECRET}%3BDatabase%3Dx`, `Uid=app%3BPwd%3D${R}%3BDatabase%3Dx`],
    [
      `/?a=${encodeURIComponent(JSON.stringify({ auth: BASIC, t: 1 }))}`,
      `/?a=${encodeURIComponent(`{"auth":"`)}${R}${encodeURIComponent(`","t":1}`)}`,
    ],
  ];
  for (const [text, expected] of texts) assertEquals(redactor.mask(text), expected);
  for (
    const text of [
      "250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER",
      "auth: disabled, auth=none, auth=certificate, auth: LDAP, Basic authentication failed",
      "the machine at login asks for a password every time",
      "USER=bob PWD=/srv HOME=/root, user: bob, pwd: ~/srv, LOGIN=bob\nPWD=../a",
      "12 pass, 3 fail; pass: 3; PWD=/srv proxy_pass http://h; user bob passed",
      `pgrep -u bob, GET /?page=2&passenger=3&q=${KEY}`,
    ]
  ) {
    assertEquals(redactor.mask(text), text);
  }
});

Deno.test("JsonWriter.value() masks the credential of a TURN server, in data alone", () => {
  const server = { urls: "turn:t", username: "bob", credential: SECRET };
  assertEquals(written(server), { ...server, credential: R });
  assertEquals(redactor.mask(JSON.stringify(server)), JSON.stringify(server));
});

Deno.test("JsonWriter.value() masks each of several values of a name", () => {
  const headers = new Headers([["set-cookie", "a=1"], ["x-b", "1"], ["set-cookie", "b=2"]]);
  assertEquals(written(headers), { "set-cookie": R, "set-cookie (1)": R, "x-b": "1" });
  const form = new FormData();
  for (const value of ["a", "b", "c"]) form.append("password", value);
  for (const value of ["a", "b"]) form.append("tail", value);
  assertEquals(Object.values(written(form) as object), [R, R, R, "a", "b"]);
});

Deno.test("JsonWriter.string() shows no part of such a secret at a cut", () => {
  const pem = btoa(`-----BEGIN PRIVATE KEY-----\n${KEY.repeat(9)}\n-----END PRIVATE KEY-----`);
  const texts = [
    `machine h login bob password ${SECRET}`,
    JSON.stringify({ auth: btoa(`bob:${KEY}`) }),
    JSON.stringify({ kty: "RSA", e: "AQAB", d: KEY.repeat(9) }),
    JSON.stringify({ d: KEY.repeat(9), e: "AQAB", kty: "RSA" }),
    `Private-Lines: 9\n${`${KEY}${KEY}\n`.repeat(40)}Private-MAC: 00`,
    `"${pem}"`,
  ];
  for (const text of texts) {
    const secrets = [
      KEY.slice(-6),
      SECRET.slice(0, 6),
      pem.slice(60, 70),
      btoa(`bob:${KEY}`).slice(0, 8),
    ];
    const long = `${"x ".repeat(20)}${text} ${"y ".repeat(2000)}`;
    for (let length = 20; length < 40 + text.length; length += length < 120 ? 1 : 7) {
      const writer = new JsonWriter(length, []);
      writer.begin();
      const shown = writer.string(long);
      assertEquals(secrets.filter((secret) => shown.includes(secret)), [], shown);
    }
  }
});

Deno.test("JsonWriter.value() masks passwords among the arguments of a command", () => {
  const args: readonly (readonly [given: unknown, expected: unknown])[] = [
    [["mysql", "-u", "root", `-p${SECRET}`, "db"], ["mysql", "-u", "root", `-p${R}`, "db"]],
    [["curl", "-s", "-u", `bob:a ${SECRET}`], ["curl", "-s", "-u", `bob:${R}`]],
    [["docker", "login", "-p", SECRET, "ghcr.io"], ["docker", "login", "-p", R, "ghcr.io"]],
    [["sshpass", "-p", SECRET, "ssh"], ["sshpass", "-p", R, "ssh"]],
    [["sudo", "/usr/bin/redis-cli", "-a", SECRET], ["sudo", "/usr/bin/redis-cli", "-a", R]],
    [{ path: "docker", spawnargs: ["login", "-p", SECRET] }, {
      path: "docker",
      spawnargs: ["login", "-p", R],
    }],
  ];
  for (const [given, expected] of args) assertEquals(written({ given }), { given: expected });
  const innocent = [
    ...[["mkdir", "-p", "/srv"], ["git", "-p", "log"], ["docker", "run", "-p", "80:80"]],
    ...[["mysql", "-p", "db"], ["sshpass", "-e"], ["curl", "-u"], [5, "-p"], ["-p", "a"]],
  ];
  for (const given of innocent) assertEquals(written({ given }), { given });
});
