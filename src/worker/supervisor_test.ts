/**
 * Crash and restart, with channels that are none and a clock that is moved by hand.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { Acknowledgements } from "./acknowledgements.ts";
import type { Channel } from "./channel.ts";
import { Supervisor } from "./supervisor.ts";

type Kind = Channel["kind"];

/** A supervisor, and all that happens around it. */
function supervise({ isThisThreadWanted = false, unavailable = [] as Kind[] } = {}) {
  let time = 0;
  const opened: Kind[] = [];
  const closed: Channel[] = [];
  const lost: Channel[] = [];
  const said: string[] = [];
  const state = { isAlive: true, isStackUsedUp: false };
  let crash = (_why?: string) => {};

  function channel(kind: Kind, onCrash = (_why?: string) => {}): Channel {
    if (unavailable.includes(kind)) throw new Error("no threads left");
    if (state.isStackUsedUp) throw new RangeError("Maximum call stack size exceeded");
    opened.push(kind);
    crash = onCrash;
    const self: Channel = {
      kind,
      isBlocking: kind !== "fallback" && kind !== "once",
      acknowledgements: new Acknowledgements(1),
      maxCharacters: 1,
      addOrigin() {},
      post() {},
      flush() {},
      receiveDiagnostics() {},
      isAlive: () => state.isAlive,
      abandon: onCrash,
      close: () => void closed.push(self),
    };
    return self;
  }
  const supervisor = new Supervisor(
    {
      hasWorkers: true,
      isThisThreadWanted,
      canFetchHere: () => true,
      toWorker: channel,
      toThisThread: (kind) => channel(kind),
    },
    { onLost: (each) => lost.push(each), report: ({ code }) => said.push(code) },
    () => time,
  );
  return {
    supervisor,
    opened,
    closed,
    lost,
    said,
    state,
    crash: (why?: string) => crash(why),
    pass: (ms: number) => void (time += ms),
  };
}

Deno.test("Supervisor.open() opens one channel, and only one", () => {
  const { supervisor, opened } = supervise();
  assertEquals([supervisor.channel, supervisor.isBlocking], [undefined, true]);
  supervisor.open("lasting");
  supervisor.open("lasting");
  supervisor.open("brief");
  assertEquals([opened, supervisor.channel?.kind], [["lasting"], "lasting"]);
});

Deno.test("Supervisor starts a worker that crashed again, after pauses that grow, then does without", () => {
  const { supervisor, opened, lost, closed, said, crash, pass } = supervise();
  for (const [i, pauseMs] of [100, 500, 2000].entries()) {
    supervisor.open("lasting");
    const { channel } = supervisor;
    crash("broken");
    crash("broken"); // The end of the same thread, told by another event.
    assertEquals([lost[i], closed[i], lost.length], [channel, channel, i + 1]);
    assertEquals(supervisor.restartsInMs, pauseMs);
    supervisor.open("lasting");
    assertEquals(supervisor.channel, undefined);
    pass(pauseMs);
  }
  supervisor.open("lasting");
  crash();
  assertEquals(supervisor.isBlocking, false);
  supervisor.open("lasting");
  assertEquals(opened, ["lasting", "lasting", "lasting", "lasting", "fallback"]);
  assertEquals(said, ["worker", "worker", "worker", "no-worker"]);
});

Deno.test("Supervisor forgets the crashes of long ago", () => {
  const { supervisor, said, crash, pass } = supervise();
  for (let i = 0; i < 10; i++) {
    supervisor.open("lasting");
    pass(60_000);
    crash();
    assertEquals(supervisor.restartsInMs, 100);
    pass(100);
  }
  assertEquals(new Set(said), new Set(["worker"]));
});

Deno.test("Supervisor.skipPause() lets a worker be started right after a crash", () => {
  const { supervisor, opened, crash } = supervise();
  supervisor.open("lasting");
  crash();
  supervisor.skipPause();
  supervisor.open("brief");
  assertEquals(opened, ["lasting", "brief"]);
});

Deno.test("Supervisor ships from this thread where no worker can be started, until the program ends", () => {
  const { supervisor, opened, lost, said } = supervise({ unavailable: ["lasting"] });
  supervisor.open("lasting");
  supervisor.open("lasting");
  assertEquals([supervisor.channel?.kind, supervisor.isBlocking, said], [
    "fallback",
    false,
    ["no-worker"],
  ]);
  supervisor.open("brief");
  assertEquals([opened, supervisor.isBlocking], [["fallback", "brief"], true]);
  assertEquals(lost.map(({ kind }) => kind), ["fallback"]);
});

