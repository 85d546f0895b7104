/**
 * What is a secret must not leave the program, and what is none must arrive as it is. Both are
 * tables here: what is planted, where, and what stays. The property test at the end plants the
 * documented forms in random surroundings; `SEED` repeats a run, `ROUNDS` makes it longer.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { JsonWriter } from "../json_writer.ts";
import { LOOKS } from "./looks.ts";
import { Redactor } from "./redactor.ts";
import { closingBracket } from "./values.ts";
import { inspect } from "node:util";
import { Generator } from "../../../tests/generate.ts";

const SECRET = "Zq7hunterX91kLm";
const redactor = new Redactor([]);
const mask = (text: string) => redactor.mask(text);

/** What a value is written as. */
function written(value: unknown): unknown {
  const writer = new JsonWriter(65_536, []);
  writer.begin();
  return JSON.parse(writer.value(value));
}

// ——— By looks ———

const hex = "0123456789abcdef".repeat(4);
const word = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d".slice(0, 36);
const letters = "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH";
/** Made up. One for each issuer at least. */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  "AxonPush": [`ak_live_${word}`, "pt_live_12345"],
  "JSON Web Token": [
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${word}`,
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.",
  ],
  "JSON Web Token, encrypted or detached, and others that are signed": [
    `eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.${word}.48V1_ALb6US04U3b.5eym8TW.${word}`
      .replace("5eym8TW", word),
    `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.${word}.${word}`,
    `eyJhbGciOiJIUzI1NiJ9..${word}`,
    `eyJ1c2VyX2lkIjoxfQ.Z1g_BM.${word.slice(0, 27)}`,
    `eyJ0eXAiOiAiVENWMiJ9.${word.slice(0, 27)}.${word}`,
  ],
  "GitHub": [
    ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) => `${kind}_${word}`),
    `ghs_12345_eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${word}`,
  ],
  "GitHub, fine-grained": [`github_pat_${word.slice(0, 22)}_${word}`],
  "GitLab": [`glpat-${word.slice(0, 20)}`, `glrt-${word.slice(0, 20)}`],
  "Slack": [
    ...[
      `xoxb-123456789012-${word}`,
      `xoxp-1-2-3-${word}`,
      `xoxp-1234-1234-1234-${hex}`,
      `xapp-1-A0123456789-1234567890-${hex}`,
    ],
  ],
  "Stripe": [`sk_live_${word}`, `ek_test_${word}`, `sk_test_${word}`, `rk_live_${word}`],
  "Stripe and Standard Webhooks": [`whsec_${word}`, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  "Google, OAuth": [`ya29.a0${word}-_${word}`],
  "Google, OAuth client": [`GOCSPX-${word.slice(0, 28)}`],
  "OpenAI, Anthropic and others": [`sk-${word}`, `sk-proj-${word}`, `sk-ant-api03-${word}-AA`],
  "SendGrid": [`SG.${word.slice(0, 22)}.${word}abcdefg`],
  "npm": [`npm_${word}`],
  "PyPI": [`pypi-AgEIcHlwaS5vcmc${word}`],
  "Hugging Face": [`hf_${letters}`],
  "DigitalOcean": [`dop_v1_${hex}`, `doo_v1_${hex}`],
  "Shopify": [`shpat_${hex.slice(0, 32)}`, `shpss_${hex.slice(0, 32)}`],
  "HashiCorp Vault": [`hvs.${word}`, `hvb.${word}`],
  "Deno Deploy": [`ddp_${word}`],
  "JSR": [`jsrp_${word}`, `jsrd_${word}`],
  "Grafana": [`glsa_${word.slice(0, 32)}_a1b2c3d4`, `glc_eyJvIjoi${word}`],
  "Docker Hub": [`dckr_pat_${word.slice(0, 27)}`],
  "Linear and Notion": [`lin_api_${word}`, `ntn_${word}${word.slice(0, 10)}`],
  "PlanetScale and Supabase": [
    ...[`pscale_pw_${word}`, `pscale_tkn_${word}`, `sbp_${hex.slice(0, 40)}`, `sb_secret_${word}`],
  ],
  "Groq and Replicate": [`gsk_${word}${word.slice(0, 16)}`, `r8_${word}`],
  "Discord, webhook": [
    `discord.com/api/webhooks/123456789012345678/${word}${word}`,
    `discordapp.com/api/v10/webhooks/123456789012345678/${word}${word}`,
  ],
  "Sentry": [`sntrys_${word}`, `sntryu_${hex}`],
  "Mailgun and Firecrawl": [`key-${hex.slice(0, 32)}`, `fc-${hex.slice(0, 32)}`],
  "Google, API key": [`AIzaSy${word.slice(0, 33)}`],
  "Slack, webhook": [`hooks.slack.com/services/T00000000/B00000000/${word.slice(0, 24)}`],
  "Telegram, bot": [
    `1234567890:AA${word.slice(0, 33)}`,
    `bot1234567890:AA${word.slice(0, 33)}`,
    `bot1234567890%3AAA${word.slice(0, 33)}`,
    `bot1234567890%253AAA${word.slice(0, 33)}`,
  ],
  "Twilio": [`SK${hex.slice(0, 32)}`],
};

Deno.test("LOOKS are in the test, and each says its source once", () => {
  const issuers = LOOKS.map(({ issuer }) => issuer);
  assertEquals(Object.keys(CREDENTIALS).toSorted(), issuers.toSorted());
  for (const { issuer, source } of LOOKS) assert(source.length > 5, issuer);
});

Deno.test("mask() knows credentials by their looks, wherever they stand", () => {
  const places: readonly ((value: string) => string)[] = [
    (value) => value,
    (value) => `used ${value} once`,
    (value) => `(${value})`,
    (value) => `"${value}", 'x'`,
    (value) => `id=${value}&tail=1`,
    (value) => `https://example.com/${value}?tail=1`,
    (value) => JSON.stringify({ value: `line\n${value}\nline` }),
    (value) => JSON.stringify({ value: JSON.stringify(`\t${value}`) }),
    (value) => `value%3D${value}%26tail%3D1`,
    (value) => `\u001b[31m${value}\u001b[0m`,
  ];
  for (const [issuer, credentials] of Object.entries(CREDENTIALS)) {
    for (const credential of credentials) {
      const core = credential.slice(-16).replace(/\.$/, "");
      for (const place of places) {
        assert(!mask(place(credential)).includes(core), `${issuer}: ${place(credential)}`);
      }
      assertEquals(mask(`used ${credential} once`).replace("https://", ""), "used [REDACTED] once");
      assertEquals(written(credential), "[REDACTED]", issuer);
    }
  }
});

