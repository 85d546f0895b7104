/**
 * Hosts for the demo of a fleet: network namespaces on one bridge, where Linux allows them, each
 * with an address of its own; elsewhere ports of 127.0.0.1.
 *
 * @module
 */
import { ip } from "../tools/ip.ts";

/** Where a process runs. */
export interface Host {
  readonly address: string;
  readonly port: number;
  /** What begins a command that is to run there. */
  readonly prefix: readonly string[];
}

/** All hosts of a demo. */
export interface Hosts {
  /** Whether each is a network namespace. */
  readonly apart: boolean;
  of(name: string): Host;
  remove(): Promise<void>;
}

/** Makes a host for each name. */
export async function makeHosts(names: readonly string[]): Promise<Hosts> {
  const mark = `fleet${Deno.pid}`;
  // The bridge is in a namespace of its own too, so that nothing of the machine's network changes.
  const spaces = [`${mark}-net`, ...names.map((name) => `${mark}-${name}`)];
  const remove = async () => {
    for (const space of spaces) await ip("netns", "del", space);
  };
  const apart = Deno.build.os === "linux" && await connect(spaces);
  if (!apart) await remove();
  const first = 20_000 + Deno.pid % 10_000;
  return {
    apart,
    remove: apart ? remove : async () => {},
    of(name) {
      const i = names.indexOf(name) + 1;
      return apart
        ? { address: `10.77.0.${i}`, port: 4318, prefix: ["ip", "netns", "exec", spaces[i]!] }
        : { address: "127.0.0.1", port: first + i, prefix: [] };
    },
  };
}

async function connect(spaces: readonly string[]): Promise<boolean> {
  const [net, ...hosts] = spaces as [string, ...string[]];
  const steps: string[][] = [
    ["netns", "add", net],
    ["-n", net, "link", "add", "bridge", "type", "bridge"],
    ["-n", net, "link", "set", "bridge", "up"],
  ];
  hosts.forEach((host, i) => {
    const port = `port${i + 1}`;
    steps.push(
      ["netns", "add", host],
      [...["-n", net, "link", "add", port, "type", "veth"], ...["peer", "name", "eth0"]],
      ["-n", net, "link", "set", "eth0", "netns", host],
      ["-n", net, "link", "set", port, "master", "bridge", "up"],
      ["-n", host, "addr", "add", `10.77.0.${i + 1}/24`, "dev", "eth0"],
      ["-n", host, "link", "set", "eth0", "up"],
      ["-n", host, "link", "set", "lo", "up"],
    );
  });
  for (const step of steps) if (!await ip(...step)) return false;
  return true;
}
