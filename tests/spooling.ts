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

export function existsSync(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
