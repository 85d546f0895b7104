/**
 * Logs one record with your settings, waits for it, and says what became of it.
 *
 *     deno run --env-file=examples/local.env --allow-net=127.0.0.1:3000 --allow-env="AXONPUSH_*" examples/troubleshooting.ts
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, withAxonPush } from "@axonpush/std-log";

const handler = new AxonPushHandler();
log.setup(withAxonPush({}, handler));

log.info("Can you hear me?");

if (!await handler.flush(10_000)) console.log("Nobody has answered within 10 seconds.");
const { accepted, delivered, failed } = handler.stats;
if (accepted === 0) console.log("The record did not reach the handler: see docs/loggers.md.");
if (failed > 0) console.log("The record was refused: see the line that begins with [axonpush].");
if (delivered > 0) console.log("The record has arrived.");
Deno.exitCode = delivered > 0 ? 0 : 1;
