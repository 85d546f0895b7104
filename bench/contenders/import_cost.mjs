/** What importing our module costs a program that has std/log already. */
import "@std/log";
import { writeFileSync } from "node:fs";
import process from "node:process";

const [, resultFile] = process.argv.slice(2);
const began = performance.now();
await import("../../mod.ts");
writeFileSync(
  resultFile,
  JSON.stringify({ importMs: performance.now() - began }),
);
