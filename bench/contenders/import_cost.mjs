/** What importing our module costs a program that has std/log already. */
import "@std/log";

const [, resultFile] = Deno.args;
const began = performance.now();
await import("../../mod.ts");
Deno.writeTextFileSync(
  resultFile,
  JSON.stringify({ importMs: performance.now() - began }),
);
