/**
 * Requests that are refused: the answer of the service, and what is shown of it to the developer.
 *
 * @module
 */

/** The service's error envelope. */
export interface Envelope {
  readonly code: string;
  readonly message: string | readonly string[];
  readonly hint: string;
}

/** Why a request is refused. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly envelope: Envelope,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(envelope.message));
  }
}

/** A request that was refused. The body and the key of the request are not kept. */
export interface DevRefusal {
  /** When it came, ISO 8601. */
  readonly at: string;
  /** Such as `POST`. */
  readonly method: string;
  /** Such as `/event`. */
  readonly path: string;
  /** The status of the answer. */
  readonly status: number;
  /** The service's code for it, such as `validation_failed`. */
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

/** What is shown of a request that was refused. */
export function refusalOf(
  { method, url }: Request,
  { status, envelope: { code, message, hint } }: Refusal,
): DevRefusal {
  return {
    at: new Date().toISOString(),
    method,
    path: new URL(url).pathname,
    status,
    code,
    message: typeof message === "string" ? message : message.join("; "),
    hint,
  };
}
