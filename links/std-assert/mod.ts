// Stands in for jsr:@std/assert: the genuine code, as the npm package deno-std ships it.
// @ts-types="./mod.d.ts"
export * from "deno-std/assert/mod.js";
