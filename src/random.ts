/**
 * Random identifiers, as what makes them is when the package is loaded. Tests put a `crypto` in the
 * place of the real one that has what they use and no more. Runs on the program's thread.
 *
 * @module
 */
import { nodeProcess } from "./node_process.ts";

const crypto: Partial<Crypto> | undefined = globalThis.crypto;
const ownUUID = crypto?.randomUUID?.bind(crypto);

/** A random UUID. */
export function randomUUID(): string {
  try {
    if (ownUUID) return ownUUID();
  } catch {
    // An emulation of it that works elsewhere only.
  }
  // The real one. To load this module costs milliseconds, so only where there is no other way.
  return nodeProcess().getBuiltinModule("node:crypto").webcrypto.randomUUID();
}
