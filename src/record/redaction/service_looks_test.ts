/**
 * Credentials of services must be known wherever they stand, and what only begins so must arrive as it
 * is. Made up, with the alphabet and the length that their issuers use.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { JsonWriter } from "../json_writer.ts";
import { Redactor } from "./redactor.ts";
import { SERVICE_LOOKS } from "./service_looks.ts";
import { UNSIGNED_LOOKS } from "./unsigned_looks.ts";

const redactor = new Redactor([]);
const mask = (text: string) => redactor.mask(text);

const HEX = "3f9a04c1d7be5286".repeat(12);
const WORD = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG".repeat(8);
const LOWER = WORD.toLowerCase();
const UPPER = WORD.toUpperCase();
const UUID = "3f9a04c1-d7be-4286-9a04-c1d7be528613";
const hex = (length: number) => HEX.slice(0, length);
const word = (length: number) => WORD.slice(0, length);
const upper = (length: number) => UPPER.slice(0, length);
/** Base64 with what URLs encode. */
const base64 = (length: number) => `${WORD.slice(0, length - 4)}/+/z`;
const pem = (kind: string) =>
  btoa(`-----BEGIN ${kind}PRIVATE KEY-----\n${word(64)}\n-----END ${kind}PRIVATE KEY-----\n`);

