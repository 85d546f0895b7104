/**
 * The page of the local AxonPush in a real browser. It has a folder and a configuration of its own,
 * so that the browser's driver is no dependency of the package: run by `deno task test:browser`.
 *
 * @module
 */
import { strict as assert } from "node:assert";
import type { Browser, Locator, Page } from "playwright-core";
import { startBrowser } from "./browser.ts";
import { type LogEvent, logEvent, post, startServer } from "./server.ts";

let browser: Browser;
Deno.test.beforeAll(async () => {
  browser = await startBrowser();
});
Deno.test.afterAll(() => browser.close());

/** A test with a server, these events on it, and a page that shows them. */
function pageTest(
  name: string,
  events: readonly LogEvent[],
  test: (page: Page, url: string, list: Locator) => Promise<void>,
): void {
  // The driver talks to the browser across tests.
  Deno.test(
    name,
    { sanitizeOps: false, sanitizeResources: false },
    async () => {
      await using server = await startServer();
      await post(server.url, events);
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      try {
        await page.goto(server.url);
        await shows(page, events.length);
        await test(page, server.url, page.getByRole("listbox", { name: "Events, newest first" }));
        assert.deepEqual(errors, []);
      } finally {
        await page.close();
      }
    },
  );
}

/** Waits until the page says that it shows so many events. */
async function shows(page: Page, count: number, all = count): Promise<void> {
  const format = (number: number) => number.toLocaleString("en");
  const events = all === 1 ? "1 event" : `${format(all)} events`;
  const text = count === all ? events : `${format(count)} of ${events}`;
  await page.locator("#count", { hasText: new RegExp(`^${text}$`) }).waitFor();
}

/** Waits until the keyboard is in an element. */
async function hasFocus(locator: Locator): Promise<void> {
  await locator.and(locator.page().locator(":focus")).waitFor();
}

const SHOP = [
  logEvent({ body: "User signed in", logger: "auth", attributes: { user: "ada" } }),
  logEvent({ body: "Order placed", logger: "shop", attributes: { order_id: 41 } }),
  logEvent({
    body: "Payment failed",
    logger: "shop.payments",
    level: "ERROR",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    attributes: {
      "order_id": 42,
      "exception.type": "TypeError",
      "exception.message": "Card declined",
      "exception.stacktrace": "TypeError: Card declined\n    at pay (file:///shop/pay.ts:1:1)",
      "exception.cause": {
        type: "HttpError",
        message: "402 Payment Required",
        stacktrace: "HttpError: 402 Payment Required\n    at post (file:///shop/acme.ts:1:1)",
      },
    },
  }),
  logEvent({ body: "Cache is cold", logger: "shop", level: "DEBUG" }),
];

pageTest(
  "page shows what there was and what arrives, newest first",
  SHOP,
  async (page, url, list) => {
    await post(url, [logEvent({ body: "Shipped", attributes: { parcel: "p_1" } })]);
    await shows(page, 5);
    const texts = await list.getByRole("option").locator("bdi")
      .allTextContents();
    assert.deepEqual(texts.slice(0, 5), [
      "Shipped",
      "Cache is cold",
      "Payment failed",
      "Order placed",
      "User signed in",
    ]);
    const name = await list.getByRole("option").first().innerText();
    for (const part of ["INFO", "default", "Shipped", "parcel=p_1"]) {
      assert(name.includes(part), part);
    }
  },
);

pageTest("page says how to send the first event", [], async (page, url) => {
  const settings = `AXONPUSH_BASE_URL=${url}\nAXONPUSH_API_KEY=ak_dev\nAXONPUSH_TENANT_ID=dev`;
  await page.locator("#empty .settings", { hasText: "AXONPUSH_TENANT_ID=dev" }).waitFor();
  assert((await page.locator("#empty .settings").textContent())?.startsWith(settings));
});

