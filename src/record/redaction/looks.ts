/**
 * The credentials that are recognised by their form, because their issuers give them a prefix that
 * nothing else has. Data alone; `mask_looks.ts` searches for them.
 *
 * @module
 */

import { PERCENT, SLASH } from "./spelling.ts";

/** What is between prefix and shape, where that is something of which a text has few. */
export type Sign = "_" | "-" | "." | "$" | "AA" | "GR1348941";

/** A credential that is recognised by its form. All texts are sources of regular expressions. */
export interface Look {
  readonly issuer: string;
  /** How it begins. */
  readonly prefix: string;
  readonly sign?: Sign;
  /** Without a sign: texts of three or four characters of which each credential has one. */
  readonly pieces?: readonly string[];
  /** What follows. */
  readonly shape: string;
  /** Where the form is documented. */
  readonly source: string;
}

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
    issuer: "JSON Web Token, encrypted or detached, and others that are signed",
    prefix: "eyJ[\\w-]{8,2048}",
    sign: ".",
    shape: /[\w-]*\.(?:[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}|[\w-]{20,})/.source,
    source: "RFC 7516, 3.1; RFC 7515, F; https://itsdangerous.palletsprojects.com",
  },
  {
    issuer: "GitHub",
    prefix: "gh[pousr]",
    sign: "_",
    // Some are JSON Web Tokens.
    shape: "\\w{16,}(?:\\.[\\w-]{16,})*",
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
    prefix: "gl(?:pat|ptt|dt|rtr?|cbt|wt|oas|soat|ffct|imt|ft|agent)",
    sign: "-",
    shape: "[\\w.-]{16,}",
    source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
  },
  {
    issuer: "Slack",
    prefix: "(?:xox[a-z]|xapp)",
    sign: "-",
    shape: "[\\w-]{10,}",
    source: "https://docs.slack.dev/authentication/tokens",
  },
  {
    issuer: "Stripe",
    prefix: "[ers]k_(?:org_)?(?:live|test|prod)",
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
    // `sk-ssh-ed25519@openssh.com` is an algorithm.
    shape: "(?!ssh-|ecdsa-)(?=[\\w-]{0,64}?\\d)[\\w-]{20,}",
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
    prefix: "(?:hf|api_org)",
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
    issuer: "JSR",
    prefix: "jsr[dp]",
    sign: "_",
    shape: "[A-Za-z\\d]{32,}",
    source: "https://jsr.io/docs/api",
  },
  {
    issuer: "Grafana",
    prefix: "gl(?:sa|c)",
    sign: "_",
    shape: "[\\w+/=]{32,}",
    source: "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
  },
  {
    issuer: "Docker Hub",
    prefix: "dckr_(?:pat|oat)",
    sign: "_",
    shape: "[\\w-]{20,}",
    source: "https://docs.docker.com/security/access-tokens/",
  },
  {
    issuer: "Linear and Notion",
    prefix: "(?:lin_(?:api|oauth)|ntn)",
    sign: "_",
    shape: "[A-Za-z\\d]{32,}",
    source: "https://linear.app/developers/graphql, https://developers.notion.com",
  },
  {
    issuer: "PlanetScale and Supabase",
    prefix: "(?:pscale_(?:pw|tkn|oauth)|sb(?:p|_secret))",
    sign: "_",
    shape: "[\\w.-]{30,}",
    source: "https://planetscale.com/docs, https://supabase.com/docs/guides/api/api-keys",
  },
  {
    issuer: "Groq and Replicate",
    prefix: "(?:gsk|r8)",
    sign: "_",
    shape: "[A-Za-z\\d]{36,}",
    source: "https://console.groq.com/docs, https://replicate.com/docs",
  },
  {
    issuer: "Sentry",
    prefix: "sntry[su]",
    sign: "_",
    shape: "[\\w+/=-]{20,}",
    source: "https://docs.sentry.io/account/auth-tokens/",
  },
  {
    issuer: "Mailgun and Firecrawl",
    prefix: "(?:key|fc)",
    sign: "-",
    shape: "(?=[a-z]{0,31}\\d)[\\da-z]{32}",
    source: "https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/",
  },
  {
    issuer: "Google, API key",
    prefix: "AIza",
    pieces: ["AIza"],
    shape: "[\\w-]{35,}",
    source: "https://docs.cloud.google.com/docs/authentication/api-keys",
  },
  {
    issuer: "Slack, webhook",
    prefix: "hooks\\.slack\\.",
    pieces: ["s.sl"],
    shape: `com(?:${SLASH}|${PERCENT}2F)(?:services|workflows|triggers)(?:[\\w%-]|${SLASH}){20,}`,
    source: "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
  },
  {
    issuer: "Discord, webhook",
    prefix: "discord(?:app)?\\.",
    pieces: ["disc"],
    shape:
      `com(?:(?:${SLASH}|${PERCENT}2F)(?:api|v\\d{1,2}|webhooks)){2,3}(?:[\\w%-]|${SLASH}){60,}`,
    source: "https://docs.discord.com/developers/resources/webhook",
  },
  {
    issuer: "Telegram, bot",
    prefix: `(?:bot)?\\d{8,10}(?::|${PERCENT}3A)`,
    sign: "AA",
    shape: "[\\w-]{33}",
    source: "https://core.telegram.org/bots/features#botfather",
  },
  {
    issuer: "Twilio",
    prefix: "SK(?=[\\da-f]{32})",
    pieces: [..."0123456789abcdef"].map((digit) => `SK${digit}`),
    shape: "[\\da-f]{32}",
    source: "https://www.twilio.com/docs/iam/api-keys",
  },
];
