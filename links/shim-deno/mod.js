// Gives @std/log's files Deno itself: the npm shim reads the environment at import.
export const Deno = globalThis.Deno;
