/**
 * Kills programs that log with a spool, again and again, at random moments and by SIGKILL, while
 * their service is up or away in one of four ways. In the end the service is up, a last program
 * uses the spool, and everything whose log call had returned must have arrived, under one key.
 *
 * The tests do it some fifty times. `deno run -A tests/spool_killer.ts 300 7` does it three hundred
 * times, with 7 as the seed of what is random.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions } from "../mod.ts";
import { answer, type FaultyService, hang, startFaultyService } from "./faulty_service.ts";
import { Generator } from "./generate.ts";
import { type Program, startProgram } from "./program.ts";

const RHYTHMS = ["paced", "bursts", "never yields"] as const;
const OUTAGES = ["none", "nothing listens", "503", "401", "hangs", "sometimes 500"] as const;
/** How long the last program may take for what the others have left, in milliseconds. */
const RECOVERY_MS = 180_000;
/** Each program's numbers begin here. */
const NUMBERS_EACH = 1_000_000;

type Outage = (typeof OUTAGES)[number];

/** What a run of kills came to. */
export interface Killed {
  readonly kills: number;
  /** Records whose log call had returned. */
  readonly logged: number;
  /** Of those, the ones that never arrived. */
  readonly lost: readonly number[];
  /** Records that arrived under more than one key. */
  readonly doubled: readonly number[];
  /** What is left in the directory. */
  readonly left: readonly string[];
}

/** Kills so many programs. All use one directory and go to one service. */
export async function killPrograms(
  kills: number,
  protocol: "events" | "otlp",
  seed: number,
): Promise<Killed> {
  const random = new Generator(seed);
  await using scene = new Scene(protocol);
  for (let i = 0; i < kills; i++) {
    const undo = await suffer(scene.service, pick(OUTAGES, random), random);
    const program = await scene.start(pick(RHYTHMS, random));
    // Some in their first moments, in which the file is made and changes its form.
    await pause(random.below(random.below(2) === 0 ? 400 : 30));
    program.kill("SIGKILL");
    await program.ended;
    await undo();
  }
  return await scene.end();
}

/**
 * Kills several programs at once, in the midst of what they take over from those before them, and
 * while those that come next begin to take over from them.
 */
export async function killGenerations(
  generations: number,
  size: number,
  protocol: "events" | "otlp",
  seed: number,
): Promise<Killed> {
  const random = new Generator(seed);
  await using scene = new Scene(protocol);
  const generation = () =>
    Promise.all(Array.from({ length: size }, () => scene.start(pick(RHYTHMS, random))));
  for (let present = await generation(), i = 0; i < generations; i++) {
    const undo = await suffer(scene.service, pick(OUTAGES, random), random);
    await pause(random.below(300));
    const isLast = i === generations - 1;
    const next = isLast ? [] : generation();
    await pause(random.below(200));
    for (const program of present) program.kill("SIGKILL");
    for (const program of present) await program.ended;
    await undo();
    present = await next;
  }
  return await scene.end();
}

function pick<T>(all: readonly T[], random: Generator): T {
  return all[random.below(all.length)]!;
}

/** Programs that use one directory and go to one service. */
class Scene {
  readonly service = startFaultyService(() => undefined);
  #folder = Deno.makeTempDirSync();
  #options: AxonPushHandlerOptions;
  #started = 0;

  constructor(protocol: "events" | "otlp") {
    const spool = `${this.#folder}/spool`;
    const { url: baseUrl } = this.service;
    this.#options = { apiKey: "ak_test", tenantId: "1", baseUrl, protocol, spool };
  }

  /** Starts a program, and waits for its first record. */
  async start(rhythm: string): Promise<Program> {
    const n = this.#started++;
    const oracle = `${this.#folder}/oracle-${n}`;
    const program = startProgram("spooling.ts", {
      flags: ["-A", "--no-check"],
      args: [JSON.stringify(this.#options), rhythm, String(n * NUMBERS_EACH), oracle],
    });
    while (sizeOf(oracle) === 0) await pause(1);
    return program;
  }

  /** All were killed, and the service is up again. */
  async end(): Promise<Killed> {
    const logged: number[] = [];
    for (let n = 0; n < this.#started; n++) {
      const text = await Deno.readTextFile(`${this.#folder}/oracle-${n}`);
      for (const line of text.split("\n").slice(0, -1)) logged.push(Number(line));
    }
    await recover(this.#options, this.service, logged);
    const keys = new Map<number, string[]>();
    for (const [key, n] of this.service.stored) keys.set(n, [...keys.get(n) ?? [], key]);
    return {
      kills: this.#started,
      logged: logged.length,
      lost: logged.filter((n) => !keys.has(n)),
      doubled: [...keys].filter(([, found]) => found.length > 1).map(([n]) => n),
      // An empty one, of a program that was killed while it made a file, is removed after a minute,
      // and with it SQLite's journal of that moment.
      left: [...Deno.readDirSync(`${this.#folder}/spool`)].map(({ name }) => name)
        .filter((name) => sizeOf(`${this.#folder}/spool/${name.replace(/-journal$/, "")}`) > 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Has the service be away. The function that is returned ends that. */
async function suffer(
  service: FaultyService,
  outage: Outage,
  random: Generator,
): Promise<() => Promise<void>> {
  if (outage === "nothing listens") {
    await service.down();
    return () => Promise.resolve(service.up());
  }
  service.script = () => {
    switch (outage) {
      case "503":
        return answer(503);
      case "401":
        return answer(401);
      case "hangs":
        return hang;
      case "sometimes 500":
        return random.below(3) === 0 ? answer(500) : undefined;
      default:
        return undefined;
    }
  };
  return () => {
    service.script = () => undefined;
    return Promise.resolve();
  };
}

/** A last program, which is this one, delivers what the others have left. */
async function recover(
  options: AxonPushHandlerOptions,
  service: FaultyService,
  logged: readonly number[],
): Promise<void> {
  await using handler = new AxonPushHandler("NOTSET", { ...options, diagnostics: () => {} });
  new Logger("last", "NOTSET", { handlers: [handler] }).info("the last one", { n: -1 });
  const until = Date.now() + RECOVERY_MS;
  const isMissing = () => {
    const stored = new Set(service.stored.values());
    return logged.some((n) => !stored.has(n)) || handler.stats.pending > 0;
  };
  while (isMissing() && Date.now() < until) await pause(50);
  await pause(200);
}

function sizeOf(file: string): number {
  try {
    return Deno.statSync(file).size;
  } catch {
    return 0;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) {
  const kills = Number(Deno.args[0] ?? 100);
  let seed = Number(Deno.args[1] ?? Date.now() % 1e6);
  for (let done = 0; done < kills; seed++) {
    const protocol = seed % 2 === 0 ? "events" : "otlp";
    const result = seed % 4 < 2
      ? await killPrograms(Math.min(10, kills - done), protocol, seed)
      : await killGenerations(4, 3, protocol, seed);
    done += result.kills;
    const { logged, lost, doubled, left } = result;
    console.log(
      `${done} killed, seed ${seed}, ${protocol}: ${logged} logged, ${lost.length} lost, ` +
        `${doubled.length} under two keys, ${left.length} files left`,
      lost.slice(0, 5),
    );
  }
}

/** Checks that nothing was lost, stored under two keys, or left on disk. */
export function assertNothingLost({ logged, lost, doubled, left }: Killed): void {
  assertEquals({ isEmpty: logged === 0, lost, doubled, left }, {
    isEmpty: false,
    lost: [],
    doubled: [],
    left: [],
  });
}
