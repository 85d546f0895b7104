/**
 * The functions of `Atomics`, as they are when the module is loaded: what works in shared memory
 * must not depend on what a program or a test does to its globals. Runs on both threads.
 *
 * @module
 */

const { add, compareExchange, load, notify, store, wait, waitAsync } = globalThis.Atomics;

/** Stands for the global of that name. */
export const Atomics = { add, compareExchange, load, notify, store, wait, waitAsync } as const;