Deno.test(
  "page shows the key and the tenant that the server wants, and what it refused",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await using server = await startServer(0, "--key=ak_mine", "--tenant=acme");
    const page = await browser.newPage();
    try {
      await page.goto(server.url);
      const settings = page.locator("#empty .settings");
      await settings.filter({ hasText: /API_KEY=ak_mine\nAXONPUSH_TENANT_ID=acme/ }).waitFor();
      await assert.rejects(() => post(server.url, [logEvent({})]));
      const refused = page.locator("#refused");
      await refused.getByText("1 request refused").waitFor();
      await assert.rejects(() => post(server.url, [logEvent({})]));
      await refused.getByText("2 requests refused").click();
      const reason = await refused.locator("li").first().innerText();
      for (const part of ["POST /event", "401 unknown_api_key", "started for one key"]) {
        assert(reason.includes(part), reason);
      }
      // Who has events on the page finds the settings again.
      await page.keyboard.press("?");
      const help = page.getByRole("dialog", { name: "Settings and keys" });
      await help.getByText("AXONPUSH_TENANT_ID=acme").waitFor();
      await page.keyboard.press("Escape");
      await help.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Clear", exact: true }).click();
      await refused.waitFor({ state: "hidden" });
    } finally {
      await page.close();
    }
  },
);

pageTest("page shows a burst in the order in which it was logged", [
  ...[3, 1, 2, 0].map((n) => {
    const event = logEvent({ body: `Event ${n}` });
    return { ...event, payload: { ...event.payload, timeUnixNano: `176732304567800000${n}` } };
  }),
], async (page, url) => {
  const texts = () => page.locator("bdi").allTextContents();
  assert.deepEqual(await texts(), ["Event 3", "Event 2", "Event 1", "Event 0"]);
  const late = logEvent({ body: "Late" });
  await post(url, [{ ...late, payload: { ...late.payload, timeUnixNano: "1767323045678000001" } }]);
  await shows(page, 5);
  await page.getByRole("option", { name: /Late/ }).waitFor();
  assert.deepEqual(await texts(), ["Event 3", "Event 2", "Late", "Event 1", "Event 0"]);
});

pageTest(
  "page shows in a row the message, the error, the attributes and the place, in this order",
  [
    logEvent({
      body: "Payment failed",
      attributes: {
        "code.file.path": "/srv/shop/pay.ts",
        "code.line.number": 12,
        "order_id": 42,
        "exception.type": "TypeError",
        "exception.message": "Card declined",
        "error": { type: "Error", message: "inner", stacktrace: "Error: inner\n    at a (b:1:1)" },
      },
    }),
  ],
  async (_page, _, list) => {
    assert.equal(
      (await list.getByRole("option").locator("> span").last().textContent())?.replace(/\s+/g, " "),
      "Payment failed TypeError: Card declined order_id=42 error=Error: inner pay.ts:12",
    );
  },
);

pageTest("page shows errors among attributes as stacks, and parts further in than causes", [
  logEvent({
    body: "Failed",
    attributes: {
      err: {
        type: "AggregateError",
        message: "Both",
        stacktrace: "AggregateError: Both\n    at pay (file:///pay.ts:1:1)",
        properties: { code: "E1" },
        cause: { type: "Error", message: "whole" },
        errors: [
          { type: "Error", message: "one", cause: { type: "Error", message: "of one" } },
          { type: "Error", message: "two" },
        ],
      },
    },
  }),
], async (page, _, list) => {
  await list.getByRole("option").click();
  const titles = await page.locator("#details .exception h3").allTextContents();
  assert.deepEqual(titles, ["err", "Caused by", "Error 1 of 2", "Caused by", "Error 2 of 2"]);
  const left = async (text: string) =>
    (await page.locator("#details .exception pre", { hasText: text }).boundingBox())!.x;
  assert.equal(await left("Error: whole"), await left("AggregateError: Both"));
  assert(await left("Error: one") > await left("Error: whole"));
  assert.equal(await left("Error: of one"), await left("Error: one"));
  await page.locator(".exception dd", { hasText: "E1" }).waitFor();
});

const MARKUP =
  `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>`;

pageTest("page never makes markup of what was logged", [
  logEvent({
    body: MARKUP,
    logger: MARKUP,
    levelName: MARKUP,
    attributes: { [MARKUP]: MARKUP, "exception.type": MARKUP, "exception.stacktrace": MARKUP },
  }),
], async (page, _, list) => {
  assert.equal(await page.locator("bdi").first().textContent(), MARKUP);
  await list.getByRole("option").click();
  assert.equal(await page.locator("#details h2").textContent(), MARKUP);
  assert.deepEqual(
    await page.evaluate(() => [
      "hacked" in globalThis,
      document.querySelectorAll("img").length,
      document.querySelectorAll("script").length,
    ]),
    [false, 0, 1],
  );
});

