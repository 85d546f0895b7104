/**
 * The worker: takes chunks from the program's thread, gives them to the exporter of the handler
 * that they come from, and acknowledges each record in shared memory. It is bundled with all that
 * it imports into `worker.generated.ts`, because `node:worker_threads` starts a worker only from a
 * `file:` or `data:` URL, and a published package is neither. Runs on the worker's thread.
 *
 * @module
 */
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings, Lost } from "../delivery/exporter_settings.ts";
import { type Diagnostic, Diagnostics } from "../diagnostics.ts";
import { JSON } from "../json.ts";
import type { Chunk, Origin } from "../record/chunk.ts";
import { turn } from "../clock.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { answer, type Question } from "./heartbeat.ts";
import { type WatchMessage, watchSignals } from "./signal_watch.ts";
import { TextRing } from "./text_ring.ts";

/** What the worker is told. Most of it names the handler, by a number. */
export type WorkerMessage =
  | Question
  | {
    readonly kind: "open";
    readonly id: number;
    readonly settings: ExporterSettings;
    readonly acknowledgements: SharedArrayBuffer;
    /** Takes diagnostics to the program's thread, which can read them even where it blocks. */
    readonly diagnostics: SharedArrayBuffer;
  }
  | {
    readonly kind: "origin";
    readonly id: number;
    readonly number: number;
    readonly origin: Origin;
  }
  | { readonly kind: "chunk"; readonly id: number; readonly chunk: Chunk }
  /** Somebody waits for the records for this time, perhaps the end of the program. */
  | {
    readonly kind: "flush";
    readonly id: number;
    readonly forMs: number;
    readonly isEnding: boolean;
  }
  | { readonly kind: "close"; readonly id: number }
  | WatchMessage;

/** What the worker says in the ring: a diagnostic, or how many records it has lost. */
export type WorkerReport =
  | { readonly diagnostic: Diagnostic; readonly lost?: undefined }
  | { readonly lost: Lost };

/** Exists in a worker alone, so the types of the program's thread do not have it. */
declare function postMessage(message: number): void;

const exporters = new Map<number, Exporter>();
const acknowledgements = new Map<number, Acknowledgements>();

/** Chunks that wait for a turn of the event loop. Nothing while none is under way. */
let waiting: (readonly [Exporter, Chunk])[] | undefined;

// The program may be blocked waiting for this thread, so it must be told in shared memory.
for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, () => {
    for (const each of acknowledgements.values()) each.crash();
  });
}

addEventListener("message", (event) => {
  const message = (event as MessageEvent<WorkerMessage>).data;
  if (message.kind === "question") return answer(message);
  if (message.kind === "watch") return watchSignals(message);
  if (message.kind === "open") return open(message);
  const exporter = exporters.get(message.id)!;
  switch (message.kind) {
    case "origin":
      return exporter.addOrigin(message.number, message.origin);
    case "chunk":
      if (waiting !== undefined) return void waiting.push([exporter, message.chunk]);
      exporter.send(message.chunk);
      waiting = [];
      return void takeOthers(waiting);
    case "flush":
      return exporter.flush(message.forMs, message.isEnding);
    case "close":
      exporter.stop();
      exporters.delete(message.id);
      acknowledgements.delete(message.id);
      return;
    default:
      throw new TypeError(`Cannot read a message: ${JSON.stringify(message)}`);
  }
});

/**
 * Takes one chunk each turn of the event loop. Deno hands over all messages that are there in one
 * turn, and a request that is made of the first would leave only after the last.
 */
async function takeOthers(others: readonly (readonly [Exporter, Chunk])[]): Promise<void> {
  await turn();
  for (const [exporter, chunk] of others) {
    exporter.send(chunk);
    await turn();
  }
  waiting = undefined;
}

function open(message: WorkerMessage & { kind: "open" }): void {
  const ring = new TextRing(message.diagnostics);
  const write = (report: WorkerReport) => {
    const isWritten = ring.write(JSON.stringify(report));
    if (isWritten) postMessage(message.id);
    return isWritten;
  };
  // Limited here already: a program that is busy for long reads none, and the ring is small.
  const diagnostics = new Diagnostics((diagnostic) => void write({ diagnostic }));
  let unreported = 0;
  const own = new Acknowledgements(message.acknowledgements);
  acknowledgements.set(message.id, own);
  const exporter = new Exporter(message.settings, {
    acknowledgements: own,
    report: (diagnostic) => diagnostics.report(diagnostic),
    countLost({ count, reason }) {
      unreported += count;
      if (write({ lost: { count: unreported, reason } })) unreported = 0;
    },
  });
  exporters.set(message.id, exporter);
}
