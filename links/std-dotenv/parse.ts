// Stands in for jsr:@std/dotenv/parse on the parser of node:util, which leaves `$NAME` as it is.
declare const process: typeof import("node:process");

/** Parses the text of a `.env` file. */
export function parse(text: string): Record<string, string> {
  return process.getBuiltinModule("node:util").parseEnv(text) as Record<string, string>;
}
