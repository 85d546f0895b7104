/**
 * The lists in OpenTelemetry's variables come from other programs, so whatever is encoded by the
 * specification's rules must be read back, and nothing else may be taken for it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Generator } from "../../tests/generate.ts";
import { otelDestination, otelResource } from "./otel.ts";

const RESOURCE = "OTEL_RESOURCE_ATTRIBUTES";

/** What the resource is with this value of its variable. */
function resourceOf(text: string) {
  return otelResource((name) => name === RESOURCE ? text.trim() || undefined : undefined);
}

Deno.test("otelResource() reads back whatever is encoded", () => {
  const make = new Generator(1);
  for (let round = 0; round < 300; round++) {
    const attributes = Object.fromEntries(
      Array.from({ length: make.below(5) }, (_, i) => [
        `${make.text().toWellFormed().slice(0, 50)}${i}`, // A name is not empty.
        make.text().toWellFormed().slice(0, 200),
      ]),
    );
    const encoded = Object.entries(attributes)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join(make.pick([",", " , ", ",,"]));
    assertEquals(resourceOf(encoded), { value: attributes, notices: [] }, encoded);
  }
});

Deno.test("otelResource() reads all of what it is given, or nothing and says so", () => {
  const make = new Generator(2);
  for (let round = 0; round < 2000; round++) {
    const text = Array.from(
      { length: make.below(8) },
      () => make.pick(["a", "=", ",", "%", "%20", "%zz", "%e9", " ", "é", ";", make.text()]),
    ).join("");
    const { value, notices } = resourceOf(text);
    const members = text.split(",").filter((member) => member.trim() !== "");
    assert(notices.length === 0 || Object.keys(value).length === 0, text);
    assertEquals(notices.length, members.every(isReadable) ? 0 : 1, text);
  }

  function isReadable(member: string): boolean {
    const at = member.indexOf("=");
    if (at < 0 || member.slice(0, at).trim() === "") return false;
    try {
      decodeURIComponent(member);
      return true;
    } catch {
      return false;
    }
  }
});

Deno.test("otelDestination() finds nothing where no address is said", () => {
  assertEquals(otelDestination(() => undefined), undefined);
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: "a=1" } as Record<string, string>;
  assertEquals(otelDestination((name) => headers[name]), undefined);
});
