/**
 * What the handler has to say about itself: to the console or to a function of the user's, never
 * through a logger, and no more often than a person wants to read it.
 *
 * @module
 */

/** One thing that the handler says about itself. */
export interface Diagnostic {
  /** How bad it is: `"error"` when records are being lost or refused. */
  readonly level: "warn" | "error";
  /** What it is about, stable across versions, such as `"overflow"` or `"http-401"`. */
  readonly code: string;
  /** What happened, why, and what to do. */
  readonly message: string;
  /** The service's own code for it, where it gave one. */
  readonly serviceCode?: string;
}

/** Takes diagnostics in place of the console. What it throws is printed and goes no further. */
export type DiagnosticsSink = (diagnostic: Diagnostic) => void;

/** Shortest time between two diagnostics of one code, in milliseconds. */
const QUIET_MS = 60_000;
/** The same for dropped records, whose count the reader wants to follow. */
const QUIET_OVERFLOW_MS = 10_000;
/** Most kinds of diagnostics that are told apart: a service can make up codes without end. */
const MAX_KINDS = 64;

/** Writes diagnostics, rate-limited by code and service code. */
export class Diagnostics {
  /** Whether a diagnostic is being written now: what is logged meanwhile is not shipped. */
  active = false;
  #sink: DiagnosticsSink;
  #lastAt = new Map<string, number>();

  constructor(sink: DiagnosticsSink = toConsole) {
    this.#sink = sink;
  }

  /** Whether a diagnostic of this kind would be written now. */
  due(kind: string): boolean {
    const quiet = kind === "overflow" ? QUIET_OVERFLOW_MS : QUIET_MS;
    return performance.now() - (this.#lastAt.get(kind) ?? -Infinity) >= quiet;
  }

  /** Writes a diagnostic, unless one of its kind was written a short while ago. */
  report(diagnostic: Diagnostic): void {
    const kind = this.#kind(diagnostic);
    if (this.active || !this.due(kind)) return;
    this.#lastAt.set(kind, performance.now());
    this.active = true;
    try {
      this.#sink(diagnostic);
    } catch (error) {
      console.error("[axonpush] The 'diagnostics' function threw:", error);
    } finally {
      this.active = false;
    }
  }

  #kind({ code, serviceCode }: Diagnostic): string {
    const kind = serviceCode === undefined ? code : `${code} ${serviceCode}`;
    return this.#lastAt.has(kind) || this.#lastAt.size < MAX_KINDS ? kind : code;
  }
}

function toConsole({ level, message }: Diagnostic): void {
  console[level](`[axonpush] ${printable(message)}`);
}

/** Text without any character that a terminal acts upon: services and logs may hold some. */
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
