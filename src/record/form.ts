/**
 * How one handler writes values: in the dialect of its protocol, with what it remembers of the names
 * of properties. The same few come with every record. It runs inside the log call.
 *
 * @module
 */
import type { Dialect } from "./dialect.ts";
import { memoize } from "./memoize.ts";
import { REDACTED } from "./redaction/mask_looks.ts";
import type { Redactor } from "./redaction/redactor.ts";
import { mayBeSecret } from "./redaction/siblings.ts";

/** Attributes that the handler sets itself, here or on the way: a list of attributes has each once. */
const RESERVED = [
  ...["logger.name", "process.pid"],
  ...["axonpush.dedup_key", "axonpush.agent_id", "axonpush.trace_id", "axonpush.truncated"],
];

/** The name of a property. */
export interface Name {
  /** Up to where the value begins, as the dialect has it. */
  readonly text: string;
  /** Up to the characters of a value that is a string. */
  readonly beforeString: string;
  /** Up to the digits of one that is an integer. */
  readonly beforeInteger: string;
  /** Whether it says that the value is a secret. */
  readonly isSecret: boolean;
  /** Whether an attribute of that name is the handler's to set. */
  readonly isReserved: boolean;
  /** Whether another property may say so: `{ name: "DB_PASSWORD", value: "…" }`. */
  readonly mayBeSecret: boolean;
}

/** How values are written. */
export interface Form extends Dialect {
  /** What is written instead of a secret. */
  readonly masked: string;
  /** What ends a property after the characters of a string. */
  readonly afterString: string;
  /** What ends it after the digits of an integer. */
  readonly afterInteger: string;
  readonly nameOf: (name: string) => Name;
}

/**
 * Makes the form of a dialect.
 * @param quoted A name as JSON text.
 */
export function createForm(
  dialect: Dialect,
  redactor: Redactor,
  quoted: (name: string) => string,
): Form {
  const { string, integer } = dialect.around;
  return {
    ...dialect,
    masked: dialect.string(`"${REDACTED}"`),
    afterString: string[1] + dialect.end,
    afterInteger: integer[1] + dialect.end,
    nameOf: memoize((name) => {
      const text = dialect.name(quoted(name));
      return {
        text,
        beforeString: text + string[0],
        beforeInteger: text + integer[0],
        isSecret: redactor.isName(name),
        isReserved: RESERVED.includes(name),
        mayBeSecret: mayBeSecret(name),
      };
    }),
  };
}
