/**
 * The command that sets up network namespaces, for the demo of a fleet and for the benchmark's links.
 *
 * @module
 */

/** Runs it, and says whether that was possible and allowed. */
export async function ip(...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("ip", { args, stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false; // There is no such command.
  }
}
