/**
 * Knows secrets by their looks, wherever they stand: credentials whose issuer begins them with
 * something that nothing else begins with. It runs inside the log call.
 *
 * @module
 */

/** What stands in place of a secret. */
export const REDACTED = "[REDACTED]";

/** A credential that is known by its looks. All texts are sources of regular expressions. */
interface Look {
  readonly issuer: string;
  /** How it begins. */
  readonly prefix: string;
  /** What is between prefix and shape, where that is a character of which a text has few. */
  readonly sign?: "_" | "-" | "." | ":";
  /** What follows. */
  readonly shape: string;
  /** Where the shape is said. */
  readonly source: string;
}

/** What is no part of the word that a credential begins: escapes of JSON, URLs and terminals. */
export const ESCAPE = /\\[bfnrt]|\\u[\dA-Fa-f]{4}|%[\dA-Fa-f]{2}|\[[\d;]{1,9}m/.source;
const BEFORE = `(?<=^|[^A-Za-z\\d]|${ESCAPE})`;

/**
 * Those with a prefix. To add one is a line here and an example in the test. AxonPush's own come
 * with any 16 characters, or fewer with a part of five of which one is a digit: `pt_BR` is neither.
 */
export const LOOKS: readonly Look[] = [
  {
    issuer: "AxonPush",
    prefix: "(?:ak|pt|AK|PT)",
    sign: "_",
    shape: /(?=[\w-]{16}|[\w-]*?(?<![A-Za-z\d])(?=[A-Za-z]*\d)[A-Za-z\d]{5})[\w-]+/.source,
    source: "README",
  },
  {
    issuer: "JSON Web Token",
    prefix: "eyJ[\\w-]{8,2048}",
    sign: ".",
    shape: /eyJ[\w-]*(?:\.[\w-]*){0,3}/.source,
    source: "RFC 7519, 3.1",
  },
  {
    issuer: "GitHub",
    prefix: "gh[pousr]",
    sign: "_",
    shape: "\\w{16,}",
    source: "https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/",
  },
  {
    issuer: "GitHub, fine-grained",
    prefix: "github_pat",
    sign: "_",
    shape: "\\w{16,}",
    source:
      "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
  },
  {
    issuer: "GitLab",
    prefix: "gl(?:pat|ptt|dt|rt|cbt|oas|soat|ffct|imt|ft|agent)",
    sign: "-",
    shape: "[\\w.-]{16,}",
    source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
  },
  {
    issuer: "Slack",
    prefix: "xox[a-z]",
    sign: "-",
    shape: "[\\w-]{10,}",
    source: "https://docs.slack.dev/authentication/tokens",
  },
  {
    issuer: "Slack, app",
    prefix: "xapp",
    sign: "-",
    shape: "\\d-[\\w-]{10,}",
    source: "https://docs.slack.dev/authentication/tokens",
  },
  {
    issuer: "Stripe",
    prefix: "[sr]k_(?:live|test)",
    sign: "_",
    shape: "\\w{10,}",
    source: "https://docs.stripe.com/keys",
  },
  {
    issuer: "Stripe and Standard Webhooks",
    prefix: "whsec",
    sign: "_",
    shape: "[\\w+/=-]{16,}",
    source: "https://docs.stripe.com/webhooks, https://www.standardwebhooks.com",
  },
  {
    issuer: "Google, OAuth",
    prefix: "ya29",
    sign: ".",
    shape: "[\\w.-]{16,}",
    source: "https://developers.google.com/identity/protocols/oauth2",
  },
  {
    issuer: "Google, OAuth client",
    prefix: "GOCSPX",
    sign: "-",
    shape: "[\\w-]{20,}",
    source: "https://docs.cloud.google.com/docs/authentication",
  },
  {
    issuer: "OpenAI, Anthropic and others",
    prefix: "sk",
    sign: "-",
    shape: "(?=[\\w-]{0,64}?\\d)[\\w-]{20,}",
    source: "https://platform.openai.com/docs/api-reference/authentication",
  },
  {
    issuer: "SendGrid",
    prefix: "SG",
    sign: ".",
    shape: "[\\w-]{16,}\\.[\\w-]{16,}",
    source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
  },
  {
    issuer: "npm",
    prefix: "npm",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://github.blog/security/announcing-npms-new-access-token-format/",
  },
  {
    issuer: "PyPI",
    prefix: "pypi",
    sign: "-",
    shape: "AgE[\\w-]{16,}",
    source: "https://pypi.org/help/#apitoken",
  },
  {
    issuer: "Hugging Face",
    prefix: "hf",
    sign: "_",
    shape: "[A-Za-z\\d]{34,}",
    source: "https://huggingface.co/docs/hub/security-tokens",
  },
  {
    issuer: "DigitalOcean",
    prefix: "do[a-z]_v1",
    sign: "_",
    shape: "[\\da-f]{64}",
    source: "https://docs.digitalocean.com/reference/api/create-personal-access-token/",
  },
  {
    issuer: "Shopify",
    prefix: "shp[a-z]{2}",
    sign: "_",
    shape: "[\\dA-Fa-f]{32,}",
    source: "https://shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing",
  },
  {
    issuer: "HashiCorp Vault",
    prefix: "hv[sbr]",
    sign: ".",
    shape: "[\\w-]{20,}",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
  },
  {
    issuer: "Deno Deploy",
    prefix: "dd[op]",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://docs.deno.com/deploy/",
  },
  {
    issuer: "Sentry",
    prefix: "sntry[su]",
    sign: "_",
    shape: "[\\w+/=-]{20,}",
    source: "https://docs.sentry.io/account/auth-tokens/",
  },
  {
    issuer: "Mailgun",
    prefix: "key",
    sign: "-",
    shape: "[\\da-f]{32}",
    source: "https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/",
  },
  {
    issuer: "Google, API key",
    prefix: "AIza",
    shape: "[\\w-]{35,}",
    source: "https://docs.cloud.google.com/docs/authentication/api-keys",
  },
  {
    issuer: "Slack, webhook",
    prefix: "hooks\\.slack\\.com/(?:services|workflows|triggers)/",
    shape: "[\\w/-]{20,}",
    source: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
  },
  {
    issuer: "Telegram, bot",
    prefix: "\\d{8,10}",
    sign: ":",
    shape: "AA[\\w-]{33}",
    source: "https://core.telegram.org/bots/features#botfather",
  },
  {
    issuer: "Twilio",
    prefix: "SK(?=[\\da-f]{32})",
    shape: "[\\da-f]{32}",
    source: "https://www.twilio.com/docs/iam/api-keys",
  },
];

/** Parameters of a challenge, in place of a token: `Bearer realm="…"` (RFC 9110, 11.6.1). */
const CHALLENGE = "(?:realm|scope|error|error_description|error_uri|charset|resource_metadata)=";
/** What ends a token that something is glued to: another one, a parameter, a secret's name. */
const GLUED = [
  "bearer\\s",
  "(?:[;&]|%26)[\\w.-]{1,64}(?:\\s?[:=]|%3)",
  "(?:authorization|cookie|passwd|password|passphrase|secret|key|token)[\\w-]{0,16}" +
  "(?:\\s?:|\\s?=(?![=\\s]|$)|%3)",
].join("|");
const TOKEN_CHARACTER = "[^\\s\"'`,\\\\]";
/**
 * A bearer token, without a header's name too (RFC 6750, 2.1; Laravel's have a `|`): 16 characters
 * of any kind, or six with a digit or an inner dot, which is no word.
 */
const BEARER = new RegExp(
  `(bearer\\s{1,8})(?!${CHALLENGE})` +
    `(?=${TOKEN_CHARACTER}{16}|(?=${TOKEN_CHARACTER}{6})[\\w~+/=-]*(?:\\d|\\.\\w))` +
    `(?:(?!${GLUED})${TOKEN_CHARACTER})+(?<![)\\]};>&])`,
  "gi",
);

/** A URL up to its password, which is none if it can be a port: `scheme://user:`. */
const URL_HEAD = /:\/\/[^\s/?#:[\]"'`<>,;]*:(?!\d{1,5}(?:[/?#,;)\]}"'<>|\\]|$))/.source;
/** If it is not encoded, `/`, `?` and `#` may be in it, but no other URL. */
const URL_PASSWORD = `(${URL_HEAD})` +
  /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>])+)(?=@)/.source;
