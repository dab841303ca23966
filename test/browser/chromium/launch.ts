import { type Browser, chromium, type Page } from "playwright-core";
import type { BrowserSettings } from "../../../src/platform/web/browser-settings.js";
import type { parts } from "../app/page.js";

declare const rerank: typeof parts;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  // Containers often have 64 MB of shared memory, and a tab that runs out of it crashes.
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a Chromium with a profile of its own. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Opens the test page in a session that shares nothing with others. Errors that nobody caught fail the test that reads `faults`. */
export async function openPage(
  browser: Browser,
  url: string,
  settings?: BrowserSettings,
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  await page.goto(url);
  await page.waitForFunction(() => "rerank" in globalThis);
  if (settings) await page.evaluate((given) => rerank.configureBrowser(given), settings);
  return { page, faults };
}
