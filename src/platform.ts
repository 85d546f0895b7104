/**
 * What the machine and the platform tell without a prompt: environment variables one by one, and
 * what OpenTelemetry calls the resource.
 *
 * @module
 */

/** The event whose listener was removed just now, `""` for none; nothing before the first use. */
let removed: string | symbol | undefined;

/**
 * Node's process object. Deno makes it at the first use, and node's modules when they are asked for
 * here; importing them instead would cost every program many milliseconds at its start.
 */
export function nodeProcess(): typeof import("node:process") {
  const { process } = globalThis as unknown as { process: typeof import("node:process") };
  if (removed === undefined) {
    removed = "";
    process.on("removeListener", (event) => {
      removed = event;
      queueMicrotask(() => removed = "");
    });
  }
  return process;
}

/**
 * Whether the program listens to a signal through `process`. Of `process.once()` nothing is left
 * when the next listener is called, so a removal in the same breath counts too.
 */
export function isListenedTo(signal: Deno.Signal): boolean {
  return nodeProcess().listenerCount(signal) > 0 || removed === signal;
}

/** Whether a variable may be read. Asking does not prompt. */
export function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/** Whether a file may be read. Asking does not prompt. */
export function mayReadFile(path: string | URL): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

/** Reads a variable, if that is permitted: `Deno.env.get` alone would prompt on a terminal. */
export function readVariable(variable: string): string | undefined {
  return mayRead(variable) ? Deno.env.get(variable) : undefined;
}

/** Variables that give a platform away where a program may be frozen between invocations. */
const PLATFORMS: ReadonlyArray<readonly [variable: string, platform: string]> = [
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["FUNCTION_TARGET", "Google Cloud Functions"],
  ["K_SERVICE", "Google Cloud Run"],
  ["AZURE_FUNCTIONS_ENVIRONMENT", "Azure Functions"],
  ["DENO_DEPLOY", "Deno Deploy"],
  ["DENO_DEPLOYMENT_ID", "Deno Deploy"],
];

/** The serverless platform that this program runs on, if any. */
export function serverlessPlatform(): string | undefined {
  return PLATFORMS.find(([variable]) => readVariable(variable))?.[1];
}

/**
 * Resource attributes by OpenTelemetry's semantic conventions ("Process", "Host", "Cloud",
 * "Service"). Only what is permitted already; nothing is worth a permission more.
 */
export function resourceAttributes(): Record<string, string | undefined> {
  const sys = Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state;
  return {
    "process.runtime.name": "deno",
    "process.runtime.version": Deno.version.deno,
    "host.name": sys === "granted" ? Deno.hostname() : undefined,
    "cloud.region": readVariable("DENO_REGION") || undefined,
    "service.instance.id": readVariable("DENO_DEPLOYMENT_ID") || undefined,
  };
}
