/**
 * Stands for the global `JSON`, as it is when the package is loaded: programs replace it, or its
 * methods, to have more types written or to see what is. For both threads.
 *
 * @module
 */
const { parse, stringify } = globalThis.JSON;

/** What to use of it. */
export const JSON = { parse, stringify } as const;
