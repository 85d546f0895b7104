/**
 * What a URL or a form encodes must be masked as it is outside, and all else in it must stay as it
 * was written.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Redactor } from "./redactor.ts";

const redactor = new Redactor(["iban"]);
const mask = (text: string) => redactor.mask(text);

/** Texts that are written in URLs: JSON, XML, YAML, code, options, what others print. */
const TEXTS = [
  '{"user":"bob","password":"hunter2 x","tail":1}',
  '[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"tail","value":"1"}]',
  '[["a","1"],["api_key","hunter2"],["tail","1"]]',
  '{\n  "user": "é€𝄞",\n  "client_secret": "hunter2",\n  "tail": "é€𝄞"\n}',
  "<a><password>hunter2</password><tail>1</tail></a>",
  '<property name="password" value="hunter2"/><tail/>',
  '<input name="csrf_token" type="hidden" value="hunter2">',
  "a: 1\npassword: hunter2\ntail: 1",
  "- name: TOKEN\n  value: hunter2\n- name: tail\n  value: 1",
  'config["api_key"] = "hunter2"; tail = "1";',
  "login (api_key=hunter2) then tail",
  'mutation { login(user: "b", password: "hunter2") { tail } }',
  "Map(2) { 'secret' => 'hunter2', 'tail' => '1' }",
  "Authorization: Token hunter2\r\nX-Tail: 1\r\n\r\n",
  "Server=h;Uid=app;Pwd=hunter2;Tail=1;",
  "\u001b[36mpassword\u001b[0m=\u001b[33mhunter2\u001b[0m tail=1",
  'form-data; name="password"\r\n\r\nhunter2\r\n--b--',
  "iban=CH93-0076-2011 tail=1",
  "https://e.com/cb#access_token=hunter2&tail=1",
  "no secret: 100 % of it, tail=1, key=2",
  "docker login -u bob -p hunter2 h",
  "mysqldump -uroot -phunter2 shop=1",
  "CREATE USER 'bob' IDENTIFIED BY 'hunter2' REQUIRE SSL",
  "root:hunter2@tcp(127.0.0.1:3306)/shop",
  "jdbc:oracle:thin:bob/hunter2@//h:1521/x",
];
const ENCODERS: readonly ((text: string) => string)[] = [
  encodeURIComponent,
  (text) => new URLSearchParams({ t: text }).toString().slice(2),
  (text) => encodeURIComponent(text).replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  // Some encode more than they need to.
  (text) => encodeURIComponent(text).replace(/[!'()*~]/g, (character) => `%${hex(character)}`),
];
const hex = (character: string) => character.charCodeAt(0).toString(16).toUpperCase();

Deno.test("mask() masks what URLs and forms encode as it does outside, and keeps the rest", () => {
  for (const text of TEXTS) {
    const masked = mask(text);
    assertEquals(masked.includes("hunter2"), false, masked);
    for (const encode of ENCODERS) {
      let [encoded, expected] = [text, masked];
      for (let times = 1; times <= 4; times++) {
        encoded = encode(encoded);
        // The mark is written as it is.
        expected = expected.split("[REDACTED]").map(encode).join("[REDACTED]");
        for (const [before, behind] of [["https://e.com/r?u=", "&z=1"], ["", ""], ["at '", "'."]]) {
          if (encoded.includes("'") && before !== "") continue; // It would end there.
          assertEquals(
            mask(`${before}${encoded}${behind}`),
            `${before}${expected}${behind}`,
            `${times} times: ${text}`,
          );
        }
      }
    }
  }
});

Deno.test("mask() leaves what is encoded in URLs and has no secret as it is", () => {
  const texts = [
    "GET /search?q=blue%20suede%3A%20shoes&next=https%3A%2F%2Fe.com%2F%3Fkey%3D42%26page_token%3D2",
    "/assets/%5Bname%5D.js?v=%22%22, 100%, 5%20off: key%3D%3D, %zz%3D, %E9%22%3A, %C3%A9%3D%C3",
    "/o/password%20is%20required?secret%3A%20not%20found, token%3A%20true&password%3D",
    "npm i @scope%2fname token_count%3D5, %7B%22password%22%3A%7B%22type%22%3A%22string%22%7D%7D",
  ];
  for (const text of texts) assertEquals(mask(text), text);
});

Deno.test("mask() knows spaces in URLs and forms, and plus signs that are none", () => {
  assertEquals(mask("u=token%3Dab+cd%2Fef%26a%3D1&z=1"), "u=token%3D[REDACTED]%26a%3D1&z=1");
  assertEquals(mask("u=run%20--token%20ab%20-x&z=1"), "u=run%20--token%20[REDACTED]%20-x&z=1");
  assertEquals(mask("u=token%3D+ab&z=1"), "u=token%3D+[REDACTED]&z=1");
  assertEquals(mask("u=a%3D1+token%3Dab+tail%3D1"), "u=a%3D1+token%3D[REDACTED]+tail%3D1");
});
