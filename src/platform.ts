/**
 * What can be found out about the process and the platform without a prompt and without a cost at
 * the start: Node's process object and its modules, permissions, environment variables one by one,
 * and what OpenTelemetry calls the resource. Runs on the program's thread.
 *
 * @module
 */
import type { Diagnostics } from "./diagnostics.ts";

const querySync = Deno.permissions.querySync.bind(Deno.permissions);

type Process = typeof import("node:process");
type Cluster = typeof import("node:cluster").default;

/**
 * The global `process` as it is when the module is loaded, because programs replace it, as shims for
 * browsers and tests do. Deno creates the object when it is first read, which costs many
 * milliseconds, so this keeps the property and not its value.
 */
const PROCESS = Object.getOwnPropertyDescriptor(globalThis, "process");

/** Node's process object, once it was read. */
let process: Process | undefined;
/** Where `process` was replaced before this module was loaded, the module that has the real one. */
const replaced = PROCESS && (PROCESS.get || isProcess(PROCESS.value))
  ? undefined
  : import("node:process").then((module) => process = module.default, () => {});

/** Why Deno cannot make it. */
let failure: string | undefined;

/*
 * Where a program has frozen the console or what else Deno needs to set Node's modules up, Deno
 * throws, and rejects a promise of its own besides that nobody can handle and that would end the
 * program. Listened to from the beginning, to be the first that hears of it.
 */
addEventListener("unhandledrejection", (event) => {
  if (failure === undefined || reasonOf(event.reason) !== failure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

/**
 * Node's process object, and by `getBuiltinModule` its modules: to import one of them would cost
 * every program many milliseconds at its start.
 *
 * @throws {Error} If Deno cannot make it, or the program has replaced `process` and the real one is
 *   not loaded yet.
 */
export function nodeProcess(): Process {
  process ??= replaced || failure !== undefined ? undefined : readProcess();
  if (!isProcess(process)) {
    throw new Error(
      failure === undefined
        ? "Cannot find Node's process object: the global 'process' was replaced"
        : `Deno cannot set up Node's modules: ${failure}`,
    );
  }
  return process;
}

/** Whether this is a child of `node:cluster`. */
export function isClusterChild(): boolean {
  if ("DedicatedWorkerGlobalScope" in globalThis) return false;
  const process = nodeProcess();
  // To load the module costs milliseconds, and whoever has no parent to talk to is no child.
  return process.connected &&
    (process.getBuiltinModule("node:cluster") as unknown as Cluster).isWorker;
}

function readProcess(): Process | undefined {
  try {
    const process = PROCESS?.get?.call(globalThis) ?? PROCESS?.value;
    process.getBuiltinModule; // Made at its first use, too.
    return process;
  } catch (error) {
    failure = reasonOf(error);
  }
}

/** The first line of an error's message, which may have come to hold the stacks of others. */
function reasonOf(error: unknown): string {
  const [line = ""] = String((error as Partial<Error> | undefined)?.message).split("\n");
  return line.replace(/^(\w*Error: )+/, "");
}

function isProcess(value: unknown): value is Process {
  return typeof (value as Partial<Process> | undefined)?.getBuiltinModule === "function";
}

/** Whether a variable may be read. It queries, and never prompts. */
export function mayRead(variable: string): boolean {
  return querySync({ name: "env", variable }).state === "granted";
}

/** Whether a file may be read. It queries, and never prompts. */
export function mayReadFile(path: string | URL): boolean {
  return querySync({ name: "read", path }).state === "granted";
}

/** Whether a file may be written. It queries, and never prompts. */
export function mayWriteFile(path: string | URL): boolean {
  return querySync({ name: "write", path }).state === "granted";
}

/** Reads a variable, if that is permitted: `Deno.env.get` alone would prompt on a terminal. */
export function readVariable(variable: string): string | undefined {
  return mayRead(variable) ? Deno.env.get(variable) : undefined;
}

/** Variables that identify a platform which may freeze a program between invocations. */
const PLATFORMS: ReadonlyArray<readonly [variable: string, platform: string]> = [
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["FUNCTION_TARGET", "Google Cloud Functions"],
  ["K_SERVICE", "Google Cloud Run"],
  ["AZURE_FUNCTIONS_ENVIRONMENT", "Azure Functions"],
  ["DENO_DEPLOY", "Deno Deploy"],
  ["DENO_DEPLOYMENT_ID", "Deno Deploy"],
];

/** The serverless platform that this program runs on, if any. */
function serverlessPlatform(): string | undefined {
  return PLATFORMS.find(([variable]) => readVariable(variable))?.[1];
}

let reminded = false;

/** Says once in a process what to do where the process is frozen between invocations. */
export function remindOfPlatform(diagnostics: Diagnostics, spool: string | undefined): void {
  const platform = reminded ? undefined : serverlessPlatform();
  if (platform === undefined) return;
  reminded = true;
  diagnostics.report({
    level: "warn",
    code: "serverless",
    message: `${platform} may freeze this program between invocations: wrap its handler in ` +
      `flushAfterInvocation() so that each delivers what it logged`,
  });
  if (spool === undefined) return;
  diagnostics.report({
    level: "warn",
    code: "spool-ephemeral",
    message:
      `On ${platform} a disk usually ends with its instance, and the spool ${spool} with it: ` +
      `it helps in an outage, but not when the instance is killed`,
  });
}

/**
 * Resource attributes by OpenTelemetry's semantic conventions ("Process", "Host", "Cloud",
 * "Service"). Only what is permitted already; none of it is worth another permission.
 */
export function resourceAttributes(): Record<string, string | undefined> {
  const sys = querySync({ name: "sys", kind: "hostname" }).state;
  return {
    "process.runtime.name": "deno",
    "process.runtime.version": Deno.version.deno,
    "host.name": sys === "granted" ? Deno.hostname() : undefined,
    "cloud.region": readVariable("DENO_REGION") || undefined,
    "service.instance.id": readVariable("DENO_DEPLOYMENT_ID") || undefined,
  };
}
