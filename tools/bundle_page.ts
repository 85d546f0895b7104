/**
 * Makes `dev/page_source.ts` from `dev/page.html`: a module that carries the page as a string,
 * because a package on a registry cannot read files beside it, and JSR refuses to publish text
 * imports. With `--check` it writes nothing and fails if that file is stale.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const target = new URL("dev/page_source.ts", root);

const page = (await Deno.readTextFile(new URL("dev/page.html", root))).replaceAll("\r\n", "\n");
const text = `// Made from page.html by \`deno task page\`. Do not edit.
// deno-fmt-ignore-file
/** The page of the local AxonPush. */
export const PAGE: string =
  ${JSON.stringify(page)};
/** What its content security policy allows: this one script and this one style. */
export const PAGE_HASHES = {
  script: "${await hashOf("script")}",
  style: "${await hashOf("style")}",
} as const;
`;
if (Deno.args.includes("--check")) {
  if (await Deno.readTextFile(target).catch(() => "") === text) Deno.exit(0);
  console.error("dev/page_source.ts is not what dev/page.html makes: run `deno task page`");
  Deno.exit(1);
}
await Deno.writeTextFile(target, text);

/** The hash of an element's text, as a content security policy wants it. */
async function hashOf(tag: string): Promise<string> {
  const [, content] = page.match(new RegExp(`<${tag}>(.*?)</${tag}>`, "s")) ?? [];
  if (content === undefined) throw new Error(`dev/page.html has no <${tag}>`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
