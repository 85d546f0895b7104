// Stands in for jsr:@std/async/abortable: the genuine module, as the npm package deno-std ships it.
// @ts-types="./abortable.d.ts"
export * from "deno-std/async/abortable.js";
