/**
 * A `.env` file is read as `@std/dotenv` reads it, but for what is not the handler's: a line of
 * another program's in it neither makes Deno ask for a permission nor keeps the handler from being
 * made. Where JSR cannot be reached this runs on the stand-in of `links/`, and so tests that, too.
 *
 * @module
 */
import { pathToFileURL as toFileUrl } from "node:url";
import { assertEquals, assertInstanceOf, assertMatch, assertStringIncludes } from "@std/assert";
import { parse } from "@std/dotenv/parse";
import { runProgram } from "./program.ts";

const REQUIRED = "AXONPUSH_API_KEY=ak_file\nAXONPUSH_TENANT_ID=1\n";

/** What `tell_settings.ts` says of such a file, with the permission to read it and these flags. */
async function tell(text: string, env: Record<string, string> = {}, ...flags: readonly string[]) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    return await tellAt(path, path, env, flags);
  } finally {
    await Deno.remove(path);
  }
}

/** The same of a file that is there. */
async function tellAt(
  path: string,
  envFile: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<string> {
  const { stdout } = await runProgram("tell_settings.ts", {
    flags: ["--no-prompt", `--allow-read=${path}`, ...flags],
    args: [JSON.stringify({ envFile })],
    env,
  });
  return stdout;
}

/** The environment that the handler finds in such a file, as the option `environment`. */
async function environmentIn(...given: Parameters<typeof tell>): Promise<string> {
  return JSON.parse(await tell(REQUIRED + given[0], ...given.slice(1) as [])).environment;
}

for (
  const [what, text, value] of [
    ["a bare value", "AXONPUSH_ENVIRONMENT=staging", "staging"],
    ["export", "export AXONPUSH_ENVIRONMENT = staging", "staging"],
    ["blanks and a comment", "  AXONPUSH_ENVIRONMENT=  staging  # here", "staging"],
    ["line breaks of Windows", "A=1\r\nAXONPUSH_ENVIRONMENT=staging\r\nB=2\r\n", "staging"],
    ["single quotes", "AXONPUSH_ENVIRONMENT='a # $B \\n'", "a # $B \\n"],
    ["double quotes", 'AXONPUSH_ENVIRONMENT="a # $B"', "a # $B"],
    ["escapes in double quotes", 'AXONPUSH_ENVIRONMENT="a\\tb"', "a\tb"],
    ["several lines before it", 'A="1\n2\n3"\nAXONPUSH_ENVIRONMENT=staging', "staging"],
    ["a reference", "STAGE=ing\nAXONPUSH_ENVIRONMENT=stag${STAGE}", "staging"],
    ["a reference to a later line", "AXONPUSH_ENVIRONMENT=stag$STAGE\nSTAGE=ing", "staging"],
    ["the same name twice", "AXONPUSH_ENVIRONMENT=a\nAXONPUSH_ENVIRONMENT=b", "b"],
  ] as const
) {
  Deno.test(`envFile is read as @std/dotenv reads it: ${what}`, async () => {
    assertEquals(parse(text).AXONPUSH_ENVIRONMENT, value);
    assertEquals(await environmentIn(text), value);
  });
}

Deno.test("envFile may refer to the environment, where that may be read", async () => {
  const text = "AXONPUSH_ENVIRONMENT=${STAGE:-production}";
  const env = { STAGE: "staging" };
  assertEquals(await environmentIn(text, env, "--allow-env"), "staging");
  assertEquals(await environmentIn(text, {}, "--allow-env"), "production");
  assertStringIncludes(
    await tell(REQUIRED + text, env),
    "TypeError: Cannot create AxonPushHandler: cannot read 'envFile': it refers to STAGE, which may " +
      "not be read: current value is ",
  );
});

Deno.test("envFile may hold lines of others that refer to what may not be read", async () => {
  const text = `PATHS=$HOME/bin:$PATH\nPASSWORD='pa$word'\nAXONPUSH_ENVIRONMENT='$not_read'`;
  assertEquals(await environmentIn(text), "$not_read");
});

Deno.test("envFile may be the text of a URL, as import.meta.resolve() makes it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "an env " });
  try {
    const path = `${folder}/.env`;
    await Deno.writeTextFile(path, REQUIRED);
    const { exporter } = JSON.parse(await tellAt(path, String(toFileUrl(path))));
    assertEquals(exporter.headers["x-api-key"], "ak_file");
    assertStringIncludes(await tellAt("/", "file:///a%zz"), "cannot read 'envFile': No such file");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A variable that is not in envFile is said to be missing there", async () => {
  const text = await tell("AXONPUSH_API_KEY=ak_file\nAXONPUSH_TENANT_ID=\n");
  assertMatch(
    text,
    /: missing 'tenantId' \(AXONPUSH_TENANT_ID is not in 'envFile', "[^"]+"\): set the option, or the variable there\n/,
  );
});

Deno.test("envFile may begin with a byte order mark", async () => {
  const { exporter } = JSON.parse(await tell(`\uFEFF${REQUIRED}`));
  assertEquals(exporter.headers["x-api-key"], "ak_file");
});

Deno.test("parse() of @std/dotenv reads any text", () => {
  for (const text of ["", "=", "a", "a=", "'", '"', "a='", "a=${", "a=${}", "#", "\n=\n", "1=2"]) {
    assertInstanceOf(parse(text), Object);
  }
});
