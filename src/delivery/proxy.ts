/**
 * Which proxy requests go through, by the variables that Deno's `fetch` reads. It is looked up when a
 * request has failed, because nobody can tell from the error whether it was the service or the proxy
 * that did not answer. Runs where requests are sent: on the worker's thread, or on the program's own
 * where there is no worker.
 *
 * @module
 */
import { readVariable } from "../permissions.ts";

// As they are when the module is loaded, whatever the program does to them later.
const { URL } = globalThis;

/**
 * The name of the variable that sets a proxy for this address, or nothing where there is none or
 * nobody may know. Its value may hold a password, and nobody needs it.
 *
 * @param valueOf The value of a variable, or nothing.
 */
export function proxyVariable(
  url: string,
  valueOf: (variable: string) => string | undefined = readVariable,
): string | undefined {
  const { protocol, hostname } = new URL(url);
  const firstOf = (names: readonly string[]) =>
    names.flatMap((name) => [name, name.toLowerCase()]).find((name) => valueOf(name));
  // In the order in which Deno looks at them.
  const name = firstOf(["ALL_PROXY", protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"]);
  const exceptions = firstOf(["NO_PROXY"]);
  const isExcepted = exceptions !== undefined && covers(valueOf(exceptions)!, hostname);
  return isExcepted ? undefined : name;
}

/** Whether a list names the host, or a domain that it is in. Ranges of addresses are not read. */
function covers(list: string, hostname: string): boolean {
  const entries = list.split(",").map((entry) => entry.trim().toLowerCase().replace(/^\./, ""));
  return entries.some((entry) =>
    entry === "*" || entry !== "" && `.${hostname}`.endsWith(`.${entry}`)
  );
}
