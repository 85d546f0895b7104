/**
 * The handler needs the net permission for the service's host, that for the variables it is
 * configured by, and no other. It never makes Deno ask: what is missing is said by an error or a
 * warning that names the flag. Each case runs without a terminal and on one.
 *
 * @module
 */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { type DevServer, startDevServer } from "../dev/mod.ts";
import type { HandlerStats } from "../mod.ts";
import { HAS_TERMINAL, type Outcome, PROMPT, runOnTerminal, runProgram } from "./program.ts";

const RECORDS = Array.from({ length: 50 }, (_, i) => `record ${i + 1}`);
const CREDENTIALS = { apiKey: "ak_test", tenantId: "1" };

/** What a program printed, which a terminal does not keep apart. */
function printed({ stdout, stderr }: Outcome): string {
  return (stdout + stderr).replaceAll("\r\n", "\n");
}

function bodies(service: DevServer): string[] {
  return service.events.map(({ payload }) => String(payload.body)).toSorted();
}

function options(service: DevServer): string {
  return JSON.stringify({ ...CREDENTIALS, baseUrl: service.url });
}

/** What `tell_stats.ts` prints. */
function told(counts: Partial<HandlerStats>): string {
  const none = { accepted: 0, delivered: 0, failed: 0, dropped: 0, filtered: 0, pending: 0 };
  return JSON.stringify({ ...none, spooled: 0, recovered: 0, retried: 0, ...counts });
}

interface Case {
  readonly file: string;
  readonly flags?: (service: DevServer) => readonly string[];
  readonly args?: (service: DevServer) => readonly string[];
  readonly env?: (service: DevServer) => Record<string, string>;
  readonly code?: number;
  readonly check: (output: string, service: DevServer) => void;
}

const allowNet = ({ port }: DevServer) => `--allow-net=127.0.0.1:${port}`;

const CASES: Readonly<Record<string, Case>> = {
  "with only the net permission": {
    file: "natural_end.ts",
    flags: (service) => [allowNet(service)],
    args: (service) => [options(service)],
    check(output, service) {
      assertEquals(output, "");
      assertEquals(bodies(service), RECORDS.toSorted());
    },
  },
  "with only the net permission while it goes on": {
    file: "tell_stats.ts",
    flags: (service) => [allowNet(service)],
    args: (service) => [options(service)],
    check(output, service) {
      assertEquals(output, `${told({ accepted: 50, delivered: 50 })}\n`);
      assertEquals(bodies(service), RECORDS.toSorted());
    },
  },
  "with the variables that it is configured by": {
    file: "from_environment.ts",
    flags: (service) => [
      allowNet(service),
      "--allow-env=AXONPUSH_API_KEY,AXONPUSH_TENANT_ID,AXONPUSH_BASE_URL",
    ],
    env: ({ url }) => ({
      AXONPUSH_API_KEY: "ak_test",
      AXONPUSH_TENANT_ID: "1",
      AXONPUSH_BASE_URL: url,
      AXONPUSH_ENVIRONMENT: "not readable",
    }),
    check(output, service) {
      assertEquals(output, "");
      assertEquals(bodies(service), ["from the environment"]);
      assertEquals(service.events[0]!.payload.resource?.["deployment.environment.name"], undefined);
    },
  },
  "without env permission and options": {
    file: "from_environment.ts",
    env: () => ({ AXONPUSH_API_KEY: "ak_not_readable", AXONPUSH_TENANT_ID: "1" }),
    code: 1,
    check(output) {
      assertStringIncludes(
        output,
        "TypeError: Cannot create AxonPushHandler: missing 'apiKey' (AXONPUSH_API_KEY is not " +
          "readable: no env permission) and 'tenantId' (AXONPUSH_TENANT_ID is not readable: no env " +
          "permission): set the option, or the variable and run with " +
          "--allow-env=AXONPUSH_API_KEY,AXONPUSH_TENANT_ID",
      );
      assertNotMatch(output, /ak_not_readable/);
    },
  },
  "with one of two variables": {
    file: "from_environment.ts",
    flags: () => ["--allow-env=AXONPUSH_API_KEY"],
    env: () => ({ AXONPUSH_API_KEY: "ak_secret", AXONPUSH_TENANT_ID: "1" }),
    code: 1,
    check(output) {
      assertStringIncludes(
        output,
        "missing 'tenantId' (AXONPUSH_TENANT_ID is not readable: no env permission): set the option, " +
          "or the variable and run with --allow-env=AXONPUSH_TENANT_ID",
      );
      assertNotMatch(output, /ak_secret|'apiKey'/);
    },
  },
  "with env permission and nothing set": {
    file: "from_environment.ts",
    flags: () => ["--allow-env"],
    code: 1,
    check(output) {
      assertStringIncludes(
        output,
        "missing 'apiKey' (AXONPUSH_API_KEY is unset) and 'tenantId' (AXONPUSH_TENANT_ID is unset): " +
          "set the option, or the variable; a .env file is read with --env-file or 'envFile'",
      );
      assertNotMatch(output, /--allow-env/);
    },
  },
  "without net permission": {
    file: "tell_stats.ts",
    args: (service) => [options(service)],
    check(output, { url, port }) {
      const lines = output.trimEnd().split("\n").toSorted();
      const why = `Cannot ship records to ${url}/event: no net permission: ` +
        `run with --allow-net=127.0.0.1:${port}`;
      assertEquals(lines, [
        `[axonpush] 50 records could not be delivered so far, the last because: ${why}`,
        `[axonpush] ${why}`,
        told({ accepted: 50, failed: 50 }),
      ]);
    },
  },
  "with the net permission denied": {
    file: "tell_stats.ts",
    flags: () => ["--allow-net", "--deny-net=127.0.0.1"],
    args: (service) => [options(service)],
    check(output, { port }) {
      const advice = `: no net permission: run with --allow-net=127.0.0.1:${port}, ` +
        "and without a --deny-net that covers it";
      assertStringIncludes(output, advice);
      assertStringIncludes(output, told({ accepted: 50, failed: 50 }));
    },
  },
  "with the net permission denied for what the host's name stands for": {
    file: "tell_stats.ts",
    flags: () => ["--allow-net", "--deny-net=127.0.0.1"],
    args: ({ port }) => [
      JSON.stringify({ ...CREDENTIALS, baseUrl: `http://localhost:${port}` }),
    ],
    check(output, { port }) {
      const advice = `: no net permission: run with --allow-net=127.0.0.1:${port}, ` +
        "and without a --deny-net that covers it";
      assertStringIncludes(output, advice);
      assertStringIncludes(output, told({ accepted: 50, failed: 50 }));
    },
  },
};

