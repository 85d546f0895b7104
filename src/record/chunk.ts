/**
 * What goes from the program's thread to the worker: lines that follow each other, and the origin
 * that they share. For both threads.
 *
 * @module
 */
/**
 * Where lines come from. A line holds only what differs from record to record, in the form that one
 * protocol wants, so nobody can send it without the origin of the handler that wrote it.
 */
export interface Origin {
  /** Of the columns of a line. Lines of another version cannot be read. */
  readonly version: 1;
  /** The protocol that the lines' attributes are written for. */
  readonly protocol: "events" | "otlp";
  /** Begins every dedup key; the record's number ends it. */
  readonly keyPrefix: string;
  readonly constants: Constants;
  /** Where the lines may go: address, tenant, channel and environment. Never a credential. */
  readonly destination: string;
}

/** By what the service knows a record again, however often it is sent. */
export function dedupKey({ keyPrefix }: Pick<Origin, "keyPrefix">, number: number): string {
  return `${keyPrefix}-${number}`;
}

/** Lines that follow each other. A batch of records on its way from thread to thread. */
export interface Chunk {
  /** The number under which the worker was told about their origin. */
  readonly origin: number;
  /** By this number the first one is acknowledged; the others by the numbers after it. */
  readonly first: number;
  /** This number ends the dedup key of the first one. It is `first`, unless another handler wrote it. */
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
