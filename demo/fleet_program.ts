/**
 * One of the fleet's programs: it logs at a steady pace and tells at the end what that took. Its
 * arguments are its name, where to post, and how many records.
 *
 * @module
 */
import process from "node:process";
import * as log from "@std/log";
import { AxonPushHandler } from "../mod.ts";

/** Records that are logged at once, and the pause after them in milliseconds. */
const BLOCK = 50;
const PAUSE_MS = 30;

/** What a program tells at its end. */
export interface Told {
  readonly logged: number;
  /** What a log call took on average, in microseconds. */
  readonly callUs: number;
  /** CPU of the whole process, in microseconds a record. */
  readonly cpuUs: number;
  readonly retried: number;
}

if (import.meta.main) {
  const [name, endpoint, count] = Deno.args as [string, string, string];
  const axon = new AxonPushHandler("INFO", {
    protocol: "otlp",
    endpoint,
    serviceName: name,
    compression: "gzip",
    queueSize: 10_000,
    diagnostics: () => {}, // The table shows what came of it.
  });
  log.setup({
    handlers: { axon },
    loggers: { default: { level: "INFO", handlers: ["axon"] } },
  });
  let callMs = 0;
  const before = process.cpuUsage();
  for (let n = 0; n < Number(count);) {
    const began = performance.now();
    for (let i = 0; i < BLOCK; i++) log.info("Order placed", { n: n++, total: 9.5 });
    callMs += performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await axon.close(60_000);
  const { user, system } = process.cpuUsage(before);
  const { accepted, retried } = axon.stats;
  console.log(JSON.stringify(
    {
      logged: accepted,
      callUs: callMs * 1000 / accepted,
      cpuUs: (user + system) / accepted,
      retried,
    } satisfies Told,
  ));
}
