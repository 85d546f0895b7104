// Stands in for jsr:@std/async/pool: the genuine module, as the npm package deno-std ships it.
// @ts-types="./pool.d.ts"
export * from "deno-std/async/pool.js";
