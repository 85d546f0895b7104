/**
 * Codes of OAuth, one-time passwords and recovery codes are secrets, and other codes are not: of errors,
 * promotions, countries. So are passwords of commands whose options have one dash.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { JsonWriter } from "../json_writer.ts";
import { Redactor } from "./redactor.ts";

const redactor = new Redactor([]);
const mask = (text: string) => redactor.mask(text);
const CODE = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9f";

function written(value: unknown): unknown {
  const writer = new JsonWriter(65_536, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

Deno.test("mask() masks codes that let somebody in, and keeps what follows", () => {
  const texts = [
    `{"recovery_codes":["Zq7hu-nter1","Zq7hu-nter2"],"tail":1}`,
    `{\n  backupCodes: [\n    'Zq7hu-nter1',\n    'Zq7hu-nter2'\n  ],\n  tail: 1\n}`,
    "recovery-code=Zq7hu-nter1 tail=1",
    "mfa_code: 271828, tail",
    "RECOVERY_CODE=Zq7hu-nter1\ntail=1",
    "your verification code: 271828. tail",
    "\u001b[36mtotp_code\u001b[0m=\u001b[33m271828\u001b[0m tail=1",
    `{"otp":"271828","tail":1}`,
    "otp=271828&tail=1",
    `GET /cb?state=x&code=${CODE}&tail=1`,
    `grant_type=authorization_code&code=${CODE}&code_verifier=${CODE}&tail=1`,
    `u=https%3A%2F%2Fe.com%2Fcb%3Fstate%3D1%26code%3D${CODE}%26tail%3D1`,
    `{"device_code":"${CODE}","user_code":"tail"}`,
    `network={ ssid="tail" psk="Zq7hunter1" }`,
    "imapsync -user bob -password Zq7hunter1 -host tail",
    "7z x -pZq7hunter1 tail.7z",
    "mosquitto_pub -u bob -P Zq7hunter1 -t tail",
    "http -a bob:Zq7hunter1 https://h/tail",
    "etcdctl --user root:Zq7hunter1 get tail",
    "SET PASSWORD FOR 'bob'@'%' = 'Zq7hunter1'; tail",
    "SET PASSWORD FOR 'bob'@'%' = PASSWORD('Zq7hunter1'); tail",
  ];
  for (const text of texts) {
    const masked = mask(text);
    assert(!/Zq7hu|271828|aB3dE5/.test(masked) && masked.includes("tail"), `${text} → ${masked}`);
    assert(!redactor.isPlain(text), text);
  }
});

Deno.test("mask() leaves other codes, and options that only end like a secret's name", () => {
  const texts = [
    "error code: 12345, status code 404, exit code: 1, code=ERR_INVALID_ARG_TYPE_OF_2, zip code: 3011",
    "/shop?code=SUMMER2026&state=NY, /?country_code=41&code=123, verification code: see below for 3",
    "Erlang/OTP 26, otp: 26, otp=26.2.1, OTP: required, recovery codes: 8, backup codes are generated",
    "device_code: iPhone12, {'psk': <Buffer 01>}, TLS_PSK = 9, psk: true, code_verifier = code_verifier",
    "-crunch-all-cookies allow-popups, -password is deprecated, ls -pass, (-token TOKEN)",
    "7z a -p archive.7z, http -a b, zip -P, etcdctl --user root get a, 'SET PASSWORD FOR' fails",
  ];
  for (const text of texts) assertEquals(mask(text), text);
});

Deno.test("JsonWriter.value() masks such codes in data, and no others", () => {
  const [shown, otp] = ["[REDACTED]", "271828"];
  const cases: [unknown, unknown][] = [
    [{ recoveryCodes: ["a1", "b2"], mfa_code: otp, otp, n: 1 }, {
      ...{ recoveryCodes: shown, mfa_code: shown, otp: shown, n: 1 },
    }],
    [{ otp: 271828 }, { otp: shown }],
    [new URLSearchParams({ code: CODE, state: "x" }), { code: shown, state: "x" }],
    [{ code: CODE, grant_type: "authorization_code" }, {
      ...{ code: shown, grant_type: "authorization_code" },
    }],
    [{ device_code: CODE, user_code: "ABCD" }, { device_code: shown, user_code: "ABCD" }],
    [{ codeVerifier: CODE, SAMLResponse: "fVLJ", wpa_psk: "x1", PASSWORD_PEPPER: "x" }, {
      ...{ codeVerifier: shown, SAMLResponse: shown, wpa_psk: shown, PASSWORD_PEPPER: shown },
    }],
  ];
  for (const [value, expected] of cases) assertEquals(written(value), expected);
  const innocent = [
    { code: "NY-10001", state: "NY" },
    { code: "ERR_TLS_CERT_ALTNAME_INVALID_2", state: "closed" },
    { code: CODE, name: "a" },
    { otp: "26.2", version: 26, code: 23505, state: "x" },
    { verificationCode: "is expired", recovery_codes: 8, device_code: "iPhone12", user_code: "x" },
  ];
  for (const value of innocent) assertEquals(written(value), value);
});
