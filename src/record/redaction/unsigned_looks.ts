/**
 * The credentials of services by forms that have no sign: a few letters that few words have, and
 * often no more than that. Data alone; `mask_looks.ts` searches for them.
 *
 * @module
 */
import type { Look } from "./looks.ts";
import { BASE64, DETECTORS, RULES, UUID } from "./service_looks.ts";
import { PERCENT, SLASH } from "./spelling.ts";

/** A character that forms encode. */
const TILDE = `(?:~|${PERCENT}7E)`;
/** What is in keys of Azure, so that they are recognised. */
const AZURE =
  `(?:\\+|${PERCENT}2B)A(?:St|Sb|Eh|Rm|CR|MC|Ba)|ACDb|AIoT|Az(?:Fu|Se|Ca|EG)|AZDO|JQQJ99`;

/** Those that are found by their pieces. */
export const UNSIGNED_LOOKS: readonly Look[] = [
  {
    issuer: "Microsoft Teams and Zapier, webhook",
    prefix: "(?:webhook\\.office|hooks\\.zapier)\\.",
    pieces: ["k.of", "s.za"],
    shape: `com(?:${SLASH}|${PERCENT}2F)(?:webhookb2|hooks)(?:[\\w%@-]|${SLASH}){16,}`,
    source: RULES,
  },
  {
    issuer: "other webhooks and hosted services, in the path of their addresses",
    prefix:
      "(?:(?:web)?hooks?|maker\\.ifttt\\.com|hook\\.[a-z\\d]{2,4}\\.(?:make|integromat)\\.com" +
      "|open\\.(?:feishu|larksuite)\\.[a-z]{2,3}|pagerduty\\.com|loggly\\.com|sumologic\\.com|datadoghq\\.[a-z]{2,3}" +
      "|(?:alchemy|infura|ankr)\\.(?:com|io)|quiknode\\.pro|oraclecloud\\.com)",
    pieces: [
      ...["ook/", "ooks", "ook%", "ook\\", "fttt", ".mak", "feis", "rksu", "rdut", "oggl", "umol"],
      ...["oghq", "lche", "fura", "nkr.", "ikno", "clec"],
    ],
    shape:
      `(?:${SLASH}(?:[\\w.-]{1,64}${SLASH}){0,6}|${PERCENT}2F(?:[\\w.-]{1,64}${PERCENT}2F){0,6})` +
      `(?:(?<=/hook${SLASH}|2Fhook${PERCENT}2F|inputs${SLASH}|2Finputs${PERCENT}2F)${UUID}` +
      `|(?=[\\w-]{0,64}\\d)(?=[\\w-]{0,64}[A-Za-z])(?:[\\da-f]{32,64}|(?!${UUID})[A-Za-z\\d]{22,}|(?<=\\/p\\/|Fp%2F|v2\\/)[\\w-]{30,}))=*(?![\\w-]|\\.\\w)`,
    source: DETECTORS,
  },
  {
    issuer: "ASP.NET, Instagram, Nostr, and assertions of SAML",
    prefix:
      "(?:CfDJ8(?=[\\w-]{60})|IGQV(?=[\\w-]{80})|nsec1(?=[a-z\\d]{58}\\b)|PHNhbWx(?=[\\w+/%]{80}))",
    pieces: ["CfDJ", "IGQV", "nsec", "PHNh"],
    shape: `${BASE64}+`,
    source:
      "https://learn.microsoft.com/aspnet/core/security/data-protection, SAML 2.0 Bindings, 3.5",
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
      "(?:(?:dapi|dose)(?=[\\da-f]{32})|AKCp(?=[A-Za-z\\d]{69})|cmVmd(?=[A-Za-z\\d]{59})|AT[AC]TT3(?=[\\w=-]{60})" +
      "|ATBB(?=[A-Za-z\\d]{32})|ATTA(?=[\\dA-Fa-f]{72})|APA91b(?=[\\w-]{100})|cflt(?=[\\w+/]{56})|EZ[AT]K(?=[A-Za-z\\d]{54})|AQVN(?=[\\w-]{35})" +
      "|EAA(?!\\w{0,99}AAA)(?=[A-Za-z\\d]{96}|A[\\w-]{56})|[xyzt]prv(?=[A-Za-z\\d]{107})" +
      `|1(?://|${PERCENT}2F${PERCENT}2F)0(?=[\\w-]{40})` +
      `|4(?:/|${PERCENT}2F)0A(?=[\\w-]{0,60}[g-z])(?=[\\w-]{60}))`,
    pieces: [
      ...["dapi", "dose", "AKCp", "cmVm", "ATAT", "ATCT", "ATBB", "ATTA", "APA9", "cflt", "EZAK"],
      ...["EZTK", "AQVN", "EAA", "xprv", "yprv", "zprv", "tprv", "1//0", "1%2F", "1%25", "4/0A"],
      ...["4%2F", "4%25"],
    ],
    shape: `${BASE64}+`,
    source: RULES,
  },
  {
    issuer: "Amazon, Grafana's older, Intercom, Convex and Upstash",
    // Sessions of Amazon's begin with `aws` or `origin` in base64.
    prefix: `(?:(?:ABSK|IQoJb3JpZ2lu|F[Qw]oGZXIvYXdz)(?=${BASE64}{99})|dG9rO(?=${BASE64}{50})` +
      `|eyJ(?:rIjoi|2MiI6|Vc2VySUQi)(?=${BASE64}{40}))`,
    pieces: ["ABSK", "IQoJ", "FQoG", "FwoG", "dG9r", "eyJr", "eyJ2", "eyJV"],
    shape: `${BASE64}+`,
    source: RULES,
  },
  {
    issuer: "NTLM and Kerberos",
    prefix: `(?:TlRMTVNTUAAD|YII(?<=negotiate.YII|Negotiate.YII))(?=${BASE64}{60})`,
    pieces: ["TlRM", "YII"],
    shape: `${BASE64}+`,
    source: "MS-NLMP, RFC 4559",
  },
  {
    issuer: "crates.io, ClickHouse, NuGet and New Relic's licenses",
    prefix:
      "(?:cio(?=[A-Za-z]{0,31}\\d)(?=[A-Za-z\\d]{32}\\b)|4b1d(?=[A-Za-z\\d]{38}\\b)|oy2(?=[a-z\\d]{43}\\b)|[\\da-f]{32}(?=FFFFNRAL))",
    pieces: ["cio", "4b1d", "oy2", "NRAL"],
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
