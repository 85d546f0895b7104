// Stands in for jsr:@std/async/retry: the genuine module, as the npm package deno-std ships it.
// @ts-types="./retry.d.ts"
export * from "deno-std/async/retry.js";
