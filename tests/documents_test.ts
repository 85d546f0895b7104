/**
 * What the documents say about the project itself, compared with it: nobody would notice when it
 * stops being true.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual, assertMatch } from "@std/assert";
import * as log from "@std/log";
import { startDevServer } from "../dev/mod.ts";
import { AxonPushHandler } from "../mod.ts";
import { RULES } from "../src/options/schema.ts";
import * as limits from "../src/record/json_writer.ts";
import { shipped } from "./receiver.ts";

const ROOT = new URL("../", import.meta.url);
/** What a user reads. */
const PAGES = ["README.md", ...(await filesIn("docs")).filter((path) => path.endsWith(".md"))];
/** The pages of docs/ besides its index. */
const TOPICS = PAGES.filter((path) => !path.endsWith("README.md"));
/** What links and commands are looked for in. */
const DOCUMENTS = [...PAGES, "examples/README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** The paths of all files in a folder and in those inside it. */
async function filesIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await filesIn(path));
    else paths.push(path);
  }
  return paths.toSorted();
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The code of the package, without tests. */
async function source(): Promise<string> {
  const paths = (await filesIn("src")).filter((path) => !/_test|generated/.test(path));
  return (await Promise.all(paths.map(read))).join("\n");
}

/** A document without its code blocks. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}

/** What is between backticks. */
function spans(text: string): string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
}

/** The rows of tables, each a list of cells. */
function rows(text: string): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row]) =>
    row!.split(/(?<!\\) \| /).map((cell) => cell.trim())
  );
}

