/**
 * Where the spool is, and whether it may be used. It runs once for each handler, in the constructor.
 *
 * @module
 */
import { mayReadFile, mayWriteFile } from "../permissions.ts";
import { refuse } from "./check.ts";
import type { AxonPushHandlerOptions } from "./options.ts";
import { pathOf, permissionFlag } from "./path.ts";

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
  const path = pathOf(spool);
  const isRelative = !/^([a-z]:)?[/\\]/i.test(path);
  // The program may go to another directory later.
  const directory = isRelative && mayReadFile(".") ? `${Deno.cwd()}/${path}` : path;
  const flags = [
    mayReadFile(directory) ? "" : permissionFlag("read", directory),
    mayWriteFile(directory) ? "" : permissionFlag("write", directory),
  ].filter(Boolean);
  if (flags.length > 0) {
    refuse(TypeError, `cannot use 'spool', no permission: run with ${flags.join(" ")}`);
  }
  return directory;
}