Deno.test("mask() masks bearer tokens of any characters", () => {
  assertEquals(mask(`x-auth-token: Token ${SECRET}`), "x-auth-token: [REDACTED]");
  for (const token of [`12|${SECRET}AbC`, `abc:${SECRET}`, `a%2F${SECRET}`, SECRET, "ab1.cd"]) {
    assertEquals(mask(`used Bearer ${token} once`), "used Bearer [REDACTED] once");
    assertEquals(mask(`(bearer ${token})`), "(bearer [REDACTED])");
    assert(!mask(`Bearer ${token}time="12:00"`).includes(token));
  }
});

Deno.test("mask() masks in URLs and XML what is masked elsewhere, and keeps what follows", () => {
  const ssh = `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${word}\n` +
    "---- END SSH2 ENCRYPTED PRIVATE KEY ----";
  assertEquals(mask(`a ${ssh} b`), "a [REDACTED] b");
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----`;
  const slack = `https://hooks.slack.com/services/T00000000/B00000000/${word}`;
  const url = `postgres://u:${word}@h:5432/d`;
  const encoded = (text: string) => encodeURIComponent(text);
  const texts = [
    `/?${new URLSearchParams({ a: key, tail: "1" })}`,
    `/?a=${encoded(key)}&tail=1`,
    `/?a=${encoded(`/?b=${encoded(key)}`)}&tail=1`,
    `/?a=${encoded(`Bearer ${word}`)}&tail=1`,
    `/?${new URLSearchParams({ a: `Bearer ${word}`, tail: "1" })}`,
    `/?${new URLSearchParams({ Authorization: `Bearer ${word}`, tail: "1" })}`,
    `/?${new URLSearchParams({ cookie: `a=b; c=${word}`, tail: "1" })}`,
    `f(Authorization=Bearer ${word}, tail=1)`,
    `<a><b>Bearer ${word}</b><tail/></a>`,
    `&quot;Bearer ${word}&quot; tail`,
    `/?a=${encoded(`/?b=${encoded(url)}`)}&tail=1`,
    JSON.stringify({ url, tail: 1 }).replaceAll("/", "\\/"),
    JSON.stringify({ a: JSON.stringify({ url, tail: 1 }).replaceAll("/", "\\/") }),
    JSON.stringify({ slack, tail: 1 }).replaceAll("/", "\\/"),
    `/?a=${encoded(`/?b=${encoded(slack)}`)}&tail=1`,
    `\x1b[1;38;2;255;255;255mghp_${word}\x1b[0m tail`,
    `[1;38;2;255;255;255mghp_${word}[0m tail`,
    `https://api.telegram.org/bot123456789:AA${word.slice(0, 33)}/tail`,
  ];
  for (const text of texts) {
    const masked = mask(text);
    assert(!masked.includes(word.slice(0, 33)) && masked.includes("tail"), `${text} → ${masked}`);
  }
});

Deno.test("mask() masks signatures of addresses and passwords of connection strings", () => {
  const signature = `${word}%2B%2F${word.slice(0, 5)}%3D`;
  const texts = [
    `https://a.blob.core.windows.net/c/b?sv=1&sig=${signature}&tail=1`,
    JSON.stringify({ a: `/b?sv=1&sig=${word}+/${word.slice(0, 5)}=&tail=1` }).replaceAll(
      "&",
      "\\u0026",
    ),
    `/?a=${encodeURIComponent(`/b?sv=1&sig=${signature}&tail=1`)}`,
    `https://b.s3.amazonaws.com/k?X-Amz-Signature=${word}&tail=1`,
    `https://storage.googleapis.com/k?X-Goog-Signature=${word}&tail=1`,
    `Server=h;Uid=app;Pwd=${word};tail=1`,
    `Driver={X};UID=sa; PWD={${word}};tail=1`,
    `https://b.s3.amazonaws.com/k?Expires=1&Signature=${word.slice(0, 26)}%3D&tail=1`,
    `https://h.cloudfront.net/k?Signature=${word}~-__&Key-Pair-Id=tail`,
    `OAuth oauth_nonce="tail", oauth_signature="${word}%3D"`,
  ];
  for (const text of texts) {
    const masked = mask(text);
    assert(!masked.includes(word.slice(0, 9)) && masked.includes("tail"), `${text} → ${masked}`);
    assert(!redactor.isPlain(text), text);
  }
  assertEquals(written({ "X-Amz-Signature": word }), { "X-Amz-Signature": "[REDACTED]" });
  for (
    const text of [
      "cd a;PWD=/home/bob",
      "a;PWD=~",
      "TTY=a ; PWD=unknown ; b",
      "?sig=abc&sig=def&signature=abc",
      "signature=abc",
    ]
  ) {
    assertEquals(mask(text), text);
  }
});

Deno.test("mask() masks passwords of commands, of drivers and of Basic authentication", () => {
  const basic = btoa(`bob:${SECRET}`);
  const texts = [
    `run --password ${SECRET} --host tail`,
    `run --api-key '${SECRET}' tail`,
    `run --password hun.${SECRET} tail`,
    `API key: <lettersalone${SECRET}> tail`,
    "API key: <lettersaloneandmany> tail",
    `AccountKey: </b+${SECRET}/a==> tail`,
    `/?api%20key=${SECRET}&tail, /?api+key=${SECRET}`,
    `mysql -h h -u root -p${SECRET} tail`,
    `mysqldump -uroot -p'${SECRET}' tail`,
    `sshpass -p ${SECRET} ssh tail`,
    `docker login -u bob -p ${SECRET} tail`,
    `redis-cli -h h -a ${SECRET} tail`,
    `curl -s -u bob:${SECRET} https://h/tail`,
    `["mysql", "-u", "root", "-p${SECRET}", "tail"]`,
    `{"0":"mysql","1":"-u","2":"root","3":"-p${SECRET}","4":"tail"}`,
    `["curl","-s","-u","bob:${SECRET}","https://h/tail"]`,
    `[ 'docker', 'login', '-u', 'bob', '-p', '${SECRET}', 'tail' ]`,
    `curl --user 'bob:${SECRET}' https://h/tail`,
    `mongosh -u bob -p ${SECRET} --tail`,
    `helm registry login h -u bob -p ${SECRET} tail`,
    `plink -ssh -pw ${SECRET} bob@tail`,
    `sqlcmd -S h -U sa -P ${SECRET} -Q tail`,
    `ldapsearch -x -D cn=a -w ${SECRET} tail`,
    `openssl rsa -in a -passin pass:${SECRET} -out tail`,
    `MYSQL_PWD=${SECRET} mysql tail`,
    `root:${SECRET}@tcp(127.0.0.1:3306)/tail`,
    `jdbc:oracle:thin:scott/${SECRET}@//h:1521/tail`,
    `CREATE USER 'bob'@'%' IDENTIFIED BY '${SECRET}' tail`,
    `ALTER USER bob WITH PASSWORD '${SECRET}'; tail`,
    `wrong password "${SECRET}" for tail`,
    JSON.stringify({ args: ["run", "--password", SECRET, "tail"] }),
    JSON.stringify({ args: ["run", "--token", "lettersalone", "tail"] }),
    JSON.stringify([["password", "lettersalone"], ["tail", 1]]),
    `used Basic ${basic} tail`,
    `/?a=Basic%20${basic}&tail`,
  ];
  for (const text of texts) {
    const masked = mask(text);
    assert(!masked.includes(SECRET) && !masked.includes(basic), `${text} → ${masked}`);
    assert(!masked.includes("lettersalone") && masked.includes("tail"), `${text} → ${masked}`);
    assert(!redactor.isPlain(text), text);
  }
  assertEquals(written(["run", "--password", "lettersalone", "tail"]), [
    ...["run", "--password", "[REDACTED]", "tail"],
  ]);
  for (
    const text of [
      "grep -w a b, curl -w %{http_code} -P x, ssh -P 22, ldap -W, az login -u bob, openssl -pass x",
      "mkdir -p /a/b, docker run -p 80:80 -u 1000:1000 x, mysql -p shop",
      "Basic knowledge of Basic Concepts, basic functionality12, Basic realm",
      "Using --password via the CLI is insecure. Use --password-stdin.",
      "unknown option --token, --password is required, --api-key string   API key",
      "use --password and --user, --password options, --secret <secret>, [--token TOKEN]",
    ]
  ) {
    assertEquals(mask(text), text);
  }
});

