/**
 * Starts the browser: Debian's Chromium, or the one that CHROMIUM names.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";

/** Starts the browser, with an empty profile and nothing that it would do by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
