/**
 * Reads the variables that options may come from: those of the environment that the program may
 * read, then those of `envFile`. It runs once for each handler, in the constructor.
 *
 * @module
 */
import { parse as parseDotenv } from "@std/dotenv/parse";
import { mayRead, readVariable } from "../platform.ts";
import { refuse, show } from "./schema.ts";

/** Finds a variable's value. One that is empty or blank counts as unset. */
export type Environment = (variable: string) => string | undefined;

/** The environment, and below it the file, if there is one. */
export function environment(envFile?: string | URL): Environment {
  const file = envFile === undefined ? {} : readEnvFile(envFile);
  return (variable) => readVariable(variable)?.trim() || file[variable]?.trim() || undefined;
}

function readEnvFile(path: string | URL): Record<string, string> {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    refuse(
      TypeError,
      `cannot read 'envFile', no read permission: run with --allow-read=${path}`,
    );
  }
  try {
    const text = Deno.readTextFileSync(path);
    // The parser looks up $NAME in the environment where the file does not define it.
    const foreign = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)
      .filter((name) =>
        !mayRead(name) && !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text)
      );
    if (foreign.length > 0) throw new TypeError(`it refers to ${foreign}, which may not be read`);
    return parseDotenv(text);
  } catch (cause) {
    return refuse(TypeError, `cannot read 'envFile': current value is ${show(path)}`, { cause });
  }
}
