/**
 * What is sent from the program's thread to the worker: consecutive lines, and the origin that they
 * share. For both threads.
 *
 * @module
 */

/**
 * Where lines come from. A line holds only what differs from record to record, in the form of one
 * protocol, so it cannot be sent without the origin of the handler that wrote it.
 */
export interface Origin {
  /** The version of a line's columns. Lines of another version cannot be read. */
  readonly version: 1;
  /** The protocol that the lines' attributes are written for. */
  readonly protocol: "events" | "otlp";
  /** Begins every dedup key; the record's number ends it. */
  readonly keyPrefix: string;
  readonly constants: Constants;
  /** Where the lines may go: address, tenant, channel and environment. Never a credential. */
  readonly destination: string;
}

/** What identifies a record, however often it is sent. */
export function dedupKey({ keyPrefix }: Pick<Origin, "keyPrefix">, number: number): string {
  return `${keyPrefix}-${number}`;
}

/** The number of the origin of the handler's own records. They go before those of any other. */
export const OWN_ORIGIN = 0;

/** Consecutive lines: a batch of records on its way from thread to thread. */
export interface Chunk {
  /** The number of their origin. */
  readonly origin: number;
  /** The number by which the first one is acknowledged; the others have the numbers after it. */
  readonly first: number;
  /** The number at the end of the first one's dedup key: `first`, unless another handler wrote it. */
  readonly firstKey: number;
  readonly count: number;
  /** The lines, joined by line breaks. */
  readonly lines: string;
}

/**
 * What is the same in all events of a handler: four fifths of each. It is put around each line where
 * that is sent. JSON texts, as members without the outer braces.
 */
export interface Constants {
  /** Type, channel, agent and metadata of the event. */
  readonly envelope: string;
  /** The ids of a record that is in no other trace. */
  readonly trace: string;
  /** The attributes of the resource. */
  readonly resource: string;
  readonly pid: number;
  readonly agentId?: string | undefined;
}
