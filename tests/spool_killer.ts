/**
 * Kills programs that log with a spool, again and again, at random moments and by SIGKILL, while
 * their service is up or away in one of four ways. In the end the service is up, a last program
 * uses the spool, and everything whose log call had returned must have arrived, under one key.
 *
 * The tests do it thirty times. `deno run -A tests/spool_killer.ts 300 7` does it three hundred
 * times, with 7 as the seed of what is random.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions } from "../mod.ts";
import { answer, type FaultyService, hang, startFaultyService } from "./faulty_service.ts";
import { Generator } from "./generate.ts";
import { startProgram } from "./program.ts";

const RHYTHMS = ["paced", "bursts", "never yields"] as const;
const OUTAGES = ["none", "nothing listens", "503", "401", "hangs", "sometimes 500"] as const;
/** How long the last program may take for what the others have left, in milliseconds. */
const RECOVERY_MS = 60_000;
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
  const folder = await Deno.makeTempDir();
  await using service = startFaultyService(() => undefined);
  const spool = `${folder}/spool`;
  const options = { apiKey: "ak_test", tenantId: "1", baseUrl: service.url, protocol, spool };
  const oracle = `${folder}/oracle`;
  for (let i = 0; i < kills; i++) {
    const rhythm = RHYTHMS[random.below(RHYTHMS.length)]!;
    const undo = await suffer(service, OUTAGES[random.below(OUTAGES.length)]!, random);
    await killOne(options, rhythm, i * NUMBERS_EACH, oracle, random.below(400));
    await undo();
  }
  const logged = (await Deno.readTextFile(oracle)).split("\n").slice(0, -1).map(Number);
  await recover(options, service, logged);
  const keys = new Map<number, string[]>();
  for (const [key, n] of service.stored) keys.set(n, [...keys.get(n) ?? [], key]);
  const left = [...Deno.readDirSync(spool)].map(({ name }) => name);
  await Deno.remove(folder, { recursive: true });
  return {
    kills,
    logged: logged.length,
    lost: logged.filter((n) => !keys.has(n)),
    doubled: [...keys].filter(([, found]) => found.length > 1).map(([n]) => n),
    left,
  };
}

/** Starts a program, and kills it so many milliseconds after its first record. */
async function killOne(
  options: AxonPushHandlerOptions,
  rhythm: string,
  first: number,
  oracle: string,
  afterMs: number,
): Promise<void> {
  const before = sizeOf(oracle);
  const program = startProgram("spooling.ts", {
    flags: ["-A", "--no-check"],
    args: [JSON.stringify(options), rhythm, String(first), oracle],
  });
  while (sizeOf(oracle) === before) await pause(1);
  await pause(afterMs);
  program.kill("SIGKILL");
  await program.ended;
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
    const result = await killPrograms(Math.min(10, kills - done), protocol, seed);
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
