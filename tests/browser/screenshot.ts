/**
 * Takes the screenshots of the README: the page with the events of a small shop, in both themes.
 *
 * @module
 */
import { startBrowser } from "./browser.ts";
import { type LogEvent, logEvent, post, startServer } from "./server.ts";

const docs = new URL("../../docs/", import.meta.url).pathname;
await using server = await startServer();
await post(server.url, shopEvents());
const browser = await startBrowser();
try {
  for (const [colorScheme, file] of [["light", "dev-page"], ["dark", "dev-page-dark"]] as const) {
    const page = await browser.newPage({
      colorScheme,
      viewport: { width: 1200, height: 700 },
      deviceScaleFactor: 1.5,
    });
    await page.goto(server.url);
    await page.getByRole("option", { name: /Payment failed/ }).first().click();
    await page.getByRole("complementary", { name: "Payment failed" }).waitFor();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${docs}${file}.png` });
    await page.close();
  }
} finally {
  await browser.close();
}

/** Six minutes of a shop: requests, orders, and a payment provider that has a bad moment. */
function shopEvents(): LogEvent[] {
  let seed = 11;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const one = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
  const count = 340;
  const start = Date.now() - count * 1000;
  return Array.from({ length: count }, (_, i) => {
    const trouble = i > 190 && i < 240 || i > 325;
    // Requests come in waves.
    const time = start + i * 1000 + Math.round(random() * 900 + 6000 * Math.sin(i / 9));
    const occurredAt = new Date(time).toISOString();
    const traceId = Array.from({ length: 32 }, () => one([..."0123456789abcdef"])).join("");
    const order_id = 4200 + i;
    const dice = i === count - 5 ? 1 : random();
    const more = { occurredAt, traceId };
    if (trouble && dice > 0.93 || i === count - 5) {
      return logEvent({
        ...more,
        logger: "shop.payments",
        level: "ERROR",
        body: "Payment failed",
        attributes: {
          order_id,
          "amount": 129.9,
          "provider": "acme-pay",
          "exception.type": "PaymentError",
          "exception.message": "Card declined",
          "exception.stacktrace": [
            "PaymentError: Card declined",
            "    at charge (file:///srv/shop/payments.ts:42:11)",
            "    at async placeOrder (file:///srv/shop/orders.ts:18:3)",
            "    at async file:///srv/shop/main.ts:12:20",
          ].join("\n"),
          "exception.cause": {
            type: "HttpError",
            message: "402 Payment Required",
            stacktrace:
              "HttpError: 402 Payment Required\n    at post (file:///srv/shop/acme.ts:9:9)",
          },
        },
      });
    }
    if (trouble && dice > 0.5) {
      const attributes = { provider: "acme-pay", latency_ms: 1800 + Math.round(random() * 900) };
      const body = "Payment provider is slow";
      return logEvent({ ...more, logger: "shop.payments", level: "WARN", body, attributes });
    }
    if (dice > 0.8) {
      const attributes = { order_id, total: Math.round(random() * 20_000) / 100, currency: "EUR" };
      return logEvent({ ...more, logger: "shop", body: "Order placed", attributes });
    }
    if (dice > 0.7) {
      const attributes = { rows: Math.ceil(random() * 30), duration_ms: Math.ceil(random() * 9) };
      const body = "SELECT * FROM items WHERE order_id = $1";
      return logEvent({ ...more, logger: "shop.db", level: "DEBUG", body, attributes });
    }
    if (dice > 0.6) {
      const attributes = { user: one(["ada", "grace", "edsger", "barbara"]), method: "passkey" };
      return logEvent({ ...more, logger: "auth", body: "User signed in", attributes });
    }
    const path = one(["/", "/products", "/products/81", "/cart", "/checkout"]);
    const attributes = { status: 200, duration_ms: Math.ceil(random() * 40) };
    return logEvent({ ...more, logger: "http", body: `GET ${path}`, attributes });
  });
}
