/**
 * What the program may do already, and what may be read with that. Permissions are queried and never
 * requested: a log handler does not stop a program with a question. For both threads.
 *
 * @module
 */

// As they are when the package is loaded, whatever the program does to them later.
const { URL } = globalThis;
const { env } = Deno;
const querySync = Deno.permissions.querySync.bind(Deno.permissions);

/** Whether a variable may be read. */
export function mayReadVariable(variable: string): boolean {
  return querySync({ name: "env", variable }).state === "granted";
}

/** Whether a file may be read. */
export function mayReadFile(path: string | URL): boolean {
  return querySync({ name: "read", path }).state === "granted";
}

/** Whether any file may be read. */
export function mayReadAll(): boolean {
  return querySync({ name: "read" }).state === "granted";
}

/** Whether a file may be written. */
export function mayWriteFile(path: string | URL): boolean {
  return querySync({ name: "write", path }).state === "granted";
}

/** A variable, if it is set and may be read: `Deno.env.get` alone would prompt on a terminal. */
export function readVariable(variable: string): string | undefined {
  return mayReadVariable(variable) ? env.get(variable) : undefined;
}

/** The name of this machine, if it may be read. */
export function readHostname(): string | undefined {
  const { state } = querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : undefined;
}

/** Whether requests may go to this address. */
export function netPermission(url: string): Deno.PermissionState {
  const { protocol, hostname, port } = new URL(url);
  const host = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  return querySync({ name: "net", host }).state;
}
