/**
 * Where batches go: to a worker, or to the transport in this thread where there is no worker.
 *
 * Deno has two ways to start the same kind of worker. The one of `node:worker_threads` can be told
 * not to keep the program alive, and is what a program needs that goes on. The web's own starts in
 * a third of the time, but keeps the program alive; it serves where the program ends anyway.
 *
 * @module
 */
import type { AsyncLocalStorage } from "node:async_hooks";
import type { Worker as NodeWorker } from "node:worker_threads";
import { Acknowledgements } from "./acknowledgements.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { nodeProcess } from "../platform.ts";
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings } from "../delivery/exporter_settings.ts";
import { lossOf } from "../delivery/losses.ts";
import type { Send } from "../delivery/response.ts";
import type { Origin } from "../record/chunk.ts";
import { watchmen, type WatchMessage } from "./signal_watch.ts";
import type { WorkerMessage } from "./worker.ts";
import { WORKER_SOURCE } from "./worker.generated.ts";

/**
 * Most memory of the worker, in MiB: without a limit its end would be that of the program. What is
 * young is kept small, since nearly all that the worker makes is garbage soon.
 */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };

/** How long a wait for diagnostics holds on to a lane that was stopped, in milliseconds. */
const LISTEN_MS = 10_000;

/** A way for batches. */
export interface Lane {
  /** Whether this thread may block while the lane works. */
  readonly blocking: boolean;
  readonly acknowledgements: Acknowledgements;
  post(message: WorkerMessage): void;
  /** Passes on the diagnostics that have come in. */
  hear(): void;
  stop(): void;
}

/** Starts the worker. Throws where there are no workers. */
export function workerLane(
  exporter: ExporterSettings,
  origin: Origin,
  queueSize: number,
  diagnostics: Diagnostics,
  shortLived: boolean,
  onCrash: (why: string | undefined) => void,
): Lane {
  const acknowledgements = new Acknowledgements(queueSize);
  const { port1, port2 } = new MessageChannel();
  const url = new URL(`data:text/javascript,${encodeURIComponent(WORKER_SOURCE)}`);
  const worker = shortLived ? new Worker(url, { type: "module" }) : lastingWorker(url);
  const crash = (event?: Partial<ErrorEvent>) => {
    event?.preventDefault?.(); // Or else the error of a web worker ends the program.
    acknowledgements.crash();
    onCrash(event?.message);
  };
  if (worker instanceof Worker) {
    worker.onerror = crash;
  } else {
    worker.on("error", crash).on("exit", () => crash());
  }
  const start: WorkerMessage = {
    kind: "start",
    exporter,
    origin,
    acknowledgements: acknowledgements.memory,
    diagnostics: port2,
  };
  (worker as Worker).postMessage(start, [port2]); // The types of Node's worker know other ports.
  let heard = 0;
  let stopped = false;
  const lane: Lane = {
    blocking: true,
    acknowledgements,
    post(message) {
      worker.postMessage(message);
      watchmen.onPost();
    },
    hear() {
      watchmen.onPost();
      if (heard === acknowledgements.reported) return; // Node's modules take long to load.
      const { receiveMessageOnPort } = nodeProcess().getBuiltinModule("node:worker_threads");
      let received;
      while ((received = receiveMessageOnPort(port1 as never))) {
        heard++;
        const { diagnostic, lost } = received.message;
        if (lost) diagnostics.count(lossOf(lost), lost.count);
        else diagnostics.relay(diagnostic);
      }
    },
    stop() {
      lane.hear();
      stopped = true;
      watchmen.delete(watchman);
      port1.close();
      void worker.terminate();
    },
  };
  // Not by the port's own events: one on its way could not be received where the thread blocks.
  const listen = async () => {
    while (!stopped) {
      await acknowledgements.reportedAfter(heard, LISTEN_MS);
      if (!stopped) lane.hear();
    }
  };
  const watchman = (message: WatchMessage) => worker.postMessage(message);
  if (!shortLived) {
    void listen();
    watchmen.add(watchman);
  }
  return lane;
}

/** Set while this thread makes an attempt of its own, across awaits. */
let shipping: AsyncLocalStorage<true> | undefined;

/** Whether what is logged here and now comes of shipping records, and must not be shipped too. */
export function isShipping(): boolean {
  return shipping?.getStore() === true;
}

/**
 * A worker that does not keep the program alive. Without an environment of its own it would get a
 * copy of the program's, and Deno would ask for the permission to read all of that.
 */
function lastingWorker(url: URL): NodeWorker {
  const { Worker } = nodeProcess().getBuiltinModule("node:worker_threads");
  const worker = new Worker(url, { resourceLimits: LIMITS, env: {} });
  worker.unref();
  return worker;
}

/** The transport in this thread. When it is stopped, what is under way is over, too. */
export function localLane(
  settings: ExporterSettings,
  origin: Origin,
  queueSize: number,
  diagnostics: Diagnostics,
  send: Send,
  over: AbortController,
): Lane {
  shipping ??= new (nodeProcess().getBuiltinModule("node:async_hooks").AsyncLocalStorage<true>)();
  const guard = shipping;
  const acknowledgements = new Acknowledgements(queueSize);
  const exporter = new Exporter(
    settings,
    {
      settle: (sequence, outcome) => acknowledgements.write(sequence, outcome),
      countRetries: (count) => acknowledgements.countRetries(count),
      report: (diagnostic) => diagnostics.report(diagnostic),
      countLost: (lost) => diagnostics.count(lossOf(lost), lost.count),
    },
    (body, key) => guard.run(true, send, body, key),
  );
  exporter.addOrigin(0, origin);
  return {
    blocking: false,
    acknowledgements,
    post(message) {
      if (message.kind === "batch") {
        exporter.send({ ...message, origin: 0, firstKey: message.first });
      } else if (message.kind === "flush") exporter.flush(message.forMs);
    },
    hear() {},
    stop() {
      exporter.stop();
      over.abort();
    },
  };
}