const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  "RubyGems, Buildkite, Prefect, SonarQube, Vercel, Netlify, Neon, Honeycomb and others": [
    ...[
      `rubygems_${hex(48)}`,
      `CLOJARS_${LOWER.slice(0, 60)}`,
      `bkua_${hex(40)}`,
      `pnu_${word(36)}`,
    ],
    ...[`rdme_${LOWER.slice(0, 70)}`, `squ_${hex(40)}`, `sgp_local_${hex(40)}`, `sgp_${word(64)}`],
    ...[`slk_${hex(64)}`, `rnd_${word(32)}`, `nfp_${word(36)}`, `vcp_${word(56)}`],
    ...[`cfut_${word(40)}${hex(8)}`, `cfk_${word(40)}${hex(8)}`, `napi_${LOWER.slice(0, 64)}`],
    ...[
      `apify_api_${word(36)}`,
      `aio_${word(28)}`,
      `shippo_live_${hex(40)}`,
      `phx_${word(43)}`,
      `tk_${LOWER.slice(0, 29)}`,
      `dbtc_${word(40)}`,
    ],
    ...[`jina_${hex(32)}${word(28)}`, `odt_${word(32)}`, `ion_${word(42)}`, `e2b_${hex(40)}`],
    ...[`dtn_${hex(64)}`, `nbp_${word(36)}`, `tr_dev_${word(24)}`, `cal_live_${hex(32)}`],
    ...[`polar_oat_${word(43)}`, `packagist_uut_${hex(68)}`, `depot_org_${hex(64)}`],
    ...[
      `phs_${word(43)}`,
      `hcaik_${LOWER.slice(0, 58)}`,
      `alcht_${word(30)}`,
      `pi_${word(24)}_secret_${word(25)}`,
    ],
  ],
  "CircleCI, Figma, MongoDB Atlas, Duffel, LangSmith, Pinecone, Together and others": [
    ...[`CCIPAT_${word(22)}_${hex(40)}`, `figd_${word(40)}`, `fo1_${word(43)}`],
    ...[`mdb_sa_sk_${word(40)}`, `y0_AgAA${word(55)}`, `duffel_live_${word(43)}`],
    ...[`lsv2_pt_${hex(32)}_${hex(10)}`, `pcsk_${word(6)}_${word(63)}`, `tgp_v1_${word(43)}`],
    ...[`wandb_v1_${word(77)}`, `tfp_${word(59)}`, `ops_eyJ${word(250)}`],
    ...[`CCDB1_${word(22)}_${word(40)}`, `vercel_blob_rw_${word(16)}_${word(31)}`],
    ...[`pdl_live_apikey_${LOWER.slice(0, 26)}_${word(22)}_${word(3)}`, `ovsxp_${UUID}`],
  ],
  "Resend": [`re_${word(8)}_${word(24)}`],
  "Fly.io, Elastic, Matrix and Teamwork": [
    ...[`fm2_${base64(120)}`, `fm1r_${base64(120)}`, `essu_${base64(80)}`],
    ...[`syt_Ym9i_${word(20)}_${word(6)}`, `tkn.v1_${base64(71)}=`],
  ],
  "Mollie, GoCardless, Lob, Notion, Fireworks, ImageKit, Telnyx, Twitch and Close": [
    ...[`live_${word(30)}`, `live_${hex(35)}`, `secret_${word(43)}`, `fw_${word(22)}`],
    ...[`live_123456789_${word(30)}`, `private_${word(27)}`, `api_${word(22)}.${word(22)}`],
    `KEY${upper(32).replace(/[G-Z]/g, "7")}_${word(22)}`,
  ],
  "Aiven": [`AVNS_xK${word(17)}`, `AVNS_a-bCd_eFgHiJkLmNo`],
  "ElevenLabs, Klaviyo, ClickUp, WooCommerce, Courier and Liveblocks": [
    ...[`pk_prod_${upper(28)}`, `sk_1234_123456_${hex(32)}`, `sk_dev_${word(64)}`],
    ...[`sk_${hex(48)}`, `pk_${hex(34)}`, `pk_12345678_${upper(32)}`, `ck_${hex(40)}`],
  ],
  "MaxMind": [`${word(6)}_${word(29)}_mmk`],
  "Braintree": [`access_token$production$${LOWER.slice(0, 16)}$${hex(32)}`],
  "Heroku, Postman, Contentful, Square, Brevo, Tailscale, NVIDIA, xAI and others": [
    ...[`HRKU-AA${word(58)}`, `PMAK-${hex(24)}-${hex(34)}`, `CFPAT-${word(43)}`],
    ...[`FLWSECK_TEST-${hex(32)}-X`, `nvapi-${word(64)}`, `xai-${word(80)}`, `fio-u-${word(64)}`],
    ...[
      `sq0atp-${word(22)}`,
      `sq0csp-${word(43)}`,
      `md-${word(22)}`,
      `xkeysib-${hex(64)}-${word(16)}`,
    ],
    ...[`tskey-auth-${word(13)}CNTRL-${word(33)}`, `bedrock-api-key-YmVkcm9jay5${word(80)}`],
    ...[`tvly-dev-${word(32)}`, `da2-${LOWER.slice(0, 26)}`, `scp-live-${hex(32)}`],
    ...[`signkey-prod-${hex(64)}`, `pa-${word(21)}-_${word(20)}`, `sec-c-${word(48)}`],
    `dnkey-${LOWER.slice(0, 26)}-${LOWER.slice(0, 52)}`,
  ],
  "Octopus, Adobe, Pulumi, Infracost, Perplexity, Cerebras, Modal and Statsig": [
    ...[
      `API-${upper(26)}`,
      `p8e-${LOWER.slice(0, 32)}`,
      `llx-${word(48)}`,
      `pul-${hex(40)}`,
      `ico-${word(32)}`,
    ],
    ...[`pplx-${word(48)}`, `csk-${LOWER.slice(0, 48)}`, `as-${word(22)}`, `secret-${word(43)}`],
  ],
  "1Password": [
    `A3-${upper(6)}-${upper(6)}-${upper(5)}-${upper(5)}-${upper(5)}-${upper(5)}`,
    `A3-${upper(6)}-${upper(11)}-${upper(5)}-${upper(5)}-${upper(5)}`,
  ],
  "New Relic": [`NRAK-${upper(27)}`, `NRII-${word(15)}-${word(16)}`, `NRJS-${hex(19)}`],
  "Mercado Pago": [`APP_USR-1234567890123456-112718-${hex(32)}-123456789`],
  "Django": ["django-insecure-7-^xtcoiw^*_je%^7g!e^1alc^wlch5y-+il7$gf@0"],
  "PuTTY": [`Private-Lines: 2\n${base64(64)}\n${base64(64)}\nPrivate-MAC: ${hex(40)}`],
  "age": [`AGE-SECRET-KEY-1${upper(58)}`, `AGE-SECRET-KEY-PQ-1${upper(58)}`],
  "HubSpot, Plaid, LaunchDarkly, Axiom and Pixie": [
    ...[`xaat-${UUID}`, `xapt-${UUID}`, `px-api-${UUID}`, `px-dep-${UUID}`],
    ...[`pat-na1-${UUID}`, `access-production-${UUID}`, `sdk-${UUID}`, `sk-lf-${UUID}`],
  ],
  "Mailchimp and Mailgun": [`${hex(32)}-us12`, `${hex(32)}-${hex(8)}-${hex(8)}`],
  "Doppler, Dynatrace, Dropbox, Zoho, Snyk, Amazon, Harness, Mapbox, Bitwarden and others": [
    ...[`0.${UUID}.${word(30)}:${base64(22)}==`, `st.${hex(24)}.${hex(32)}.${hex(32)}`],
    ...[`VF.DM.${hex(24)}.${word(16)}`, `hawk.${word(20)}.${word(20)}`],
    ...[`dp.pt.${word(43)}`, `dp.st.dev_main.${word(43)}`, `dt0c01.${upper(24)}.${upper(64)}`],
    ...[`sl.${word(135)}`, `sl.u.${word(135)}`, `1000.${hex(32)}.${hex(32)}`],
    ...[`snyk_uat.${hex(8)}.${word(60)}`, `amzn.mws.${UUID}`, `amzn1.oa2-cs.v1.${hex(64)}`],
    ...[`pat.${word(22)}.${word(24)}.${word(20)}`, `sk.eyJ1Ijoi${word(50)}.${word(22)}`],
    ...[`AQ.Ab8RN6${word(44)}`, `v1.0-${hex(24)}-${hex(146)}`],
  ],
  "Airtable and Terraform": [`pat${word(14)}.${hex(64)}`, `${word(14)}.atlasv1.${word(67)}`],
  "Vault, before 1.10": [
    ...[`s.${word(24)}`, `s.${word(24)}.aB3dE`, "s.AdQBbycivsFhDMWzllUxIdwK"],
    ...[`s.CAESI${word(90)}`, `b.AAAAAQ${word(150)}`],
  ],
  "Discord, bot": [
    ...["12345678901234567", "123456789012345678", "1234567890123456789"].map((id) =>
      `${btoa(id).replaceAll("=", "")}.Gh1j2K.${word(38)}`
    ),
  ],
  "Microsoft Teams and Zapier, webhook": [
    `webhook.office.com/webhookb2/${UUID}@${UUID}/IncomingWebhook/${hex(32)}/${UUID}`,
    `hooks.zapier.com/hooks/catch/1234567/a1b2c3d/`,
  ],
  "Azure, Entra": [`abC8Q~${word(34)}`, `a.~7Q~${word(20)}-_.~${word(10)}`],
  "OpenShift and Salesforce": [
    `sha256~${word(43)}`,
    `00D${word(12)}!${word(60)}._${word(34)}`,
  ],
  "hashes of passwords": [
    ...[`$2b$12$${word(53)}`, `$6$${word(16)}$${word(86)}`, `$apr1$${word(8)}$${word(22)}`],
    ...[
      `$P$B${word(30)}`,
      `$7$CU..../....${word(22)}$${word(43)}`,
      `$scrypt$ln=16,r=8,p=1$${base64(22)}$${base64(43)}`,
    ],
    ...[
      `$6$rounds=5000$${word(16)}$${word(86)}`,
      `$argon2id$v=19$m=65536,t=3,p=4$${word(22)}$${word(43)}`,
    ],
  ],
  "Django, hashes of passwords": [`pbkdf2_sha256$600000$${word(22)}$${base64(43)}=`],
  "PostgreSQL, hashes of passwords": [
    `SCRAM-SHA-256$4096:${base64(22)}==$${base64(43)}=:${base64(43)}=`,
  ],
  "Azure": [
    ...[
      `${base64(76)}+ASt${word(6)}==`,
      `${base64(76)}ACDb${word(6)}==`,
      `${base64(33)}+ASb${word(6)}=`,
    ],
    ...[`${base64(42)}+ACR${word(6)}`, `${word(44)}AzFu${word(6)}==`, `${word(42)}AzSe${word(6)}`],
    ...[`${word(76)}AZDO${word(4)}`, `${word(52)}JQQJ99BAACYeBjFXJ3w3AAABACOG${word(4)}`],
  ],
  "Databricks, Artifactory, Atlassian, Facebook, EasyPost and others": [
    ...[`dapi${hex(32)}`, `AKCp${word(69)}`, `cmVmd${word(59)}`, `ATATT3${word(180)}=1A2B3C4D`],
    ...[`ATBB${word(32)}`, `EZAK${word(54)}`, `ATTA${hex(64)}12345678`, `dose${hex(32)}`],
    ...[`cflt${base64(60)}`, `APA91b${word(134)}`, `4/0A${word(70)}`],
    ...[`AQVN${word(36)}`, `EAAG${word(120)}`, `EAAAE${word(59)}`],
    ...[`xprv${word(107)}`, `1//0${word(100)}`],
  ],
  "Amazon, Grafana's older, Intercom, Convex and Upstash": [
    ...[`IQoJb3JpZ2luX2Vj${base64(400)}==`, `FwoGZXIvYXdzE${base64(300)}==`],
    ...[`eyJ2MiI6I${word(60)}`, `eyJVc2VySUQiOi${word(80)}`],
    ...[`ABSK${base64(128)}`, `eyJrIjoi${word(80)}`, `dG9rO${word(55)}`],
  ],
  "other webhooks and hosted services, in the path of their addresses": [
    ...[
      `hooks/${LOWER.slice(0, 28)}`,
      `webhook/${hex(24)}/${word(48)}`,
      `hook.eu1.make.com/${word(32)}`,
    ],
    ...[
      `maker.ifttt.com/trigger/a/with/key/${word(22)}`,
      `open.feishu.cn/open-apis/bot/v2/hook/${UUID}`,
    ],
    ...[
      `pagerduty.com/integration/${hex(32)}`,
      `loggly.com/inputs/${UUID}`,
      `infura.io/v3/${hex(32)}`,
    ],
    ...[`alchemy.com/v2/${word(32)}`, `quiknode.pro/${hex(40)}`, `oraclecloud.com/p/${word(64)}`],
    ...[`sumologic.com/receiver/v1/http/${word(86)}==`, `datadoghq.com/v1/input/${hex(32)}`],
  ],
  "ASP.NET, Instagram, Nostr, and assertions of SAML": [
    ...[`CfDJ8${word(200)}`, `IGQV${word(140)}`, `nsec1${LOWER.slice(0, 58)}`],
    `PHNhbWxwOlJlc3BvbnNl${base64(200)}`,
  ],
  "GitLab, runners": [`GR1348941${word(20)}`],
  "NTLM and Kerberos": [`TlRMTVNTUAADAAAAGAAYAHQ${base64(200)}`],
  "crates.io, ClickHouse, NuGet and New Relic's licenses": [
    ...[`cio${word(32)}`, `4b1d${word(38)}`, `oy2${LOWER.slice(0, 43)}`, `${hex(32)}FFFFNRAL`],
  ],
  "private key or JSON Web Token, in base64": [
    ...["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "].map(pem),
    btoa(`eyJhbGciOiJIUzI1NiJ9.${btoa(JSON.stringify({ sub: "1234567890" }))}.${word(43)}`),
  ],
};

