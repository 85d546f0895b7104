/**
 * The configurations in `examples/` are ones that the Collector itself takes, and the document about
 * them quotes them as they are.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { requireOtelcol } from "./build.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const FLEET = new URL("../../docs/fleet.md", import.meta.url);

/** Each configuration as it is run: a file, or several that are merged. */
const CONFIGURATIONS = [
  ["collector.yaml"],
  ["collector.yaml", "collector.gateway.yaml"],
  ["collector.to_kafka.yaml"],
  ["collector.from_kafka.yaml"],
];

for (const files of CONFIGURATIONS) {
  Deno.test(`otelcol validate takes ${files.join(" with ")}`, async () => {
    const output = await validate(files.map((file) => fileURLToPath(new URL(file, EXAMPLES))));
    assertEquals(output.code, 0, new TextDecoder().decode(output.stderr));
    assert(!/deprecated/i.test(new TextDecoder().decode(output.stderr)));
  });
}

Deno.test("otelcol validate refuses what is misspelled", async () => {
  const file = fileURLToPath(new URL("collector.yaml", EXAMPLES));
  const { code } = await validate([
    file,
    'yaml:{"exporters":{"otlp_http/axonpush":{"endpont":""}}}',
  ]);
  assert(code !== 0);
});

Deno.test("Every configuration in examples/ is validated", async () => {
  const names = (await Array.fromAsync(Deno.readDir(EXAMPLES))).map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"));
  assertEquals(new Set(names), new Set(CONFIGURATIONS.flat()));
});

Deno.test("docs/fleet.md quotes the configurations as they are", async () => {
  const text = await Deno.readTextFile(FLEET);
  const lines = new Set<string>();
  for (const file of CONFIGURATIONS.flat()) {
    const content = await Deno.readTextFile(new URL(file, EXAMPLES));
    for (const line of content.split("\n")) lines.add(line.replace(/ *#.*/, "").trim());
  }
  const quoted = [...text.matchAll(/```yaml\n([^`]*)```/g)].flatMap(([, block]) =>
    block!.split("\n").map((line) => line.replace(/ *#.*/, "").trim())
  );
  assert(quoted.length > 0);
  assertEquals(quoted.filter((line) => !lines.has(line)), []);
});

function validate(files: readonly string[]): Promise<Deno.CommandOutput> {
  return requireOtelcol().then((binary) =>
    new Deno.Command(binary, {
      args: ["validate", ...files.flatMap((file) => ["--config", file])],
      env: {
        AXONPUSH_API_KEY: "ak_test",
        AXONPUSH_TENANT_ID: "1",
        AXONPUSH_CHANNEL_ID: "7",
        FLEET_TOKEN: "token",
        KAFKA_BROKER: "127.0.0.1:9092",
      },
    }).output()
  );
}
