/**
 * Knows secrets by the names of their properties. It runs inside the log call.
 *
 * @module
 */

/** The last word of names, and what makes it the name of a secret. */
interface LastWord {
  readonly last: string;
  readonly before: readonly string[];
}

/**
 * Names of headers whose values are secrets, and names of other secrets: whole ones, and last words
 * with what is before them. A name that ends like one of them is one too, as `db_password` and
 * `X-API-Key` are. Case, `-`, `_`, `.`, brackets and spaces make no difference.
 */
export const HEADER_NAMES = ["authorization", "cookie"];
export const SECRET_NAMES = ["passcode", "passwd", "password", "passwort", "kennwort"];
export const LAST_WORDS: readonly LastWord[] = [
  {
    last: "key",
    before: [
      ...["access", "account", "admin", "aes", "api", "app", "application", "auth", "decryption"],
      ...[
        "encryption",
        "fastly",
        "fernet",
        "functions",
        "hmac",
        "jwt",
        "license",
        "master",
        "private",
      ],
      ...["secret", "secret access", "service role", "shared", "signing", "storage"],
      ...["subscription", "unseal"],
    ],
  },
  { last: "data", before: ["client key"] },
  { last: "headers", before: ["otlp", "otlp logs", "otlp metrics", "otlp traces"] },
  { last: "token", before: ["access", "public", "refresh"] },
  { last: "signature", before: ["amz", "goog", "oauth"] },
  { last: "phrase", before: ["mnemonic", "pass", "recovery", "seed"] },
  {
    last: "(?:pass|pwd?)", // By themselves they stand for other things, too: `PWD=/srv`.
    before: [
      ...["admin", "auth", "bind", "db", "default", "email", "ftp", "imap", "ldap", "mail"],
      ...["mongo", "mqtt", "mysql", "pg", "postgres", "rabbit", "redis", "root", "smtp", "ssh"],
      ...["sudo", "user", "wifi"],
    ],
  },
];
/** What a code is a secret behind, and no error, promotion or source: `recovery_codes`, `otpCode`. */
export const SECRET_CODES = [
  ...["2fa", "backup", "mfa", "one time", "otp", "recovery", "sms", "totp", "verification"],
];
/** Kubernetes names secrets in `imagePullSecrets`, and shows none. */
export const NOT_BEFORE_SECRET = "pull";
/** What may still follow: `cookies`, `password2`, `privateKeyPem`; not `cookie_count`. */
export const ENDINGS = "s|base|base64|\\d{1,4}|confirm|confirmation|digest|hash|header|pem|value";

/**
 * What a token is no secret behind: a part of a text, a place in a list, a reason to stop. Tokens are
 * none in the plural either (`prompt_tokens`).
 */
export const OTHER_TOKENS = [
  // Places in lists, and requests and versions of a thing.
  ...["next", "page", "continuation", "pagination", "sync", "client request", "resume", "skip"],
  ...["sequence", "continue", "idempotency", "fencing", "delta", "cursor", "scroll", "change"],
  ...["creation", "update", "version", "activity", "window", "cancellation", "cancel"],
  // Parts of texts.
  ...["eos", "bos", "eot", "pad", "padding", "unk", "sep", "cls", "mask", "special", "added"],
  ...["prompt", "completion", "input", "output", "first", "last", "max", "min", "per", "num"],
  ...["unexpected", "expected", "illegal", "unknown", "bad", "syntax", "lookahead", "peek"],
  ...["previous", "prev", "current", "each", "of", "start", "end", "begin", "stop", "stream"],
  ...["lexer", "keyword", "operator", "identifier"],
];

/** In a name without separators: `dbpassword`, `xapikey`. */
const NAME = new RegExp(
  `(?:${
    [...HEADER_NAMES, ...SECRET_NAMES].join("|").replaceAll(" ", "")
  }|(?<!${NOT_BEFORE_SECRET})secret|` +
    `(?:^|wifi|wpa)psk|codeverifier|passwordpepper|samlresponse|(?:${
      SECRET_CODES.join("|").replaceAll(" ", "")
    })code|` +
    LAST_WORDS.map(({ last, before }) => `(?:${before.join("|").replaceAll(" ", "")})${last}`)
      .join("|") +
    `)(?:${ENDINGS})?$`,
);
/** In a name whose words are apart: `token`, `x_auth_token`, `idtoken`, `csrf_token_2`. */
const TOKEN = /token(?:_?(?:\d{1,4}|hash|header|value))?$/;
/** `next_token`, `eostoken`, `x_page_token_2`. */
const OTHER_TOKEN = new RegExp(
  `(?:^|[_\\d])(?:${OTHER_TOKENS.join("|").replaceAll(" ", "_?")})_?token[^a-z]*$`,
);
/** An error about one: `InvalidAuthenticityToken`. */
const TOKEN_ERROR = /^invalid_/;
/** What AWS knows a repeated request by. Of others, as `client_token` is of Vault, it is a secret. */
const REQUEST_TOKEN = /[Cc]lientToken$/;
/** What all known names contain, so that most other names need no further test. */
const STEM = /auth|code|cookie|key|kennwort|otlp|pass|phrase|psk|pw|saml|secret|signature|token/i;

/** Whether a name stands for a secret. */
export function isSecretName(name: string): boolean {
  return STEM.test(name) && (NAME.test(normalise(name)) || isTokenName(name));
}

/** Whether a name that ends with `token` is that of a secret. */
export function isTokenName(name: string): boolean {
  const words = name.replace(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$&_")
    .replace(/[-_.\s[\]]+/g, "_").replace(/^_|_$/g, "").toLowerCase();
  return TOKEN.test(words) && !OTHER_TOKEN.test(words) && !TOKEN_ERROR.test(words) &&
    !REQUEST_TOKEN.test(name);
}

/** A name in normal form: without case and separators. */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.\s[\]]/g, "");
}
