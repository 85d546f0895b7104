/**
 * OpenTelemetry's own variables, by its specification: they say who logs, and with
 * `protocol: "otlp"` where to, if neither an option nor a variable of ours does.
 *
 * @module
 */
import { assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import type { AxonPushHandlerOptions } from "../mod.ts";
import type { Settings } from "../src/options/settings.ts";
import { runProgram, tellSettings } from "./program.ts";
import { startReceiver } from "./receiver.ts";

const SERVICE = { apiKey: "ak_valid", tenantId: "1" };
const OTLP = { protocol: "otlp" } as const;

/** What these options come to with variables that may be read. */
const tell = (
  options: AxonPushHandlerOptions,
  env: Readonly<Record<string, string>>,
  flag = "--allow-env",
) => tellSettings(options, env, flag);

async function settings(...given: Parameters<typeof tell>): Promise<Settings> {
  return JSON.parse(await tell(...given));
}

/** The resource without what every program has. */
async function resource(...given: Parameters<typeof tell>): Promise<Record<string, string>> {
  const { resource } = await settings(...given);
  const { "process.runtime.name": name, "process.runtime.version": _, ...others } = resource;
  assertEquals(name, "deno");
  return others;
}

/** Where requests go, and with which headers. */
async function destination(...given: Parameters<typeof tell>) {
  const { exporter: { url, headers } } = await settings(...given);
  return { url, headers };
}

Deno.test("OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say who logs", async () => {
  const OTEL_RESOURCE_ATTRIBUTES =
    "service.name=attribute, service.version = 1.0 ,team=a%20b%2Cc%3Dd%C3%A9,empty=,constructor=acme,deployment.environment.name=test,";
  const attributes = {
    "service.name": "attribute",
    "service.version": "1.0",
    "team": "a b,c=dé",
    "empty": "",
    "constructor": "acme",
    "deployment.environment.name": "test",
  };
  assertEquals(await resource(SERVICE, { OTEL_RESOURCE_ATTRIBUTES }), attributes);
  const env = { OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: "variable" };
  assertEquals(await resource(SERVICE, env), { ...attributes, "service.name": "variable" });
  assertEquals(
    await resource({ ...SERVICE, serviceName: "option", serviceVersion: "2" }, {
      ...env,
      AXONPUSH_ENVIRONMENT: "production",
    }),
    {
      ...attributes,
      "service.name": "option",
      "service.version": "2",
      "deployment.environment.name": "production",
    },
  );
  // As in records, secrets are masked.
  const secrets = "api_key=hunter2,db=postgres%3A%2F%2Fu%3Ahunter2%40h,iban=hunter2,team=a,token=";
  assertEquals(
    await resource({ ...SERVICE, redactKeys: ["iban"] }, { OTEL_RESOURCE_ATTRIBUTES: secrets }),
    {
      ...{ api_key: "[REDACTED]", db: "postgres://u:[REDACTED]@h", iban: "[REDACTED]" },
      ...{ team: "a", token: "" },
    },
  );
  // It describes the program only: the service's environments are registered there.
  assertEquals((await destination(SERVICE, env)).headers["x-axonpush-environment"], undefined);
});

Deno.test("OTEL_RESOURCE_ATTRIBUTES wins over what the handler finds out", async () => {
  const { resource } = await settings(SERVICE, {
    OTEL_RESOURCE_ATTRIBUTES: "process.runtime.name=own,service.instance.id=7",
  });
  assertEquals(resource["process.runtime.name"], "own");
  assertEquals(resource["service.instance.id"], "7");
});

Deno.test("OTEL_RESOURCE_ATTRIBUTES counts as a whole or not at all", async () => {
  for (const value of ["a=1,b", "a=1,b=%zz", "a=1,=2", "a=1,b=%E9", "a=1,b=2;c", "hunter2"]) {
    const { resource, notices } = await settings(SERVICE, { OTEL_RESOURCE_ATTRIBUTES: value });
    const isFine = value === "a=1,b=2;c";
    assertEquals(resource.a, isFine ? "1" : undefined, value);
    assertEquals(notices.map(({ code }) => code), isFine ? [] : ["otel-resource"]);
    assertNotMatch(JSON.stringify(notices), /hunter2/);
  }
  for (const value of ["", " ", ",", " , "]) {
    const { notices } = await settings(SERVICE, { OTEL_RESOURCE_ATTRIBUTES: value });
    assertEquals(notices, []);
  }
});

Deno.test("OTEL_EXPORTER_OTLP_* say where to, if nothing else does", async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_EXPORTER_OTLP_HEADERS: "X-All=1,Authorization=Basic%20aHVudGVyMg==",
  };
  const headers = { "x-all": "1", "authorization": "Basic aHVudGVyMg==" };
  const url = "http://127.0.0.1:4318/v1/logs";
  assertEquals(await destination(OTLP, env), { url, headers });

  for (
    const [base, whole] of [
      ["http://127.0.0.1:4318/", url],
      [" http://127.0.0.1:4318/otlp// ", "http://127.0.0.1:4318/otlp/v1/logs"],
    ] as const
  ) {
    const found = await destination(OTLP, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: base });
    assertEquals(found.url, whole);
  }

  // What is for logs wins, the address as it is, the headers as a whole.
  const own = {
    ...env,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://127.0.0.1:4320/logs",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-own=2",
  };
  assertEquals(await destination(OTLP, own), {
    url: "http://127.0.0.1:4320/logs",
    headers: { "x-own": "2" },
  });
  const bare = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://127.0.0.1:4320" };
  assertEquals((await destination(OTLP, bare)).url, "http://127.0.0.1:4320/");

  // An option's headers win over a variable's of the same name.
  const options = { ...OTLP, headers: { "X-ALL": "option" } };
  assertEquals((await destination(options, env)).headers, { ...headers, "x-all": "option" });

  // Empty is unset.
  const empty = {
    ...env,
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: " ",
  };
  assertEquals(await destination(OTLP, empty), { url, headers });
});

