/**
 * Where the spool is, and whether it may be used. It runs once for each handler, in the constructor.
 *
 * @module
 */
import { mayReadFile, mayWriteFile } from "../permissions.ts";
import { refuse, show } from "./check.ts";
import type { AxonPushHandlerOptions } from "./options.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { URL } = globalThis;

/**
 * The directory of the spool as a path, if there is to be one.
 *
 * @param options What the program passed.
 * @param configured The same with the values of variables.
 */
export function spoolOf(
  options: AxonPushHandlerOptions,
  configured: AxonPushHandlerOptions,
): string | undefined {
  if (options.client && options.spool !== undefined) {
    refuse(
      TypeError,
      `'spool' keeps what the handler itself delivers, and a client delivers by itself: ` +
        `leave out 'spool' or 'client'`,
    );
  }
  const { spool } = configured;
  if (spool === undefined || options.client) {
    if (options.spoolMaxBytes !== undefined) refuse(TypeError, `'spoolMaxBytes' needs 'spool'`);
    return undefined;
  }
  const directory = pathOf(spool);
  const flags = [
    mayReadFile(directory) ? "" : `--allow-read=${directory}`,
    mayWriteFile(directory) ? "" : `--allow-write=${directory}`,
  ].filter(Boolean);
  if (flags.length > 0) {
    refuse(
      TypeError,
      `cannot use 'spool', no permission: current value is ${show(spool)}: run with ${
        flags.join(" ")
      }`,
    );
  }
  return directory;
}

/** The path that a file: URL stands for, and a path by itself. The program may change its directory. */
function pathOf(file: string | URL): string {
  if (typeof file === "string" && !file.startsWith("file:")) {
    const isRelative = !/^([a-z]:)?[/\\]/i.test(file);
    return isRelative && mayReadFile(".") ? `${Deno.cwd()}/${file}` : file;
  }
  const path = decodeURIComponent(new URL(file).pathname);
  return Deno.build.os === "windows" ? path.replace(/^\/(?=[a-z]:)/i, "") : path;
}