Deno.test("mask() knows the end of a value with marks and backslashes of its own", () => {
  for (
    const value of [`"${SECRET}`, `\\"${SECRET}\\`, `{"a":{"b":"${SECRET}"}}`, `\\\\": ${SECRET}`]
  ) {
    let [text, expected] = [value, "[REDACTED]"].map((token) => JSON.stringify({ token, t: [1] }));
    for (let level = 0; level < 3; level++) {
      assertEquals(mask(text!), expected);
      [text, expected] = [text, expected].map((inner) => JSON.stringify({ inner, t: 1 }));
    }
  }
});

Deno.test("mask() masks a cookie whose value is JSON", () => {
  for (const value of [`a={"b":"${SECRET}"}; c=${SECRET}`, `a={"b":["${SECRET}"]}; c=1`]) {
    assertEquals(mask(`Cookie: ${value}\nHost: h`), "Cookie: [REDACTED]\nHost: h");
  }
  assertEquals(mask(`curl -H "Cookie: a=${SECRET}" h`), `curl -H "Cookie: [REDACTED]" h`);
});

Deno.test("mask() masks a text of several lines in YAML, and no line behind it", () => {
  for (const begin of ["|", "|-", ">", ">-2"]) {
    const text = `a: 1\nsecret: ${begin}\n  first ${SECRET}\n    and ${SECRET}\ntail: 1`;
    for (const whole of [text, JSON.stringify({ text })]) {
      const masked = mask(whole);
      assert(!masked.includes(SECRET) && !masked.includes("first"), masked);
      assert(masked.includes("tail"), masked);
    }
  }
});

Deno.test("maskStart() shows no part of a token that the cut keeps from being seen", () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJ${"q9".repeat(2000)}.${"q9".repeat(300)}`;
  for (let seen = 3; seen < jwt.length; seen += 7) {
    const start = redactor.maskStart(`used ${jwt.slice(0, seen)}`);
    assertEquals(start.includes("q9") || start.includes("eyJh"), false, start);
  }
});

Deno.test("maskStart() shows no part of a value whose end the cut keeps from being seen", () => {
  const value = "q9".repeat(2000);
  const encoded = encodeURIComponent(`db://u:${value}`);
  const heads = [
    "<password>",
    '<ns:api_key type="a"><![CDATA[',
    `/?a=${encoded.slice(0, -4000)}`,
    `/?a=${encodeURIComponent(encoded).slice(0, -4000)}`,
  ];
  for (const head of heads) {
    const start = redactor.maskStart(head + value);
    assert(start.startsWith(head) && !start.includes("q9"), start);
  }
  for (const end of ["<", "]", "]]", "]]>", "]]><"]) {
    const start = redactor.maskStart(`<password><![CDATA[${value}${end}`);
    assert(!start.includes("q9"), end);
  }
  assertEquals(redactor.maskStart("<user>bob"), "<user>bob");
});

// ——— By names ———

/** Names in words. */
const NAMES = [
  ...["Passwort", "db kennwort", "db pwd"],
  ...["smtp pass", "mail pass", "bind pw", "user pwd", "passcode", "pass phrase", "seed phrase"],
  ...["app key", "license key", "auth key", "x functions key", "ocp apim subscription key"],
  ...["client key data", "service role key", "admin key", "hmac key"],
  ...["authorization", "cookie", "set cookie", "password", "passwd", "passphrase", "secret"],
  ...["client secret", "api key", "x api key", "access key", "account key", "signing key"],
  ...["encryption key", "private key", "aws secret access key", "token", "auth token", "id token"],
  ...["x auth token", "session token", "csrf token", "x csrf token", "api token", "access token"],
  ...[
    "secret key base",
    "refresh token",
    "aws session token",
    "x amz security token",
    "github token",
    "bot token",
    // Whatever is before it, but for what is no secret: words of parsers, models, pages.
    ...["vercel token", "discord token", "invite token", "admin token", "fly api token"],
    ...["reset password token", "consul http token", "remember token", "mfa token"],
  ],
];
const NO_NAMES = [
  ...["tokens", "prompt_tokens", "nextToken", "next_token", "pageToken", "continuationToken"],
  ...[
    "bosToken",
    "PAD_TOKEN",
    "stop_token",
    "clientToken",
    "input_token",
    "ChangeToken",
    "time_to_first_token",
    "cost_per_token",
    "maxToken",
  ],
  ...[
    "imagePullSecrets",
    "image_pull_secret",
    "clientRequestToken",
    "token_type",
    "invalidToken",
    "eos_token",
    "tokenizer",
    "token_count",
  ],
  ...["author", "authenticated", "authority", "keyboard", "primary_key", "key", "monkey", "sid"],
  ...[
    "proxy_pass",
    "first_pass",
    "password_policy",
    "sort_key",
    "public_key",
    "host_key",
    "phrase",
  ],
  ...["cache_key", "partition_key", "certificate-authority-data", "compass", "spawn", "user_key"],
  ...["session", "pass", "pwd", "PWD", "api_key_id", "accessKeyId", "email", "compass", "bypass"],
];
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const SPELLINGS: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.join("_"),
  (words) => words.join("-"),
  (words) => words.map(capital).join("-"),
  (words) => words.map(capital).join(""),
  (words) => words.map((text, i) => i === 0 ? text : capital(text)).join(""),
  (words) => words.join("_").toUpperCase(),
];
const SPELLED = NAMES.flatMap((name) => SPELLINGS.map((spell) => spell(name.split(" "))));

