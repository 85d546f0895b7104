/**
 * The demo must count right on any machine, so also where a log file holds what looks like a secret,
 * and must notice what is lost or doubled: that is what it is for.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Arrival, count } from "../demo/count.ts";
import { PREPARED } from "./program.ts";

const LOGGED = ["one", "password=hunter2 for ada", "three"];

function arrival(number: number, text = LOGGED[number - 1]!, times = 1): Arrival {
  return { number, text, times };
}

Deno.test("count() finds each record by its number, in whatever order they arrive", () => {
  const all = { delivered: 3, lost: 0, doubled: 0, masked: 0 };
  assertEquals(count(LOGGED, [arrival(3), arrival(1), arrival(2)]), all);
});

Deno.test("count() takes a masked or a cut message for the one that was logged", () => {
  const masked = { delivered: 3, lost: 0, doubled: 0, masked: 1 };
  for (const text of ["password=[REDACTED] for ada", "[REDACTED]=[REDACTED]", "[REDACTED]"]) {
    assertEquals(count(LOGGED, [arrival(1), arrival(2, text), arrival(3)]), masked);
  }
  const cut = count(LOGGED, [arrival(1), arrival(2, "pass…[20 characters cut]"), arrival(3)]);
  assertEquals(cut, { ...masked, masked: 0 });
});

Deno.test("count() misses a record that did not arrive, whatever else did", () => {
  assertEquals(count(LOGGED, [arrival(1), arrival(3)]).lost, 1);
  for (const text of ["", "one", "user=[REDACTED] for ada", "[REDACTED]?[REDACTED]"]) {
    const { lost, doubled } = count(LOGGED, [arrival(1), arrival(2, text), arrival(3)]);
    assertEquals([lost, doubled], [1, 1], text);
  }
});

Deno.test("count() counts what came again, and what nobody logged", () => {
  assertEquals(count(["a"], [arrival(1, "a", 3)]).doubled, 2);
  assertEquals(count(["a"], [arrival(1, "a"), arrival(1, "a")]).doubled, 1);
  for (const number of [0, 2, NaN]) {
    assertEquals(count(["a"], [arrival(1, "a"), arrival(number, "a")]).doubled, 1);
  }
});

Deno.test("demo counts every line of a log file that holds secrets, beside what an earlier one left", async () => {
  const file = await Deno.makeTempFile();
  const spool = new URL("../spool/", import.meta.url);
  const left = new URL("left_by_an_interrupted_demo", spool);
  const lines = [
    "2026-11-20 08:00:00 status installed gir1.2-secret-1:amd64 0.20.5-3",
    "2026-11-20 08:00:01 login password=hunter2hunter2 accepted",
    "",
    "2026-11-20 08:00:01 login password=hunter2hunter2 accepted",
    `{"authorization":"Bearer abcdefghijklmnopqrstuvwxyz","status":200}`,
    "y".repeat(20_000),
  ];
  try {
    await Deno.writeTextFile(file, lines.join("\r\n"));
    await Deno.mkdir(spool, { recursive: true });
    await Deno.writeTextFile(left, "");
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...PREPARED,
        "--allow-net=127.0.0.1",
        "--allow-run",
        "--allow-read",
        "--allow-write=spool",
        "demo/main.ts",
        file,
      ],
      cwd: new URL("../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, text + new TextDecoder().decode(stderr));
    assertMatch(text, /^pipe\.ts +out of work +6 +6 +0 +0 +0 /m);
    assertMatch(text, /^masked: what looked like a secret in \d messages?,/m);
    assert(!text.includes("hunter2"));
    await Deno.remove(left);
  } finally {
    await Deno.remove(file);
    await Deno.remove(spool).catch(() => {}); // It may hold what is not ours.
  }
});
