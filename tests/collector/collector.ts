/**
 * A real Collector as a process of its own, run by a configuration of `examples/` as it stands
 * there, but for the addresses and what a test changes. It can be ended and started again: its
 * port and its folder stay the same.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert } from "@std/assert";
import { requireOtelcol } from "./build.ts";

/** How to run a Collector. */
export interface CollectorOptions {
  /** Address of the service that it sends to. */
  readonly target: string;
  /** A configuration in `examples/`. @default {"collector.yaml"} */
  readonly config?: string;
  /** Others there that go on top of it. */
  readonly more?: readonly string[];
  /** What differs from the configuration. */
  readonly changes?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

const EXAMPLES = new URL("../../examples/", import.meta.url);
/** What the configurations find in the environment. */
const CREDENTIALS = {
  AXONPUSH_API_KEY: "ak_collector",
  AXONPUSH_TENANT_ID: "1",
  AXONPUSH_CHANNEL_ID: "7",
};
/** A Collector that takes longer to start has not, in milliseconds. */
const START_MS = 30_000;

/** A Collector, running or not. */
export class Collector implements AsyncDisposable {
  /** Where programs post. */
  readonly endpoint: string;
  readonly port: number;
  /** The folder of its queue. */
  readonly folder: string;
  /** Everything that it has printed. */
  output = "";
  #options: CollectorOptions;
  #binary: string;
  #process: Deno.ChildProcess | undefined;
  #heard = Promise.resolve();

  private constructor(options: CollectorOptions, binary: string, folder: string) {
    this.#options = options;
    this.#binary = binary;
    this.folder = folder;
    this.port = freePort();
    this.endpoint = `http://127.0.0.1:${this.port}/v1/logs`;
  }

  /** Starts a Collector with an empty queue. */
  static async start(options: CollectorOptions): Promise<Collector> {
    const folder = await Deno.makeTempDir({ prefix: "otelcol-" });
    const collector = new Collector(options, await requireOtelcol(), folder);
    await collector.start();
    return collector;
  }

  /** The process. */
  get pid(): number {
    return this.#process!.pid;
  }

  /** Starts it, perhaps with other changes than before, and waits until it takes requests. */
  async start(changes = this.#options.changes ?? {}): Promise<void> {
    const { target, config = "collector.yaml", more = [], env } = this.#options;
    const files = [config, ...more].map((file) => fileURLToPath(new URL(file, EXAMPLES)));
    const process = new Deno.Command(this.#binary, {
      args: [
        ...files.flatMap((file) => ["--config", file]),
        ...["--config", `yaml:${JSON.stringify(this.#place())}`],
        ...["--config", `yaml:${JSON.stringify(changes)}`],
      ],
      env: { ...CREDENTIALS, AXONPUSH_BASE_URL: target, STATE_DIRECTORY: this.folder, ...env },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#process = process;
    const ready = Promise.withResolvers<void>();
    let said = "";
    this.#heard = (async () => {
      for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
        this.output += text;
        said += text;
        if (said.includes("Everything is ready")) ready.resolve();
      }
      ready.reject(new Error(`The Collector ended: ${said}`));
    })();
    ready.promise.catch(() => {}); // It may end later, when nobody waits for its start any more.
    const timer = setTimeout(
      () => ready.reject(new Error(`The Collector does not start: ${said}`)),
      START_MS,
    );
    await ready.promise.finally(() => clearTimeout(timer));
  }

  /** Ends it, and waits for its end. */
  async end(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    process.kill(signal);
    const { code } = await process.status;
    await this.#heard;
    if (signal === "SIGTERM") assert(code === 0, `The Collector ended with ${code}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await Deno.remove(this.folder, { recursive: true });
  }

  /** A port of its own, none for metrics, and a log that leaves nothing out. */
  #place(): unknown {
    return {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${this.port}` } } } },
      service: {
        telemetry: { metrics: { level: "none" }, logs: { sampling: { enabled: false } } },
      },
    };
  }
}

/**
 * A port that nobody listens on. It is below those that the system gives to clients: one of them
 * could be given this port while the Collector is away, and would find itself at the other end.
 */
export function freePort(): number {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
