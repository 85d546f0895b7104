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
/** A version, as package managers list them: `"cookie": "^0.6.0"`. */
const VERSION = /^[~^]?v?\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]{2,8}\.\d{1,4})?$/;
/** The types of JSON Schema: `{ type: "string", minLength: 8 }`, and what it says besides. */
const TYPE = /^(?:string|number|integer|boolean|array|object)$/;
const SCHEMA_TEXTS = ["description", "title", "format"];
/** What says where a secret is kept, as Kubernetes has it, and how a cookie is sent. */
const DESCRIPTIONS = [
  ...["name", "secretName", "namespace", "items", "key", "path", "mode", "defaultMode", "optional"],
  ...["expirationSeconds", "_expires", "expires", "originalMaxAge", "maxAge", "httpOnly", "secure"],
  ...["sameSite", "signed", "domain"],
];
/** One of these is in each such object. */
const SUBJECTS = ["name", "secretName", "path"];
const IDENTIFIER = /^(?:[a-z/][a-z\d._/-]{0,62}|Lax|Strict|None|\d{4}-\d\d-\d\d\S{0,32})$/;

/** A word of it, several words, or a version: most values have none of these. */
const MAY_BE_STATEMENT =
  /(?:name|path|type|required|invalid|\$ref)\\{0,15}["':]|[a-z] [a-z(>]|\d\.\d/i;
/** Longest text that is looked at, in characters. */
const MAX_LENGTH = 512;
/** Deepest nesting that is looked at. */
const MAX_DEPTH = 4;
/** Most parts of a list or an object that are looked at. */
const MAX_PARTS = 16;

/**
 * Whether a value is no secret but says something about one, with all that is in it:
 * `["can't be blank"]`, `{ kind: "required", message: "is required" }`, a schema, where Kubernetes
 * keeps it (`{ name: "regcred" }`), how a cookie is sent.
 */
export function isStatement(value: unknown, depth = 0): boolean {
  if (typeof value === "string") {
    return value.length <= MAX_LENGTH && (STATEMENT.test(value) || VERSION.test(value));
  }
  if (typeof value !== "object" || value === null || depth === MAX_DEPTH) return false;
  try {
    const parts = partsOf(value);
    if (parts === undefined || parts.length > MAX_PARTS) return false;
    const isSchema = parts.some(({ name, part }) => name === "type" && TYPE.test(String(part)));
    const isDescription = parts.some(({ name }) => SUBJECTS.includes(name));
    return parts.every(({ name, part }) =>
      isStatement(part, depth + 1) || name === "$ref" && /^[\w./:-]*#\//.test(String(part)) ||
      isSchema && (typeof part === "number" || TYPE.test(String(part)) ||
          typeof part === "string" && SCHEMA_TEXTS.includes(name)) ||
      isDescription && DESCRIPTIONS.includes(name) &&
        (part === null || typeof part === "number" || typeof part === "boolean" ||
          typeof part === "string" && IDENTIFIER.test(part))
    );
  } catch {
    return false; // A proxy that throws.
  }
}

/** The same of a text: JSON, in JSON too, what YAML writes in one line, or what inspecting does. */
export function isStatementText(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const quoted = /^\\*(["'])\1?([^"\\]*?)\\*\1{1,2}$/.exec(text);
  if (quoted) return isStatement(quoted[2]);
  if (!/^[[{]/.test(text) || !MAY_BE_STATEMENT.test(text)) return false;
  try {
    return isStatement(JSON.parse(jsonOf(text)));
  } catch {
    return false; // Something else.
  }
}

function jsonOf(text: string): string {
  return text.replace(/\\+(?=["'])/g, "").replace(/(?<=[[{:,]\s*)'([^'"]*)'/g, '"$1"')
    .replace(/(?<=[{,]\s*)([a-z_]\w*)(?=:)/gi, '"$1"')
    .replace(/(?<=:\s*)([a-z][\w./-]*)(?=\s*[,}])/gi, '"$1"');
}

/** What is in a list or a plain object, and of no other. Nothing of a getter, which may say something else later. */
function partsOf(value: object): Part[] | undefined {
  if (Array.isArray(value)) {
    return value.slice(0, MAX_PARTS + 1).map((part) => ({ name: "", part }));
  }
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return undefined;
  return Object.keys(value).map((name) => (
    { name, part: Object.getOwnPropertyDescriptor(value, name)!.value }
  ));
}

interface Part {
  readonly name: string;
  readonly part: unknown;
}
