/**
 * Programs that a file watcher of Deno's runs. Before each restart it calls the listeners of SIGTERM
 * without a signal, and a handler that took it for one would end the watcher.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { type DevServer, startDevServer } from "../dev/mod.ts";
import { type ProgramOptions, startProgram } from "./program.ts";

const FIXTURE = new URL("fixtures/watched.ts", import.meta.url);
const VERSIONS = 4;
/** So many events of an old version mean that the watcher has overlooked a change. */
const PATIENCE = 200;
/** A program that logs nothing for so long hangs: a restart takes seconds on a busy machine. */
const HANG_MS = 60_000;

/** A copy of the program that can be changed, and goes away afterwards. */
async function copyOfProgram() {
  const url = new URL(`watched_${crypto.randomUUID()}.ts`, FIXTURE);
  const text = await Deno.readTextFile(FIXTURE);
  const write = (version: number) =>
    Deno.writeTextFile(url, text.replace("const version = 1", `const version = ${version}`));
  await write(1);
  return { url, write, [Symbol.asyncDispose]: () => Deno.remove(url) };
}

interface Life {
  readonly numbers: Set<number>;
  /** How many records there were when it ended, if it could say so. */
  logged?: number;
}

/** What each run of the program has logged. */
function livesIn({ events }: DevServer): Life[] {
  const lives = new Map<string, Life>();
  for (const { payload: { attributes } } of events) {
    const { run, number, logged } = attributes as { run: string; number: number; logged?: number };
    if (!lives.has(run)) lives.set(run, { numbers: new Set() });
    const life = lives.get(run)!;
    if (logged === undefined) life.numbers.add(number);
    else life.logged = logged;
  }
  return [...lives.values()];
}

interface Watcher extends ProgramOptions {
  /** How it ends by these signals, with the handler and without. */
  readonly ends: Partial<Record<Deno.Signal, number>>;
  /** Whether Deno fires `unload` when it restarts the program. */
  readonly hasUnload?: boolean;
}

const BOTH = { SIGTERM: 143, SIGINT: 130 };

const WATCHERS: Readonly<Record<string, Watcher>> = {
  "deno run --watch": { flags: ["--watch"], ends: BOTH, hasUnload: true },
  "deno run --watch --allow-all": { flags: ["--watch", "-A"], ends: BOTH, hasUnload: true },
  "deno run --watch-hmr": { flags: ["--watch-hmr"], ends: BOTH },
  "deno run --hmr --allow-all": { flags: ["--hmr", "-A"], ends: { SIGTERM: 143 } },
  "deno watch --allow-all": { command: "watch", flags: ["-A"], ends: { SIGTERM: 143 } },
  // SIGTERM shuts the server down, and the watcher waits on.
  "deno serve --watch": { command: "serve", flags: ["--watch", "--port=0"], ends: { SIGINT: 0 } },
  "deno test --watch": { command: "test", flags: ["--watch", "--no-check"], ends: BOTH },
};

for (const [command, { ends, hasUnload, ...options }] of Object.entries(WATCHERS)) {
  for (const [signal, code] of Object.entries(ends) as [Deno.Signal, number][]) {
    Deno.test(`AxonPushHandler lets ${command} restart, and end by ${signal}`, async () => {
      await using service = startDevServer({ port: 0 });
      await using program = await copyOfProgram();
      const given = JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" });
      const flags = options.flags!.includes("-A")
        ? options.flags!
        : [...options.flags!, "--no-prompt", `--allow-net=127.0.0.1:${service.port},0.0.0.0`];
      const args = options.command === "test" ? ["--", given, "test"] : [given];
      const watcher = startProgram(String(program.url), { ...options, flags, args });
      // A program that has ended logs nothing any more.
      const ended = watcher.ended.then(({ stdout, stderr }) => {
        throw new Error(`The watcher has ended: ${stdout}${stderr}`);
      });
      for (let version = 1; version <= VERSIONS; version++) {
        const runs = () => service.events.some((e) => e.payload.attributes?.version === version);
        while (!runs()) {
          if (version > 1) await program.write(version);
          for (let i = 0; i < PATIENCE && !runs(); i++) {
            const next = service.waitFor(service.events.length + 1, { timeoutMs: HANG_MS });
            await Promise.race([next, ended]);
          }
        }
      }
      ended.catch(() => {});
      watcher.kill(signal);
      const outcome = await watcher.ended;
      assertEquals(outcome.code, code, outcome.stderr);

      const lives = livesIn(service);
      assertGreaterOrEqual(lives.length, VERSIONS);
      if (options.command === "test") lives.pop(); // Tests are not drained at a signal.
      for (const { numbers, logged = numbers.size } of lives) {
        assertEquals(
          [...numbers].toSorted((a, b) => a - b),
          Array.from({ length: logged }, (_, i) => i),
        );
      }
      const told = lives.filter(({ logged }) => logged !== undefined).length;
      if (hasUnload) assertEquals(told, lives.length - 1);
      assertEquals(service.counts.duplicates, 0);
    });
  }
}

Deno.test("AxonPushHandler lets a signal end deno test at once", async () => {
  await using service = startDevServer({ port: 0, delayMs: 60_000 });
  const given = JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" });
  const flags = ["--no-check", "--no-prompt", `--allow-net=127.0.0.1:${service.port}`];
  const args = ["--", given, "test"];
  const tests = startProgram("watched.ts", { command: "test", flags, args });
  await service.waitFor(1, { timeoutMs: Infinity });
  tests.kill("SIGTERM");
  const { code, stderr } = await tests.ended;
  assertEquals({ code, stderr }, { code: 143, stderr: "" });
});

for (const words of ["run --watch", "run --watch-hmr", "run --hmr", "watch"]) {
  Deno.test({
    name: `AxonPushHandler lets a program run out of work under deno ${words}`,
    ignore: Deno.build.os !== "linux", // Elsewhere it cannot be known, and Deno panics.
    async fn() {
      await using service = startDevServer({ port: 0 });
      const given = JSON.stringify({ baseUrl: service.url, apiKey: "ak_test", tenantId: "1" });
      const [command, ...flags] = words.split(" ");
      const watcher = startProgram("watched.ts", {
        command: command!,
        flags: [...flags, "-A"],
        args: [given, "ends"],
      });
      await watcher.output(/^over$/m); // Logged in a listener of `unload`, too.
      assertEquals(service.counts, { received: 2, unique: 2, duplicates: 0 });
      watcher.kill("SIGKILL"); // It waits for changes.
      assertEquals((await watcher.ended).stderr.includes("panicked"), false);
    },
  });
}
