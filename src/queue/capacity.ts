/**
 * How much may wait and be in flight, by the options: in records and in characters. Runs on the
 * program's thread, inside the log call.
 *
 * @module
 */
import type { Loss } from "../diagnostics.ts";
import type { Settings } from "../options/settings.ts";
import type { Channel } from "../worker/channel.ts";
import type { Bounds, RecordQueue } from "./queue.ts";
import { type OverflowLosses, overflowLosses } from "./reports.ts";

/**
 * Records of one chunk, or those of a request if they are more. Larger chunks cost less each, up to
 * about this many.
 */
const CHUNK_SIZE = 100;
/** Most records in flight, unless two requests carry more. */
const MAX_IN_FLIGHT = 8192;
/** Characters that the queue takes at least, and for each record of a long queue. */
const MAX_CHARACTERS = { least: 1 << 26, perRecord: 1024 } as const;

/** The bounds of one handler. */
export class Capacity {
  /** Most records of the handler's own in flight, ever. */
  readonly maxInFlight: number;
  /** Most records in flight of those that others have left in the spool. None without one. */
  readonly backlogInFlight: number;
  /** Most records of a chunk. */
  readonly chunkSize: number;
  /** How much is kept in memory. */
  readonly bounds: Bounds;
  #losses: OverflowLosses;
  /** Most records in flight while the program runs. */
  #usualInFlight: number;

  constructor(settings: Settings) {
    const { queueSize, overflowPolicy, exporter, spool } = settings;
    const characters = Math.max(MAX_CHARACTERS.least, queueSize * MAX_CHARACTERS.perRecord);
    this.bounds = { records: queueSize, characters };
    const most = Math.max(MAX_IN_FLIGHT, 2 * exporter.batchSize);
    this.maxInFlight = Math.min(queueSize, most);
    // What is in flight cannot be dropped any more, so it is no more than keeps the worker busy.
    const busy = Math.min(most, Math.max(128, 4 * exporter.concurrency, 8 * exporter.batchSize));
    this.backlogInFlight = spool === undefined ? 0 : busy;
    this.#usualInFlight = overflowPolicy === "drop-oldest"
      ? Math.max(1, Math.min(queueSize >> 1, busy))
      : this.maxInFlight;
    // The worker has room for two chunks, so that it has one while it gets the next.
    const room = (this.#usualInFlight + 1) >> 1;
    this.chunkSize = Math.min(Math.max(CHUNK_SIZE, exporter.batchSize), room);
    this.#losses = overflowLosses(settings, characters);
  }

  /** What is reported of records that found the queue full. */
  overflow({ length }: RecordQueue): Loss {
    return length < this.bounds.records ? this.#losses.tooLong : this.#losses.tooMany;
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
