/**
 * What is reported of records that are not delivered, word by word.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Diagnostic, Diagnostics } from "../diagnostics.ts";
import type { AxonPushHandlerOptions } from "../options/options.ts";
import { resolveOptions } from "../options/settings.ts";
import { overflowLosses, type Remainder, reportRemainder } from "./reports.ts";

function lossesOf(options: AxonPushHandlerOptions) {
  const settings = resolveOptions({ endpoint: "http://127.0.0.1:1/", queueSize: 7, ...options });
  return overflowLosses(settings, 3 << 20);
}

Deno.test("overflowLosses() says why records are dropped, by which policy, and what to do", () => {
  const { tooMany, tooLong } = lossesOf({ overflowPolicy: "drop-newest" });
  assertEquals([tooMany.level, tooMany.code, tooLong.level, tooLong.code], [
    ...["warn", "overflow", "warn", "overflow"],
  ]);
  assertEquals(
    tooMany.message(1),
    `The queue is full ('queueSize' is 7): 1 record dropped so far by the overflow policy ` +
      `"drop-newest": raise 'queueSize', log less, or choose protocol "otlp"`,
  );
  assertEquals(
    tooLong.message(2),
    `The queue is full (3 Mi characters of large records): 2 records dropped so far by the ` +
      `overflow policy "drop-newest": log shorter records or fewer`,
  );
  const [advice] = /raise.*/.exec(lossesOf({ protocol: "otlp" }).tooMany.message(1))!;
  assertEquals(advice, "raise 'queueSize' or log less");
});

Deno.test("overflowLosses() speaks of the disk where there is a spool", () => {
  const { tooMany, tooLong } = lossesOf({ spool: "/spool", spoolMaxBytes: 2 ** 20 });
  assertEquals(tooLong, tooMany);
  assertEquals(
    tooMany.message(3),
    `The spool /spool is full ('spoolMaxBytes' is 1048576), or its disk is: 3 records dropped so ` +
      `far by the overflow policy "drop-oldest": raise 'spoolMaxBytes', or make room`,
  );
});

Deno.test("reportRemainder() tells what is lost from what stays on disk, and nothing if all went", () => {
  const reported = (remainder: Partial<Remainder>) => {
    const told: Diagnostic[] = [];
    const diagnostics = new Diagnostics((diagnostic) => void told.push(diagnostic));
    reportRemainder(diagnostics, {
      ...{ lost: 0, kept: 0, timeoutMs: 50, silent: undefined, spool: "/spool" },
      ...remainder,
    });
    return told.map(({ level, code, message }) => [level, code, message]);
  };
  assertEquals(reported({}), []);
  const advice = "give it more time, or see why the service is slow or cannot be reached";
  assertEquals(reported({ lost: 1, kept: 1 }), [
    [
      "error",
      "shutdown",
      "1 record was not delivered within 50 ms ('shutdownTimeoutMs', or what close() was given): " +
      advice,
    ],
    [
      "warn",
      "spooled",
      "1 record stays in the spool /spool: whoever uses it next delivers it",
    ],
  ]);
  assertEquals(reported({ lost: 2, silent: "http://h/" }), [[
    "error",
    "shutdown",
    "2 records were not delivered within 50 ms ('shutdownTimeoutMs', or what close() was given): " +
    "http://h/ has not answered",
  ]]);
  const [[, , message]] = reported({ kept: 2 }) as [string[]];
  assertEquals(message, "2 records stay in the spool /spool: whoever uses it next delivers them");
});