Deno.test("Supervisor starts a worker for the end again that crashed, where none lasts", () => {
  const { supervisor, opened, said, crash, pass } = supervise({ unavailable: ["lasting"] });
  supervisor.open("lasting");
  supervisor.open("brief");
  for (const pauseMs of [100, 500, 2000]) {
    crash("it does not answer");
    // Whoever blocks for the end of the program waits for the next one.
    assertEquals([supervisor.isBlocking, supervisor.restartsInMs], [true, pauseMs]);
    pass(pauseMs);
    supervisor.open("brief");
  }
  crash();
  assertEquals(supervisor.isBlocking, false);
  assertEquals(opened, ["fallback", "brief", "brief", "brief", "brief"]);
  assertEquals(said, ["no-worker", "worker", "worker", "worker", "no-worker"]);
});

Deno.test("Supervisor.open() throws where the stack is used up, and has a worker the next time", () => {
  const { supervisor, opened, said, state } = supervise();
  state.isStackUsedUp = true;
  assertThrows(() => supervisor.open("lasting"), RangeError);
  state.isStackUsedUp = false;
  supervisor.open("lasting");
  assertEquals([opened, said], [["lasting"], []]);
});

Deno.test("Supervisor asks for no worker where there is a client", () => {
  const { supervisor, opened, said } = supervise({ isThisThreadWanted: true });
  assertEquals(supervisor.isBlocking, false);
  supervisor.open("lasting");
  supervisor.open("brief");
  assertEquals([opened, said], [["fallback"], []]);
});

Deno.test("Supervisor.checkAlive() gives a worker up that has said so, or does not answer", () => {
  const { supervisor, lost, state, pass } = supervise();
  supervisor.open("lasting");
  supervisor.channel!.acknowledgements.crash();
  supervisor.checkAlive("blocking");
  assertEquals(lost.length, 1);

  pass(100);
  supervisor.open("lasting");
  for (let i = 0; i < 2; i++) {
    pass(100);
    supervisor.checkAlive("blocking");
  }
  state.isAlive = false;
  let asked = 0;
  while (lost.length === 1) {
    pass(100);
    supervisor.checkAlive("blocking");
    supervisor.checkAlive("blocking"); // Asked too soon after the one before, it does not count.
    asked++;
  }
  assertEquals(asked, 20); // Twice as many as the first time would have been.
});

Deno.test("Supervisor.checkAlive() gives a worker time to start", () => {
  const { supervisor, lost, state, pass } = supervise();
  supervisor.open("lasting");
  supervisor.checkAlive("blocking");
  state.isAlive = false;
  let waitedMs = 0;
  for (; lost.length === 0; waitedMs += 100) {
    pass(100);
    supervisor.checkAlive("blocking");
  }
  assertEquals(waitedMs, 2000); // Deno lets some run only a second after their start.
});

Deno.test("Supervisor.checkAlive() counts only questions in a row", () => {
  const { supervisor, lost, state, pass } = supervise();
  supervisor.open("lasting");
  for (let i = 0; i < 100; i++) {
    state.isAlive = i % 9 === 0;
    pass(100);
    supervisor.checkAlive("blocking");
  }
  assertEquals(lost, []);
});

Deno.test("Supervisor.giveUp() replaces a thread that keeps the program alive, and no other", () => {
  const { supervisor, opened, lost } = supervise();
  supervisor.open("brief");
  supervisor.giveUp("brief");
  supervisor.open("lasting");
  supervisor.giveUp("brief");
  assertEquals([opened, lost.length, supervisor.channel?.kind], [
    ["brief", "lasting"],
    1,
    "lasting",
  ]);
});

Deno.test("Supervisor.openHere() is for once, until a worker was started", () => {
  const { supervisor, opened, closed } = supervise();
  assertEquals(supervisor.canOpenHere, true);
  supervisor.openHere();
  supervisor.open("lasting");
  assertEquals([supervisor.channel?.kind, supervisor.isBlocking], ["once", false]);
  supervisor.giveUp("once");
  assertEquals([closed.length, supervisor.isBlocking, supervisor.canOpenHere], [1, true, false]);
  supervisor.open("lasting");
  assertEquals([opened, supervisor.canOpenHere], [["once", "lasting"], false]);
  supervisor.close();
  assertEquals(supervisor.canOpenHere, true);
});

Deno.test("Supervisor.canOpenHere says no where there is no choice, and after a crash", () => {
  assertEquals(supervise({ isThisThreadWanted: true }).supervisor.canOpenHere, false);
  const { supervisor, crash, pass } = supervise();
  supervisor.open("lasting");
  assertEquals(supervisor.canOpenHere, false);
  crash();
  pass(100);
  assertEquals(supervisor.canOpenHere, false);
});

Deno.test("Supervisor.close() is no crash", () => {
  const { supervisor, closed, lost, said, crash } = supervise();
  supervisor.open("lasting");
  supervisor.close();
  crash();
  assertEquals([closed.length, lost, said, supervisor.restartsInMs], [1, [], [], 0]);
  assertEquals(supervisor.channel, undefined);
});
