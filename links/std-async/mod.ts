// Stands in for jsr:@std/async, module by module: deno-std's own mod.js imports a file it lacks.
export * from "./abortable.ts";
export * from "./deadline.ts";
export * from "./delay.ts";
export * from "./poll.ts";
export * from "./pool.ts";
export * from "./retry.ts";
