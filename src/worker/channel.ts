/**
 * The way of batches to an exporter and of outcomes back: to the worker thread, or to an exporter on
 * this thread where there is no worker. Runs on the program's thread.
 *
 * @module
 */
import { keepAlive } from "../clock.ts";
import { type AxonPushClient, createClientSend } from "../delivery/client.ts";
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings } from "../delivery/exporter_settings.ts";
import { createHttpSend } from "../delivery/http.ts";
import type { Send } from "../delivery/response.ts";
import { lossOf } from "../delivery/outcomes.ts";
import type { Diagnostic, Diagnostics } from "../diagnostics.ts";
import { JSON } from "../json.ts";
import { type Chunk, type Origin, OWN_ORIGIN } from "../record/chunk.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { markedAsSending } from "./sending.ts";
import { watchmen } from "./signal_watch.ts";
import { TextRing } from "./text_ring.ts";
import { joinThread, type ThreadKind } from "./thread.ts";
import type { WorkerReport } from "./worker.ts";

// As they are when the package is loaded, whatever the program does to them later.
const { AbortController, URL } = globalThis;

/** Bytes for diagnostics that the program's thread has not read yet; a power of two. */
const DIAGNOSTICS_BYTES = 1 << 14;
/** Most characters that the worker has of all its handlers together. */
const MAX_CHARACTERS = 1 << 25;

/** What a channel needs to know. */
export interface ChannelSettings {
  readonly exporter: ExporterSettings;
  /** The user's client, which works on this thread alone. */
  readonly client?: AxonPushClient | undefined;
  readonly origin: Origin;
  /** Most records in flight. */
  readonly maxInFlight: number;
  readonly diagnostics: Diagnostics;
}

/** A way to an exporter. */
export interface Channel {
  /**
   * The worker that it leads to. Or none: this thread ships for lack of a worker (`fallback`), or
   * just once, because a worker would take longer to start than all the rest (`once`).
   */
  readonly kind: ThreadKind | "fallback" | "once";
  /** Whether this thread may block while the exporter works. */
  readonly isBlocking: boolean;
  readonly acknowledgements: Acknowledgements;
  /** Most characters that may be in flight now. */
  readonly maxCharacters: number;
  /** Says what the origin is that chunks name by this number. */
  addOrigin(number: number, origin: Origin): void;
  post(chunk: Chunk): void;
  /**
   * Says that somebody waits for the records, for `forMs` milliseconds.
   * @param isEnding Whether the program ends then.
   */
  flush(forMs: number, isEnding: boolean): void;
  /** Passes on the diagnostics that have come in. */
  receiveDiagnostics(): void;
  /** Asks for a sign of life, and says whether there was one since this channel asked last. */
  isAlive(): boolean;
  /** Gives the worker up for all that use it: it has crashed, or does not answer. */
  abandon(why?: string): void;
  /** Ends it. What is in flight is not settled any more. */
  close(): void;
}

/** How a supervisor opens the channels of a handler. */
export interface ChannelOpener {
  /** Whether this host seems to have workers. */
  readonly hasWorkers: boolean;
  /** Whether records must be shipped from this thread. */
  readonly isThisThreadWanted: boolean;
  /** Whether requests can be sent from this thread now. */
  canFetchHere(): boolean;
  /** Throws where there are no workers. */
  toWorker(kind: ThreadKind, onCrash: (why: string | undefined) => void): Channel;
  toThisThread(kind: "fallback" | "once"): Channel;
}

/**
 * Whether `fetch` works on this thread: Deno's own makes a URL by the global of that name, which a
 * program may have replaced.
 */
function canFetchHere(): boolean {
  try {
    return globalThis.URL === URL;
  } catch {
    return false;
  }
}

/** Makes the opener of a handler's channels. */
export function channelOpener(settings: ChannelSettings): ChannelOpener {
  const { client, exporter, origin } = settings;
  const withOrigin = (channel: Channel) => {
    channel.addOrigin(OWN_ORIGIN, origin);
    return channel;
  };
  return {
    hasWorkers: typeof Worker === "function",
    isThisThreadWanted: client !== undefined,
    canFetchHere,
    toWorker: (kind, onCrash) => withOrigin(openWorkerChannel(settings, kind, onCrash)),
    toThisThread(kind) {
      const over = new AbortController();
      const send = client
        ? createClientSend(client, exporter)
        : createHttpSend(exporter, over.signal);
      const stop = () => over.abort();
      return withOrigin(
        kind === "once"
          ? openOnceChannel(settings, send, stop)
          : openChannelHere(kind, settings, markedAsSending(send), stop),
      );
    },
  };
}

