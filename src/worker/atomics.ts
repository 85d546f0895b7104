/**
 * `Atomics` as it is when the package is loaded, for both threads: what works in shared memory must
 * not depend on what a program puts in its place later, as tests do.
 *
 * @module
 */

const { add, compareExchange, load, notify, store, wait, waitAsync } = globalThis.Atomics;

/** Stands for the global of that name. */
export const Atomics = { add, compareExchange, load, notify, store, wait, waitAsync } as const;