const TURNED = "\u202etxt.exe \u2066\x1b[2J";

pageTest("page shows what would turn the order of text round", [
  logEvent({
    body: TURNED,
    logger: TURNED,
    levelName: TURNED,
    attributes: { [TURNED]: TURNED, "exception.type": TURNED, "exception.stacktrace": TURNED },
  }),
], async (page, _, list) => {
  await list.getByRole("option").click();
  const text = (await page.locator("main, #logger").allTextContents()).join("");
  // deno-lint-ignore no-control-regex
  assert.equal(text.match(/[\u202e\u2066\x1b]/), null);
  assert(text.includes(String.raw`\u202etxt.exe \u2066\u001b[2J`), text);
});

Deno.test(
  "page is refused markup and foreign connections by the browser",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await using server = await startServer();
    const page = await browser.newPage();
    try {
      await page.goto(server.url);
      const outcomes = await page.evaluate(async () => {
        const outcome = (attempt: () => unknown) =>
          Promise.resolve().then(attempt).then(() => "allowed", (error) => error.name);
        return [
          await outcome(() => document.body.innerHTML = "<b>x</b>"),
          await outcome(() => document.body.append(document.createElement("script").text = "1")),
          await outcome(() => fetch("http://localhost:1/")),
        ];
      });
      assert.deepEqual(outcomes, ["TypeError", "TypeError", "TypeError"]);
    } finally {
      await page.close();
    }
  },
);

pageTest("page filters by severity", SHOP, async (page) => {
  await page.getByRole("checkbox", { name: /Info/ }).uncheck();
  await shows(page, 2, 4);
  await page.getByRole("checkbox", { name: /Debug/ }).uncheck();
  await shows(page, 1, 4);
  assert.equal(await page.locator("bdi").first().textContent(), "Payment failed");
});

pageTest("page shows one severity only, and all again", SHOP, async (page) => {
  const only = page.getByRole("button", { name: "Only Error" });
  await only.click();
  await shows(page, 1, 4);
  assert.equal(new URL(page.url()).search, "?level=error");
  await only.click();
  await shows(page, 4);
});

pageTest("page filters by logger", SHOP, async (page, url) => {
  await page.getByLabel("Logger", { exact: true }).selectOption("shop");
  await shows(page, 2, 4);
  await post(url, [logEvent({ logger: "auth" }), logEvent({ logger: "shop" })]);
  await shows(page, 3, 6);
  // A second one is shown besides.
  await page.getByLabel("Logger", { exact: true }).selectOption("auth");
  await shows(page, 5, 6);
  await page.getByRole("button", { name: "Remove the filter logger = shop" }).click();
  await shows(page, 2, 6);
});

pageTest("page filters by text, in upper or lower case", SHOP, async (page) => {
  await page.getByLabel("Search text").fill("CARD declined");
  await shows(page, 1, 4);
  await page.getByLabel("Search text").fill("nothing like it");
  await shows(page, 0, 4);
});

pageTest(
  "page offers to clear the filters when nothing passes them",
  SHOP,
  async (page, _, list) => {
    await page.getByRole("checkbox", { name: /Info/ }).uncheck();
    await page.getByLabel("Search text").fill("nothing like it");
    await page.getByText("No event passes the filters").waitFor();
    assert(await list.isHidden());
    await page.getByRole("button", { name: "Clear filters" }).click();
    await shows(page, 4);
    assert(await page.getByRole("checkbox", { name: /Info/ }).isChecked());
    await hasFocus(list);
  },
);

/** Types a filter. */
async function addFilter(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Add a filter/).fill(text);
  await page.keyboard.press("Enter");
}

pageTest(
  "page filters by attribute, with several filters that can be removed",
  SHOP,
  async (page) => {
    await addFilter(page, "order_id");
    await shows(page, 2, 4);
    await addFilter(page, "order_id=42");
    await shows(page, 1, 4);
    const chips = page.getByRole("list", { name: "Filters" });
    assert.deepEqual(await chips.locator("li > span").allTextContents(), [
      "has order_id",
      "order_id = 42",
    ]);
    await page.getByRole("button", { name: "Remove the filter order_id = 42" }).click();
    await shows(page, 2, 4);
    await addFilter(page, "order_id != 42");
    await shows(page, 1, 4);
    await page.getByRole("button", { name: "Remove all" }).click();
    await shows(page, 4);
    await addFilter(page, "!order_id");
    await shows(page, 2, 4);
    await addFilter(page, "constructor");
    await shows(page, 0, 4);
  },
);