for (const [what, { file, flags, args, env, code = 0, check }] of Object.entries(CASES)) {
  const run = async (onTerminal: boolean) => {
    await using service = startDevServer({ port: 0 });
    const how = {
      flags: flags?.(service) ?? [],
      args: args?.(service) ?? [],
      env: env?.(service) ?? {},
    };
    const outcome = onTerminal
      ? await runOnTerminal(file, how)
      : await runProgram(file, { ...how, flags: ["--no-prompt", ...how.flags] });
    const output = printed(outcome);
    assertNotMatch(output, PROMPT);
    assertEquals(outcome.code, code, output);
    check(output, service);
  };
  Deno.test(`AxonPushHandler works as documented ${what}`, () => run(false));
  Deno.test({
    name: `AxonPushHandler works as documented ${what} on a terminal`,
    ignore: !HAS_TERMINAL,
    fn: () => run(true),
  });
}

Deno.test({
  name: "runOnTerminal() shows it when Deno asks for a permission",
  ignore: !HAS_TERMINAL,
  fn: async () => assertMatch(printed(await runOnTerminal("asks.ts")), PROMPT),
});

// A program that goes on and one that ends start different workers.
for (const file of ["tell_stats.ts", "exit_3.ts"]) {
  Deno.test(`AxonPushHandler starts its worker when ${file} imports it over http`, async () => {
    await using service = startDevServer({ port: 0 });
    await using code = serveRepository();
    await using directory = await temporaryDirectory();
    const importMap = `${directory.path}/import_map.json`;
    await Deno.writeTextFile(importMap, JSON.stringify({ imports: await remoteImports(code.url) }));
    const { stderr } = await runProgram(`${code.url}/tests/fixtures/${file}`, {
      flags: [
        "--no-prompt",
        "--no-config",
        `--import-map=${importMap}`,
        `--allow-import=127.0.0.1:${code.port},jsr.io`,
        allowNet(service),
      ],
      args: [options(service)],
      cwd: directory.path,
      env: { DENO_DIR: directory.path }, // Each run has a port and thus addresses of its own.
    });
    assertEquals(stderr, "");
    assertEquals(bodies(service), RECORDS.toSorted());
  });

  Deno.test(`AxonPushHandler starts its worker when deno bundle has packed ${file}`, async () => {
    await using service = startDevServer({ port: 0 });
    await using directory = await temporaryDirectory();
    const bundle = `${directory.path}/program.js`;
    const packed = await runProgram(file, {
      command: "bundle",
      flags: ["--minify", `--output=${bundle}`],
    });
    assertEquals(packed.code, 0, packed.stderr);
    const { stderr } = await runProgram(`file://${bundle}`, {
      flags: ["--no-prompt", allowNet(service)],
      args: [options(service)],
      cwd: directory.path,
    });
    assertEquals(stderr, "");
    assertEquals(bodies(service), RECORDS.toSorted());
  });
}

async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Serves the files of this repository, as a registry does. */
function serveRepository(): { url: string; port: number } & AsyncDisposable {
  const root = new URL("../", import.meta.url);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const type = pathname.endsWith(".ts") ? "application/typescript" : "text/javascript";
    const text = await Deno.readTextFile(new URL(`.${pathname}`, root));
    return new Response(text, { headers: { "content-type": type } });
  });
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What the names of packages stand for, for modules that come from a server. */
async function remoteImports(url: string): Promise<Record<string, string>> {
  const { imports: packages, workspace } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  if (workspace === undefined) { // On the real packages: see tools/use_jsr.ts.
    const whole = Object.entries<string>(packages);
    const parts = whole.map(([name, address]) => [`${name}/`, `${address.replace(":", ":/")}/`]);
    return Object.fromEntries([...whole, ...parts]);
  }
  const imports: Record<string, string> = { "@deno/shim-deno": `${url}/links/shim-deno/mod.js` };
  for (const name of ["log", "dotenv"]) {
    const config = await Deno.readTextFile(
      new URL(`../links/std-${name}/deno.json`, import.meta.url),
    );
    const { exports } = JSON.parse(config.replaceAll(/^\s*\/\/.*$/gm, ""));
    for (const [path, file] of Object.entries<string>(exports)) {
      imports[`@std/${name}${path.slice(1)}`] = `${url}/links/std-${name}/${file.slice(2)}`;
    }
  }
  return imports;
}