Deno.test("CONTRIBUTING.md lists the checks of the gate", async () => {
  const gates = (await read("tools/gate.ts")).matchAll(/\{\s*name: "(.+?)"/g);
  const [, list] = (await read("CONTRIBUTING.md")).match(/besides the tests are: ([^.]+)\./)!;
  assertEquals(list!.split(/,\s+/).map((name) => name.replace(/\s+/, " ")), [
    ...gates.map(([, name]) => name),
  ]);
});

Deno.test("CONTRIBUTING.md names every room of the house, and every file on its way", async () => {
  const text = await read("CONTRIBUTING.md");
  for await (const { name, isDirectory } of Deno.readDir(new URL("src/", ROOT))) {
    if (name.endsWith("_test.ts")) continue;
    assert(text.includes(isDirectory ? `${name}/` : name), `CONTRIBUTING.md does not name ${name}`);
  }
  const [, way] = text.match(/^## The way of a record$(.*?)^What happens/ms)!;
  for (const path of rows(way!).flatMap(([where]) => spans(where!))) {
    const [folder, pattern] = `src/${path}`.split(/\/(?=[^/]*$)/) as [string, string];
    const matches = new RegExp(`/${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
    assert((await filesIn(folder)).some((file) => matches.test(file)), `${path} does not exist`);
  }
});

Deno.test("No document has a merge in it that was not finished", async () => {
  for (const path of DOCUMENTS) {
    assertEquals((await read(path)).match(/^(?:<{7}|={7}|>{7})(?: .*)?$/gm) ?? [], [], path);
  }
});

Deno.test("README.md names the oldest Deno that continuous integration runs", async () => {
  const [, oldest] = (await read(".github/workflows/ci.yml")).match(/deno: \[v([\d.]+),/)!;
  assert((await read("README.md")).includes(`tested with ${oldest} and the newest`), oldest);
});

Deno.test("The paths that an older Deno complains about name the version that is needed", async () => {
  const { lock, links } = JSON.parse(await read("deno.json"));
  if (links === undefined) return; // On the real packages: see tools/use_jsr.ts.
  const [, needed] = (await read("README.md")).match(/\*\*Deno ([\d.]+) and newer\*\*/)!;
  assert(lock.includes(`needs-deno-${needed}`), lock);
  assert(links.some((link: string) => link.includes(`needs-deno-${needed}/*`)), links.join());
});

Deno.test("README.md has at most 250 lines, and code on its first screen", async () => {
  const lines = (await read("README.md")).split("\n");
  assertLessOrEqual(lines.length, 250);
  assertLessOrEqual(lines.findIndex((line) => line.startsWith("log.setup(")), 25);
});

Deno.test("The documents keep no TypeScript block from being run", async () => {
  const paths = ["README.md", "mod.ts"];
  for (const folder of ["docs", "src", "dev"]) paths.push(...await filesIn(folder));
  for (const path of paths) {
    if (path.endsWith(".png")) continue;
    assert(!/```(ts|typescript) /.test(await read(path)), path);
  }
});

Deno.test("Every link inside the documents leads somewhere", async () => {
  const anchors = async (path: string) =>
    [...prose(await read(path)).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!.toLowerCase().replaceAll(/[^\p{L}\d _-]/gu, "").replaceAll(" ", "-")
    );
  for (const path of DOCUMENTS) {
    const text = prose(await read(path));
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
      .map(([, link, image]) => link ?? image!)
      .filter((target) => !/^https?:/.test(target));
    for (const target of targets) {
      const [file, anchor] = target.split("#") as [string, string?];
      assert(!file.startsWith("/"), `${path}: ${target} begins with a slash`);
      const { pathname } = new URL(file || path.split("/").at(-1)!, `http://root/${path}`);
      const there = decodeURIComponent(pathname.slice(1));
      const exists = await Deno.stat(new URL(there, ROOT)).catch(() => undefined);
      assert(exists, `${path}: ${target} does not exist`);
      if (anchor === undefined) continue;
      assert((await anchors(there)).includes(anchor), `${path}: ${target} has no such heading`);
    }
  }
});

Deno.test("Every page of docs/ is in both indexes, says what for, and has an example", async () => {
  const [readme, index, tested] = await Promise.all(
    ["README.md", "docs/README.md", "tests/examples_test.ts"].map(read),
  );
  for (const path of TOPICS) {
    const name = path.slice("docs/".length);
    assert(index!.includes(`](${name})`), `docs/README.md does not list ${name}`);
    assert(readme!.includes(`](${path})`), `README.md does not list ${path}`);
    const text = await read(path);
    const [, opening] = text.match(/^# .+\n\n(.+)/)!;
    assertMatch(opening!, /^(How|What|When|`new)/, path);
    const examples = [...text.matchAll(/\]\(\.\.\/examples\/(\w+\.ts)\)/g)].map(([, file]) => file);
    assert(examples.some((file) => tested!.includes(`"${file}"`)), `${path} has no example`);
  }
});

Deno.test("Every task that the documents name exists, and every command is up to date", async () => {
  const { tasks, exports } = JSON.parse(await read("deno.json"));
  const [, version] = (await read(".ci/run")).match(/^version=(.+)$/m)!;
  let named = 0;
  for (const path of DOCUMENTS) {
    const text = await read(path);
    for (const [, task] of text.matchAll(/\bdeno(?:@[\d.]+)? task ([\w:]+)/g)) {
      named++;
      assert(task! in tasks, `${path}: there is no task ${task}`);
    }
    for (const [, used] of text.matchAll(/\bdeno@(\d[\d.]*\d)/g)) assertEquals(used, version, path);
    for (const [, entry] of text.matchAll(/jsr:@axonpush\/std-log(\/\w+)/g)) {
      assert(`.${entry}` in exports, `${path}: there is no entry ${entry}`);
    }
    for (const [, flags, file] of text.matchAll(/deno@[\d.]+ run (.*) (examples\/\w+\.ts)/g)) {
      assert((await read(file!)).includes(`deno run ${flags} ${file}`), `${path}: ${file}`);
    }
  }
  assertGreater(named, 20);
  const contributing = spans(await read("CONTRIBUTING.md"));
  const untold = Object.keys(tasks).filter((task) =>
    !contributing.includes(`deno task ${task}`) && !contributing.includes(task)
  );
  assertEquals(untold, []);
});

Deno.test("The figures of README.md are those of bench/RESULTS.md", async () => {
  const [readme, results] = await Promise.all(["README.md", "bench/RESULTS.md"].map(read));
  const [, section] = readme!.match(/^## Why you can rely on it$(.*?)^## /ms)!;
  const figures = rows(section!).flatMap((row) => row.slice(1))
    .filter((cell) => /^[\d.,]+$/.test(cell));
  assertGreater(figures.length, 20);
  const known = new Set(results!.match(/\d[\d,.]*/g));
  assertEquals(figures.filter((figure) => !known.has(figure)), []);
});

Deno.test("README.md shows an event as it is", async () => {
  const [event] = await shipped((logger) =>
    logger.info("Order placed", { order_id: 42, total: 9.95 })
  );
  const [, json] = (await read("README.md")).match(/^```json\n(.*?)^```$/ms)!;
  const shown = JSON.parse(json!);
  const names = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, names(inner)]))
      : typeof value;
  const { "host.name": _, ...resource } = event!.payload.resource as Record<string, unknown>;
  assertEquals(names(shown), names({ ...event, payload: { ...event!.payload, resource } }));
  const { occurredAt, payload: { timeUnixNano, severityNumber, severityText, body } } = shown;
  assertEquals(BigInt(timeUnixNano) / 1_000_000n, BigInt(Date.parse(occurredAt)));
  assertEquals([severityNumber, severityText, body], [9, "INFO", "Order placed"]);
});

