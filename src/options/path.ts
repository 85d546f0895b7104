/**
 * Files and directories that options name, by a path or a `file:` URL. It runs once for each handler,
 * in the constructor.
 *
 * @module
 */

import { attempt } from "../record/errors.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { URL } = globalThis;

/** The path that a `file:` URL stands for, as an object or as text, and a path by itself. */
export function pathOf(file: string | URL): string {
  if (typeof file === "string" && !file.startsWith("file:")) return file;
  const { pathname } = new URL(file);
  const path = attempt(() => decodeURIComponent(pathname)) ?? pathname;
  return Deno.build.os === "windows" ? path.replace(/^\/(?=[a-z]:)/i, "") : path;
}

/** The flag that allows to read or write this path, as a shell takes it. */
export function permissionFlag(access: "read" | "write", path: string): string {
  const list = path.replaceAll(",", ",,"); // Otherwise Deno takes it for several.
  return `--allow-${access}=${/^[\w./\\:@%+,~-]+$/.test(list) ? list : `"${list}"`}`;
}
