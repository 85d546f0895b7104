/**
 * The worker thread, one for all handlers of this isolate. Runs on the program's thread.
 *
 * Deno has two ways to start the same kind of worker. The one of `node:worker_threads` can be told
 * not to keep the program alive, and is what a program needs that goes on. The web's own starts in
 * a third of the time, but keeps the program alive; it serves where the program ends anyway.
 *
 * @module
 */
import type cluster from "node:cluster";
import type { Worker as NodeWorker } from "node:worker_threads";
import { nodeProcess } from "../node_process.ts";
import { mayReadAll } from "../permissions.ts";
import { Heartbeat, type Question } from "./heartbeat.ts";
import { watchmen, type WatchMessage } from "./signal_watch.ts";
import { WORKER_SOURCE } from "./worker.generated.ts";
import type { WorkerMessage } from "./worker.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { URL, Worker, encodeURIComponent } = globalThis;
const { cwd } = Deno;

/** Whether a thread has to serve a program that goes on, or only one that is about to end. */
export type ThreadKind = "lasting" | "brief";

/** Who uses the thread, and hears of it. */
export interface ThreadClient {
  /** The thread has ended without being asked to. Called once. */
  onCrash(why?: string): void;
  /** The thread has a diagnostic for this client. */
  onDiagnostic(): void;
}

/**
 * Most memory of the worker, in MiB: without a limit its end would be that of the program. What is
 * young is kept small, since nearly all that the worker makes is garbage soon.
 */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

/**
 * How many calls must still fit on the stack where a thread is started. Deno loads modules for that. A
 * module that finds too little room is broken for as long as the process runs, and ends the program by
 * an error that nobody can catch.
 */
const CALLS_TO_START = 2000;

const running = new Map<ThreadKind, WorkerThread>();
let nextId = 0;

/** What the worker needs for a client. */
type Opening = Omit<WorkerMessage & { readonly kind: "open" }, "kind" | "id">;

/**
 * Joins the thread of this kind, or starts it. Throws where there are no workers, and where the stack
 * is used up.
 */
export function joinThread(kind: ThreadKind): WorkerThread {
  // A lasting one serves those, too, that are about to end.
  let thread = running.get("lasting") ?? running.get(kind);
  if (thread === undefined) {
    call(CALLS_TO_START);
    running.set(kind, thread = new WorkerThread(kind));
  }
  return thread;
}

/** Throws if the stack has no room for this many calls. */
function call(times: number): void {
  if (times > 1) call(times - 1);
}

/** A thread that runs `worker.ts`. */
export class WorkerThread {
  readonly heartbeat: Heartbeat = new Heartbeat((question) => this.post(question));
  #kind: ThreadKind;
  #worker: Worker | NodeWorker;
  #clients = new Map<number, ThreadClient>();
  /** Has this thread watch for signals. */
  #watch = (message: WatchMessage | Question) => this.#worker.postMessage(message);

  constructor(kind: ThreadKind) {
    this.#kind = kind;
    const url = new URL(`data:text/javascript,${encodeURIComponent(WORKER_SOURCE)}`);
    this.#worker = kind === "lasting" ? this.#startLasting(url) : this.#startBrief(url);
    if (kind === "lasting") watchmen.add(this.#watch);
  }

  /** How many clients share it. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Opens an exporter for a client in the worker, and returns the number that names it there. */
  join(client: ThreadClient, opening: Opening): number {
    const id = nextId++;
    this.#clients.set(id, client);
    this.post({ kind: "open", id, ...opening });
    return id;
  }

  post(message: WorkerMessage): void {
    this.#worker.postMessage(message);
    watchmen.onPost();
  }

  /**
   * Takes a client off. The thread ends with the last one, unless another comes at once: to replace
   * twenty handlers, `log.setup()` ends one after the other, of which each may need a thread.
   */
  leave(id: number): void {
    if (!this.#clients.delete(id)) return;
    this.post({ kind: "close", id });
    if (this.#clients.size > 0) return;
    void Promise.resolve().then(() => {
      if (this.#clients.size === 0 && running.get(this.#kind) === this) this.#end();
    });
  }

  /** Gives the thread up for all its clients: it has ended, or does not answer. */
  abandon(why?: string): void {
    if (running.get(this.#kind) !== this) return; // Ended on purpose, or crashed already.
    this.#end();
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients) client.onCrash(why);
  }

  #end(): void {
    running.delete(this.#kind); // Before it says that it has ended: that is no crash.
    watchmen.delete(this.#watch);
    void this.#worker.terminate();
  }

  /**
   * A worker that does not keep the program alive. Without an environment of its own it would get
   * a copy of the program's, and Deno would ask for the permission to read all of that. In a child
   * of `node:cluster` it would take itself for another child, and fail at that.
   */
  #startLasting(url: URL): NodeWorker {
    if (isClusterChild()) throw new Error("Deno starts none in a child of 'node:cluster'");
    checkDirectory();
    const { Worker } = nodeProcess().getBuiltinModule("node:worker_threads");
    const worker = new Worker(url, { resourceLimits: LIMITS, env: {} });
    worker.on("error", (error) => this.abandon((error as Error)?.message));
    worker.on("exit", () => this.abandon());
    worker.on("message", (id) => this.#clients.get(id)?.onDiagnostic());
    worker.unref();
    return worker;
  }

  #startBrief(url: URL): Worker {
    const worker = new Worker(url, { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault(); // Or else the error of a web worker ends the program.
      this.abandon(event.message);
    };
    worker.onmessage = ({ data }) => this.#clients.get(data)?.onDiagnostic();
    return worker;
  }
}

/**
 * Throws where the working directory was removed: a worker of Node's kind would fail to start, and
 * Deno would print that as if the program had done it.
 */
function checkDirectory(): void {
  if (mayReadAll()) cwd(); // Some versions of Deno ask for that permission first.
}

/** Whether this is a child of `node:cluster`. */
function isClusterChild(): boolean {
  if ("DedicatedWorkerGlobalScope" in globalThis) return false;
  const process = nodeProcess();
  // To load the module costs milliseconds, and whoever has no parent to talk to is no child.
  return process.connected &&
    (process.getBuiltinModule("node:cluster") as unknown as typeof cluster).isWorker;
}
