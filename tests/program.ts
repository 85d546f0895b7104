/**
 * Runs the programs of `fixtures/` as processes of their own, because the end of a program and its
 * permissions can only be tested from outside. Nothing of the developer's settings for AxonPush
 * reaches them; the rest of the environment does, since Deno and the system need it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { AxonPushHandlerOptions } from "../mod.ts";

/** A program that takes longer than this is taken to hang, in milliseconds. */
const HANG_MS = 60_000;

/**
 * What every `deno` of a test is started with. The packages are there, put there before the tests
 * begin. Each process would put the linked ones there anew, and others that start in that moment
 * would not find them.
 */
export const PREPARED: readonly string[] = ["--quiet", "--node-modules-dir=manual"];

/** How to start a program. */
export interface ProgramOptions {
  /** Flags of `deno`, permissions above all. */
  readonly flags?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The subcommand of `deno`. @default {"run"} */
  readonly command?: string;
  readonly cwd?: string;
}

/** How a program ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that is running. */
export interface Program {
  /** Waits until what the program has written, to either output, matches. */
  output(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<Outcome>;
}

/** Starts a fixture by its name, or any other program by its URL. */
export function startProgram(file: string, options: ProgramOptions = {}): Program {
  const { flags = [], args = [], env, command = "run", cwd } = options;
  return start(
    Deno.execPath(),
    [command, ...PREPARED, ...flags, String(locate(file)), ...args],
    { ...env && { env }, ...cwd && { cwd } },
  );
}

/** Runs a fixture to its end. */
export function runProgram(file: string, options?: ProgramOptions): Promise<Outcome> {
  return startProgram(file, options).ended;
}

/** What `tell_settings.ts` says of these options and this environment. */
export async function tellSettings(
  options: AxonPushHandlerOptions,
  env: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<string> {
  const { stdout, stderr } = await runProgram("tell_settings.ts", {
    flags: ["--no-prompt", ...flags],
    args: [JSON.stringify(options)],
    env,
  });
  assertEquals(stderr, "");
  return stdout;
}

/** Whether there is a way to give a program a terminal. */
export const HAS_TERMINAL: boolean = Deno.build.os === "linux" && canRun("script");

/** What Deno asks on a terminal, and then waits for the answer. */
export const PROMPT = /Deno requests/;

/** Runs a fixture on a terminal, where Deno asks for a permission that it lacks. */
export async function runOnTerminal(
  file: string,
  { flags = [], args = [], env = {} }: ProgramOptions = {},
): Promise<Outcome> {
  const command = [Deno.execPath(), "run", ...PREPARED, ...flags, String(locate(file)), ...args];
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const program = start("script", ["-qec", quoted, "/dev/null"], { env });
  program.output(PROMPT).then(() => program.kill("SIGKILL"), () => {}); // Nobody answers.
  return await program.ended;
}

/** Whether there is a way to keep a program from making its files large. */
export const HAS_LIMITS: boolean = Deno.build.os !== "windows";

/** Runs a fixture that may write no file larger than so many blocks: more is an error to it. */
export async function runWithLimit(
  blocks: number,
  file: string,
  { flags = [], args = [], env = {} }: ProgramOptions = {},
): Promise<Outcome> {
  const command = [Deno.execPath(), "run", ...PREPARED, ...flags, String(locate(file)), ...args];
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
  return await start("sh", ["-c", script, "sh", ...command], { env }).ended;
}

/** What gives a command a view of the system of its own, in which there is no `/proc`. */
const WITHOUT_PROC = ["--user", "--map-root-user", "--mount", "sh", "-c"];
const EMPTY_PROC = 'mount -t tmpfs none /proc && exec "$@"';

/** Whether there is a way to run a program where there is no `/proc`, as in some sandboxes. */
export const CAN_HIDE_PROC: boolean = canRun("unshare", [
  ...WITHOUT_PROC,
  EMPTY_PROC,
  "sh",
  "true",
]);

/** Runs a fixture where there is no `/proc`. */
export async function runWithoutProc(
  file: string,
  { flags = [], args = [], env = {} }: ProgramOptions = {},
): Promise<Outcome> {
  const command = [Deno.execPath(), "run", ...PREPARED, ...flags, String(locate(file)), ...args];
  return await start("unshare", [...WITHOUT_PROC, EMPTY_PROC, "sh", ...command], { env }).ended;
}

/** Starts any command. */
function start(
  command: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string },
): Program {
  const child = new Deno.Command(command, {
    args: [...args],
    ...options.cwd && { cwd: options.cwd },
    clearEnv: true,
    env: { ...surroundings(), ...options.env },
    stdin: "piped", // Left open: `script` takes seconds to end if its input ends first.
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const said = { stdout: "", stderr: "" };
  let heard = Promise.withResolvers<void>();
  const listen = async (output: "stdout" | "stderr") => {
    for await (const text of child[output].pipeThrough(new TextDecoderStream())) {
      said[output] += text;
      heard.resolve();
      heard = Promise.withResolvers();
    }
  };
  const finish = async (): Promise<Outcome> => {
    let hangs = false;
    const hang = setTimeout(() => {
      hangs = true;
      child.kill("SIGKILL");
    }, HANG_MS);
    const [{ code, signal }] = await Promise.all([
      child.status,
      listen("stdout"),
      listen("stderr"),
    ]);
    clearTimeout(hang);
    await child.stdin.close().catch(() => {});
    assert(!hangs, `The program hangs. It said: ${said.stdout}${said.stderr}`);
    return { code, signal, ...said };
  };
  const ended = finish();
  ended.catch(() => {}); // Whoever waits for it gets the reason.

  return {
    ended,
    kill(signal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    },
    async output(pattern) {
      for (;;) {
        const found = `${said.stdout}\n${said.stderr}`.match(pattern);
        if (found) return found;
        const end = await Promise.race([heard.promise, ended]);
        assert(!end, `The program ended without saying ${pattern}: ${said.stdout}${said.stderr}`);
      }
    },
  };
}

function canRun(command: string, args = ["--version"]): boolean {
  try {
    return new Deno.Command(command, { args }).outputSync().success;
  } catch {
    return false;
  }
}

function locate(file: string): URL {
  return new URL(file, new URL("fixtures/", import.meta.url));
}

/** The environment without any setting that the handler reads. */
function surroundings(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  const others = all.filter(([name]) => !/^(AXONPUSH_|OTEL_|DENO_DEPLOY)/.test(name));
  return { ...Object.fromEntries(others), NO_COLOR: "1" };
}
