/**
 * Knows secrets in data by what is beside them, where their own names stand for other things, too. It
 * runs inside the log call.
 *
 * @module
 */
import { read } from "../errors.ts";
import { isUserAndPassword, passwordAtEnd } from "./mask_looks.ts";

/** Names of properties that may be secrets if others are beside them. */
const MAY_BE_SECRET =
  /value$|^(?:_?auth|args|credential|(?:device_?)?code|t?otp|pass|pwd?|[dkpq]|d[pq]|qi)$/i;
/** Where objects have a name beside a `value`: Kubernetes, ECS, HAR, entries, errors of validators. */
const NAMES = [
  ...["name", "key", "Name", "Key", "field", "header", "ParameterKey", "OptionName"],
  ...["path", "param", "property", "attribute", "variable"],
];
/** Where objects have the command beside its arguments. */
const COMMANDS = ["command", "cmd", "path", "file", "spawnfile", "program", "executable"];
/** The options of commands that are followed by a password, with a space or without. */
const PASSWORD_OPTION = /^-(?:[apPuw]|-user$)/;
/** As many words before an argument are looked at, and as many characters of each. */
const MAX_WORDS = 32;
const MAX_WORD = 128;
/** What ends a word on a command line. */
const ENDS_WORD = /[\s"'\\|;&]/g;
/** What `PWD` has in an environment. */
const DIRECTORY = /^(?:[/~]|\.{1,2}\/|[A-Z]:[\\/])/i;
/** Beside a `pass`, and beside the `credential` of a TURN server. */
const USERS = ["user", "username", "userName", "login", "email"];

/** Beside a code of OAuth (RFC 6749, 4.1; RFC 8628, 3.2). */
const OAUTH = [
  "state",
  "grant_type",
  "grantType",
  "redirect_uri",
  "client_id",
  "user_code",
  "userCode",
];
/** Such a code, and no name of an error. */
const OAUTH_CODE = /^(?=\S*\d)(?=\S*[a-z])[\w.~%/+-]{20,}$/;
const ONE_TIME_PASSWORD = /^\d{4,8}$/;

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
  if (lower.endsWith("otp")) return ONE_TIME_PASSWORD.test(String(value));
  if (typeof value !== "string") return false;
  if (lower.endsWith("code")) return OAUTH_CODE.test(value) && has(OAUTH, Boolean);
  if (lower.endsWith("auth")) return isUserAndPassword(value);
  if (lower === "pwd" && DIRECTORY.test(value)) return false;
  return has(["credential", "pass", "pw", "pwd"].includes(lower) ? USERS : ["kty"], Boolean);
}

/** One word or two, and no option: a container may be named `auth`, too. */
function isCommandLine(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 2 &&
    value.every((word) => typeof word === "string" && !word.startsWith("-"));
}

/** Whether a word may be an option that has a password in it, or behind it: few are worth a further look. */
export function isPasswordOption(word: unknown): boolean {
  return typeof word === "string" && word.startsWith("-") && PASSWORD_OPTION.test(word);
}

/**
 * What is kept of an argument that is a password, or ends with one, by the command and the option before
 * it: `["mysql", "-p…"]`, `{ cmd: "curl", args: ["-u", "user:…"] }`. Nothing is returned if it is none.
 * @param owner What the list of arguments is in, if that is an object.
 */
export function keptOfArgument(
  items: ArrayLike<unknown>,
  index: number,
  item: string,
  owner: object | undefined,
): string | undefined {
  const words = COMMANDS.map((name) => owner && read(owner, name))
    .filter((command) => typeof command === "string")
    .map(wordOf);
  for (let i = Math.max(0, index - MAX_WORDS); i <= index; i++) {
    words.push(wordOf(i === index ? item : read(items, i)));
  }
  const password = passwordAtEnd(words.join(" "));
  return password && words.at(-1)!.slice(0, -password.length);
}

/** What may be a word on a command line. */
function wordOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_WORD).replace(ENDS_WORD, "_") : "_";
}
