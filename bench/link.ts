/**
 * A link with a delay between two network namespaces, where Linux allows them: each has a TUN device,
 * and a process in between hands over every packet half a round trip later. Connections, TLS and
 * congestion control are the kernel's own; nothing is lost, and the rate has no limit. Run by itself,
 * this file is that process: `deno run -A link.ts <round trip in ms> <device> <device>`.
 *
 * @module
 */
import { ip } from "../tools/ip.ts";

/** A link that is up. */
export interface Link extends AsyncDisposable {
  /** What begins a command that is to run at the near end, and at the far end. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  /** The address of the far end. */
  readonly address: string;
}

/** The address of the far end of every link. */
export const FAR_ADDRESS = "10.78.0.2";
const NEAR_ADDRESS = "10.78.0.1";

let links = 0;

/** Makes a link, or nothing where that is not allowed. */
export async function makeLink(rttMs: number): Promise<Link | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const mark = `ap${Deno.pid}x${links++}`;
  const ends = [[`${mark}n`, NEAR_ADDRESS], [`${mark}f`, FAR_ADDRESS]] as const;
  const names = ends.map(([name]) => name);
  const link = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", import.meta.filename!, String(rttMs), ...names],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const remove = async () => {
    link.kill("SIGKILL");
    await link.output();
    for (const name of names) await ip("netns", "del", name);
  };
  const reader = link.stdout.getReader();
  let isUp = !(await reader.read()).done;
  reader.releaseLock();
  for (const [name, address] of ends) {
    isUp &&= await ip("netns", "add", name) &&
      await ip("link", "set", name, "netns", name) &&
      await ip("-n", name, "addr", "add", `${address}/24`, "dev", name) &&
      await ip("-n", name, "link", "set", "lo", "up") &&
      await ip("-n", name, "link", "set", name, "up", "txqueuelen", "10000");
  }
  if (!isUp) return void await remove().catch(() => {});
  const [near, far] = names.map((name) => ["ip", "netns", "exec", name]) as [string[], string[]];
  return { near, far, address: FAR_ADDRESS, [Symbol.asyncDispose]: remove };
}

/** Constants of Linux: `open(2)`, `poll(2)`, and `TUNSETIFF` for packets without a header. */
const [O_RDWR, O_NONBLOCK, POLLIN] = [2, 2048, 1];
const [TUNSETIFF, IFF_TUN, IFF_NO_PI] = [0x400454ca, 0x0001, 0x1000];
const MAX_PACKET = 65_536;

/** Hands packets over for ever. */
function handOver(rttMs: number, devices: readonly string[]): never {
  const { symbols: libc } = Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  });
  const bytes = (text: string) => new TextEncoder().encode(`${text}\0`);
  const fds = devices.map((device) => {
    const fd = libc.open(bytes("/dev/net/tun"), O_RDWR | O_NONBLOCK);
    const request = new Uint8Array(40);
    request.set(bytes(device));
    new DataView(request.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
    if (fd < 0 || libc.ioctl(fd, BigInt(TUNSETIFF), request) < 0) Deno.exit(1);
    return fd;
  });
  console.log("up");

  const polled = new Int32Array(4);
  fds.forEach((fd, i) => polled.set([fd, POLLIN], 2 * i));
  const packet = new Uint8Array(MAX_PACKET);
  // All take the same time, so they come out as they went in.
  const queue: {
    readonly at: number;
    readonly to: number;
    readonly packet: Uint8Array<ArrayBuffer>;
  }[] = [];
  for (;;) {
    const now = performance.now();
    const due = queue.findIndex(({ at }) => at > now);
    for (const { to, packet } of queue.splice(0, due < 0 ? queue.length : due)) {
      libc.write(to, packet, BigInt(packet.length));
    }
    const waitMs = queue[0] === undefined ? 1000 : Math.max(0, queue[0].at - performance.now());
    libc.poll(polled, 2n, Math.ceil(waitMs));
    fds.forEach((fd, i) => {
      for (let length; (length = Number(libc.read(fd, packet, BigInt(MAX_PACKET)))) > 0;) {
        const at = performance.now() + rttMs / 2;
        queue.push({ at, to: fds[1 - i]!, packet: packet.slice(0, length) });
      }
    });
  }
}

if (import.meta.main) handOver(Number(Deno.args[0]), Deno.args.slice(1));
