/**
 * Knows secrets in data by what is beside them, where their own names stand for other things, too. It
 * runs inside the log call.
 *
 * @module
 */
import { read } from "../errors.ts";
import { isUserAndPassword } from "./mask_looks.ts";

/** Names of properties that may be secrets if others are beside them. */
const MAY_BE_SECRET = /value$|^(?:_?auth|args|credential|pass|pwd?|[dkpq]|d[pq]|qi)$/i;
/** Where objects have a name beside a `value`: Kubernetes, ECS, HAR, entries, errors of validators. */
const NAMES = [
  ...["name", "key", "Name", "Key", "field", "header", "ParameterKey", "OptionName"],
  ...["path", "param", "property", "attribute", "variable"],
];
/** What `PWD` has in an environment. */
const DIRECTORY = /^(?:[/~]|\.{1,2}\/|[A-Z]:[\\/])/i;
/** Beside a `pass`, and beside the `credential` of a TURN server. */
const USERS = ["user", "username", "userName", "login", "email"];

/** Whether {@linkcode isSecretBeside} may be true for properties of this name. */
export function mayBeSecret(name: string): boolean {
  return MAY_BE_SECRET.test(name);
}

/**
 * Whether a property is a secret because of others: `{ name: "DB_PASSWORD", value: "…" }`,
 * `{ user: "bob", pass: "…" }`, the private members of a key (`{ kty: "RSA", d: "…" }`, RFC 7517),
 * what a client of Redis keeps of a command (`{ name: "auth", args: ["…"] }`), or credentials in base64
 * as Docker and npm have them (`{ auth: "…" }`).
 */
export function isSecretBeside(
  name: string,
  value: unknown,
  object: object,
  isName: (name: string) => boolean,
): boolean {
  const has = (names: readonly string[], test: (name: string) => boolean) =>
    names.some((property) => {
      const beside = read(object, property);
      return typeof beside === "string" && test(beside);
    });
  const lower = name.toLowerCase();
  if (lower.endsWith("value")) return has(NAMES, isName);
  if (lower === "args") {
    return isCommandLine(value) && has(["name"], (command) => command.toLowerCase() === "auth");
  }
  if (typeof value !== "string") return false;
  if (lower.endsWith("auth")) return isUserAndPassword(value);
  if (lower === "pwd" && DIRECTORY.test(value)) return false;
  return has(["credential", "pass", "pw", "pwd"].includes(lower) ? USERS : ["kty"], Boolean);
}

/** One word or two, and no option: a container may be named `auth`, too. */
function isCommandLine(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 2 &&
    value.every((word) => typeof word === "string" && !word.startsWith("-"));
}
