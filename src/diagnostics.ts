/**
 * What the handler reports about itself: to the console or to a function of the user's, never through
 * a logger, and no more often than a person wants to read it. It runs on the program's thread, and on
 * the worker's, which passes its reports on to the program's.
 *
 * Nothing that the console or that function does has any other effect: they may throw, reject, log,
 * or have lost the terminal that they write to.
 *
 * @module
 */
import { type Clock, now, sleep } from "./clock.ts";

/** One thing that the handler reports about itself. */
export interface Diagnostic {
  /** `"error"` when records are being lost or refused, `"warn"` otherwise. */
  readonly level: "warn" | "error";
  /** The kind of problem, stable across versions, such as `"overflow"` or `"http-401"`. */
  readonly code: string;
  /** What happened, why, and what to do. */
  readonly message: string;
  /** The service's own code for it, if it gave one. */
  readonly serviceCode?: string;
}

/**
 * Receives diagnostics instead of the console. What it throws, or rejects with, is printed and goes
 * no further.
 */
export type DiagnosticsSink = (diagnostic: Diagnostic) => void;

/** A loss whose count grows. */
export interface Loss {
  readonly level: Diagnostic["level"];
  readonly code: string;
  /** What happened to this many records in all, why, and what to do. */
  readonly message: (count: number) => string;
  /** Whether the first of them has been reported already, by a diagnostic of its own. */
  readonly isFirstReported?: boolean;
}

/** How much of a loss has been reported. */
interface Tally {
  /** The newest one: its reason may have changed. */
  loss: Loss;
  /** How many there were so far, and at the last report. */
  count: number;
  reported: number;
  /** Whether that was a short while ago. */
  isQuiet: boolean;
}

/** Shortest time between two diagnostics of one kind, in milliseconds. */
const QUIET_MS = 60_000;
/** The same for a count, which the reader wants to follow. */
const QUIET_COUNT_MS = 10_000;
/** Most kinds of diagnostics that are distinguished: a service can invent codes without end. */
const MAX_KINDS = 64;

// Taken when the module is loaded: tests and frameworks replace, freeze or stop them.
const { warn, error } = console;
const print = { warn, error };
const CLOCK: Clock = { now, sleep };

/** Writes diagnostics, rate-limited by code and service code. */
export class Diagnostics {
  /** Whether a diagnostic is being written now: what is logged meanwhile is not shipped. */
  isWriting = false;
  #sink: DiagnosticsSink;
  #clock: Clock;
  #mask: (text: string) => string;
  #lastAt = new Map<string, number>();
  #tallies = new Map<string, Tally>();

  /** @param mask Takes secrets from a message, just before it is written. */
  constructor(
    sink: DiagnosticsSink = toConsole,
    mask: (text: string) => string = (text) => text,
    clock: Clock = CLOCK,
  ) {
    this.#sink = sink;
    this.#clock = clock;
    this.#mask = mask;
  }

  /** Writes a diagnostic, unless one of its kind was written a short while ago. */
  report(diagnostic: Diagnostic): void {
    const kind = this.#kind(diagnostic);
    const now = this.#clock.now();
    if (this.isWriting || now - (this.#lastAt.get(kind) ?? -Infinity) < QUIET_MS) return;
    this.#lastAt.set(kind, now);
    this.#write(diagnostic);
  }

  /** Writes a diagnostic of another thread, whose rate is limited there. */
  relay(diagnostic: Diagnostic): void {
    if (!this.isWriting) this.#write(diagnostic);
  }

  /**
   * Counts lost records. The count is reported at once, and every 10 seconds while it grows;
   * {@linkcode flush} reports the rest. Reads no clock, because in a flood it is called for each record.
   */
  count(loss: Loss, records = 1): void {
    let tally = this.#tallies.get(loss.code);
    if (tally === undefined) {
      tally = { loss, count: 0, reported: loss.isFirstReported ? 1 : 0, isQuiet: false };
      this.#tallies.set(loss.code, tally);
      if (loss.isFirstReported) this.#quieten(tally);
    }
    tally.loss = loss;
    tally.count += records;
    if (!tally.isQuiet) this.#reportGrowth(tally);
  }

  /** Reports every count that has grown since the last report: there may be no other chance. */
  flush(): void {
    for (const tally of this.#tallies.values()) this.#reportGrowth(tally);
  }

  #reportGrowth(tally: Tally): void {
    if (tally.reported === tally.count || this.isWriting) return;
    const { loss: { level, code, message }, count } = tally;
    tally.reported = count;
    this.#quieten(tally);
    this.#write({ level, code, message: message(count) });
  }

  /** Reports nothing for a while, and then what has grown. */
  #quieten(tally: Tally): void {
    if (tally.isQuiet) return;
    tally.isQuiet = true;
    const end = () => {
      tally.isQuiet = false;
      this.#reportGrowth(tally);
    };
    void this.#clock.sleep(QUIET_COUNT_MS).then(end, end);
  }

  #write(diagnostic: Diagnostic): void {
    this.isWriting = true;
    try {
      const { serviceCode: code } = diagnostic;
      const result: unknown = this.#sink({
        ...diagnostic,
        message: this.#mask(diagnostic.message),
        ...code !== undefined && { serviceCode: this.#mask(code) },
      });
      // A function that should return nothing may be asynchronous all the same.
      if (typeof result === "object") Promise.resolve(result).catch(complain);
    } catch (error) {
      complain(error);
    } finally {
      this.isWriting = false;
    }
  }

  #kind({ code, serviceCode }: Diagnostic): string {
    const kind = serviceCode === undefined ? code : `${code} ${serviceCode}`;
    return this.#lastAt.has(kind) || this.#lastAt.size < MAX_KINDS ? kind : code;
  }
}

/** A number of records, in words. */
export function records(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}

function toConsole({ level, message }: Diagnostic): void {
  print[level](`[axonpush] ${printable(message)}`);
}

/** Reports that a diagnostic could not be written, if that can be written. */
function complain(error: unknown): void {
  try {
    print.error("[axonpush] The 'diagnostics' function threw:", error);
  } catch {
    // The console may be what threw: standard error is closed, or its disk is full.
  }
}

/** Text without the characters that a terminal acts upon, which services and logs may contain. */
export function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => {
      if (character === "\n") return "\\n";
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    },
  );
}
