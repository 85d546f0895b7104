import { assert, assertEquals } from "@std/assert";
import type { Origin } from "../record/chunk.ts";
import { createWriteRecord, writeEvent } from "../record/line.ts";
import { createOtlpBody } from "./otlp_body.ts";

const ORIGIN: Origin = {
  version: 1,
  protocol: "otlp",
  keyPrefix: "key",
  constants: { envelope: "", trace: `"traceId":"mine"`, resource: `"service.name":"shop"`, pid: 7 },
  destination: "",
};

/** The lines of records, a third of which an own `redact` has seen, from three loggers. */
function lines(count: number, length: number): string[] {
  const writeRecord = createWriteRecord();
  return Array.from({ length: count }, (_, n) => {
    const loggerName = `logger ${n % 3}`;
    const text = `${n} ${"x".repeat(length)}`;
    if (n % 9 < 6) {
      return writeRecord({
        level: 20,
        levelName: `"INFO"`,
        loggerName: JSON.stringify(loggerName),
        time: 1_700_000_000_000,
        ordinal: n,
        ids: "",
        flags: "",
        body: JSON.stringify(text),
        attributes: "",
      });
    }
    const resource = { "service.name": `shop ${n % 2}` };
    const payload = { severityNumber: 9, body: text, attributes: {}, resource };
    return writeEvent(JSON.stringify({ identifier: loggerName, payload }));
  });
}

// deno-lint-ignore no-explicit-any
type Json = any;

Deno.test("createOtlpBody() makes one text of all records, in pieces that are not long", () => {
  const bodyOf = createOtlpBody(ORIGIN);
  for (
    const [count, length] of [[1, 10], [2, 200_000], [512, 10], [512, 400], [5000, 90]] as const
  ) {
    const items = lines(count, length)
      .map((line, n) => ({ origin: 0, sequence: n, key: n, line }));
    const body = bodyOf(items);

    const { resourceLogs } = JSON.parse(body.join(""));
    const groups = resourceLogs.flatMap(({ scopeLogs }: Json) => scopeLogs);
    const texts: string[][] = groups.map(({ logRecords }: Json) =>
      logRecords.map(({ body }: Json) => body.stringValue)
    );
    const numbers = texts.map((group) => group.map(parseFloat));
    assertEquals(numbers.flat().length, count);
    for (const group of numbers) assertEquals(group, group.toSorted((a, b) => a - b));
    const keys = groups.flatMap(({ logRecords }: Json) =>
      logRecords.map(({ attributes }: Json) => attributes[0].value.stringValue)
    );
    assertEquals(new Set(keys), new Set(items.map(({ key }) => `key-${key}`)));
    const longest = Math.max(...items.map(({ line }) => line.length));
    assert(body.every((piece) => piece.length < 40_000 + 2 * longest), `${count} of ${length}`);
  }
});
