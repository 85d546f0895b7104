/**
 * Knows secrets by the names of their properties. It runs inside the log call.
 *
 * @module
 */

/**
 * Names of headers whose values are secrets, and names of other secrets, in words. A name that ends
 * like one of them is one too, as `db_password` and `X-API-Key` are. Case, `-`, `_`, `.`, brackets
 * and spaces make no difference.
 */
export const HEADER_NAMES = ["authorization", "cookie"];
export const SECRET_NAMES = [
  ...[
    "access key",
    "access token",
    "account key",
    "amz signature",
    "api key",
    "goog signature",
    "encryption key",
    "master key",
  ],
  ...["passphrase", "passwd", "password", "private key", "public token", "refresh token"],
  ...["secret", "secret access key", "secret key", "shared key", "signing key", "storage key"],
];
/** What may still follow: `cookies`, `password2`, `privateKeyPem`; not `cookie_count`. */
export const ENDINGS = "s|base|base64|\\d{1,4}|confirm|confirmation|hash|header|pem|value";

/**
 * What a token is a secret behind. `token` alone is one too; behind other words it mostly is none
 * (`nextToken`, `pageToken`, `eos_token`), and never in the plural (`prompt_tokens`).
 */
const TOKEN_OWNERS = [
  ...["access", "api", "app", "auth", "authenticity", "authorization", "bearer", "bot", "csrf"],
  ...["csrf middleware", "deploy", "device", "gh", "github", "gitlab", "hf", "id", "identity"],
  ...["jwt", "login", "npm", "oauth", "personal", "private", "public", "push", "pypi", "refresh"],
  ...["registration", "reset", "sas", "secret", "security", "sentry", "service", "session"],
  ...["shopify", "slack", "sso", "stripe", "user", "vault", "verification", "webhook", "xsrf"],
];

const joined = (names: readonly string[]) =>
  names.map((name) => name.replaceAll(" ", "")).join("|");

/** In a name without separators: `dbpassword`, `xapikey`. */
const NAME = new RegExp(`(?:${joined([...HEADER_NAMES, ...SECRET_NAMES])})(?:${ENDINGS})?$`);
/** In a name whose words are apart: `token`, `x_auth_token`, `idtoken`, `csrf_token_2`. */
const TOKEN = new RegExp(
  `(?:^|(?:^|[_\\d])(?:${joined(TOKEN_OWNERS)})_?)token(?:_?(?:\\d{1,4}|hash|header|value))?$`,
);
/** An error about one: `InvalidAuthenticityToken`. */
const TOKEN_ERROR = /^(?:invalid|unexpected)_/;
/** What all known names contain, so that most other names need no further test. */
const STEM = /auth|cookie|pass|secret|key|token|signature/i;

/** Whether a name stands for a secret. */
export function isSecretName(name: string): boolean {
  return STEM.test(name) && (NAME.test(normalise(name)) || isTokenName(name));
}

/** Whether a name that ends with `token` is that of a secret. */
export function isTokenName(name: string): boolean {
  const words = name.replace(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$&_")
    .replace(/[-_.\s[\]]+/g, "_").replace(/^_|_$/g, "").toLowerCase()
    .replace("csrf_middleware", "csrfmiddleware");
  return TOKEN.test(words) && !TOKEN_ERROR.test(words);
}

/** A name in normal form: without case and separators. */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.\s[\]]/g, "");
}
