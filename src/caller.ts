/**
 * Finds where a log call was made. The stack is cut below std/log by its own functions, not by file
 * names, which a bundle changes.
 *
 * @module
 */
import { critical } from "@std/log/critical";
import { debug } from "@std/log/debug";
import { error } from "@std/log/error";
import { info } from "@std/log/info";
import { Logger } from "@std/log/logger";
import { warn } from "@std/log/warn";

/** What a log call of each level can be made through, outermost first. */
const ENTRIES = {
  DEBUG: [debug, Logger.prototype.debug],
  INFO: [info, Logger.prototype.info],
  WARN: [warn, Logger.prototype.warn],
  ERROR: [error, Logger.prototype.error],
  CRITICAL: [critical, Logger.prototype.critical],
};
const ALL_ENTRIES = Object.values(ENTRIES).flat();

/** A frame: an optional function, then a URL or path with line and column. */
const FRAME = /^ {4}at (?:async )?(?:(.+?) (?:\[as .+\] )?\()?(.+?):(\d+):(\d+)\)?$/m;

/**
 * The caller's place as attributes, by OpenTelemetry's semantic conventions ("Code").
 * @param fallback What was called if the record did not come through a logger of std/log.
 * @param levelName The record's level: a message function may log too, inside another log call.
 */
export function callerAttributes(
  // deno-lint-ignore ban-types
  fallback: Function,
  levelName?: string,
): Record<string, unknown> {
  const holder = { stack: "" };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  try {
    const entries = ENTRIES[levelName as keyof typeof ENTRIES] ?? ALL_ENTRIES;
    for (const entry of [...entries, fallback]) {
      // Without the function on the stack, the trace is empty.
      Error.captureStackTrace(holder, entry);
      const frame = FRAME.exec(holder.stack);
      if (frame) {
        return {
          "code.function.name": frame[1],
          "code.file.path": toPath(frame[2]!),
          "code.line.number": Number(frame[3]),
          "code.column.number": Number(frame[4]),
        };
      }
    }
  } finally {
    Error.stackTraceLimit = limit;
  }
  return {};
}

/** The path that a file URL stands for; other addresses stay as they are. */
function toPath(url: string): string {
  if (!url.startsWith("file:///")) return url;
  try {
    return decodeURIComponent(url.slice(7)).replace(/^\/(?=[A-Za-z]:\/)/, "");
  } catch {
    return url; // It has a percent sign that encodes nothing.
  }
}