pageTest("page filters by nested attributes, the resource and the event's own fields", [
  logEvent({ attributes: { customer: { id: 7, tags: ["a"] } } }),
  logEvent({ attributes: { "customer.id": 7, "customer": { "id": 8 } } }),
  logEvent({ attributes: { customer: { id: 9 } }, logger: "auth" }),
], async (page) => {
  for (
    const [text, count] of [
      ["customer.id=7", 2],
      ["customer.id=8", 1],
      ["customer.id!=7", 1],
      ["customer.tags.0=a", 1],
      ["resource.service.name=shop", 3],
      ["logger=auth", 1],
      ["level=INFO", 3],
      ["customer.id.x", 0],
    ] as const
  ) {
    await addFilter(page, text);
    await shows(page, count, 3);
    await page.getByRole("button", { name: /^Remove the filter/ }).click();
    await shows(page, 3);
  }
});

pageTest("page filters by any value of the event that it shows, or excludes it, or copies it", [
  logEvent({ attributes: { "a=b%": "c=d", "lines": " one\ntwo ", "customer": { "id": 7 } } }),
  logEvent({ attributes: { "a=b%": "c", "customer": { "id": 8 } } }),
], async (page, url, list) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  await list.getByRole("option").last().click();
  for (const name of ["a=b%", "lines", "customer.id"]) {
    await page.getByRole("button", { name: `Filter by ${name}`, exact: true }).click();
    await shows(page, 1, 2);
    await page.reload();
    await shows(page, 1, 2);
    await list.getByRole("option").click();
    await page.getByRole("button", { name: /^Remove the filter/ }).click();
    await shows(page, 2);
    await page.getByRole("button", { name: `Exclude ${name}`, exact: true }).click();
    await shows(page, 1, 2);
    await page.getByRole("button", { name: /^Remove the filter/ }).click();
    await page.getByRole("button", { name: `Copy ${name}`, exact: true }).click();
    await page.getByText("Copied").waitFor();
  }
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "7");
});

pageTest("page filters by trace", SHOP, async (page) => {
  await addFilter(page, "traceId=4bf92f35");
  await shows(page, 1, 4);
  await page.getByRole("button", { name: /^Remove the filter/ }).click();
  await addFilter(page, "4BF92F3577B34DA6A3CE929D0E0E4736");
  await shows(page, 1, 4);
});

pageTest("page has its filters in its address, and finds them again", SHOP, async (page, url) => {
  await page.getByRole("checkbox", { name: /Debug/ }).uncheck();
  await page.getByLabel("Search text").fill("order");
  await addFilter(page, "user!=ada");
  await addFilter(page, "order_id");
  await shows(page, 2, 4);
  const address = page.url();
  await page.reload();
  await shows(page, 2, 4);
  assert.equal(page.url(), address);
  assert.equal(await page.getByLabel("Search text").inputValue(), "order");
  assert(!await page.getByRole("checkbox", { name: /Debug/ }).isChecked());
  await page.getByRole("button", { name: "Remove all" }).click();
  await shows(page, 4);
  assert.equal(page.url(), `${url}/`);
  // Whatever stands in the address.
  await page.goto(`${url}/?is=%25&is=&not=a=b=c&from=x&level=loud&q=%F0`);
  await page.getByText("No event passes the filters").waitFor();
});

const MINUTE = Array.from({ length: 60 }, (_, i) =>
  logEvent({
    body: `Event ${i}`,
    occurredAt: new Date(Date.UTC(2026, 0, 2, 3, 4, i)).toISOString(),
  }));

