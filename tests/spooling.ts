/**
 * What the tests of the spool share: a directory for it, a handler that uses it, and what must hold.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Logger } from "@std/log/logger";
import {
  AxonPushHandler,
  type AxonPushHandlerOptions,
  type Diagnostic,
  type HandlerStats,
} from "../mod.ts";
import type { Origin } from "../src/record/chunk.ts";
import type { FaultyService } from "./faulty_service.ts";

export const FOREVER_MS = 600_000;

/** A directory that is gone after the test, and where the spool is in it. */
export function temporary(): Disposable & { readonly spool: string; files(): string[] } {
  const folder = Deno.makeTempDirSync();
  const spool = `${folder}/spool`;
  return {
    spool,
    files: () => [...Deno.readDirSync(spool)].map(({ name }) => name).sort(),
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** Where the lines of a file come from that no handler has made. */
export const ORIGIN: Origin = {
  version: 1,
  protocol: "events",
  keyPrefix: "11111111-1111-4111-8111-111111111111",
  constants: { envelope: "", trace: "", resource: "", pid: 1 },
  destination: "here",
};

/** A line of such a file. */
export function lineOf(n: number): string {
  return `record\t20\t"INFO"\t"shop"\t${n}\t0\t\t\t"Order ${n} placed ä€😀"\t"order_id":${n}`;
}

/** Calls this with a directory that is gone after it. */
export function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A handler with a spool, its logger, and what it says. */
export function spooling(
  service: { url: string },
  spool: string,
  options: AxonPushHandlerOptions = {},
) {
  const said: Diagnostic[] = [];
  const handler = new AxonPushHandler("NOTSET", {
    apiKey: "ak_test",
    tenantId: "1",
    baseUrl: service.url,
    spool,
    diagnostics: (diagnostic) => said.push(diagnostic),
    ...options,
  });
  const logger = new Logger("shop", "NOTSET", { handlers: [handler] });
  const log = (from: number, to: number) => {
    for (let n = from; n <= to; n++) logger.info(`record ${n}`, { n });
  };
  return { handler, log, said };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** What is documented of the numbers. */
export function assertBalanced(stats: HandlerStats): void {
  const { accepted, recovered, delivered, failed, dropped, pending, spooled } = stats;
  assertEquals(accepted + recovered, delivered + failed + dropped + pending + spooled);
}

export function storedBy({ stored }: FaultyService): number[] {
  return [...stored.values()].sort((one, other) => one - other);
}

export function turn(ms = 10): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a handler has nothing in flight. */
export async function settled(handler: AxonPushHandler): Promise<void> {
  await turn(100);
  while (handler.stats.pending > 0) await turn();
}

export function existsSync(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
