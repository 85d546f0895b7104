import { assertEquals } from "@std/assert";
import { proxyVariable } from "./proxy.ts";

Deno.test("proxyVariable() finds the variable that Deno follows, and minds NO_PROXY", () => {
  const cases: [environment: Record<string, string>, name?: string][] = [
    [{}],
    [{ HTTP_PROXY: "p" }, "HTTP_PROXY"],
    [{ http_proxy: "p" }, "http_proxy"],
    [{ HTTP_PROXY: "", http_proxy: "p" }, "http_proxy"],
    [{ HTTP_PROXY: "p", ALL_PROXY: "q" }, "ALL_PROXY"],
    [{ HTTPS_PROXY: "p" }],
    [{ NO_PROXY: "*" }],
    [{ HTTP_PROXY: "p", NO_PROXY: "" }, "HTTP_PROXY"],
    [{ HTTP_PROXY: "p", NO_PROXY: "*" }],
    [{ HTTP_PROXY: "p", NO_PROXY: "other.test, Logs.Example.com" }],
    [{ HTTP_PROXY: "p", no_proxy: ".example.com" }],
    [{ HTTP_PROXY: "p", no_proxy: "example.com" }],
    [{ HTTP_PROXY: "p", NO_PROXY: "ample.com,,s.example.com" }, "HTTP_PROXY"],
  ];
  for (const [environment, name] of cases) {
    const found = proxyVariable("http://logs.example.com:8080/event", (name) => environment[name]);
    assertEquals(found, name, JSON.stringify(environment));
  }
  const https: Record<string, string> = { HTTPS_PROXY: "p", HTTP_PROXY: "q" };
  assertEquals(proxyVariable("https://a.test/", (name) => https[name]), "HTTPS_PROXY");
});
