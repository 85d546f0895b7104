/**
 * A line is written in one thread and read in another, maybe by a later program: what is read must
 * be what was written, and what is shortened must still be a line.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  createWriteRecord,
  readLine,
  readSource,
  type RecordColumns,
  shortenLine,
  writeEvent,
} from "./line.ts";

const RECORD: RecordColumns = {
  level: 20,
  levelName: '"INFO"',
  loggerName: JSON.stringify("a\tb\n"),
  time: 1_764_000_000_000,
  ordinal: 3,
  ids: '"traceId":"1","spanId":"2"',
  flags: "1",
  body: '"text"',
  attributes: '"a":1',
};

const writeRecord = createWriteRecord();

Deno.test("readLine() reads what was written, whatever the record before was", () => {
  const others: Partial<RecordColumns>[] = [
    {},
    { ids: "", flags: "" },
    { body: '""' },
    { attributes: "" },
    { ordinal: 4 },
    { level: 25 },
    { levelName: '"WARN"' },
    { loggerName: '""' },
    { time: 1_764_000_000_001 },
  ];
  for (const other of others.flatMap((other) => [other, {}])) { // One difference at a time, and back.
    const columns = { ...RECORD, ...other };
    const line = readLine(writeRecord(columns));
    assert(line.kind === "record");
    const { level, levelName, loggerName, time, ordinal, ...texts } = columns;
    const { kind: _, source, ...read } = line;
    assertEquals(read, { time: String(time), ordinal: String(ordinal), ...texts });
    assertEquals(readSource(source), { level, levelName, loggerName });
  }
});

Deno.test("readLine() reads what writeEvent() wrote", () => {
  assertEquals(readLine(writeEvent('{"a":1}')), { kind: "event", event: '{"a":1}' });
});

Deno.test("shortenLine() keeps the beginning of the body and a mark, once", () => {
  const body = JSON.stringify("😀".repeat(5000));
  const event = { payload: { body: "😀".repeat(5000), attributes: { "logger.name": "a", b: 1 } } };
  const lines = [
    ["events", writeRecord({ ...RECORD, body })],
    ["otlp", writeRecord({ ...RECORD, body })],
    ["events", writeEvent(JSON.stringify(event))],
    ["otlp", writeEvent(JSON.stringify(event))],
  ] as const;
  for (const [protocol, line] of lines) {
    const short = shortenLine(line, protocol)!;
    const read = readLine(short);
    const shortBody = `${"😀".repeat(512)}…[cut: too large]`;
    if (read.kind === "record") {
      const mark = protocol === "otlp"
        ? '{"key":"axonpush.truncated","value":{"boolValue":true}}'
        : '"axonpush.truncated":true';
      const full = readLine(line);
      assertEquals(read, { ...full, body: JSON.stringify(shortBody), attributes: mark });
    } else {
      const attributes = { "logger.name": "a", "axonpush.truncated": true };
      assertEquals(JSON.parse(read.event), { payload: { body: shortBody, attributes } });
    }
    assertEquals(shortenLine(short, protocol), undefined);
  }
});

Deno.test("shortenLine() never cuts a character in two", () => {
  for (const before of ["", "x"]) {
    const text = before + "😀".repeat(5000);
    const lines = [
      writeRecord({ ...RECORD, body: JSON.stringify(text) }),
      writeEvent(JSON.stringify({ payload: { body: text, attributes: {} } })),
    ];
    for (const line of lines) {
      const short = shortenLine(line, "events")!;
      assert(!/\\ud[89a-f]/i.test(short), short);
      assert(short.isWellFormed());
    }
  }
});

Deno.test("shortenLine() has nothing of what is no event", () => {
  for (const event of ["{}", '{"payload":{}}', '{"payload":{"attributes":1}}', "no JSON"]) {
    assertEquals(shortenLine(writeEvent(event), "events"), undefined);
  }
});
