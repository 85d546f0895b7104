/**
 * Says on what machine and with which versions the figures came about.
 *
 * @module
 */
import { cpus, totalmem } from "node:os";
import peers from "./deno.json" with { type: "json" };

/** The machine and the versions, as lines of Markdown. */
export async function describeMachine(): Promise<string[]> {
  const node = await new Deno.Command("node", { args: ["--version"] }).output();
  const versions = Object.values(peers.imports).map((specifier) => specifier.replace("npm:", ""));
  const load = Deno.build.os === "windows" ? "" : Deno.loadavg()[0]!.toFixed(2);
  return [
    `${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${
      Math.round(totalmem() / 2 ** 30)
    } GiB, ${Deno.build.os} ${Deno.build.arch}; load average before the start ${load}`,
    `Deno ${Deno.version.deno}, Node ${new TextDecoder().decode(node.stdout).trim().slice(1)}`,
    versions.join(", "),
  ];
}
