/**
 * The drain worker: takes batches from the program's thread, gives them to the transport, and
 * acknowledges each record in shared memory. It is bundled with all that it imports into
 * `worker.generated.ts`, because a worker of a published package can only be started from a `data:`
 * URL, which cannot import anything of the package.
 *
 * @module
 */
import { Acknowledgements } from "./acknowledgements.ts";
import { Diagnostics } from "../diagnostics.ts";
import type { Batch } from "../queue/queue.ts";
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings } from "../delivery/exporter_settings.ts";
import type { Origin } from "../record/chunk.ts";
import { type WatchMessage, watchSignals } from "./signal_watch.ts";

/** What the worker is told. */
export type WorkerMessage =
  /** Comes first. */
  | {
    readonly kind: "start";
    readonly exporter: ExporterSettings;
    readonly origin: Origin;
    readonly acknowledgements: SharedArrayBuffer;
    /** Takes diagnostics to the program's thread, which can read it even where it blocks. */
    readonly diagnostics: MessagePort;
  }
  | { readonly kind: "batch" } & Batch
  /** The program is about to end and waits for so long, in milliseconds. */
  | { readonly kind: "flush"; readonly forMs: number }
  | WatchMessage;

let exporter: Exporter | undefined;

addEventListener("message", (event) => {
  const message = (event as MessageEvent<WorkerMessage>).data;
  switch (message.kind) {
    case "start":
      exporter = start(message);
      break;
    case "batch":
      exporter!.send({ ...message, origin: 0, firstKey: message.first });
      break;
    case "flush":
      exporter!.flush(message.forMs);
      break;
    case "watch":
      watchSignals(message);
      break;
  }
});

function start(message: WorkerMessage & { kind: "start" }): Exporter {
  const acknowledgements = new Acknowledgements(message.acknowledgements);
  // The program may be blocked waiting for this thread, so it must be told in shared memory.
  for (const type of ["error", "unhandledrejection"]) {
    addEventListener(type, () => acknowledgements.crash());
  }
  // Limited here already: a program that is busy for long takes no messages, and they pile up.
  const diagnostics = new Diagnostics((diagnostic) => {
    message.diagnostics.postMessage({ diagnostic });
    acknowledgements.countReport();
  });
  const exporter = new Exporter(message.exporter, {
    settle: (sequence, outcome) => acknowledgements.write(sequence, outcome),
    countRetries: (count) => acknowledgements.countRetries(count),
    report: (diagnostic) => diagnostics.report(diagnostic),
    countLost(lost) {
      message.diagnostics.postMessage({ lost });
      acknowledgements.countReport();
    },
  });
  exporter.addOrigin(0, message.origin);
  return exporter;
}
