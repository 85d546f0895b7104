/**
 * What std/log itself costs, with no network at all: a handler that does nothing, the FileHandler
 * with the JSON formatter, and the ConsoleHandler with the same, whose output goes to a file. The
 * second word of the variant is the logger, as in `axonpush.mjs`.
 */
import * as log from "@std/log";
import { BaseHandler } from "@std/log/base-handler";
import { ConsoleHandler } from "@std/log/console-handler";
import { FileHandler } from "@std/log/file-handler";
import { jsonFormatter } from "@std/log/formatters";
import { outputFile, run, variant } from "../measure.mjs";
import { NativeLogger } from "./native_logger.mjs";

class NullHandler extends BaseHandler {
  handle() {}
  log() {}
}

const [name, kind] = variant.split("-");
const options = { formatter: jsonFormatter, useColors: false };
const handler = {
  null: () => new NullHandler("NOTSET"),
  console: () => new ConsoleHandler("NOTSET", options),
  file: () => new FileHandler("NOTSET", { ...options, filename: outputFile, mode: "w" }),
}[name]();
log.setup({
  handlers: { it: handler },
  loggers: { default: { level: "INFO", handlers: ["it"] } },
});
const logger = kind === "native" ? new NativeLogger([handler]) : log.getLogger();

await run((id) => logger.info("request served", { method: "GET", status: 200, request_id: id }));
