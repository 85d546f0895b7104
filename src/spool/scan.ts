/**
 * Goes through the directory of the spool again and again, for files that others may have left. There
 * may be thousands of them, of programs that were killed in an outage or that ship elsewhere, so only
 * a few are looked at in a row. Runs on the program's thread, between its log calls.
 *
 * @module
 */
import { now } from "../clock.ts";
import { Directory, type Found } from "./directory.ts";

/** How often the directory is scanned, in milliseconds. */
const SCAN_MS = 30_000;
/** Most names that are looked at in a row: each takes some microseconds. */
const MAX_NAMES = 64;

/** A scan that begins anew from time to time. */
export class Scan {
  #directory: Directory;
  /** When the directory is read again. */
  #nextAt = 0;
  /** What was in it then, and was not looked at yet. */
  #names: string[] = [];
  #found: Found[] = [];

  constructor(path: string) {
    this.#directory = new Directory(path);
  }

  /** Whether it has begun since {@linkcode reset}, or ever. */
  get hasBegun(): boolean {
    return this.#nextAt > 0;
  }

  /** Whether there are files that were not looked at yet. */
  get isUnderWay(): boolean {
    return this.#names.length > 0 || this.#found.length > 0;
  }

  /** How long until it begins anew, in milliseconds. */
  get restartsInMs(): number {
    return Math.max(0, this.#nextAt - now());
  }

  /** The next file that somebody may have left, if there is one. */
  next(): Found | undefined {
    try {
      if (!this.isUnderWay && this.restartsInMs === 0) {
        this.#nextAt = now() + SCAN_MS;
        this.#names = this.#directory.names();
      }
      while (this.#found.length === 0 && this.#names.length > 0) {
        const names = this.#names.splice(0, MAX_NAMES);
        this.#directory.clean(names);
        this.#found = this.#directory.find(names);
      }
      this.#directory.checkPermitted();
      return this.#found.shift();
    } catch {
      // There is no directory yet, or none any more: who writes to it says so.
      this.#names = this.#found = [];
      return undefined;
    }
  }

  /** Begins anew. */
  reset(): void {
    this.#nextAt = 0;
    this.#names = this.#found = [];
  }
}
