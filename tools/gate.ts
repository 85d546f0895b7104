/**
 * Everything besides the tests that must hold before a change goes in, one gate after another, each
 * counted. With names as arguments it runs these alone: `deno task gate format types`.
 *
 * @module
 */

interface Gate {
  readonly name: string;
  /** Arguments of the deno commands that must succeed. */
  readonly commands: readonly (readonly string[])[];
}

const GATES: readonly Gate[] = [
  { name: "format", commands: [["fmt", "--check"]] },
  { name: "lint", commands: [["lint"]] },
  {
    name: "types",
    commands: [
      [
        "check",
        "--frozen",
        "mod.ts",
        "src",
        "dev",
        "demo",
        "tools",
        "tests/*.ts",
        "tests/collector",
      ],
      // One of them imports a package that the lock file has no business with.
      ["check", "--no-lock", "examples"],
      ["check", "--config", "tests/browser/deno.json", "tests/browser"],
    ],
  },
  { name: "documentation", commands: [["run", "-A", "tools/doc_lint.ts"]] },
  { name: "documentation examples", commands: [["run", "-A", "tools/doc_examples.ts"]] },
  { name: "bundles", commands: [["run", "-A", "tools/bundle.ts", "--check"]] },
  { name: "publish", commands: [["publish", "--dry-run", "--allow-dirty"]] },
  { name: "demo", commands: [["task", "demo"]] },
];

const root = new URL("../", import.meta.url);
const unknown = Deno.args.find((name) => !GATES.some((gate) => gate.name === name));
if (unknown !== undefined) {
  console.error(`No gate is named '${unknown}': known are ${GATES.map(({ name }) => name)}`);
  Deno.exit(2);
}
const gates = GATES.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name));
let failed = 0;
for (const { name, commands } of gates) {
  const start = performance.now();
  const problem = await firstProblem(commands);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name} ... ${problem === undefined ? "ok" : "FAILED"} (${seconds}s)`);
  if (problem !== undefined) {
    failed++;
    console.log(problem);
  }
}
console.log(`\n${gates.length - failed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);

/** What the first command that fails had to say, or nothing if none does. */
async function firstProblem(commands: Gate["commands"]): Promise<string | undefined> {
  for (const args of commands) {
    const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root });
    const { success, stdout, stderr } = await command.output();
    if (success) continue;
    const decoder = new TextDecoder();
    return `$ deno ${args.join(" ")}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`;
  }
}