pageTest("page shows a range of time that is chosen with the pointer", MINUTE, async (page) => {
  const { x, y, width } = (await page.locator("#range").boundingBox())!;
  await page.mouse.move(x + width * 0.26, y + 20);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.49, y + 20, { steps: 3 });
  await page.mouse.up();
  await page.locator("#count", { hasText: /^\d+ of 60 events$/ }).waitFor();
  const count = parseInt((await page.locator("#count").textContent())!);
  assert(count > 10 && count < 20, `${count} events`);
  await page.reload();
  await shows(page, count, 60);
  await page.getByRole("button", { name: /^Remove the filter/ }).click();
  await shows(page, 60);
});

pageTest("page shows a range of time that is chosen with the keyboard", MINUTE, async (page) => {
  const slider = page.getByRole("slider", { name: "Time range" });
  await slider.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Escape");
  await shows(page, 60);
  await page.keyboard.press("End");
  for (let i = 0; i < 2; i++) await page.keyboard.press("Shift+ArrowLeft");
  assert.match((await slider.getAttribute("aria-valuetext"))!, / to .*, 3 events$/);
  await page.keyboard.press("Enter");
  await shows(page, 3, 60);
  const texts = await page.locator("bdi:visible").allTextContents();
  assert.deepEqual(texts, ["Event 59", "Event 58", "Event 57"]);
});

pageTest(
  "page shows the whole event on a click",
  SHOP,
  async (page, _, list) => {
    await list.getByRole("option", { name: /Payment failed/ }).click();
    const details = page.getByRole("complementary", { name: "Payment failed" });
    const text = await details.innerText();
    for (
      const part of [
        "TypeError: Card declined",
        "at pay (file:///shop/pay.ts:1:1)",
        "HttpError: 402 Payment Required",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        `"severityText": "ERROR"`,
      ]
    ) assert(text.includes(part), part);
    assert.deepEqual(await details.locator("h3").allTextContents(), [
      ...["Exception", "Caused by", "Attributes", "Event", "Resource"],
      "JSONCopy",
    ]);
    await details.getByRole("button", { name: "Filter by order_id" }).click();
    await shows(page, 1, 4);
    await details.getByRole("button", { name: "Copy the event as JSON" }).waitFor();
    await details.getByRole("button", { name: "Close" }).click();
    await details.waitFor({ state: "hidden" });
  },
);

pageTest("page can be used by keyboard alone", SHOP, async (page, _, list) => {
  await page.getByRole("slider", { name: "Time range" }).focus();
  await page.keyboard.press("Tab");
  await hasFocus(list);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option", { name: /Payment failed/, selected: true }).waitFor();
  await page.keyboard.press("End");
  const last = page.getByRole("option", { name: /User signed in/, selected: true });
  await last.waitFor();
  assert.equal(await list.getAttribute("aria-activedescendant"), await last.getAttribute("id"));
  await page.keyboard.press("Enter");
  const details = page.getByRole("complementary", { name: "User signed in" });
  await details.waitFor();
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "hidden" });
  await hasFocus(list);
});

pageTest("page has a key for what is done often", SHOP, async (page, _, list) => {
  await page.keyboard.press("/");
  await hasFocus(page.getByLabel("Search text"));
  await page.keyboard.type("e?p/");
  assert.equal(await page.getByLabel("Search text").inputValue(), "e?p/");
  await list.waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  // Escape leaves the search, with what is found as it was, be it nothing.
  await page.locator("#text:not(:focus)").waitFor();
  await list.waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await hasFocus(page.getByLabel("Search text"));
  assert.equal(await page.getByLabel("Search text").inputValue(), "e?p/");
  await page.getByLabel("Search text").fill("");
  await list.waitFor();
  await page.keyboard.press("Escape");
  await hasFocus(list);
  await page.keyboard.press("e");
  await page.getByRole("option", { name: /Payment failed/, selected: true }).waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("E");
  await page.getByRole("option", { name: /Payment failed/, selected: true }).waitFor();
  await page.keyboard.press("f");
  await hasFocus(page.getByLabel(/^Add a filter/));
  await page.keyboard.type("order_id=41");
  await page.keyboard.press("Enter");
  await shows(page, 1, 4);
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.getByRole("status").filter({ hasText: "No errors" }).waitFor({ state: "attached" });
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Settings and keys" });
  await help.getByText("Next error").waitFor();
  await page.keyboard.press("Enter");
  await help.waitFor({ state: "hidden" });
});