Deno.test("isName() knows names of secrets in every spelling, and no others", () => {
  assertEquals(SPELLED.filter((name) => !redactor.isName(name)), []);
  assertEquals(NO_NAMES.filter((name) => redactor.isName(name)), []);
  assert(redactor.isName(`${"x".repeat(1e6)}_password`));
});

/** Ways to write a name and its value in a text, of the documented forms. */
const FORMS: readonly ((name: string, value: string) => string)[] = [
  (name, value) => JSON.stringify({ id: 1, [name]: value, tail: "kept" }),
  (name, value) => JSON.stringify({ a: JSON.stringify({ [name]: value, tail: "kept" }) }),
  (name, value) => JSON.stringify({ [name]: [value, "]"], tail: "kept" }),
  (name, value) => JSON.stringify({ [name]: { "}": value }, tail: "kept" }, null, 2),
  (name, value) =>
    JSON.stringify({ a: JSON.stringify({ [name]: [`\\"]${value}`], tail: "kept" }) }),
  (name, value) => Deno.inspect({ [name]: value, tail: "kept" }),
  (name, value) => `[ '${name}', '${value}', 'tail' ]`,
  (name, value) => Deno.inspect({ a: { [name]: [value, "it's ]"] }, tail: "kept" }),
  (name, value) => Deno.inspect(new Map([[name, new Map([["a", value]])], ["tail", new Map()]])),
  (name, value) => JSON.stringify({ a: JSON.stringify({ [name]: `{"a":"${value}"}`, tail: 1 }) }),
  (name, value) => `${name}=${value} tail kept`,
  (name, value) => `${name}="${value}" tail="kept"`,
  (name, value) => `${name}: "${value}", tail: "kept"`,
  (name, value) => `?a=1&${name}=${value}&b=2 tail=kept`,
  (name, value) => `a%3D1%26${name}%3D${value} tail`,
  (name, value) => `a: 1\n${name}: ${value}\ntail: kept`,
  (name, value) => `GET / HTTP/1.1\r\n${name}: ${value}\r\ntail: kept\r\n\r\n`,
  (name, value) => JSON.stringify({ raw: `a: b\r\n${name}: ${value}\r\ntail: kept` }),
  (name, value) => JSON.stringify({ rawHeaders: [name, value, "tail", "kept"] }),
  (name, value) => JSON.stringify({ headers: [[name, value], ["tail", "kept"]] }),
  (name, value) => Deno.inspect({ headers: [[name, value], ["tail", "kept"]] }, { colors: true }),
  // What std/log makes of lists.
  (name, value) =>
    JSON.stringify({ rawHeaders: { ...["Host", "h", name, value, "tail", "kept"] } }),
  (name, value) => JSON.stringify({ ...[{ ...[name, value] }, { ...["tail", "kept"] }] }),
  (name, value) => JSON.stringify([{ name, value }, { name: "tail", value: "kept" }]),
  (name, value) => Deno.inspect([{ key: name, value }, { key: "tail", value: "kept" }]),
  (name, value) => `env:\n  - name: ${name}\n    value: ${value}\n  - name: tail`,
  (name, value) => `<user ${name}="${value}"/><item tail="1">kept</item>`,
  (name, value) => `<user><${name}>${value}</${name}><tail>kept</tail></user>`,
  (name, value) =>
    `{\n  ${name}: 'first\\n' +\n    'second ${value}\\n' +\n    'third',\n  tail: 1 }`,
  (name, value) => `Config { ${name}: Some("${value}"), tail: "kept" }`,
  (name, value) => `Array ( [${name}] => ${value} [tail] => kept )`,
  // Colours of terminals, in JSON too, and where a viewer has taken the first character off.
  (name, value) => inspect({ [name]: value, tail: "kept" }, { colors: true }),
  (name, value) =>
    JSON.stringify({ a: Deno.inspect({ [name]: value, tail: 1 }, { colors: true }) }),
  (name, value) => `\x1b[3m${name}\x1b[0m\x1b[2m=\x1b[0m${value}\x1b[0m tail=kept`,
  (name, value) => `[36m${name}[0m: [1;38;2;255;255;255m${value} [0mtail: kept\ntail`,
  // URLs in URLs.
  (name, value) => `/?a=${encodeURIComponent(`/?${name}=${value}&tail=kept`)}`,
  (name, value) =>
    `/?a=${encodeURIComponent(`/?b=${encodeURIComponent(`/?${name}=${value}&tail=kept`)}`)}`,
  (name, value) => `/?a=${encodeURIComponent(JSON.stringify({ [name]: value, tail: "kept" }))}`,
  (name, value) =>
    `/?a=${
      encodeURIComponent(`/?b=${encodeURIComponent(JSON.stringify({ [name]: value, tail: 1 }))}`)
    }`,
  // Other languages and formats.
  (name, value) => `<user><${name} type="text">${value}</${name}><tail>kept</tail></user>`,
  (name, value) => `<user><${name}><![CDATA[${value}<>]]></${name}><tail>kept</tail></user>`,
  (name, value) =>
    `array(2) {\n  ["${name}"]=>\n  string(15) "${value}"\n  ["tail"]=>\n  int(1)\n}`,
  (name, value) => `a:2:{s:${name.length}:"${name}";s:15:"${value}";s:4:"tail";s:4:"kept";}`,
  (name, value) => `#{<<"${name}">> => <<"${value}">>,<<"tail">> => <<"kept">>}`,
  (name, value) => `form-data; name="${name}"\r\n\r\n${value}\r\n--b\r\ntail`,
  (name, value) =>
    JSON.stringify({ a: `form-data; name="${name}"\r\n\r\n${value}\r\n--b\r\ntail` }),
  (name, value) => `docker run -e ${name}=\\\n${value} \\\n  -e tail=kept`,
  (name, value) => JSON.stringify({ a: `docker run -e ${name}=\\\n${value} \\\n  -e tail=kept` }),
  // What HTML and some writers of JSON escape.
  (name, value) => `{&quot;${name}&quot;:&quot;${value}&quot;,&quot;tail&quot;:1}`,
  (name, value) => `[&#34;${name}&#34;, &#34;${value}&#34;, &#34;tail&#34;]`,
  (name, value) => `&lt;a&gt;&lt;${name}&gt;${value}&lt;/${name}&gt;&lt;tail/&gt;&lt;/a&gt;`,
  (name, value) => `{"a":"\\u003c${name}\\u003e${value}\\u003c/${name}\\u003etail"}`,
  (name, value) => `{"a":"/?b=1\\u0026${name}=${value}\\u0026tail=1"}`,
  (name, value) => `{\\u0022${name}\\u0022:\\u0022${value}\\u0022,\\u0022tail\\u0022:1}`,
  (name, value) => `**${name}**: ${value}\n**tail**: kept`,
  (name, value) => `- **${name}:** ${value}\n- **tail:** kept`,
  (name, value) => `${name}：${value}\ntail：kept`,
  (name, value) => JSON.stringify([{ name, type: "text", secured: true, value }, { tail: 1 }]),
  (name, value) => `form-data; name="user[${name}]"\r\n\r\n${value}\r\n--b\r\ntail`,
  (name, value) =>
    JSON.stringify([{ value, name: name.replace(/token/i, "_token") }, { tail: 1, name: "a" }]),
  (name, value) => `<input value="${value}" type="hidden" name="${name}"> tail`,
  (name, value) => JSON.stringify([{ value: `${value}"${"x".repeat(600)}`, name }, { tail: 1 }]),
  (name, value) => `<property name="${name}">${value}</property><tail/>`,
  (name, value) => `<property><name>${name}</name><value>${value}</value></property><tail/>`,
  (name, value) => `<dict><key>${name}</key>\n<string>${value}</string><key>tail</key></dict>`,
  (name, value) => `run --${name} ${value} --tail kept`,
  (name, value) => `proxy_set_header ${name} "${value}1"; tail`,
  (name, value) => `{:a 1 :${name} "${value}1" :tail kept}`,
  (name, value) => `| a | b |\n| ${name} | ${value}1 |\n| tail | kept |`,
  (name, value) => `-[ RECORD 1 ]---\n${name}  | ${value}1\ntail | kept`,
  (name, value) => JSON.stringify([{ ParameterKey: name, ParameterValue: value }, { tail: 1 }]),
];

