/**
 * Reads the variables that options may come from: those of the environment that the program may
 * read, then those of `envFile`. It runs once for each handler, in the constructor.
 *
 * @module
 */
import { parse as parseDotenv } from "@std/dotenv/parse";
import { mayReadFile, mayReadVariable, readVariable } from "../permissions.ts";
import { reason } from "../record/errors.ts";
import { refuse, show } from "./check.ts";
import { pathOf, permissionFlag } from "./path.ts";

/** Finds a variable's value. One that is empty or blank counts as unset. */
export type Environment = (variable: string) => string | undefined;

/** The environment, then the file, if there is one. */
export function environment(envFile?: string | URL): Environment {
  const file = envFile === undefined ? {} : readEnvFile(envFile);
  return (variable) => bare(readVariable(variable)) || bare(file[variable]) || undefined;
}

/**
 * A value without blanks and quotation marks around it. Whoever reads a `.env` file takes the marks
 * off, but `docker run --env-file` does not, and no value of ours has any.
 */
function bare(value = ""): string {
  return value.trim().replace(/^(["'])(.*)\1$/s, "$2").trim();
}

/** The variables that are the handler's to read. */
const OURS = /^(AXONPUSH|OTEL)_/;
/** Stands for `$` where the parser must not see a reference: a character without a meaning. */
const DOLLAR = "\uE000";

function readEnvFile(file: string | URL): Record<string, string> {
  const path = pathOf(file);
  if (!mayReadFile(path)) {
    const flag = permissionFlag("read", path);
    refuse(TypeError, `cannot read 'envFile', no read permission: run with ${flag}`);
  }
  try {
    const text = Deno.readTextFileSync(path).replace(/^\uFEFF/, ""); // A byte order mark.
    const ours = Object.entries(parseDotenv(text.replaceAll("$", DOLLAR)))
      .filter(([name]) => OURS.test(name))
      .map(([name, value]) => [name, value.replaceAll(DOLLAR, "$")] as const);
    if (!ours.some(([name, value]) => value.includes("$") && !isQuoted(name, text))) {
      return Object.fromEntries(ours);
    }
    // The parser looks up $NAME in the environment where the file does not define it.
    const foreign = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!)
      .filter((name) => !mayReadVariable(name) && !isDefined(name, text));
    if (foreign.length > 0) throw new TypeError(`it refers to ${foreign}, which may not be read`);
    return parseDotenv(text);
  } catch (error) {
    const why = reason(error).replace(/: readfile .*/s, ""); // Deno says the path there.
    return refuse(
      TypeError,
      `cannot read 'envFile': ${why}: current value is ${show(path) ?? "not shown"}`,
    );
  }
}

function isDefined(name: string, text: string, value = ""): boolean {
  return new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=[ \\t]*${value}`, "m").test(text);
}

/** Whether a value is in quotes, where `$` is a character like any other. */
function isQuoted(name: string, text: string): boolean {
  return isDefined(name, text, `['"]`);
}
