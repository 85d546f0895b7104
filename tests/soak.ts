/**
 * Logs steadily through a service that keeps failing in random ways, and checks at the end that
 * every record is accounted for and that memory has not grown. Failures come from a seed that is
 * printed first, so that a run can be repeated.
 *
 * ```sh
 * deno task soak             # 60 seconds
 * deno task soak 600 12345   # ten minutes, with this seed
 * deno task soak flood       # a million records without a pause, for each overflow policy
 * ```
 *
 * @module
 */
import { assert } from "@std/assert";
import { Logger } from "@std/log/logger";
import type {
  AxonPushHandler,
  AxonPushHandlerOptions,
  HandlerStats,
  OverflowPolicy,
} from "../mod.ts";
import {
  answer,
  assertInvariant,
  type Behaviour,
  closeAfterAnswer,
  closeMidAnswer,
  closeUnanswered,
  drip,
  endless,
  type FaultyService,
  handlerFor,
  hang,
  say,
  slow,
  startCorrespondent,
  startFaultyService,
  startServiceProcess,
  storeUnanswered,
  warmUp,
  wronglyCompressed,
} from "./faulty_service.ts";

/** How often memory is looked at, in milliseconds. */
const LOOK_MS = 250;
const REQUEST_TIMEOUT_MS = 500;
const DRAIN_MS = 60_000;

/** What a run came to. */
export interface SoakResult {
  readonly requests: number;
  readonly handlers: Readonly<Record<string, HandlerStats>>;
  /** How the memory grew, by the straight line through the second half of the run. */
  readonly slopeMiBPerMinute: number;
}

/** Handlers of each kind that logs at the same time. */
const HANDLERS: Readonly<Record<string, AxonPushHandlerOptions>> = {
  "drop-oldest": {},
  "drop-newest": { overflowPolicy: "drop-newest", queueSize: 200 },
  otlp: { protocol: "otlp", flushIntervalMs: 100 },
  "otlp, gzip": { protocol: "otlp", compression: "gzip" },
};

/** How often each failure comes, in a thousand requests. */
const FAILURES: readonly (readonly [perMille: number, Behaviour])[] = [
  [10, answer(500)],
  [10, answer(503, { headers: { "Retry-After": "0" } })],
  [2, answer(429, { headers: { "Retry-After": "1" } })],
  [5, answer(400, { body: { code: "invalid" } })],
  [2, answer(401, { body: { code: "invalid_api_key" } })],
  [5, answer(413)],
  [5, closeUnanswered],
  [5, storeUnanswered],
  [5, closeMidAnswer(200)],
  [5, closeAfterAnswer(201)],
  [5, say("noise")],
  [5, endless(200)],
  [2, drip(200)],
  [5, wronglyCompressed(500)],
  [2, hang],
  [50, slow(50)],
];

/** Soaks for so long. Throws when a number is wrong. */
export async function soak(seconds: number, seed: number): Promise<SoakResult> {
  await using services = await startCorrespondent("soak.ts", ["services", String(seed)]);
  const urls: string[] = JSON.parse(services.greeting);
  const handlers = Object.values(HANDLERS).map((options, i) =>
    handlerFor({ url: urls[i]! }, { requestTimeoutMs: REQUEST_TIMEOUT_MS, ...options })
  );
  const memory = await logFor(seconds, seed, handlers);

  await services.ask("mend");
  const numbers: Record<string, HandlerStats> = {};
  for (const [i, name] of Object.keys(HANDLERS).entries()) {
    const { said } = handlers[i]!;
    await handlers[i]!.close(DRAIN_MS);
    numbers[name] = handlers[i]!.stats;
    assert(
      said.every(({ code }) => code !== "shutdown" && code !== "worker"),
      JSON.stringify(said),
    );
  }
  const { requests, wrong } = JSON.parse(await services.ask(JSON.stringify(numbers)));
  assert(wrong === undefined, wrong);
  return {
    requests,
    handlers: numbers,
    slopeMiBPerMinute: 60 * slope(memory.slice(memory.length >> 1)),
  };
}