pageTest("page folds its filters away on a phone", SHOP, async (page) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const search = page.getByLabel("Search text");
  assert(await search.isHidden());
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(await wide(), 320);
  await page.getByRole("button", { name: "Filters", exact: true }).click();
  await search.waitFor();
  assert.equal(await wide(), 320);
  await addFilter(page, "order_id");
  await page.getByRole("button", { name: "Filters (1)", expanded: true }).click();
  await search.waitFor({ state: "hidden" });
  await shows(page, 2, 4);
  await page.getByRole("option", { name: /Payment failed/ }).click();
  assert.equal(await wide(), 320);
  await page.getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("/");
  await hasFocus(search);
});

Deno.test(
  "page says how many events were dropped from memory",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    await using server = await startServer(0, "--keep=3");
    const page = await browser.newPage();
    try {
      await post(server.url, [1, 2, 3, 4].map((n) => logEvent({ body: `Event ${n}` })));
      await page.goto(server.url);
      await page.getByText("1 older dropped").waitFor();
      await post(server.url, [logEvent({})]);
      await page.getByText("2 older dropped").waitFor();
      await shows(page, 3);
    } finally {
      await page.close();
    }
  },
);

pageTest("page folds what is long", [
  logEvent({
    body: "Long",
    attributes: {
      "query": "x".repeat(5000),
      "lines": Array.from({ length: 50 }, (_, i) => `line ${i}`).join("\n"),
    },
  }),
], async (page, _, list) => {
  await list.getByRole("option").click();
  const value = (name: string) => page.locator(`dt:text-is("${name}") + dd > span`).first();
  assert.equal((await value("query").textContent())?.match(/^x*/)?.[0].length, 300);
  assert(!(await value("lines").textContent())?.includes("line 16"));
  await value("query").getByRole("button", { name: "Show all 5,000 characters" }).click();
  assert.equal((await value("query").textContent())?.match(/^x*/)?.[0].length, 5000);
});

pageTest("page tells a screen reader what it shows", SHOP, async (page) => {
  await page.getByRole("status").filter({ hasText: /^Live$/ }).waitFor();
  await page.getByRole("img", {
    name: /^Events over time, .*: 1 debug, 2 info, 1 error$/,
  }).waitFor();
  const option = page.getByRole("option", { name: /Payment failed/ });
  assert.equal(await option.getAttribute("aria-posinset"), "2");
  assert.equal(await option.getAttribute("aria-setsize"), "4");
  await page.getByLabel("Search text").fill("order");
  await page.getByRole("status").filter({ hasText: /^2 of 4 events$/ }).waitFor(
    { state: "attached" },
  );
});

pageTest("page stands still while paused", SHOP, async (page, url) => {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("status").filter({ hasText: /^Paused$/ }).waitFor();
  await post(url, [logEvent({ body: "Unseen" })]);
  await page.getByRole("button", { name: "Resume (1 new)", pressed: true })
    .click();
  await page.getByRole("option", { name: /Unseen/ }).waitFor();
  await page.getByRole("status").filter({ hasText: /^Live$/ }).waitFor();
});

pageTest("page filters only what came before it was paused", SHOP, async (page, url) => {
  await page.getByRole("button", { name: "Pause" }).click();
  await post(url, [logEvent({ body: "Another order" })]);
  const resume = page.getByRole("button", { name: "Resume (1 new)" });
  await resume.waitFor();
  await page.getByLabel("Search text").fill("order");
  await shows(page, 2, 4);
  await resume.click();
  await shows(page, 3, 5);
});

pageTest("page keeps in sight what is read while events arrive", [
  ...Array.from({ length: 200 }, (_, i) => logEvent({ body: `Event ${i}` })),
], async (page, url, list) => {
  await list.evaluate((element) => element.scrollTop = 3000);
  const row = page.getByRole("option", { name: /Event 95$/ });
  await row.waitFor();
  const before = await row.boundingBox();
  await post(url, [logEvent({}), logEvent({})]);
  await shows(page, 202);
  assert.equal((await row.boundingBox())?.y, before?.y);
});

pageTest("page clears what the server keeps", SHOP, async (page, url) => {
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await page.getByText("Waiting for the first event").waitFor();
  assert.deepEqual(await (await fetch(`${url}/events`)).json(), { events: [] });
});