Deno.test("mask() masks the value behind a name in every form, and keeps what follows", () => {
  for (const form of FORMS) {
    for (const name of SPELLED) {
      const text = form(name, SECRET);
      const masked = mask(text);
      assert(!masked.includes(SECRET), `${text} → ${masked}`);
      assert(!redactor.isPlain(text), text);
      assert(masked.includes("tail"), `${text} → ${masked}`);
    }
  }
});

Deno.test("mask() lets no value swallow the next secret's name", () => {
  const glue = [";", ",", "&", " ", "\\n", "\\r\\n", "\n", "><", "; ", ", ", "|", ")", "}", ""];
  const first = [["password", ":"], ["api_key", "="], ["x-api-key", ": "], ["token", "="]];
  const second = [
    ["Authorization", ": Token "],
    ["cookie", ": sid="],
    ["secret", "="],
    [
      "set-cookie",
      ":a=b; sid=",
    ],
    ["api_key", ": "],
    ["client_secret", '="a b '],
    ["Authorization", ": Basic "],
  ];
  for (const between of glue) {
    for (const [name, separator] of first) {
      for (const [other, separator2] of second) {
        const text = `${name}${separator}first${between}${other}${separator2}${SECRET}`;
        for (
          const whole of [
            text,
            JSON.stringify({ text }),
            JSON.stringify({ a: JSON.stringify({ text }) }),
          ]
        ) {
          assert(!mask(whole).includes(SECRET), `${whole} → ${mask(whole)}`);
        }
      }
    }
  }
});

Deno.test("JsonWriter.value() masks a value beside its name in data", () => {
  const shown = "[REDACTED]";
  const table: readonly [value: unknown, expected: unknown][] = [
    [{ rawHeaders: ["Host", "h", "Set-Cookie", "a=b", "X-Tail", "t"] }, {
      rawHeaders: ["Host", "h", "Set-Cookie", shown, "X-Tail", "t"],
    }],
    [[["x-api-key", "hunter"], ["accept", "*"]], [["x-api-key", shown], ["accept", "*"]]],
    [[{ name: "DB_PASSWORD", value: "x" }, { name: "A", value: "b" }], [
      { name: "DB_PASSWORD", value: shown },
      { name: "A", value: "b" },
    ]],
    [{ value: { a: 1 }, key: "password" }, { value: shown, key: "password" }],
    [{ Name: "api_key", Value: "x" }, { Name: "api_key", Value: shown }],
    [{ ParameterKey: "DbPassword", ParameterValue: "x" }, {
      ParameterKey: "DbPassword",
      ParameterValue: shown,
    }],
    [{ field: "password", oldValue: "a", newValue: "b" }, {
      field: "password",
      oldValue: shown,
      newValue: shown,
    }],
    // What is said about a secret.
    [{ errors: { password: ["can't be blank", "is too short (minimum is 8 characters)"] } }, {
      errors: { password: ["can't be blank", "is too short (minimum is 8 characters)"] },
    }],
    [{ password: { kind: "required", message: "The password field is required." } }, {
      password: { kind: "required", message: "The password field is required." },
    }],
    [{ properties: { token: { type: "string", minLength: 8 } } }, {
      properties: { token: { type: "string", minLength: 8 } },
    }],
    [{ secrets: [{ name: "regcred" }] }, { secrets: [{ name: "regcred" }] }],
    [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }, {
      serviceAccountToken: { expirationSeconds: 3607, path: "token" },
    }],
    [{ volumes: [{ name: "tls", secret: { secretName: "web-tls", defaultMode: 420 } }] }, {
      volumes: [{ name: "tls", secret: { secretName: "web-tls", defaultMode: 420 } }],
    }],
    [{ cookie: { path: "/", _expires: null, originalMaxAge: 3600, httpOnly: true } }, {
      cookie: { path: "/", _expires: null, originalMaxAge: 3600, httpOnly: true },
    }],
    [{ dependencies: { cookie: "^0.6.0", "js-token": "4.0.0" } }, {
      dependencies: { cookie: "^0.6.0", "js-token": "4.0.0" },
    }],
    [{ secret: { name: "a", key: SECRET } }, { secret: shown }],
    [{ token: { path: `${SECRET}/a b` } }, { token: shown }],
    [{ cookie: { path: "/", value: "hunter" } }, { cookie: shown }],
    [{ tokens: 1, token: [], secret: {}, password: [[]] }, {
      ...{ tokens: 1, token: [], secret: {}, password: [[]] },
    }],
    [{ token: new Map([["a", 1]]), secret: new Set(["a"]) }, { token: shown, secret: shown }],
    [{ cookies: 3, secrets: 12 }, { cookies: 3, secrets: 12 }],
    // What only looks like it.
    [{ password: ["can't be blank", "hunter2"] }, { password: shown }],
    [{ password: "my dog is called rex" }, { password: shown }],
    [{ password: "is4hunter" }, { password: shown }],
    [{ secret: { name: "regcred", value: "hunter" } }, { secret: shown }],
    [{ password: { type: "string", value: "hunter" } }, { password: shown }],
    [
      {
        password: {
          get message() {
            return "is required";
          },
        },
      },
      { password: shown },
    ],
    // A sentence, and a key, are no names of what is beside them.
    [["Enter your password", "(at least 8)"], ["Enter your password", "(at least 8)"]],
    [["-----BEGIN PRIVATE KEY-----a-----END PRIVATE KEY-----", "b=1"], [shown, "b=1"]],
    [{ name: "password", value: true }, { name: "password", value: true }],
    // Lists of names.
    [{ fields: ["password", "email"] }, { fields: ["password", "email"] }],
    [["username", "password"], ["username", "password"]],
    [{ path: ["password"] }, { path: ["password"] }],
    [["password", "email", "name"], ["password", "email", "name"]],
  ];
  for (const [value, expected] of table) assertEquals(written(value), expected);
});

