// Stands in for jsr:@std/dotenv/parse, which no npm package ships, by the same rules: names with or
// without `export`; values in single quotes as they are, in double quotes with \n, \r and \t, both
// over several lines; others up to a `#`, with $NAME, ${NAME} and ${NAME:-default} replaced by what
// the file says, or else the environment. `tests/env_file_test.ts` runs on both.

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[ \t]*(?:'([^']*)'|"([^"]*)"|([^\r\n#]*))/gm;
const REFERENCE = /\$\{(.+?)(?::-(.+))?\}|(?<!\\)\$(\w+)(?::-(.+))?/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };

/** Parses the text of a `.env` file. */
export function parse(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const bare = new Set<string>();
  for (const [, name, single, double, plain] of text.matchAll(LINE)) {
    variables[name!] = single !== undefined
      ? withoutEdges(single)
      : double !== undefined
      ? withoutEdges(double).replace(/\\[nrt]/g, (escape) => ESCAPES[escape]!)
      : plain!.trim();
    if (plain) bare.add(name!);
  }
  const written = { ...variables };
  for (const name of bare) variables[name] = replaceReferences(written[name]!, written);
  return variables;
}

/** A value that begins or ends with a line break does so for its looks. */
function withoutEdges(value: string): string {
  return value.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
}

function replaceReferences(value: string, written: Readonly<Record<string, string>>): string {
  const replaced = value.replace(REFERENCE, (_, braced, bracedDefault, plain, plainDefault) => {
    const name: string = braced ?? plain;
    // The genuine one says "undefined", too, where there is nothing.
    return written[name] ?? Deno.env.get(name) ?? String(bracedDefault ?? plainDefault);
  });
  return replaced === value ? value : replaceReferences(replaced, written);
}
