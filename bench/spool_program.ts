/**
 * The programs that `bench/spool.ts` measures: one that logs, one that logs three records and ends,
 * and one that delivers what others have left and looks how late its timers are.
 *
 * @module
 */
import { Logger } from "@std/log/logger";
import { AxonPushHandler, type AxonPushHandlerOptions } from "../mod.ts";

const [what, given, count, first = "0"] = Deno.args as [string, string, string, string?];
const options = JSON.parse(given) as AxonPushHandlerOptions;
const handler = new AxonPushHandler("NOTSET", {
  apiKey: "ak_bench",
  tenantId: "1",
  queueSize: 100_000,
  diagnostics: () => {},
  ...options,
});
const logger = new Logger("shop", "NOTSET", { handlers: [handler] });

function logOne(n: number): void {
  logger.info(`Order placed rid-${String(n).padStart(9, "0")}`, {
    order_id: n,
    total: 99.95,
    currency: "EUR",
  });
}

switch (what) {
  case "three":
    for (let n = 0; n < 3; n++) logOne(n);
    break;
  case "log": {
    const first = performance.now();
    logOne(0);
    const firstMs = performance.now() - first;
    for (let n = 1; n < 2000; n++) logOne(n); // The compiler has seen it then.
    await handler.flush(60_000); // The worker runs then, with a spool and without.
    let slowestMs = 0;
    const began = performance.now();
    let last = began;
    for (let n = 2000; n < 2000 + Number(count); n++) {
      logOne(n);
      const now = performance.now();
      slowestMs = Math.max(slowestMs, now - last);
      last = now;
    }
    const us = (last - began) * 1000 / Number(count);
    await handler.flush(60_000);
    const perSecond = Number(count) / (performance.now() - began) * 1000;
    console.log(JSON.stringify({ us, firstMs, slowestMs, perSecond }));
    break;
  }
  case "leave":
    for (let n = Number(first); n < Number(first) + Number(count); n++) logOne(n);
    await handler.close(0);
    break;
  case "recover": {
    const late: number[] = [];
    let peak = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      late.push(now - last - 5);
      last = now;
      peak = Math.max(peak, Deno.memoryUsage().rss);
    }, 5);
    const live = setInterval(() => logger.info("Alive"), 100);
    const began = performance.now();
    logger.info("Alive");
    let firstMs: number | undefined;
    while (handler.stats.recovered < Number(count) || handler.stats.pending > 100) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (handler.stats.delivered > 0) firstMs ??= performance.now() - began;
    }
    const ms = performance.now() - began;
    clearInterval(timer);
    clearInterval(live);
    late.sort((one, other) => one - other);
    const p99 = late[Math.floor(late.length * 0.99)]!;
    console.log(JSON.stringify({ ms, firstMs, p99, worst: late.at(-1), peakMiB: peak / 2 ** 20 }));
    await handler.close();
    break;
  }
}
