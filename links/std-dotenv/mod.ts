// Stands in for jsr:@std/dotenv, which no npm package ships: load() and loadSync() over ./parse.ts.
import { parse } from "./parse.ts";
export { parse };

export interface LoadOptions {
  /** The file to read, `null` for none. Default: `./.env`. */
  envPath?: string | null;
  /** Whether to set what the environment does not have yet. Default: `false`. */
  export?: boolean;
}

/** Reads a `.env` file; one that does not exist counts as empty. */
export async function load(options: LoadOptions = {}): Promise<Record<string, string>> {
  const { envPath = ".env", export: exports = false } = options;
  const variables = envPath === null
    ? {}
    : parse(await Deno.readTextFile(envPath).catch(emptyIfMissing));
  if (exports) setMissing(variables);
  return variables;
}

/** The same as {@linkcode load}, blocking. */
export function loadSync(options: LoadOptions = {}): Record<string, string> {
  const { envPath = ".env", export: exports = false } = options;
  let text = "";
  try {
    if (envPath !== null) text = Deno.readTextFileSync(envPath);
  } catch (error) {
    text = emptyIfMissing(error);
  }
  const variables = parse(text);
  if (exports) setMissing(variables);
  return variables;
}

function emptyIfMissing(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "";
  throw error;
}

function setMissing(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
}