const PLACES: readonly ((value: string) => string)[] = [
  (value) => `used ${value} once`,
  (value) => `(${value})`,
  (value) => `Failed with ${value}.`,
  (value) => `"${value}", 'x'`,
  (value) => `id=${value} tail=1`,
  (value) => JSON.stringify({ value: JSON.stringify(`\t${value}`) }),
  (value) => `\u001b[31m${value}\u001b[0m`,
];

Deno.test("mask() knows the credentials of services wherever they stand", () => {
  const issuers = [...SERVICE_LOOKS, ...UNSIGNED_LOOKS].map(({ issuer }) => issuer);
  assertEquals(Object.keys(CREDENTIALS).toSorted(), issuers.toSorted());
  const writer = new JsonWriter(65_536, []);
  for (const [issuer, credentials] of Object.entries(CREDENTIALS)) {
    for (const credential of credentials) {
      const core = JSON.stringify(credential.slice(-16)).slice(1, -1);
      for (const place of PLACES) {
        assert(!mask(place(credential)).includes(core), `${issuer}: ${mask(place(credential))}`);
      }
      assertEquals(mask(`used ${credential} once`), "used [REDACTED] once", issuer);
      writer.begin();
      assertEquals(JSON.parse(writer.value({ a: credential, b: [`x ${credential}`] })), {
        ...{ a: "[REDACTED]", b: ["x [REDACTED]"] },
      }, issuer);
      if (/\s|\$argon/.test(credential)) continue; // In forms these are encoded.
      const query = `/?${new URLSearchParams({ a: credential, tail: "1" })}`;
      assert(!mask(query).includes(encodeURIComponent(credential.slice(-12))), mask(query));
      assert(mask(query).endsWith("&tail=1"), mask(query));
    }
  }
});

