// Stands in for jsr:@std/async/deadline: the genuine module, as the npm package deno-std ships it.
// @ts-types="./deadline.d.ts"
export * from "deno-std/async/deadline.js";