// ——— What is no secret ———

Deno.test("mask() leaves innocent text as it is", () => {
  const texts = [
    "Access denied for user 'root'@'127.0.0.1' (using password: YES)",
    "Access denied for user 'root'@'127.0.0.1' (using password: NO)",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
    "SecretDelete:arn:aws:secretsmanager:us-east-1:123456789012:secret:prod-db:2023-07-10T12:07:00Z",
    "Selecting previously unselected package gir1.2-secret-1:amd64.",
    "Setting up libsecret-1-0:arm64 (0.20.5-3) and gir1.2-secret-1:arm64 ...",
    'Invalid username or password: {"email":"user@example.com"}',
    '{"headers":{"Authorization":[],"Cookie":{},"User-Agent":["curl/7.88.1"]},"status":401}',
    '<user name="bob" email="a@b"/><item a="1">text</item>',
    '{"password":"","host":"h"}',
    "password: required",
    "password: too short (3)",
    "password: must be at least 8 characters, got 3",
    "Authorization: missing, cookie: not set",
    "secret: not found",
    "Unexpected token: punc (})",
    "UPDATE users SET password = $1, token = ? WHERE secret=:secret",
    'password=%s user=%d token=%(token)s {"password":"%s"} UPDATE `u` SET `password` = ?, a = 1',
    "DB_PASSWORD=${DB_PASSWORD} API_KEY=$API_KEY password: {{ .Values.db.password }}",
    "password: <string>, API_KEY=<not set>, password: <redacted>, password=[FILTERED], token=xxxxx",
    "+ password = (sensitive value), token = (known after apply)",
    "{ password: string; token: number }",
    '[{"value":"a","name":"b"},{"value":"c","key":"nextToken"},"password"]',
    '"cookies" => "-", cookie="-" token=- x',
    "passwd: password updated successfully",
    "passwd: password expiry information changed.",
    "/etc/passwd:root:x:0:0, cat: /etc/passwd: Permission denied",
    "token: valid, cookie: set, authorization: granted, private key: loaded, token: revoked",
    "syncookies: possible SYN flooding on port 80. Sending cookies.",
    "private key: /etc/ssl/private/key.pem",
    "invalid token: signature mismatch, InvalidAuthenticityToken: A::InvalidAuthenticityToken",
    "password: Path `password` is required.",
    "unmounted volumes=[token], unattached volumes=[token]: timed out",
    "token_type=Bearer expires_in=3600",
    "HostKeyAlgorithms sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com",
    "Priority: 20, Token: Token { kind: ContainerToken, service: 172.22.149.145:28345 }, ]",
    "<secret and more> than 1 <b>",
    "the fields of a form: name, password\n\nand what follows",
    "SyntaxError: Unexpected token < in JSON at position 0",
    'Requires env access to "API_KEY", run again with the --allow-env flag',
    '[{"code":"too_small","path":["password"],"message":"Too short"}]',
    'the fields "password","email" are required',
    "next_token=abc123 pageToken: abc123, prompt_tokens=12, tokens: 5",
    "PWD=/home/user session=abc sid=1 auth=none pass=3 key=a sig=abc",
    "disk-1 risk-free-and-tasks-with-20-letters eyJust.a.word sk-learn hf_hub npm_config_cache",
    "f.ghp_x node_modules/.bin SG.1 AIza key-value whsec_ 1234567890:AB",
    "key:value author: ann, monkey=1 keyboard: qwerty",
    "if (password !== confirm) throw new Error()",
    "Wrong password: it must not be empty.",
    `Bearer realm="shop", error="invalid_token", scope="a b"`,
    "interface Login { user: string; password: string }",
    // What validators say, also in lists and in JSON.
    '{"password":["can\'t be blank"],"email":["is invalid"]}',
    JSON.stringify({ a: JSON.stringify({ password: ["This password is too short."] }) }),
    '{"errors":{"password":{"message":"is required","kind":"required"}}}',
    '{"fieldErrors":{"password":["String must contain at least 8 character(s)"]}}',
    '{"properties":{"password":{"type":"string","minLength":8}}}',
    '{"properties":{"apiKey":{"$ref":"#/definitions/ApiKey"},"b":{"$ref":"a.json#/b"}}}',
    // What is kept elsewhere.
    'imagePullSecrets: [{name: regcred}], {"imagePullSecrets":[{"name":"a"},{"name":"b"}]}',
    'secrets: [{ name: "web-tls" }], "secrets": [{"name":"default-token-abcde"}]',
    "type Key = Ed25519PrivateKey|Ed25519PublicKey | Ed448PrivateKey | Ed448PublicKey key",
    "| token | meaning |\n|---|---|\n| password | what-opens-the-door-2026 |\npassword | 12",
    'secrets "my-app-token-x7k2p" not found, secret "web-tls-2026-of-the-shop" is there',
    "docker secret: web_tls, reconciling Secret: default/web-tls",
    "secrets: inherit, scope=secrets:read tokens:write",
    '{"secret":{"secretName":"web-tls","items":[{"key":"tls.crt","path":"crt"}]}}',
    "{ secret: { secretName: 'web-tls', defaultMode: 420 }, token: {path: token, mode: 1} }",
    "{ password: [ \"can't be blank\", 'is too short' ] }",
    "cookie: { path: '/', _expires: null, originalMaxAge: 3600000, httpOnly: true }",
    '{"cookie":"^0.6.0","js-token":"4.0.0","password":"v1.0.0-rc.1"}',
    // What Linux logs.
    "pam_unix(passwd:chauthtok): password changed for bob",
    "Preparing to unpack .../passwd_1%3a4.13+dfsg1-4ubuntu3_amd64.deb ...",
    "Loaded X.509 cert 'Canonical Ltd. Master Signing Key: 84ef3d9a2c'",
    "failed to fetch token: context deadline exceeded",
    "invalid token: ')' at 3:14, nextSequenceToken: a1, $skiptoken=a1, skipToken=a1",
    "cookies: 3, secrets: 3 loaded, token: 42 of 100",
    // Code and templates.
    "token: ${{ secrets.GITHUB_TOKEN }}, password=%DB_PASSWORD%, api_key: ••••••••",
    "let token = getToken(); def login(password: str)",
    "--secret-key=KEY, --token=TOKEN",
    "<label>Password:</label><input>",
    // Colours.
    Deno.inspect({ hasSecret: true, token: null, password: undefined, cookies: 3 }, {
      colors: true,
    }),
  ];
  for (const text of texts) assertEquals(mask(text), text);
});

