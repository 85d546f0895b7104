/**
 * How much may wait and be in flight, by the options: in records and in characters. Runs on the
 * program's thread, inside the log call.
 *
 * @module
 */
import { type Loss, records } from "../diagnostics.ts";
import type { Settings } from "../options/settings.ts";
import type { Channel } from "../worker/channel.ts";
import type { Bounds, RecordQueue } from "./queue.ts";

/**
 * Records of one chunk, or those of a request if they are more. Larger chunks cost less each, up to
 * about this many.
 */
const CHUNK_SIZE = 100;
/** Most records in flight. */
const MAX_IN_FLIGHT = 8192;
/** Characters that the queue takes at least, and for each record of a long queue. */
const MAX_CHARACTERS = { least: 1 << 26, perRecord: 1024 } as const;

/** The bounds of one handler. */
export class Capacity {
  /** Most records in flight, ever. */
  readonly maxInFlight: number;
  /** Most records of others in flight, of those that they have left in the spool. */
  readonly backlogInFlight: number;
  /** Most records of a chunk. */
  readonly chunkSize: number;
  /** How much is kept in memory. */
  readonly bounds: Bounds;
  /** What is reported where there are too many records, and where they are too long. */
  #tooMany: Loss;
  #tooLong: Loss;
  /** Most records in flight while the program runs. */
  #usualInFlight: number;

  constructor({ queueSize, overflowPolicy, exporter, spool, spoolMaxBytes }: Settings) {
    const characters = Math.max(MAX_CHARACTERS.least, queueSize * MAX_CHARACTERS.perRecord);
    this.bounds = { records: queueSize, characters };
    this.maxInFlight = Math.min(queueSize, MAX_IN_FLIGHT);
    // What is in flight cannot be dropped any more, so it is no more than keeps the worker busy.
    const busy = Math.max(128, 4 * exporter.concurrency, 8 * exporter.batchSize);
    this.backlogInFlight = Math.min(busy, MAX_IN_FLIGHT);
    this.#usualInFlight = overflowPolicy === "drop-oldest"
      ? Math.max(1, Math.min(queueSize >> 1, busy))
      : this.maxInFlight;
    // Two chunks have room in the worker, so that it has one while it gets the next.
    const most = (this.#usualInFlight + 1) >> 1;
    this.chunkSize = Math.min(Math.max(CHUNK_SIZE, exporter.batchSize), most);
    const otlp = exporter.protocol === "otlp";
    const advice = `raise 'queueSize'${
      otlp ? " or log less" : `, log less, or choose protocol "otlp"`
    }`;
    const overflow = (full: string, what: string): Loss => ({
      level: "warn",
      code: "overflow",
      message: (count) =>
        `${full}: ${records(count)} dropped so far by the overflow policy "${overflowPolicy}": ` +
        what,
    });
    this.#tooMany = spool === undefined
      ? overflow(`The queue is full ('queueSize' is ${queueSize})`, advice)
      : overflow(
        `The spool ${spool} is full ('spoolMaxBytes' is ${spoolMaxBytes}), or its disk is`,
        "raise 'spoolMaxBytes', or make room",
      );
    this.#tooLong = spool === undefined
      ? overflow(
        `The queue is full (${characters >> 20} Mi characters of large records)`,
        "log shorter records or fewer",
      )
      : this.#tooMany;
  }

  /** What is reported of records that found the queue full. */
  overflow({ length }: RecordQueue): Loss {
    return length < this.bounds.records ? this.#tooLong : this.#tooMany;
  }

  /**
   * Whether the worker may have the oldest batch that waits.
   * @param isEnding Whether the program ends. Then nothing more is going to be dropped, and a thread
   *   that waits for much wakes up less often.
   */
  canPost(queue: RecordQueue, channel: Channel | undefined, isEnding: boolean): boolean {
    const batch = queue.peek();
    if (batch === undefined || channel === undefined || channel.kind === "once") return false;
    if (queue.inFlight === 0) return true;
    const most = isEnding ? this.maxInFlight : this.#usualInFlight;
    return queue.inFlight + batch.count <= most &&
      queue.charactersInFlight + batch.lines.length <= channel.maxCharacters;
  }
}
