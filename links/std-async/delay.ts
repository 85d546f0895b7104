// Stands in for jsr:@std/async/delay: the genuine module, as the npm package deno-std ships it.
// @ts-types="./delay.d.ts"
export * from "deno-std/async/delay.js";