/** Logs in bursts with pauses, and notes how much memory the process takes. */
async function logFor(seconds: number, seed: number, handlers: AxonPushHandler[]) {
  const random = generator(seed);
  const logger = new Logger("soak", "NOTSET", { handlers });
  const memory: [second: number, mebibytes: number][] = [];
  const start = performance.now();
  let elapsed = 0;
  for (let n = 0; elapsed < seconds; n++) {
    logger.info("A message of a usual length", { n, seed });
    if (random() < 0.2) await pause(10 * random());
    elapsed = (performance.now() - start) / 1000;
    if (elapsed * 1000 >= memory.length * LOOK_MS) {
      memory.push([elapsed, Deno.memoryUsage().rss / 2 ** 20]);
    }
  }
  return memory;
}

/** The services, in a process of their own, so that their memory is not the program's. */
async function runServices(seed: number): Promise<void> {
  const random = generator(seed);
  const services = Object.keys(HANDLERS).map(() => startFaultyService(() => failure(random())));
  console.log(JSON.stringify(services.map(({ url }) => url)));
  let mended = false;
  const breakDown = async () => {
    while (!mended) {
      await pause(5000 * random());
      const service = services[Math.floor(random() * services.length)]!;
      await service.down();
      await pause(2000 * random());
      service.up();
    }
  };
  void breakDown();
  for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    if (line.trim() === "mend") {
      mended = true;
      for (const service of services) service.script = [];
      console.log("mended");
    } else {
      console.log(JSON.stringify(check(Object.values(JSON.parse(line)), services)));
    }
  }
}

function check(numbers: readonly HandlerStats[], services: readonly FaultyService[]) {
  try {
    for (const [i, stats] of numbers.entries()) assertInvariant(stats, services[i]!);
    return { requests: services.reduce((sum, { requests }) => sum + requests.length, 0) };
  } catch (error) {
    return { wrong: String(error) };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function failure(random: number): Behaviour | undefined {
  let threshold = 0;
  for (const [perMille, behaviour] of FAILURES) {
    if (random < (threshold += perMille / 1000)) return behaviour;
  }
  return undefined;
}

/** The slope of the straight line that fits best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const under = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

/** Random numbers from a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Logs a million records in a loop against a slow service, and tells the peak of the memory. */
async function flood(overflowPolicy: OverflowPolicy, count: number) {
  await using service = await startServiceProcess(1);
  const handler = handlerFor(service, { overflowPolicy });
  const logger = new Logger("soak", "NOTSET", { handlers: [handler] });
  warmUp();
  const idle = Deno.memoryUsage().rss;
  const start = performance.now();
  let peak = idle;
  for (let n = 0; n < count; n++) {
    logger.info("A message of a usual length, about an order", { n, customer: "c-17" });
    if (n % 1024 === 0) peak = Math.max(peak, Deno.memoryUsage().rss);
  }
  const seconds = (performance.now() - start) / 1000;
  await handler.flush(DRAIN_MS);
  const { accepted, delivered, dropped, failed } = handler.stats;
  await handler.close();
  const stored = (await service.stored()).length;
  const row = { accepted, delivered, stored, dropped, failed };
  return { ...row, "peak MiB": (peak - idle) >> 20, seconds: Math.round(seconds) };
}

if (import.meta.main) {
  const [first = "60", given] = Deno.args;
  if (first === "services") {
    await runServices(Number(given));
  } else if (first === "flood") {
    const rows: Record<string, unknown> = {};
    for (const policy of ["drop-oldest", "drop-newest", "block"] as const) {
      rows[policy] = await flood(policy, Number(given ?? 1_000_000));
    }
    console.table(rows);
  } else {
    const seed = Number(given ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    console.log(`seed ${seed}`);
    const { handlers, requests, slopeMiBPerMinute } = await soak(Number(first), seed);
    console.table(handlers);
    console.log(`${requests} requests, memory ${slopeMiBPerMinute.toFixed(2)} MiB a minute`);
  }
  Deno.exit();
}