Deno.test("docs/events.md names every field of an event", async () => {
  const options = { channelId: 7, agentId: "planner" };
  const [event] = await shipped((logger) => logger.info("a"), options);
  const { payload, ...fields } = event!;
  const told = rows(await read("docs/events.md")).map(([field]) => field!).join("\n");
  for (const name of [...Object.keys(fields), ...Object.keys(payload)]) {
    if (name === "attributes" || name === "resource") continue; // Their contents are named.
    assert(new RegExp(`\\b${name}[\`.]`).test(told), name);
  }
});

Deno.test("docs/options.md says the range, default and variables of every option", async () => {
  const told = new Map(
    rows(await read("docs/options.md"))
      .filter(([name, ...cells]) => /^`\w+`$/.test(name!) && cells.length === 3)
      .map(([name, ...cells]) => [name!.slice(1, -1), cells]),
  );
  assertEquals([...told.keys()].toSorted(), Object.keys(RULES).toSorted());
  for (const [name, { kind, fallback, env = [] }] of Object.entries(RULES)) {
    const [byDefault, variables, meaning] = told.get(name)!;
    if (fallback !== undefined) {
      const text = JSON.stringify(fallback).replaceAll(",", ", ");
      assert(byDefault!.replaceAll("`", "").includes(text.replace(/^"(http.*)"$/, "$1")), name);
    }
    for (const variable of env) assert(variables!.includes(`\`${variable}\``), variable);
    assertEquals(
      variables!.match(/AXONPUSH_\w+/g) ?? [],
      env.filter((name) => name.startsWith("A")),
    );
    for (const number of kind.must.match(/\d+/g) ?? []) {
      const written = [number, Number(number).toLocaleString("en"), "2³¹ − 1"];
      assert(written.some((text) => meaning!.includes(text)), `${name}: ${number}`);
    }
  }
});

