/**
 * CSV and SQL write a mark twice where it is inside a text, and JSON escapes it each time anew: what is
 * masked outside must be masked there too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Redactor } from "./redactor.ts";

const SECRET = "Zq7hunterX91kLm";
const mask = (text: string) => new Redactor([]).mask(text);

/** Texts with marks of one kind. */
const TEXTS = [
  `{"user":"bob","password":"${SECRET}","tail":"b"}`,
  `{"password":"a, b ${SECRET}","tail":"b"}`,
  `{ user: "bob", pwd: "${SECRET}", tail: ["b"] }`,
  `{"kty":"oct","k":"${SECRET}${SECRET}","tail":"b"}`,
  `Authorization: Digest username="bob", response="${SECRET}"`,
  `ALTER ROLE bob PASSWORD "${SECRET}" tail`,
  `CREATE USER bob IDENTIFIED BY "${SECRET}" tail`,
  `ALTER USER bob IDENTIFIED WITH mysql_native_password BY "${SECRET}" tail`,
  `ALTER USER bob IDENTIFIED WITH "mysql_native_password" AS "*${SECRET}" tail`,
  `COPY t FROM "s3://b" ACCESS_KEY_ID "AKIA" SECRET_ACCESS_KEY "${SECRET}" tail`,
];

Deno.test("mask() masks in CSV and in texts of SQL what it masks outside", () => {
  for (const text of TEXTS) {
    assert(!mask(text).includes(SECRET), text);
    for (
      const doubled of [
        `1,"${text.replaceAll('"', '""')}",after`,
        `INSERT INTO log VALUES (1, '${text.replaceAll('"', "''")}', 'after')`,
        `<pre>${text.replaceAll('"', "&#39;")}</pre>after`,
      ]
    ) {
      const masked = mask(doubled);
      assert(!masked.includes(SECRET), masked);
      assert(masked.includes("after"), masked);
      assertEquals(masked.includes("tail"), text.includes("tail"), masked);
    }
  }
  assertEquals(mask('1,"{""token"":""abc"",""b"":2}"'), '1,"{""token"":""[REDACTED]"",""b"":2}"');
});

Deno.test("mask() masks in JSON that is in JSON four times", () => {
  for (const text of TEXTS) {
    let json = text;
    for (let times = 1; times <= 4; times++) {
      json = JSON.stringify({ m: json, after: 1 });
      const masked = mask(json);
      assert(!masked.includes(SECRET), masked);
      assert(masked.includes("after"), masked);
    }
  }
});

Deno.test("mask() leaves empty values and texts that are beside each other", () => {
  const texts = [
    `password="", 'secret' '' 'x', 1,"say ""password"" now",""`,
    `1,"{""password"":"""",""has_secret"":true,""token"":""is too short""}",2`,
    `VALUES (1, 'SET password = ''%s'', name = ''b''')`,
    `VALUES ('the ''password'' is required', '''token''')`,
    `user identified by "badge"s, identified with care by as many`,
  ];
  for (const text of texts) assertEquals(mask(text), text);
});
