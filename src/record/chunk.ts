/**
 * What goes from the program's thread to the worker: lines that follow each other, and the origin
 * that they share. Types alone, for both threads.
 *
 * @module
 */
import type { Constants } from "./line.ts";

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