Deno.test("The documentation of the options says their ranges and defaults", async () => {
  const text = await read("src/options/options.ts");
  for (const [name, { kind, fallback }] of Object.entries(RULES)) {
    const [, comment] = text.match(
      new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+readonly ${name}\\?:`),
    )!;
    if (fallback !== undefined) {
      const value = JSON.stringify(fallback).replaceAll(",", ", ");
      assert(comment!.includes(`@default {${value}}`), name);
    }
    for (const number of kind.must.match(/\d+/g) ?? []) {
      assert(comment!.includes(Number(number).toLocaleString("en")), `${name}: ${number}`);
    }
  }
});

/** Variables of others that the documents name for what those do. */
const FOREIGN = /^(DENO_CERT|DENO_TLS_CA_STORE|GOMEMLIMIT|OTEL_DENO|OTEL_DENO_CONSOLE)$/;

Deno.test("The documents name every variable that is read, and none besides", async () => {
  const known = new Set(
    (await source()).match(/\b(AXONPUSH|OTEL|DENO)_[A-Z_]*[A-Z]\b(?!\W*[:=])/g),
  );
  const named = new Set<string>();
  for (const path of PAGES) {
    for (const span of spans(await read(path))) {
      for (const name of span.match(/\b[A-Z]+_[A-Z_]*[A-Z]\b/g) ?? []) named.add(name);
    }
  }
  const ours = (name: string) => /^(AXONPUSH|OTEL|DENO)_/.test(name);
  const unknown = [...named].filter((name) =>
    ours(name) && !known.has(name) && !FOREIGN.test(name)
  );
  assertEquals(unknown, []);
  const silent = /^(OTEL_SDK_DISABLED|DENO_DEPLOY|OTEL_API|OTEL_SPAN_KEY)$/; // Or none at all.
  assertEquals([...known].filter((name) => !named.has(name) && !silent.test(name)), []);
});

Deno.test("Every message and marker that the documents quote is one of the handler's", async () => {
  const code = (await source()).replaceAll(/` \+\s+`|" \+\s+"/g, "");
  const quoted = [
    ...rows(await read("docs/troubleshooting.md")).flatMap(([symptom]) => spans(symptom!))
      .filter((span) => / /.test(span) && !/^deno /.test(span)),
    ...spans(await read("docs/events.md")).filter((span) => /^"?…?\[[a-z\d].*\]"?$/.test(span)),
  ];
  assertGreater(quoted.length, 8);
  for (const quote of quoted) {
    const parts = quote.replaceAll(/^"|"$/g, "").split(/\d+|…/).filter((part) => /\w/.test(part));
    for (const part of parts) assert(code.includes(part), `nobody says ${quote}`);
  }
});

Deno.test("docs/events.md says the limits of a record", async () => {
  const [, section] = (await read("docs/events.md")).match(/^## Limits$(.*?)^## /ms)!;
  const told = rows(section!).flatMap(([, limit]) => limit!.match(/[\d,]+/g) ?? [])
    .map((number) => Number(number.replaceAll(",", ""))).filter((number) => number > 0);
  const { MAX_DEPTH, MAX_ENTRIES, MAX_NAME_LENGTH, MAX_CHARACTERS, MAX_ERROR_CHARACTERS } = limits;
  assertEquals(told, [
    RULES.maxContentLength.fallback as number,
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_ENTRIES,
    MAX_NAME_LENGTH,
    MAX_CHARACTERS,
    MAX_ERROR_CHARACTERS,
  ]);
});

Deno.test("docs/redaction.md says which names are masked, and which are not", async () => {
  const [, section] = (await read("docs/redaction.md")).match(
    /\*\*By name\.\*\*(.*?)\*\*By form/s,
  )!;
  const [above, ...table] = section!.split(/^\| -+.*$/m);
  const [names, , tokens] = rows(table.join("\n"));
  const masked = [
    ...spans(above!).filter((name) => name.length > 1 && /[a-z]/i.test(name) && name !== "Map"),
    ...spans(names![0]!),
    ...spans(tokens![0]!),
  ];
  const kept = [names, tokens].flatMap((row) => spans(row![1]!));
  assertGreater(masked.length, 30);
  assertGreater(kept.length, 10);
  const value = "Zq7hunterX91kLm";
  const [event] = await shipped((logger) =>
    logger.info("a", Object.fromEntries([...masked, ...kept].map((name) => [name, value])))
  );
  const { attributes } = event!.payload;
  assertEquals(masked.filter((name) => attributes[name] !== "[REDACTED]"), []);
  assertEquals(kept.filter((name) => attributes[name] !== value), []);
});

Deno.test("docs/redaction.md says what is masked inside a string, and what is prose", async () => {
  const text = await read("docs/redaction.md");
  const [, looks] = text.match(/\*\*By form\.\*\*(.*?)^\*\*By name/ms)!;
  const [, forms, prose] = text.match(/^\*\*By name inside(.*?)^A value without(.*?)^A cut/ms)!;
  const value = "Zq7hunterX91kLm4TvB2nW8yR5cE3gJ6";
  const fill = (form: string) =>
    form.replaceAll("\\|", "|").replaceAll("…", value).replaceAll("ESC", "\x1b");
  const masked = rows(forms!).flatMap(([, form]) => spans(form!))
    .filter((form) => /[^.…]…(["'&<%;|/}\\)].*)?$/.test(form) && /\w/.test(form))
    .map((form) => fill(form).replace(/^(<|&lt;).*\w$/, "$&$1/")); // The end of the element.
  const kept = [
    ...rows(looks!).flatMap(([, , form]) => spans(form!)).map(fill),
    ...spans(prose!.slice(prose!.indexOf("Taken for prose"))).map((text) => text.replace("…", "1")),
  ];
  assertGreater(masked.length, 30);
  assertGreater(kept.length, 20);
  const events = await shipped((logger) =>
    [...masked, ...kept].forEach((text) => logger.info(text))
  );
  const bodies = events.map(({ payload }) => String(payload.body));
  const count = (text: string) => text.split(value).length;
  assertEquals(masked.filter((form, i) => count(bodies[i]!) >= count(form)), []);
  assertEquals(bodies.slice(masked.length), kept);
});

Deno.test("A logger keeps the handlers that it had before log.setup(), as docs/loggers.md says", () => {
  class Taken extends log.BaseHandler {
    readonly messages: string[] = [];
    override log = (message: string) => void this.messages.push(message);
  }
  const before = new Taken("INFO", { formatter: ({ msg }) => msg });
  const after = new Taken("INFO", { formatter: ({ msg }) => msg });
  const logger = { level: "INFO" as const, handlers: ["taken"] };
  log.setup({ handlers: { taken: before }, loggers: { default: logger } });
  const [named, main] = [log.getLogger("db"), log.getLogger()];
  log.setup({ handlers: { taken: after }, loggers: { default: logger, db: logger } });
  named.info("early");
  main.info("early default");
  log.getLogger("db").info("late");
  log.setup({});
  assertEquals([before.messages, after.messages], [["early default"], ["late"]]);
});

Deno.test("docs/testing.md shows what is said of a wrong key", async () => {
  const [, told] = (await read("docs/testing.md")).match(/^\[axonpush\] (.*?)…$/m)!;
  await using server = startDevServer({ port: 0, apiKey: "ak_other" });
  const messages: string[] = [];
  const handler = new AxonPushHandler("INFO", {
    baseUrl: server.url,
    apiKey: "ak_oops",
    tenantId: "dev",
    diagnostics: ({ message }) => messages.push(message),
  });
  handler.log("Refused");
  await handler.close();
  assert(messages[0]?.startsWith(told!), messages[0]);
});

Deno.test("docs/diagnostics.md says what every code stands for", async () => {
  const told = new Set(
    rows(await read("docs/diagnostics.md")).flatMap(([code]) => spans(code!)),
  );
  const codes = new Set(
    [...(await source()).matchAll(/\bcode: "([\w-]+)"/g)].map(([, code]) => code!),
  );
  assertGreater(codes.size, 10);
  assertEquals([...codes].filter((code) => !told.has(code)), []);
  const levels = new Map(
    rows(await read("docs/diagnostics.md")).map(([code, level]) => [code!, level]),
  );
  for (const [, level, code] of (await source()).matchAll(/level: "(\w+)",\s*code: "([\w-]+)"/g)) {
    assertEquals(levels.get(`\`${code}\``), level, code);
  }
});

Deno.test("CHANGELOG.md has the version of deno.json, and no gap in a list", async () => {
  const { version } = JSON.parse(await read("deno.json"));
  const text = await read("CHANGELOG.md");
  assert(text.includes(`\n## [${version}] - `), version);
  assert(!/\n {2}.+\n\n- |\n- .+\n\n- /.test(text), "a blank line between entries");
});
