/**
 * Makes the modules that are generated, or those that are named. Two carry another file as a string,
 * because a published package cannot read the files beside it: `page`, the page of the local AxonPush,
 * and `worker`, the worker's code with all that it imports. The third, `package`, is all that runs on
 * the program's thread in one file, which Deno loads in half the time. With `--check` it writes nothing
 * and fails if one of them is stale.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

interface Bundle {
  /** The file that is carried. */
  readonly source: string;
  /** The module that carries it. */
  readonly target: string;
  /** The code of that module. */
  readonly make: (source: string) => Promise<string>;
}

/** A program that has `checkJs` set would have what the bundler leaves of the types checked. */
const UNCHECKED = "// @ts-nocheck";

/** By name. The package carries the worker, which therefore comes before it. */
const BUNDLES: Readonly<Record<string, Bundle>> = {
  worker: {
    source: "src/worker/worker.ts",
    target: "src/worker/worker.generated.ts",
    make: async (source) =>
      `/** The worker's source, for a \`data:\` URL. */
export const WORKER_SOURCE: string =
  ${JSON.stringify(`${UNCHECKED}\n${await bundle(source, "--minify")}`)};
`,
  },
  package: {
    source: "src/package.ts",
    target: "src/package.generated.js",
    // Not minified: it is read in stack traces. The program and the package share one `@std/log`.
    make: async (source) => `${UNCHECKED}\n${await bundle(source, "--external=@std/*")}\n`,
  },
  page: {
    source: "dev/page.html",
    target: "dev/page.generated.ts",
    make: async (source) => {
      const page = (await Deno.readTextFile(new URL(source, root))).replaceAll("\r\n", "\n");
      return `/** The page of the local AxonPush. */
export const PAGE: string =
  ${JSON.stringify(page)};
/** What its content security policy allows: this one script and this one style. */
export const PAGE_HASHES = {
  script: "${await hashOf(page, "script")}",
  style: "${await hashOf(page, "style")}",
} as const;
`;
    },
  },
};

const names = Deno.args.filter((argument) => argument !== "--check");
for (const name of names.length > 0 ? names : Object.keys(BUNDLES)) {
  const { source, target, make } = BUNDLES[name]!;
  const text = `// Made from ${source} by \`deno task bundle\`. Do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file
${await make(source)}`;
  const file = new URL(target, root);
  // What is as it should be may be in use, or in a folder that cannot be written to.
  if (await Deno.readTextFile(file).catch(() => "") === text) continue;
  if (Deno.args.includes("--check")) {
    console.error(`${target} is not what ${source} makes: run \`deno task bundle\``);
    Deno.exitCode = 1;
  } else await Deno.writeTextFile(file, text);
}

async function bundle(source: string, option: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", option, source],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle ${source}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}

/** The hash of an element's text, as a content security policy wants it. */
async function hashOf(page: string, tag: string): Promise<string> {
  const [, content] = page.match(new RegExp(`<${tag}>(.*?)</${tag}>`, "s")) ?? [];
  if (content === undefined) throw new Error(`dev/page.html has no <${tag}>`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