/** Opens a channel to the worker thread. Throws where there are no workers. */
function openWorkerChannel(
  { exporter, maxInFlight, diagnostics }: ChannelSettings,
  kind: ThreadKind,
  onCrash: (why: string | undefined) => void,
): Channel {
  const acknowledgements = new Acknowledgements(maxInFlight);
  const reports = new TextRing(DIAGNOSTICS_BYTES);
  const thread = joinThread(kind);
  const receiveDiagnostics = () => relay(reports, diagnostics);
  const id = thread.join({
    onCrash(why) {
      acknowledgements.crash();
      onCrash(why);
    },
    onDiagnostic: receiveDiagnostics,
  }, {
    settings: exporter,
    acknowledgements: acknowledgements.memory,
    diagnostics: reports.memory,
  });
  /** The one that waited for its answer when this channel asked last. */
  let question = 0;
  return {
    kind,
    isBlocking: true,
    acknowledgements,
    get maxCharacters() {
      return MAX_CHARACTERS / Math.max(1, thread.clients);
    },
    addOrigin: (number, origin) => thread.post({ kind: "origin", id, number, origin }),
    post: (chunk) => thread.post({ kind: "chunk", id, chunk }),
    flush: (forMs, isEnding) => thread.post({ kind: "flush", id, forMs, isEnding }),
    receiveDiagnostics,
    isAlive() {
      const before = question;
      question = thread.heartbeat.ask();
      return question !== before;
    },
    abandon: (why) => thread.abandon(why),
    close() {
      receiveDiagnostics();
      thread.leave(id);
    },
  };
}

/** Passes on what the worker has written. */
function relay(reports: TextRing, diagnostics: Diagnostics): void {
  watchmen.onPost(); // A thread that blocks in each log call does nothing else.
  for (let text; (text = reports.read()) !== undefined;) {
    const { diagnostic, lost } = JSON.parse(text) as WorkerReport & { diagnostic: Diagnostic };
    if (lost) diagnostics.count(lossOf(lost), lost.count);
    else diagnostics.relay(diagnostic);
  }
}

/**
 * Opens a channel to an exporter on this thread that ships what it gets, and keeps the program alive
 * for it. Nothing is posted to it later, so what is logged by a `fetch` of the program's own making
 * goes another way, and needs no guard. Whatever costs milliseconds at its first use is left out.
 */
function openOnceChannel(
  settings: ChannelSettings,
  send: Send,
  stopSending: () => void,
): Channel {
  // A request that is under way keeps the program alive. A pause does not.
  let letGo: (() => void) | undefined;
  let isOver = false;
  const keptSend: Send = async (...request) => {
    await undefined; // Until all is posted: what a `fetch` logs must not be posted with it.
    const result = await send(...request);
    if (result.kind !== "delivered" && !isOver) letGo ??= keepAlive();
    return result;
  };
  return openChannelHere("once", settings, keptSend, () => {
    isOver = true;
    stopSending();
    letGo?.();
  });
}

/** Opens a channel to an exporter on this thread. */
function openChannelHere(
  kind: "fallback" | "once",
  { exporter: settings, maxInFlight, diagnostics }: ChannelSettings,
  send: Send,
  stopSending: () => void,
): Channel {
  const acknowledgements = new Acknowledgements(maxInFlight);
  const exporter = new Exporter(settings, {
    acknowledgements,
    report: (diagnostic) => diagnostics.report(diagnostic),
    countLost: (lost) => diagnostics.count(lossOf(lost), lost.count),
  }, send);
  return {
    kind,
    isBlocking: false,
    acknowledgements,
    maxCharacters: MAX_CHARACTERS,
    addOrigin: (number, origin) => exporter.addOrigin(number, origin),
    post: (chunk) => exporter.send(chunk),
    flush: (forMs, isEnding) => exporter.flush(forMs, isEnding),
    receiveDiagnostics() {},
    isAlive: () => true,
    abandon() {},
    close() {
      exporter.stop();
      stopSending();
    },
  };
}
