/**
 * The credentials of services that fewer programs use, by their form, if it has a sign: issuers with
 * the same kind of form share a line. Data alone; `mask_looks.ts` searches for them.
 *
 * @module
 */
import type { Look } from "./looks.ts";
import { PERCENT } from "./spelling.ts";

/** Where forms are documented by those who search for credentials in code. */
export const RULES = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml";
export const DETECTORS = "https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors";

export const UUID = "[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}";
/** Of base64, which URLs encode. */
export const BASE64 = `(?:[\\w+/=-]|${PERCENT}(?:2[BF]|3D))`;
/** A character that forms encode. */
export const DOLLAR = `(?:\\$|${PERCENT}24)`;
/** Nothing of the same word follows. */
const END = "(?![\\w-])";
/** Letters and digits at random: names of things have words, with something between them. */
const RANDOM = "(?=[A-Za-z]{0,64}(?:\\d|(?:[A-Z][a-z]?){3}))[A-Za-z\\d]";
const RANDOM_WORD = "(?=[A-Za-z_-]{0,64}\\d)[\\w-]";

/** Those of other services, by what is between prefix and shape. */
export const SERVICE_LOOKS: readonly Look[] = [
  {
    issuer: "RubyGems, Buildkite, Prefect, SonarQube, Vercel, Netlify, Neon, Honeycomb and others",
    prefix:
      "(?:rubygems|CLOJARS|bkua|pnu|rdme|sq[apu]|sgp(?:_local|_[\\da-f]{16})?|slk|rnd|nf[a-z]" +
      "|vc[a-z]|cf(?:k|[au]t)|napi|apify_api|aio|shippo_(?:live|test)|hc[a-z]{3}|ph[asx]|alcht" +
      "|jina|odt|ion|e2b|dtn|nbp|tr_(?:dev|prod|pat)|cal_live|(?=tk_[a-z\\d]{29}(?!\\w))tk|dbt[cu]|polar_[a-z]{2,4}|packagist_[a-z]{3}" +
      "|depot_(?:project|org)|(?:pi|seti|cs)_[A-Za-z\\d]{14,64}_secret)",
    sign: "_",
    shape: `${RANDOM}{24,}${END}`,
    source: RULES,
  },
  {
    issuer: "CircleCI, Figma, MongoDB Atlas, Duffel, LangSmith, Pinecone, Together and others",
    prefix:
      "(?:CCIPAT|CCIPRJ|fig[dp]|fo1|mdb_sa_sk|y0(?=_Ag|__)|duffel_(?:test|live)|lsv2_[a-z]{2}|pcsk" +
      "|tgp_v1|wandb_v1|tfp|ops(?=_eyJ)|CCDB1|vercel_blob_rw|pdl_(?:[a-z]{4}_apikey|ntfset)" +
      "|shltm|ovsx[a-z]{1,2})",
    sign: "_",
    shape: `${RANDOM_WORD}{36,}`,
    source: RULES,
  },
  {
    issuer: "Resend",
    prefix: "re",
    sign: "_",
    shape: `[A-Za-z\\d]{8}_${RANDOM}{24}${END}`,
    source: "https://resend.com/docs/api-reference/api-keys",
  },
  {
    issuer: "Fly.io, Elastic, Matrix and Teamwork",
    prefix: "(?:fm[12][ar]?|essu|syt|tkn\\.v1)",
    sign: "_",
    shape: `${BASE64}{30,}`,
    source: RULES,
  },
  {
    issuer: "Mollie, GoCardless, Lob, Notion, Fireworks, ImageKit, Telnyx, Twitch and Close",
    prefix:
      "(?:(?<!pk_)live(?:_\\d{6,12})?|secret|fw|private|KEY[\\dA-F]{32}|(?=api_\\w{22}\\.)api)",
    sign: "_",
    shape: `${RANDOM}{22,}(?:\\.[A-Za-z\\d]{22})?${END}`,
    source: DETECTORS,
  },
  {
    issuer: "Aiven",
    prefix: "AVNS",
    sign: "_",
    shape: "[\\w-]{15,}",
    source: DETECTORS,
  },
  {
    issuer: "ElevenLabs, Klaviyo, ClickUp, WooCommerce, Courier and Liveblocks",
    prefix: "(?:sk|pk|c[ks])",
    sign: "_",
    shape: "(?:[\\da-f]{32,64}|(?:\\d{1,12}_){1,2}(?:[A-Z\\d]{32}|[\\da-f]{32})|prod_[A-Z\\d]{28}" +
      `|dev_${RANDOM_WORD}{40,})${END}`,
    source: DETECTORS,
  },
  {
    issuer: "MaxMind",
    prefix: "[A-Za-z\\d]{6}",
    sign: "_",
    shape: "[A-Za-z\\d]{29}_mmk",
    source: "https://dev.maxmind.com/license-key/validation-api/",
  },
  {
    issuer: "Braintree",
    prefix: "access",
    sign: "_",
    shape: "token(?:(?:\\$|%24)[\\da-z]{7,16}){2}(?:\\$|%24)[\\da-f]{32}",
    source: DETECTORS,
  },
  {
    issuer: "Heroku, Postman, Contentful, Square, Brevo, Tailscale, NVIDIA, xAI and others",
    prefix: "(?:HRKU|PMAK|CFPAT|FLWSECK(?:_TEST)?|nvapi|(?=xai-\\w{60})xai|fio-u|sq0[a-z]{3}" +
      "|x(?:key|smtp)sib|tskey-[a-z]{3,8}|dnkey|bedrock-api-key|tvly|da2|BBFF|sec-c" +
      "|(?:scp|signkey)-[a-z]{4,6}|(?=md-(?=[\\w-]{0,21}[A-Z])(?=[\\w-]{0,21}[a-z])[\\w-]{22}(?![\\w-]))md|(?=pa-(?=[\\w-]{0,42}[A-Z])(?=[\\w-]{0,42}[a-z])[\\w-]{43}(?![\\w-]))pa)",
    sign: "-",
    shape: `${RANDOM_WORD}{22,}`,
    source: RULES,
  },
  {
    issuer: "Octopus, Adobe, Pulumi, Infracost, Perplexity, Cerebras, Modal and Statsig",
    prefix: "(?:API|p8e|pul|ico|llx|pplx|csk|as|secret)",
    sign: "-",
    shape: `${RANDOM}{22,}${END}`,
    source: RULES,
  },
  {
    issuer: "1Password",
    prefix: "A3",
    sign: "-",
    shape: "[A-Z\\d]{6}(?:-[A-Z\\d]{5,11}){4,5}",
    source: RULES,
  },
  {
    issuer: "New Relic",
    prefix: "NR(?:AK|II|IQ|SP|BR|JS)",
    sign: "-",
    shape: `(?:[\\da-f]{19}|[A-Z\\d]{27}|${RANDOM_WORD}{25,32})${END}`,
    source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
  },
  {
    issuer: "Mercado Pago",
    prefix: "(?:APP_USR|TEST)",
    sign: "-",
    shape: "\\d{12,19}-\\d{6}-[\\da-f]{32}(?:-\\d{4,12})?",
    source: DETECTORS,
  },
  {
    issuer: "Django",
    prefix: "django",
    sign: "-",
    shape: "insecure-(?:[^\\s\"'`\\\\&]|&(?!\\w{1,32}=)){40,}",
    source: "https://docs.djangoproject.com/en/stable/ref/checks/#security",
  },
  {
    issuer: "PuTTY",
    prefix: "Private",
    sign: "-",
    shape: "Lines: \\d{1,4}[^]*?(?:Private-MAC: [\\da-f]+|$)",
    source: "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
  },
  {
    issuer: "age",
    prefix: "AGE-SECRET-KEY",
    sign: "-",
    shape: "(?:PQ-)?1[\\dA-Z]{50,}",
    source: "https://age-encryption.org/v1",
  },
  {
    issuer: "HubSpot, Plaid, LaunchDarkly, Axiom and Pixie",
    prefix: "(?:pat-[a-z]{2}\\d|access-(?:production|sandbox|development)|sdk|sk-lf|xa[ap]t" +
      "|px-(?:api|dep))",
    sign: "-",
    shape: UUID,
    source: RULES,
  },
  {
    issuer: "Mailchimp and Mailgun",
    prefix: "[\\da-f]{32}",
    sign: "-",
    shape: `(?:us\\d{1,2}|[\\da-f]{8}-[\\da-f]{8})${END}`,
    source: "https://mailchimp.com/developer/marketing/guides/quick-start/",
  },
  {
    issuer:
      "Doppler, Dynatrace, Dropbox, Zoho, Snyk, Amazon, Harness, Mapbox, Bitwarden and others",
    prefix:
      "(?:dp|dt0[a-z]\\d\\d|sl|1000|snyk_[a-z]{3}|amzn\\.mws|amzn1\\.oa2-cs|[ps]at|[st]k|AQ|v1|st|VF|hawk" +
      `|(?=0\\.${UUID}\\.)0)`,
    sign: ".",
    shape: "(?:(?:pt|ct|st|sa|scim|audit)\\.(?:[\\w-]{2,35}\\.)?[A-Za-z\\d]{40,}" +
      "|[A-Z\\d]{24}\\.[A-Z\\d]{64}|(?:u\\.)?[\\w=-]{120,}|[\\da-f]{32}\\.[\\da-f]{32}" +
      `|[\\da-f]{8}\\.[\\w-]{40,}|${UUID}(?:\\.[A-Za-z\\d]{30}(?::|${PERCENT}3A)${BASE64}{22,})?|v1\\.[\\da-f]{64}` +
      "|[\\da-f]{24}(?:\\.[\\da-f]{32}){2}|(?:DM|WS)\\.[\\da-f]{24}\\.[A-Za-z\\d]{16}" +
      `|${RANDOM}{20}\\.${RANDOM}{20}${END}` +
      "|[\\w-]{22}\\.[A-Za-z\\d]{24}\\.[A-Za-z\\d]{20}|eyJ[\\w-]{30,}\\.[\\w-]{20,}|Ab[\\w-]{40,}|0-[\\da-f]{24}-[\\da-f]{146})",
    source: DETECTORS,
  },
  {
    issuer: "Airtable and Terraform",
    prefix: "[A-Za-z\\d]{14}(?:[A-Za-z\\d]{3})?",
    sign: ".",
    shape: "(?:[\\da-f]{64}|atlasv1\\.[\\w=-]{60,})",
    source: RULES,
  },
  {
    issuer: "Vault, before 1.10",
    prefix: "(?:s|b(?=\\.AAAAA))",
    sign: ".",
    shape: "(?:AAAAA[\\w-]{80,}|CAES[\\w-]{60,}" +
      "|(?=[A-Za-z]*\\d[A-Za-z]*\\d|(?:[a-z\\d]*[A-Z]){7}|(?!\\w*[a-z]{4})[A-Za-z]*\\d)[A-Za-z\\d]{24}(?:\\.[A-Za-z\\d]{5})?" +
      "(?![\\w(-]|\\.\\w))",
    source: "https://developer.hashicorp.com/vault/docs/concepts/tokens",
  },
  {
    issuer: "Discord, bot",
    // In base64 digits are few characters: an id of 17 to 19.
    prefix: "(?:[MNO][DTjz][AEIMQUYcgk][\\dw-z]){5,6}\\w{0,3}",
    sign: ".",
    shape: "[\\w-]{6}\\.[\\w-]{27,}",
    source: "https://docs.discord.com/developers/reference#authentication",
  },
  {
    issuer: "hashes of passwords",
    prefix: "",
    sign: "$",
    shape:
      `(?:2[abxy]${DOLLAR}\\d\\d|argon2(?:id?|d)|[1567yPS]|apr1|scrypt)${DOLLAR}(?:[\\w./=,+-]|${DOLLAR}|${PERCENT}(?:2[BCF]|3D)){30,}`,
    source: "crypt(5)",
  },
  {
    issuer: "Django, hashes of passwords",
    prefix: "pbkdf2",
    sign: "_",
    shape: `sha\\d{1,3}${DOLLAR}\\d{1,8}${DOLLAR}\\w{8,}${DOLLAR}${BASE64}{27,}`,
    source: "https://docs.djangoproject.com/en/stable/topics/auth/passwords/",
  },
  {
    issuer: "PostgreSQL, hashes of passwords",
    prefix: "SCRAM",
    sign: "-",
    shape:
      `SHA-\\d{1,3}${DOLLAR}\\d{1,8}(?::|${PERCENT}3A)${BASE64}{16,}${DOLLAR}(?:${BASE64}|:|${PERCENT}3A){40,}`,
    source: "https://www.postgresql.org/docs/current/catalog-pg-authid.html",
  },
  {
    issuer: "GitLab, runners",
    prefix: "",
    sign: "GR1348941",
    shape: "[\\w-]{20}",
    source: RULES,
  },
];
