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
  const text = count === all
    ? `${format(all)} events`
    : `${format(count)} of ${format(all)} events`;
  await page.locator("#count", { hasText: new RegExp(`^${text}$`) }).waitFor();
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
      "exception.cause": { type: "HttpError", message: "402 Payment Required" },
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
  assert.equal(
    await page.locator("#settings").textContent(),
    `AXONPUSH_BASE_URL=${url}\nAXONPUSH_API_KEY=ak_dev\nAXONPUSH_TENANT_ID=dev`,
  );
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

pageTest("page filters by logger", SHOP, async (page, url) => {
  await page.getByLabel("Logger").selectOption("shop");
  await shows(page, 2, 4);
  await post(url, [logEvent({ logger: "auth" }), logEvent({ logger: "shop" })]);
  await shows(page, 3, 6);
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
    assert(await list.evaluate((element) => element === document.activeElement));
  },
);

pageTest("page filters by attribute", SHOP, async (page) => {
  await page.getByLabel(/Attribute/).fill("order_id");
  await shows(page, 2, 4);
  await page.getByLabel(/Attribute/).fill("order_id=42");
  await shows(page, 1, 4);
  await page.getByLabel(/Attribute/).fill("constructor");
  await shows(page, 0, 4);
});

pageTest("page filters by any attribute of the event that it shows", [
  logEvent({ attributes: { "a=b": "c=d", "lines": " one\ntwo " } }),
  logEvent({ attributes: { "a=b": "c" } }),
], async (page, _, list) => {
  await list.getByRole("option").last().click();
  for (const name of ["a=b", "lines"]) {
    await page.getByRole("button", { name: `Filter by ${name}` }).click();
    await shows(page, 1, 2);
    await page.getByLabel(/Attribute/).fill("a=b");
    await shows(page, 2);
  }
});

pageTest("page filters by trace", SHOP, async (page) => {
  await page.getByLabel("Trace ID").fill("4bf92f35");
  await shows(page, 1, 4);
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
    await details.getByRole("button", { name: "Filter by order_id" }).click();
    await shows(page, 1, 4);
    await details.getByRole("button", { name: "Copy" }).waitFor();
    await details.getByRole("button", { name: "Close" }).click();
    await details.waitFor({ state: "hidden" });
  },
);

pageTest("page can be used by keyboard alone", SHOP, async (page, _, list) => {
  await page.getByLabel("Trace ID").focus();
  await page.keyboard.press("Tab");
  assert(await list.evaluate((element) => element === document.activeElement));
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
  assert(await list.evaluate((element) => element === document.activeElement));
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
  await post(url, [logEvent({ body: "Unseen" })]);
  await page.getByRole("button", { name: "Resume (1 new)", pressed: true })
    .click();
  await page.getByRole("option", { name: /Unseen/ }).waitFor();
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
  await page.getByRole("button", { name: "Clear" }).click();
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
  assert.equal((await page.locator("#details h2").textContent())?.length, 65_536);
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
    assert.equal(await top(page.getByLabel("Logger")), await top(page.getByLabel("Trace ID")));
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
