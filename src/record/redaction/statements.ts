/**
 * Knows what is said about a secret where its value would be: the messages of a validator, a schema.
 * In data and in texts. It runs inside the log call.
 *
 * @module
 */
import { JSON } from "../../json.ts";

/** What a sentence about a secret begins with: `password: too short`, `secret: not found`. */
export const BEGINNINGS = [
  ...["required", "optional", "missing", "invalid", "incorrect", "wrong", "expired", "empty"],
  ...["blank", "unset", "unknown", "denied", "failed", "rejected", "mismatch", "mismatched", "ok"],
  ...["valid", "correct", "found", "set", "present", "absent", "enabled", "disabled", "loaded"],
  ...["changed", "unchanged", "updated", "created", "deleted", "removed", "revoked", "verified"],
  ...["rotated", "refreshed", "received", "accepted", "granted", "allowed", "pending", "completed"],
  ...["sent", "obtained", "issued", "started", "stored", "renewed", "validated", "validating"],
  ...["possible", "mandatory", "malformed", "signature", "permission", "timed", "from", "path"],
  ...["must", "should", "may", "might", "can", "cannot", "can['’]t", "could", "too", "not", "will"],
  ...["is", "isn['’]t", "are", "was", "were", "has", "have", "had", "do", "don['’]t", "does"],
  ...["doesn['’]t", "did", "didn['’]t", "expected", "contains", "at least"],
];
/** What it is about, in a whole sentence: `The password field is required.` */
const SUBJECT = "(?:(?:the|this|your|new|current) ){0,2}" +
  "(?:passwords?|passphrase|secret|token|cookie|key|field|value|string|input)" +
  "(?: (?:field|confirmation|value))?:? ";

/** An alternative of the words. */
export function anyOf(words: readonly string[]): string {
  return `(?:${words.join("|")})`;
}

/** Such a sentence, of words and small numbers: `is too short (minimum is 8 characters)`. */
const STATEMENT = new RegExp(
  `^(?:${SUBJECT})?${anyOf(BEGINNINGS)}(?:[.,:;!]?$|[.,:;]? (?=[^]))` +
    "(?:[(>=<]{0,3}(?:[a-z][a-z'’-]{0,20}|\\d{1,3})(?:\\(s\\))?[.,:;!)]{0,2}(?: |$))*$",
  "i",
);
/** Longest value that may be one, in characters. */
const MAX_LENGTH = 512;
/** Deepest nesting that is looked at. */
const MAX_DEPTH = 4;
/** The types of JSON Schema: `{ type: "string", minLength: 8 }`. */
const TYPE = /^(?:string|number|integer|boolean|array|object)$/;

/** Most parts of a list or an object that are looked at. */
const MAX_PARTS = 16;

/**
 * Whether a value is no secret but says something about one, with all that is in it:
 * `["can't be blank"]`, `{ kind: "required", message: "is required" }`, a schema, or where
 * Kubernetes keeps it: `{ name: "regcred" }`, `{ path: "token" }`.
 */
export function isStatement(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return value.length <= MAX_LENGTH && STATEMENT.test(value);
  if (typeof value !== "object" || value === null || depth === MAX_DEPTH) return false;
  try {
    const parts = partsOf(value);
    if (parts.length === 1 && isReference(parts[0]!)) return true;
    const isPlace = parts.some(({ name }) => name === "path");
    const isSchema = parts.some(({ name, part }) => name === "type" && TYPE.test(String(part)));
    return parts.length > 0 && parts.length <= MAX_PARTS &&
      parts.every(({ name, part }) =>
        isStatement(part, depth + 1) || isPlace && name === "path" ||
        (isPlace || isSchema) && (typeof part === "number" || TYPE.test(String(part)))
      );
  } catch {
    return false; // A proxy that throws.
  }
}

/** The name of a secret that is kept elsewhere, as Kubernetes has it: `[{ name: "regcred" }]`. */
function isReference({ name, part }: Part): boolean {
  return name === "name" && typeof part === "string" && /^[a-z][a-z\d.-]{0,62}$/.test(part);
}

/** The same of JSON in a text, in JSON too. */
export function isStatementText(text: string): boolean {
  if (text.length > MAX_LENGTH || !/^\\{0,7}["[{]/.test(text)) return false;
  try {
    return isStatement(JSON.parse(text.replace(/\\+"/g, '"')));
  } catch {
    return false; // Not JSON.
  }
}

/** What is in a list or a plain object. Nothing of a getter, which may say something else later. */
function partsOf(value: object): Part[] {
  if (Array.isArray(value)) {
    return value.slice(0, MAX_PARTS + 1).map((part) => ({ name: "", part }));
  }
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return [];
  return Object.keys(value).map((name) => (
    { name, part: Object.getOwnPropertyDescriptor(value, name)!.value }
  ));
}

interface Part {
  readonly name: string;
  readonly part: unknown;
}
