/**
 * Globals as they are when the package is loaded, for both threads: a program that replaces or
 * freezes them, as tests do, does not change what its log handler does.
 *
 * @module
 */

/**
 * A global as it is now. Deno loads some of them at their first use, which takes milliseconds, so
 * what is taken is the property and not yet its value.
 */
export function taken<Name extends keyof typeof globalThis>(
  name: Name,
): () => (typeof globalThis)[Name] {
  const property = Object.getOwnPropertyDescriptor(globalThis, name);
  return () => property?.get ? property.get.call(globalThis) : property?.value;
}

const { add, compareExchange, load, notify, store, wait, waitAsync } = globalThis.Atomics;

/** Stands for the global of that name: what works in shared memory must not depend on it later. */
export const Atomics = { add, compareExchange, load, notify, store, wait, waitAsync } as const;