Deno.test("OTEL_EXPORTER_OTLP_* say nothing where an option or a variable of ours does", async () => {
  const otel = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_EXPORTER_OTLP_HEADERS: "x-secret=hunter2",
  };
  const service = "https://api.axonpush.xyz";
  const variables = { AXONPUSH_API_KEY: "ak_variable", AXONPUSH_TENANT_ID: "1" };
  for (
    const [options, env, url] of [
      [SERVICE, {}, `${service}/event`],
      [{ ...SERVICE, ...OTLP }, {}, `${service}/v1/logs`],
      [OTLP, variables, `${service}/v1/logs`],
      [OTLP, { ...variables, AXONPUSH_BASE_URL: "http://own" }, "http://own/v1/logs"],
      [{ ...OTLP, ...SERVICE, baseUrl: "http://own" }, {}, "http://own/v1/logs"],
      [{ ...OTLP, endpoint: "http://own/logs" }, {}, "http://own/logs"],
    ] as const
  ) {
    const found = await destination(options, { ...otel, ...env });
    assertEquals(found.url, url);
    assertEquals(found.headers["x-secret"], undefined);
  }
  // With "events" a key is needed as ever, and where only the service's address is given.
  assertStringIncludes(await tell({}, otel), "missing 'apiKey'");
  const baseUrl = "http://own";
  assertStringIncludes(
    await tell({ ...OTLP, baseUrl, tenantId: 1 }, otel),
    "missing 'apiKey' (AXONPUSH_API_KEY is unset): set",
  );
});

Deno.test("AXONPUSH_API_KEY goes to the service, and not to an endpoint", async () => {
  const variables = { AXONPUSH_API_KEY: "ak_variable", AXONPUSH_TENANT_ID: "1" };
  const sent = async (options: AxonPushHandlerOptions) => {
    const { exporter: { url, isEndpoint, headers } } = await settings(options, variables);
    return { url, isEndpoint, headers };
  };
  assertEquals(await sent({ channelId: 7 }), {
    url: "https://api.axonpush.xyz/event",
    isEndpoint: false,
    headers: {
      "x-api-key": "ak_variable",
      "x-axonpush-api-key": "ak_variable",
      "x-tenant-id": "1",
    },
  });
  for (const protocol of ["events", "otlp"] as const) {
    const endpoint = "http://own/logs";
    assertEquals(await sent({ endpoint, protocol }), {
      url: endpoint,
      isEndpoint: true,
      headers: {},
    });
  }
});

Deno.test("OTEL_EXPORTER_OTLP_HEADERS is sent as far as it can be read, and never shown", async () => {
  const { exporter, notices } = await settings(OTLP, {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_EXPORTER_OTLP_HEADERS:
      "a=1,hunter2,b=%hunter2,Content-Type=text/plain,Authorization: Basic hunter2=,d=hunter2%0A,c=3",
  });
  assertEquals(exporter.headers, { a: "1", c: "3" });
  assertEquals(notices.map(({ code }) => code), ["otel-headers"]);
  assertStringIncludes(notices[0]!.message, "OTEL_EXPORTER_OTLP_HEADERS");
  assertNotMatch(JSON.stringify(notices), /hunter2/);
});

Deno.test("OTEL_EXPORTER_OTLP_ENDPOINT that is no address is refused by its name", async () => {
  for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"]) {
    const said = await tell(OTLP, { [name]: "localhost:4318" });
    assertStringIncludes(
      said,
      `TypeError: Cannot create AxonPushHandler: '${name}' must be an http:`,
    );
    assertStringIncludes(said, 'did you mean "http://localhost:4318"?');
  }
});

Deno.test("OTEL_* are not read without the permission, and nobody is asked for it", async () => {
  const env = {
    OTEL_SERVICE_NAME: "variable",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_RESOURCE_ATTRIBUTES: "a=1",
  };
  assertEquals(await resource(SERVICE, env, "--allow-env=AXONPUSH_API_KEY"), {});
  const only = "--allow-env=OTEL_EXPORTER_OTLP_ENDPOINT";
  assertEquals((await settings(OTLP, env, only)).resource["service.name"], undefined);
  assertEquals((await destination(OTLP, env, only)).url, "http://127.0.0.1:4318/v1/logs");
});

Deno.test("OTEL_DENO=true ships nothing twice that is not printed, and the handler says what would", async () => {
  await using collector = startReceiver();
  const run = (env: Record<string, string>) =>
    runProgram("otel_beside.ts", {
      flags: ["-A"],
      env: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
    });
  const bodies = () =>
    collector.requests.filter(({ path }) => path === "/v1/logs").map(({ text }) => text).join();

  const quiet = await run({ OTEL_DENO_CONSOLE: "ignore" });
  assertEquals(quiet, { code: 0, signal: null, stdout: "", stderr: "" });
  assertEquals(bodies().match(/one record/g)!.length, 1);

  const loud = await run({});
  assertEquals(loud.code, 0);
  assertStringIncludes(loud.stderr, "set OTEL_DENO_CONSOLE=ignore");
  assertEquals(bodies().match(/one record/g)!.length, 2);
});