const CUSTOM = { identifier: "job", eventType: "custom" };
const ODD = { toString: 1, valueOf: 1 };

pageTest("page shows any payload of an event that is no log record", [
  { ...CUSTOM, payload: { attributes: null, resource: 1, body: [1] } },
  { ...CUSTOM, payload: { severityNumber: ODD, severityText: ODD, body: ODD } },
  { ...CUSTOM, payload: { step: 3 } },
], async (page, _, list) => {
  await list.getByRole("option", { name: `custom job {"step":3}` }).click();
  await page.getByRole("complementary", { name: "job" }).waitFor();
  const odd = JSON.stringify(ODD);
  await list.getByRole("option", { name: odd }).waitFor();
  await list.getByRole("option", { name: "[1]" }).click();
  await page.getByRole("complementary", { name: "[1]" }).waitFor();
});

pageTest("page shows an error that was logged as the message, and whatever it is made of", [
  logEvent({
    body: "AggregateError: All failed\n    at pay (file:///shop/pay.ts:1:1)",
    attributes: {
      "exception.type": "AggregateError",
      "exception.message": "All failed",
      "exception.stacktrace": "AggregateError: All failed\n    at pay (file:///shop/pay.ts:1:1)",
      "exception.errors": [null, { code: 5 }],
    },
  }),
], async (page, _, list) => {
  await list.getByRole("option", { name: /AggregateError: All failed/ }).click();
  const details = page.getByRole("complementary", { name: "AggregateError: All failed" });
  assert.deepEqual(await details.locator(".exception pre").allTextContents(), [
    "AggregateError: All failed\n    at pay (file:///shop/pay.ts:1:1)",
    "null",
    `{"code":5}`,
  ]);
});

pageTest("page copes with 10,000 events and one of 64 KiB", [
  ...Array.from({ length: 9_999 }, (_, i) => logEvent({ body: `Event ${i}` })),
  logEvent({ body: "x".repeat(65_536) }),
], async (page, _, list) => {
  assert(await page.locator(".row").count() < 100, "only what is in sight is in the document");
  await list.getByRole("option").first().click();
  await page.locator("#details h2").getByRole("button", { name: /^Show all 65,536/ }).click();
  assert.equal((await page.locator("#details h2").textContent())?.match(/x/g)?.length, 65_536);
  await page.getByLabel("Search text").fill("event 77");
  await shows(page, 111, 10_000);
  await page.getByLabel("Search text").fill("");
  await shows(page, 10_000);
  await list.focus();
  await page.keyboard.press("End");
  await page.getByRole("option", { name: /Event 0$/ }).waitFor();
});

pageTest("page keeps in one row what belongs together", [
  { identifier: "job", eventType: "custom", payload: {} },
], async (page) => {
  const top = async (locator: Locator) => (await locator.boundingBox())?.y;
  for (const width of [1280, 1200, 1000, 640]) {
    await page.setViewportSize({ width, height: 700 });
    assert.equal(
      await top(page.getByLabel("Logger", { exact: true })),
      await top(page.getByLabel(/^Add a filter/)),
    );
  }
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    const [pause, clear] = ["Pause", "Clear"].map((name) => page.getByRole("button", { name }));
    assert.equal(await top(pause!), await top(clear!));
  }
});

pageTest(
  "page follows the dark and the light theme of the system",
  [],
  async (page) => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await background(), "rgb(246, 247, 249)");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await background(), "rgb(14, 16, 20)");
  },
);

Deno.test(
  "page goes on with a server that was started again",
  { sanitizeOps: false, sanitizeResources: false },
  async () => {
    const page = await browser.newPage();
    try {
      let port: number;
      {
        await using first = await startServer();
        port = first.port;
        await post(first.url, [logEvent({ body: "Before" })]);
        await page.goto(first.url);
        await page.getByRole("option", { name: /Before/ }).waitFor();
      }
      await page.getByRole("status").filter({ hasText: "Connection lost" })
        .waitFor();
      await using second = await startServer(port);
      await page.getByRole("status").filter({ hasText: /^Live$/ }).waitFor();
      await post(second.url, [logEvent({ body: "After" })]);
      await page.getByRole("option", { name: /After/ }).waitFor();
      await shows(page, 1);
    } finally {
      await page.close();
    }
  },
);
