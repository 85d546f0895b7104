/**
 * Settings in a `.env` file, read with `@std/dotenv`. Precedence: option, environment, file, default.
 * The program needs no permission for the environment.
 *
 *     deno run --allow-read=examples/local.env --allow-net=127.0.0.1:3000 examples/dotenv.ts
 *
 * A program that wants the whole file in its environment loads it before the handler is made, with
 * `import "@std/dotenv/load"` or `deno run --env-file`.
 *
 * @module
 */
import * as log from "@std/log";
import { AxonPushHandler, withAxonPush } from "@axonpush/std-log";

log.setup(withAxonPush({}, new AxonPushHandler("INFO", { envFile: "examples/local.env" })));

log.info("Settings come from a file", { file: "examples/local.env" });
