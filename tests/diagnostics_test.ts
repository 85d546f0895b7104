/**
 * What the handler says about itself, as a program's user sees it, and that nothing which may happen
 * to it on its way ends or changes the program.
 *
 * @module
 */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { runProgram } from "./program.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const ALLOWED = ["--no-prompt", "--allow-net=127.0.0.1"];

function optionsFor({ url }: Receiver): string {
  return JSON.stringify({ apiKey: "ak_test", tenantId: "1", baseUrl: url });
}

for (
  const [way, prints] of [
    ["console throws", []],
    ["console throws later", [
      /Cannot use what 'formatter' makes of a record: not writable/,
      /HTTP 422/,
    ]],
    ["standard error is closed", []],
    ["function throws", [/'diagnostics' function threw: Error: not writable/]],
    ["function rejects", [/'diagnostics' function threw: Error: not writable/]],
  ] as const
) {
  Deno.test(`handle() goes on when the diagnostics fail: ${way}`, async () => {
    await using receiver = startReceiver(() => new Response(null, { status: 422 }));
    const { code, stdout, stderr } = await runProgram("broken_console.ts", {
      flags: ALLOWED,
      args: [optionsFor(receiver), way],
    });
    const { accepted, failed } = JSON.parse(stdout);
    assertEquals({ code, accepted, failed }, { code: 0, accepted: 2, failed: 2 });
    for (const pattern of prints) assertMatch(stderr, pattern);
    if (prints.length === 0) assertEquals(stderr, "");
    assertNotMatch(stderr, /Uncaught/);
  });
}

Deno.test("AxonPushHandler prints nothing that a terminal acts upon", async () => {
  const message = "\u001b]0;title\u0007 two\nlines \u202e";
  await using receiver = startReceiver(() => Response.json({ message }, { status: 401 }));
  const { stderr } = await runProgram("natural_end.ts", {
    flags: ALLOWED,
    args: [optionsFor(receiver)],
  });
  assertStringIncludes(stderr, "\\u001b]0;title\\u0007 two\\nlines \\u202e");
});
