// Stands in for jsr:@std/async/poll: the genuine module, as the npm package deno-std ships it.
// @ts-types="./poll.d.ts"
export * from "deno-std/async/poll.js";
