/**
 * Builds the OpenTelemetry Collector of `otelcol/` with Go, once for each state of its sources, and
 * keeps it in the user's cache folder: a build takes minutes, a test seconds.
 *
 * @module
 */

const SOURCES = new URL("otelcol/", import.meta.url);
/** What is in the binary: a change of any of these makes another one. */
const FILES = ["go.mod", "go.sum", "main.go"];

/** What to say where there is no Go. */
export const NO_GO =
  "No Collector can be built here: Go is not on the PATH; get it from https://go.dev/dl/";

/** The path of the Collector, which is built if need be, or nothing where there is no Go. */
export async function otelcol(say = (_: string) => {}): Promise<string | undefined> {
  const version = await goVersion();
  if (version === undefined) return undefined;
  const folder = `${cacheFolder()}/axonpush-std-log`;
  const binary = `${folder}/otelcol-${await digest(version)}${
    Deno.build.os === "windows" ? ".exe" : ""
  }`;
  if (await exists(binary)) return binary;
  say("Building the OpenTelemetry Collector: a few minutes, the first time only");
  await Deno.mkdir(folder, { recursive: true });
  // Another run may be building the same one: whoever is first to rename it wins, and both are fine.
  const unfinished = `${binary}.${Deno.pid}`;
  const { success, stderr } = await new Deno.Command("go", {
    args: ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", unfinished, "."],
    cwd: SOURCES,
    env: { CGO_ENABLED: "0" },
  }).output();
  if (!success) {
    throw new Error(`Cannot build the Collector: ${new TextDecoder().decode(stderr).slice(-2000)}`);
  }
  await Deno.rename(unfinished, binary);
  return binary;
}

/** The same, for those who cannot do without. */
export async function requireOtelcol(): Promise<string> {
  const binary = await otelcol(console.error);
  if (binary === undefined) throw new Error(NO_GO);
  return binary;
}

async function goVersion(): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("go", { args: ["version"] }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function digest(version: string): Promise<string> {
  const texts = await Promise.all(FILES.map((name) => Deno.readTextFile(new URL(name, SOURCES))));
  const bytes = new TextEncoder().encode([version, ...texts].join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

function cacheFolder(): string {
  const home = Deno.env.get("HOME");
  return Deno.env.get("XDG_CACHE_HOME") || Deno.env.get("LOCALAPPDATA") ||
    (home ? `${home}/.cache` : Deno.env.get("TMPDIR") || "/tmp");
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
