/**
 * The credentials of services that fewer programs use, by their form: issuers with the same kind of
 * form share a line. Data alone; `mask_looks.ts` searches for them.
 *
 * @module
 */
import type { Look } from "./looks.ts";
import { PERCENT, SLASH } from "./spelling.ts";

/** Where forms are documented by those who search for credentials in code. */
const RULES = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml";
const DETECTORS = "https://github.com/trufflesecurity/trufflehog/tree/main/pkg/detectors";

const UUID = "[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}";
/** Of base64, which URLs encode. */
const BASE64 = `(?:[\\w+/=-]|${PERCENT}(?:2[BF]|3D))`;
/** Characters that forms encode. */
const TILDE = `(?:~|${PERCENT}7E)`;
export const DOLLAR = `(?:\\$|${PERCENT}24)`;
/** What is in keys of Azure, so that they are recognised. */
const AZURE =
  `(?:\\+|${PERCENT}2B)A(?:St|Sb|Eh|Rm|CR|MC|Ba)|ACDb|AIoT|Az(?:Fu|Se|Ca|EG)|AZDO|JQQJ99`;
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
      "|vc[a-z]|cf(?:k|[au]t)|napi|apify_api|aio|shippo_(?:live|test)|hc[a-z]{3}|phx|alcht" +
      "|(?:pi|seti|cs)_[A-Za-z\\d]{14,64}_secret)",
    sign: "_",
    shape: `${RANDOM}{24,}${END}`,
    source: RULES,
  },
  {
    issuer: "CircleCI, Figma, MongoDB Atlas, Duffel, LangSmith, Pinecone, Together and others",
    prefix:
      "(?:CCIPAT|CCIPRJ|fig[dp]|fo1|mdb_sa_sk|y0(?=_Ag|__)|duffel_(?:test|live)|lsv2_[a-z]{2}|pcsk" +
      "|tgp_v1|wandb_v1|tfp|ops(?=_eyJ))",
    sign: "_",
    shape: `${RANDOM_WORD}{40,}`,
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
    issuer: "Fly.io",
    prefix: "fm[12][ar]?",
    sign: "_",
    shape: `${BASE64}{40,}`,
    source: RULES,
  },
  {
    issuer: "Mollie, GoCardless, Lob, Notion and Fireworks",
    prefix: "(?:live|secret|fw)",
    sign: "_",
    shape: `${RANDOM}{22,}${END}`,
    source: DETECTORS,
  },
  {
    issuer: "ElevenLabs, Klaviyo, ClickUp and WooCommerce",
    prefix: "(?:sk|pk|c[ks])",
    sign: "_",
    shape: `(?:[\\da-f]{34,64}|\\d{6,12}_[A-Z\\d]{32})${END}`,
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
    prefix: "(?:HRKU|PMAK|CFPAT|FLWSECK(?:_TEST)?|nvapi|xai(?=-\\w{60})|fio-u|sq0[a-z]{3}" +
      "|x(?:key|smtp)sib|tskey-[a-z]{3,8}|dnkey|bedrock-api-key)",
    sign: "-",
    shape: `${RANDOM_WORD}{22,}`,
    source: RULES,
  },
  {
    issuer: "Octopus, Adobe, Pulumi, Infracost, Perplexity, Cerebras, Modal and Statsig",
    prefix: "(?:API|p8e|pul|ico|pplx|csk|as|secret)",
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
    issuer: "HubSpot, Plaid and LaunchDarkly",
    prefix: "(?:pat-[a-z]{2}\\d|access-(?:production|sandbox|development)|sdk|sk-lf)",
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
    issuer: "Doppler, Dynatrace, Dropbox, Zoho, Snyk, Amazon, Harness, Mapbox and Cloudflare",
    prefix:
      "(?:dp|dt0[a-z]\\d\\d|sl|1000|snyk_[a-z]{3}|amzn\\.mws|amzn1\\.oa2-cs|[ps]at|[st]k|AQ|v1)",
    sign: ".",
    shape: "(?:(?:pt|ct|st|sa|scim|audit)\\.(?:[\\w-]{2,35}\\.)?[A-Za-z\\d]{40,}" +
      "|[A-Z\\d]{24}\\.[A-Z\\d]{64}|(?:u\\.)?[\\w=-]{120,}|[\\da-f]{32}\\.[\\da-f]{32}" +
      `|[\\da-f]{8}\\.[\\w-]{40,}|${UUID}|v1\\.[\\da-f]{64}` +
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
    prefix: "s",
    sign: ".",
    shape:
      "(?=[A-Za-z]*\\d[A-Za-z]*\\d|(?!\\w*[a-z]{4})[A-Za-z]*\\d)[A-Za-z\\d]{24}(?![\\w(-]|\\.\\w)",
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
    issuer: "Microsoft Teams and Zapier, webhook",
    prefix: "(?:webhook\\.office|hooks\\.zapier)\\.",
    pieces: ["k.of", "s.za"],
    shape: `com(?:${SLASH}|${PERCENT}2F)(?:webhookb2|hooks)(?:[\\w%@-]|${SLASH}){16,}`,
    source: RULES,
  },
  {
    issuer: "Azure, Entra",
    prefix: `(?:[\\w.-]|${TILDE}){3}\\dQ${TILDE}`,
    pieces: [..."0123456789"].flatMap((digit) => [`${digit}Q~`, `${digit}Q%`]),
    shape: `(?:[\\w.-]|${TILDE}){31,34}`,
    source: "https://learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key",
  },
  {
    issuer: "OpenShift and Salesforce",
    prefix: `(?:sha256${TILDE}(?=[\\w-]{43})|00D[A-Za-z\\d]{12}(?:!|${PERCENT}21)(?=[\\w.]{80}))`,
    pieces: ["256~", "256%", "00D"],
    shape: "[\\w.-]+",
    source: DETECTORS,
  },
  {
    issuer: "hashes of passwords",
    prefix: "",
    sign: "$",
    shape:
      `(?:2[abxy]${DOLLAR}\\d\\d|argon2(?:id?|d)|[156y]|apr1)${DOLLAR}(?:[\\w./=,+-]|${DOLLAR}|${PERCENT}(?:2[BCF]|3D)){30,}`,
    source: "crypt(5)",
  },
  {
    issuer: "Azure",
    // Keys that its scanners find carry their service, and its newer ones `JQQJ99`.
    prefix: `(?:[\\w+/-]|${PERCENT}2[BF]){33,76}(?:${AZURE})`,
    pieces: [
      ...["ASt", "ASb", "AEh", "ARm", "ACR", "AMC", "ABa"],
      ...["ACDb", "AIoT", "AzFu", "AzSe", "AzCa", "AzEG", "AZDO", "JQQJ"],
    ],
    shape: `${BASE64}{4,40}`,
    source: "https://learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key",
  },
  {
    issuer: "Databricks, Artifactory, Atlassian, Facebook, EasyPost and others",
    prefix:
      "(?:dapi(?=[\\da-f]{32})|AKCp(?=[A-Za-z\\d]{69})|cmVmd(?=[A-Za-z\\d]{59})|AT[AC]TT3(?=[\\w=-]{60})" +
      "|ATBB(?=[A-Za-z\\d]{32})|EZ[AT]K(?=[A-Za-z\\d]{54})|AQVN(?=[\\w-]{35})" +
      "|EAA(?!\\w{0,99}AAA)(?=[A-Za-z\\d]{96}|A[\\w-]{56})|[xyzt]prv(?=[A-Za-z\\d]{107})" +
      `|1(?://|${PERCENT}2F${PERCENT}2F)0(?=[\\w-]{40}))`,
    pieces: [
      ...["dapi", "AKCp", "cmVm", "ATAT", "ATCT", "ATBB", "EZAK", "EZTK", "AQVN", "EAA"],
      ...["xprv", "yprv", "zprv", "tprv", "1//0", "1%2F", "1%25"],
    ],
    shape: `(?:[\\w=-]|${PERCENT}3D)+`,
    source: RULES,
  },
  {
    issuer: "Amazon Bedrock, Grafana's older and Intercom",
    prefix: `(?:ABSK(?=${BASE64}{99})|eyJrIjoi(?=${BASE64}{60})|dG9rO(?=${BASE64}{50}))`,
    pieces: ["ABSK", "eyJr", "dG9r"],
    shape: `${BASE64}+`,
    source: RULES,
  },
  {
    issuer: "GitLab, runners",
    prefix: "",
    sign: "GR1348941",
    shape: "[\\w-]{20}",
    source: RULES,
  },
  {
    issuer: "ClickHouse, NuGet and New Relic's licenses",
    prefix: "(?:4b1d(?=[A-Za-z\\d]{38}\\b)|oy2(?=[a-z\\d]{43}\\b)|[\\da-f]{32}(?=FFFFNRAL))",
    pieces: ["4b1d", "oy2", "NRAL"],
    shape: "[A-Za-z\\d]+",
    source: RULES,
  },
  {
    issuer: "private key or JSON Web Token, in base64",
    prefix: "(?:LS0tLS1CRUdJTi(?=[A-Za-z\\d+/]{1,40}(?:UFJJVkFUR|BSSVZBVE|QUklWQVRF))" +
      "|ZXlK(?=aGJHY2lP|MGVYQWlP|cmFXUWlP))",
    pieces: ["LS0t", "ZXlK"],
    shape: `${BASE64}{60,}`,
    source: "RFC 7468, RFC 7519",
  },
];