/** The same password where a cut keeps its end from being seen. */
const UNFINISHED_URL = new RegExp(
  `(${URL_HEAD})` + /(?:[^\s/?#]+|(?!\/)(?:(?!:\/\/)[^\s"'`<>@])+)$/.source,
);

/** A private key in PEM, up to its end or that of the text (RFC 7468). */
const PRIVATE_KEY =
  /-----BEGIN [A-Z\d ]{0,32}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z\d ]{0,32}-----|$)/
    .source;

/** All that have a prefix. */
const PREFIXED = new RegExp(
  LOOKS.map(({ prefix, sign = "", shape }) => `${BEFORE}${prefix}${escaped(sign)}${shape}`)
    .join("|"),
  "g",
);
/** What reaches over spaces or over names. In a group: what is kept of a URL. */
const BLOCK = new RegExp(`${URL_PASSWORD}|${PRIVATE_KEY}`, "g");

/**
 * True wherever a secret is known by its looks, but for a URL's password, and seldom elsewhere. It looks for the
 * signs, and back from them: a few characters take a fifth of the time that all prefixes take.
 */
const MAY_HAVE_LOOK = new RegExp(
  [
    ...["_", "-", ".", ":", undefined].map((sign) => {
      const prefixes = LOOKS.filter((look) => look.sign === sign).map(({ prefix }) => prefix);
      if (sign === undefined) return prefixes.join("|");
      return `${escaped(sign)}(?<=${BEFORE}(?:${prefixes.join("|")})${escaped(sign)})`;
    }),
    ...["-----B", "[Bb][Ee][Aa][Rr][Ee]"],
  ].join("|"),
);

function escaped(sign: string): string {
  return sign.replace(".", "\\.");
}

/** What of a JSON Web Token can be seen before a cut. */
const UNFINISHED_TOKEN = new RegExp(`${BEFORE}eyJ[\\w.-]*$`);

/** Whether a text may have a secret that is known by its looks. Costs little. */
export function mayHaveLook(text: string): boolean {
  return MAY_HAVE_LOOK.test(text);
}

/** A text without passwords in URLs and private keys. */
export function maskBlocks(text: string): string {
  const mayHave = text.includes("-----B") || text.includes("@") && text.includes("://");
  return mayHave ? text.replace(BLOCK, (_, url = "") => url + REDACTED) : text;
}

/** A text without credentials that have a prefix, and bearer tokens. */
export function maskTokens(text: string): string {
  return mayHaveLook(text)
    ? text.replace(PREFIXED, REDACTED).replace(BEARER, `$1${REDACTED}`)
    : text;
}

/** The beginning of a longer text, without a secret that may be cut in two at its end. */
export function maskUnfinished(text: string): string {
  return text.replace(UNFINISHED_URL, `$1${REDACTED}`).replace(UNFINISHED_TOKEN, REDACTED);
}
