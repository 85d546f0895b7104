/**
 * What an end does about what others have left in the spool, with a backlog and a dispatcher of the
 * test's.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Backlog } from "../spool/backlog.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { finishBacklog, finishBacklogSync } from "./finish_backlog.ts";

/** What the two do, and how long they are told to wait at most. */
function simulate(
  { inFlight = 0, files = [] as number[], isBlocking = true, isHopeless = false, settlesBy = 1 } =
    {},
) {
  const calls: unknown[] = [];
  const waits: number[] = [];
  const backlog = {
    inFlight,
    stop: () => calls.push("stop"),
  };
  const waitSync = (count: number, leftMs: number) => {
    calls.push(["wait", count]);
    waits.push(leftMs);
  };
  const dispatcher = {
    isBlocking,
    isHopeless,
    recover(...args: unknown[]) {
      calls.push(["recover", ...args]);
      backlog.inFlight += files.shift() ?? 0;
    },
    hurry: (leftMs: number) => {
      calls.push("hurry");
      waits.push(leftMs);
    },
    settle() {
      calls.push("settle");
      backlog.inFlight -= settlesBy;
    },
    waitSync,
    // deno-lint-ignore require-await -- as the dispatcher's own
    wait: async (count: number, leftMs: number) => waitSync(count, leftMs),
  };
  return {
    calls,
    waits,
    backlog: backlog as unknown as Backlog,
    dispatcher: dispatcher as unknown as Dispatcher,
  };
}

for (const how of ["finishBacklog", "finishBacklogSync"] as const) {
  const kind = how === "finishBacklog" ? "brief" : "lasting";
  const finish = async (
    { backlog, dispatcher }: ReturnType<typeof simulate>,
    timeoutMs: number,
  ) => {
    if (how === "finishBacklog") await finishBacklog(backlog, dispatcher, timeoutMs);
    else finishBacklogSync(backlog, dispatcher, timeoutMs, "lasting");
  };

  const recover = ["recover", kind, 1, 32];

  Deno.test(`${how}() takes no more files than there are, and no more than send a hundred lines`, async () => {
    const none = simulate();
    await finish(none, 1000);
    assertEquals(none.calls, [recover, "stop"]);
    const few = simulate({ files: [3, 3], settlesBy: 6 });
    await finish(few, 1000);
    const wait = (count: number) => ["stop", "hurry", ["wait", count], "settle"];
    assertEquals(few.calls, [recover, recover, recover, ...wait(6)]);
    const long = simulate({ files: [60, 60, 60], settlesBy: 120 });
    await finish(long, 1000);
    assertEquals(long.calls, [recover, recover, ...wait(120)]);
    const busy = simulate({ inFlight: 100, settlesBy: 100 });
    await finish(busy, 1000);
    assertEquals(busy.calls, wait(100));
  });

  Deno.test(`${how}() waits for what is in flight until it is settled`, async () => {
    const given = simulate({ inFlight: 2 });
    await finish(given, Infinity);
    const calls = [recover, "stop", "hurry", ["wait", 2], "settle", ["wait", 1], "settle"];
    assertEquals(given.calls, calls);
    // A second at most, however much time there is.
    assert(given.waits.every((ms) => ms > 0 && ms <= 1000), String(given.waits));
  });

  Deno.test(`${how}() waits for nothing where the settings are wrong`, async () => {
    const given = simulate({ inFlight: 2, isHopeless: true });
    await finish(given, 1000);
    assertEquals(given.calls, [recover, "stop", "hurry"]);
  });

  Deno.test(`${how}() waits no longer than it may`, async () => {
    const given = simulate({ inFlight: 2, settlesBy: 0 });
    await finish(given, 5);
    assert(given.waits.every((ms) => ms > 0 && ms <= 5), String(given.waits));
    for (const timeoutMs of [0, -1]) {
      const late = simulate({ inFlight: 2 });
      await finish(late, timeoutMs);
      assertEquals(late.calls, ["stop"]);
    }
  });
}

Deno.test("finishBacklogSync() waits for nothing where records are not delivered meanwhile", () => {
  const { backlog, dispatcher, calls } = simulate({ inFlight: 2, isBlocking: false });
  finishBacklogSync(backlog, dispatcher, 1000, "brief");
  assertEquals(calls, [["recover", "brief", 1, 32], "stop", "hurry"]);
});