Deno.test("mask() masks what only begins like something that is no secret", () => {
  for (
    const value of [
      "$2b$10$",
      "$1$salt$",
      "$N_D",
      "valid1",
      "true-",
      "is-",
      "3of",
      "1%d",
      "KEY1",
      "read1",
      "?a",
      "%sa",
      "x".repeat(4) + "1",
    ]
  ) {
    const secret = value + SECRET;
    for (const text of [`password=${secret}`, `password: ${secret}`, `"password": "${secret}"`]) {
      assert(!mask(text).includes(SECRET), mask(text));
    }
  }
});

Deno.test("mask() masks what has something before it that makes no secret of what is right behind", () => {
  for (
    const text of [
      `see /etc/ssl: password=${SECRET}`,
      `X.509 cert 'a' has password=${SECRET}`,
      "docker said secret: hunter",
      "docker run -it web secret: hunter",
      "failed to fetch it, with secret: hunter (stale)",
      "could not open file a, password: hunter is",
      `arn:aws:s3:::bucket has secret: ${SECRET}`,
      `invalid request, password: {"a":"${SECRET}"}`,
      `one or two, secret: [${SECRET}]`,
      ...["password: team/hunter", "secret=team/hunter", "docker password: hunter"],
      ...["docker secret: Hunter2", "failed to fetch token: hunter", "password:found-hunter"],
      ...["Cookie: this is a=hunter"],
      `unexpected access_token: ${SECRET}`,
      `see a/access_token: ${SECRET}`,
    ]
  ) {
    const masked = mask(text);
    assert(!/hunter/i.test(masked), masked);
  }
  for (
    const text of [
      "see /etc/passwd: users",
      "docker secret: web_tls",
      "Docker secret: web_tls",
      'Failed to fetch token: Get "https://a/b"',
      "unable to fetch the token: context deadline exceeded",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod-db",
      'Invalid username or password: {"user":"bob"}',
      "wrong password: [object Object]",
      "<a title=password>Help me</a>",
      '<label for="password">Enter yours</label>',
      'for each password, "2 times"',
      '"the password", "2 times"',
      "unexpected token: abc1",
    ]
  ) assertEquals(mask(text), text);
});

Deno.test("mask() masks the password of a URL and keeps host and path", () => {
  assertEquals(
    mask("https://x-access-token:hunter2@github.com/o/r.git"),
    "https://x-access-token:[REDACTED]@github.com/o/r.git",
  );
  assertEquals(mask("db://u:7#hunter2@h:80/d"), "db://u:[REDACTED]@h:80/d");
  assertEquals(mask("http://h:80/@x http://h:3000/#a@b"), "http://h:80/@x http://h:3000/#a@b");
  assertEquals(mask("remote=https://u:p@h/a tail"), "remote=https://u:[REDACTED]@h/a tail");
  const encoded = (password: string) =>
    `/?a=${encodeURIComponent(`db+x://u:${password}@h:80/d`)}&b=1`;
  assertEquals(mask(encoded("hunter:é2")), encoded("…").replace("%E2%80%A6", "[REDACTED]"));
  assertEquals(mask("/?a=http%3A%2F%2Fh%3A80%2F%40x"), "/?a=http%3A%2F%2Fh%3A80%2F%40x");
});

Deno.test("mask() keeps what follows in other quotation marks, in XML and in a query", () => {
  const texts = [
    `got {"a":"//r.example.com/:_password=\\"${SECRET}\\"","tail":"kept"}`,
    `"DB_PASSWORD='${SECRET}'", then tail`,
    `export X='secret="${SECRET}"'; tail`,
    `<a><b>x?token=${SECRET}</b><c>tail</c></a>`,
    `<a><b>Authorization: Token ${SECRET}</b><c>tail</c></a>`,
    `{"a":"<b>password=${SECRET}<\\/b>tail"}`,
    `GET /p?setCookie=a%3D${SECRET}&tail=1`,
    `cookies: 12=${SECRET}; tail`.replace("; tail", "\ntail"),
  ];
  for (const text of texts) {
    const masked = mask(text);
    assert(!masked.includes(SECRET) && masked.includes("tail"), `${text} → ${masked}`);
  }
});

// ——— Brackets ———

Deno.test("closingBracket() finds the end of what JSON writes, escaped any number of times", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const generator = new Generator(seed);
    const strings = ["]", "}", '"', "\\", '\\"', "[{", "'", "`", "it's", "\\\\", '"]'];
    const value = (depth: number): unknown =>
      depth === 0 || generator.below(3) === 0
        ? Array.from({ length: generator.below(4) }, () => generator.pick(strings)).join("")
        : generator.below(2) === 0
        ? Array.from({ length: generator.below(4) }, () => value(depth - 1))
        : Object.fromEntries(
          Array.from({ length: generator.below(4) }, (_, i) => [`k${i}`, value(depth - 1)]),
        );
    let text = JSON.stringify([value(4)]);
    for (let level = 0; level < 4; level++) {
      assertEquals(closingBracket(`${text}, "tail": [1]}`, 0), text.length, text);
      text = JSON.stringify(text).slice(1, -1);
    }
  }
});

// ——— Time ———