Deno.test("mask() leaves what only looks like a credential of a service", () => {
  const texts = [
    `sha256:${hex(64)}, ${hex(40)}, ${hex(32)}, ${UUID}, sha512-${base64(86)}==`,
    `00-${hex(32)}-${hex(16)}-01, ${hex(32)}-${hex(16)}-1, etag "${hex(32)}-12"`,
    "01ARZ3NDEKTSV4RRFFQ69G5FAV, 2026-11-27T18:00:00.000Z, V1StGXR8_Z5jdHi6B-myT",
    "at s.getOauth2AccessCodeSecurity (file:///srv/s.handleSomeRequestWithName.ts:1:2)",
    "live_stream_of_the_conference_2026, secret_santa_list_for_2026_and_2027, fw_update_available_now",
    `pk_live_${word(24)}, pk_test_${word(24)}, pk_live_${word(99)}`, // Stripe's publishable keys.
    "re_render_the_component_tree_2, pi_day_2026_secret_party, cs_test_a1, pk_live_is_publishable",
    "sdk-for-javascript-v3-client-s3, access-production-database, as-if-it-were-so, api-gateway-v2",
    "cfg_enable_experimental_http2_server_push_for_all ops_dashboard_for_the_team_2_of_operations_now",
    "sgp_region_primary_cluster_2026_with_a_long_name phx_click_handler_2_of_the_phoenix_live_view_page",
    "tfp_distributions_normal_2_of_a_model y0_of_the_first_plot_2_axis_is_a_long_name_of_a_variable_x",
    "API-reference-for-version-2-of-the-service-mesh-x secret-rotation-controller-7d9f8b6c5d-x2k4p-abcde",
    "xai-grok-2-vision-1212-in-the-us-east-1-region NREL-1234-fix-the-thing-with-a-long-name pul-1-2-3-4",
    `/files/squ_${
      hex(6)
    }/a/b/c/d/e/f/g/h2, https://e.com/secret-santa/2026/as-a-service-for-teams-of-10`,
    "ico-arrow-left-2x, pul-requests, API-DOCUMENTATION-OF-2026, NR-1, tskey-auth, A3-PAPER",
    "dp.st.x dt.c01 sl.1 1000.5 pat.name.first v1.0-beta.1 sk.json AQ.md s.length webhook.office.com/x",
    `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${"EAAA".repeat(40)}AASUVORK5CYII=`,
    btoa("-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYD\n"),
    btoa(`-----BEGIN PUBLIC KEY-----\n${word(120)}\n-----END PUBLIC KEY-----\n`),
    `https://e.com/webhooks/${UUID}, /repos/o/r/hooks/123456789, /hooks/useTheVeryLongNameOfAHook2.ts`,
    "/webhooks/invoice_payment_succeeded_v2/handle, /src/hooks/2026/usePaymentMethods, hooks/pre-commit-2026-with-a-long-name",
    `node_modules/react-hooks/dist/${
      word(24)
    }.js, webhook/Dockerfile, alchemy.com/docs, infura.io/pricing/2026`,
    "nsec3param CfDJ8 md-outlined-button-container-2, md-icon-button-large-22x, tk_MacOSXGetCGContextForDrawable tk_window_manager_2026_of_x",
    "costs $2 and $10, $1$2, ${a}$6, sha256~x, wow!really, 8Q~x, /usr/local/lib/node_modules/npm",
    "associationOfTheInternationalUnion ciocheckTheNameOfTheAssociationIsOk, https://e.com/4/0A/cioccolato-e-vaniglia-2026",
    `jina_embeddings_v2_base_de_of_the_model, api_v2.handler.of.the.requests_2, private_subnet_ids_of_the_vpc_2`,
    `tvly-, django-insecure, fc-cache-fontconfig-2, da2-, hawk.name.first, ${hex(24)}, ${
      hex(24)
    }: ${hex(64)}`,
    `digest: sha256:${hex(64)}, image@sha256:${hex(64)}, ${hex(12)}:${hex(64)}, 127.0.0.1:${
      hex(8)
    }`,
    `/blobs/4/0A9F3C04C1D7BE52863F9A04C1D7BE52863F9A04C1D7BE52863F9A04C1D7BE52863F9A, scp-live-migration-of-the-host`,
    `APP_USR-guide, TEST-2026-11-27-case-1, SCRAM-SHA-256, pbkdf2_sha256, eyJ2, 0.${UUID}, xaat-1, ek_test_a`,
    "dapi, dapi_test, cio, oy2, 4b1d, AKCp, ATBB, xprv, EAAA, com.example.MyLongClassNameOfTests",
    `${"kty: a, "}d: short, k=5, { kty: 'RSA', n: '${word(40)}', e: 'AQAB', kid: '${hex(20)}' }`,
  ];
  for (const text of texts) {
    assertEquals(mask(text), text);
    assertEquals(redactor.mask(` ${text} `), ` ${text} `);
  }
});

Deno.test("mask() masks the static key of OpenVPN up to its end", () => {
  const key = `-----BEGIN OpenVPN Static key V1-----\n${hex(32)}\n${
    hex(32)
  }\n-----END OpenVPN Static key V1-----`;
  assertEquals(mask(`<tls-auth>\n${key}\n</tls-auth>`), "<tls-auth>\n[REDACTED]\n</tls-auth>");
  assertEquals(mask(JSON.stringify({ key, tail: 1 })), '{"key":"[REDACTED]","tail":1}');
});
