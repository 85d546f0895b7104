/**
 * The name of a secret must be found however what is around it is written, and its value alone go.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { inspect } from "node:util";
import { Redactor } from "./redactor.ts";

const redactor = new Redactor([]);

Deno.test("mask() finds names and values in forms, listings and what escapes them", () => {
  const part = (headers: string) => `--b\r\n${headers}\r\n\r\nhunter2\r\n--b\r\ntail`;
  const texts = [
    // Parts of forms, with headers of their own.
    part('Content-Disposition: form-data; name="password"\r\nContent-Type: text/plain'),
    part('Content-Disposition: form-data; name="token"; filename="a.txt"\r\nContent-Length: 7'),
    part(
      'Content-Type: text/plain; charset="utf-8"\r\nContent-Disposition: form-data; name=secret',
    ),
    part('Content-Disposition: form-data; name="secret"').replaceAll("\r\n", "\r\n\t"),
    JSON.stringify(part('Content-Disposition: form-data; name="api_key"\r\nContent-Type: a/b')),
    inspect({ body: part('Content-Disposition: form-data; name="api_key"') }),
    // A list in YAML, as a value of JSON and as it is inspected.
    JSON.stringify("- x:\n\t- name: DB_PASSWORD\n\t  value: hunter2\n\ttail: 1"),
    inspect({ message: "- name: DB_PASSWORD\n  value: hunter2\n- name: tail\n  value: 1", a: 1 }),
    // HTML, and JSON that escapes it.
    "{&quot;user&quot;=&gt;&quot;b&quot;, &quot;secret&quot;=&gt;&quot;hunter2&quot;}, tail",
    "[{&quot;name&quot;:&quot;secret&quot;,&quot;value&quot;:&quot;hunter2&quot;}," +
    "{&quot;name&quot;:&quot;tail&quot;,&quot;value&quot;:&quot;1&quot;}]",
    "<pre>{&quot;msg&quot;:&quot;{\\&quot;password\\&quot;:\\&quot;hunter2\\&quot;}&quot;}, tail</pre>",
    '"[user] =\\u003e bob\\n [password] =\\u003e hunter2\\n [tail] =\\u003e 1"',
    '"\\u003cproperty name=\\"token\\" value=\\"hunter2\\"/\\u003e\\u003cb\\u003etail"',
    "<m><![CDATA[run --db-password hunter2= --tail 1]]></m>",
    "password＝hunter2 tail",
    '{"uri":"https://e.com/?password\\u003dhunter2\\u0026tail\\u003d1"}',
    "OTEL_EXPORTER_OTLP_HEADERS=hunter2 TAIL=1",
    "export OTEL_EXPORTER_OTLP_TRACES_HEADERS='hunter2'; tail=1",
  ];
  for (const text of texts) {
    assertEquals(redactor.mask(text), text.replace("hunter2", "[REDACTED]").replace("]=", "]"));
  }
  assertEquals(
    redactor.mask('{"diff":"-secret=old\\n+secret=new2\\n+tail=1"}'),
    '{"diff":"-secret=[REDACTED]\\n+secret=[REDACTED]\\n+tail=1"}',
  );
  const inspected = inspect(`\0sk-ant-api03-${"a1".repeat(20)}\x7f`);
  assertEquals(redactor.mask(inspected), "'\\x00[REDACTED]\\x7f'");
});