Deno.test("mask() takes time in proportion to the text, whatever is in it", () => {
  const parts = [
    ...[
      "password=",
      "password: ",
      "password=A(",
      "password={",
      '"password","',
      "password value=",
      'password"":""',
      "-password ",
      "token",
    ],
    ...[
      "<password>",
      "eyJ",
      "-eyJ",
      "eyJaaaaaaaa.",
      "sk-",
      "SG.-",
      "SG.aaaaaaaaaaaaaaaa.",
      "bearer ",
    ],
    ...[
      "ghp_",
      "\\",
      "\\\\n",
      "\\r\\n",
      "[",
      "{",
      "'",
      "+ '",
      "12345678:",
      "AIza",
      "a://b:c",
      'cookie: "x="a"\r\n',
      ":\\/\\/",
      "%253A%252F%252Fa%253A",
      "<password a=",
      "<![CDATA[",
      "password type=b ",
      '"value":"a","name":"',
      "\x1b[0m",
      'name="password"\r\n\r\n',
      "secret: |\n  a\n",
      "--password ",
      "mysql -p",
      "curl -u a",
      "password '",
      '"value":"',
      "value=a\\\\",
      "</name><value>",
      "basic AAAA",
      ":a@tcp",
      "---- BEGIN ",
      "[{name:a},",
      "hooks.slack.com/",
      "machine h login b password ",
      "user=a,pass ",
      "kty d:",
      "auth=",
      "$argon2id$",
      "0123456789abcdef0123456789abcdef-",
      "aB/+",
      "JQQJ99",
      "MTIzNDU2Nzg5MDEyMzQ1Njc4.",
      "Private-Lines: 1",
    ],
    ...[
      '"',
      "'",
      "`",
      ";",
      "<",
      "|",
      ",",
      ".",
      "-",
      "_",
      "a",
      "1",
      ":",
      "=",
      "@",
      "+",
      "\\n",
      "A ",
    ],
    ...["\\\\\\n", "' + '", "Map(1) ", "a:", "x=1;", ")", "}", "> ", "<a> ", "no ", "is ", " "],
    ...["%3A%2F%2Fa%3A", "%40", "&", "\t"],
    ...[
      "password: a b ",
      "secret, ",
      "key-",
      "cookie=a;",
      "Authorization: Basic ",
      "x=",
      "-----BEGIN PRIVATE KEY",
    ],
  ];
  const time = (text: string, times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) {
      mask(text);
      redactor.maskStart(`${text} `);
    }
    return performance.now() - start;
  };
  const heads = [
    ...["", "password=", "password: ", 'password="', "password: {", "password=[", "<password>"],
    ...["cookie: ", "cookie=", "Authorization: Basic ", "bearer ", "x://u:", "token: ", "x,"],
  ];
  for (const head of heads) {
    for (const part of parts) {
      for (const tail of ["", "x password=y", '"', "@"]) {
        const [short, long] = [2_000, 16_000].map((size) =>
          head + part.repeat(size / part.length) + tail
        ) as [string, string];
        // Eight short texts take as long as a long one. If the time grew with the square of the length,
        // they would take an eighth of it. The fastest of some, because other programs run too: they
        // hold both up alike.
        let [eight, one] = [8 * time(short, 1), time(long, 1)];
        for (let attempt = 0; attempt < 60 && one > 4 * eight + 2; attempt++) {
          eight = Math.min(eight, time(short, 8));
          one = Math.min(one, time(long, 1));
        }
        assert(one <= 4 * eight + 2, `${head} ${part} ${tail}: ${eight} ms and ${one} ms`);
      }
    }
  }
});

// ——— Random surroundings ———

const SEED = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 5000);

/** Forms without a name, and of headers. */
const OTHER_FORMS: readonly ((value: string) => string)[] = [
  (value) => `Bearer ${value}`,
  (value) => `https://u:${value}@h/a`,
  (value) => `Authorization: Basic ${value}`,
  (value) => `Authorization: Digest username="u", realm="a, b", response="${value}"`,
  (value) => `authorization=AWS4-HMAC-SHA256 Credential=a/b, Signature=${value}`,
  (value) => `Cookie: a=b; c="d e"; sid=${value}`,
  (value) => `cookie=a=b; sid=${value}`,
  (value) => `-----BEGIN PRIVATE KEY-----\n${value}\n-----END PRIVATE KEY-----`,
  (value) => `key ak_live_${value}`,
  (value) => `jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.${value}`,
  (value) => `"password":"a\\"${value}"`,
  (value) => encodeURIComponent(JSON.stringify({ password: value })),
];
/** What may be glued to the end of a form. */
const GLUE = [
  "",
  " ",
  "\n",
  ", ",
  ";",
  "&",
  ")",
  "}",
  "]",
  '"',
  'time="1" ',
  "pid=1;",
  ",",
  "'s ",
  "/>",
];

/** Surroundings as logs have them. */
const SURROUNDINGS = [
  ...[
    "",
    " ",
    "2026-11-26T10:11:12.345Z INFO ",
    "[main] ",
    "level=info ",
    "  at f (file:///a.ts:1:2)\n",
  ],
  ...[
    '{"a":1,"b":"c"} ',
    "GET /a/b?c=d&e=f HTTP/1.1 ",
    "user=ann id=42 ",
    'time="2026-11-26" ',
    "a: b\n",
  ],
  ...[
    "192.168.1.1 - - ",
    "<a b='c'/> ",
    "key: value, ",
    "it's (done) ",
    '"quoted" ',
    "host: h; ",
    "\t",
  ],
  ...[
    "pid=1;",
    "a,b,c,",
    "token_type=x&",
    "error: not found\n",
    "100% ",
    "C:\\temp\\new ",
    "é漢😀 ",
  ],
];

Deno.test("mask() lets no documented form through, in whatever surroundings", () => {
  const leaks: string[] = [];
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    const generator = new Generator(seed);
    const planted: string[] = [];
    const plant = () => {
      const secret = `Zq${generator.below(1e9).toString(36)}9hunter${planted.length}Xk${
        generator.below(1e6)
      }`;
      planted.push(secret);
      return secret;
    };
    const form = () =>
      generator.below(3) === 0
        ? generator.pick(OTHER_FORMS)(plant())
        : generator.pick(FORMS)(generator.pick(SPELLED), plant());
    let text = "";
    for (let i = 1 + generator.below(3); i > 0; i--) {
      const before = generator.pick(SURROUNDINGS) + generator.pick(SURROUNDINGS);
      // A name begins a word, or is none: `keptgithubToken`.
      text += (before === "" && /\w$/.test(text) ? " " : before) + form() + generator.pick(GLUE);
    }
    text += generator.pick(SURROUNDINGS);
    for (let level = generator.below(3); level > 0; level--) text = JSON.stringify({ m: text });
    const masked = mask(text);
    const isWrongly = (part: string) => redactor.isPlain(part) && mask(part) !== part;
    assert(![text, ...text.split(/[":=_%\\]/)].some(isWrongly), text);
    if (planted.some((secret) => masked.includes(secret))) {
      leaks.push(`${seed}: ${text} → ${masked}`);
    }
  }
  assertEquals(leaks.slice(0, 3), [], `${leaks.length} leaks; the number is the SEED`);
});
