import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A card as a reader sees it. */
export interface SeenCard {
  rank: string;
  change: string;
  score: string;
  text: string;
  marked: string;
  bar: number;
}

/** The playground in a session of its own. */
export class PlaygroundPage {
  readonly page: Page;
  /** Uncaught errors, violations of the page's policy, and requests to other hosts than the server. */
  readonly faults: string[] = [];
  /** Paths that the page asked its server for. */
  readonly requests: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on("pageerror", ({ message }) => this.faults.push(message));
    page.on("console", (message) => {
      // Chromium itself notes every answer of 400 and above.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.faults.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol === "data:") return;
      if (url.origin === origin) this.requests.push(url.pathname);
      else this.faults.push(`request to ${request.url()}`);
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<PlaygroundPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    // Counts how often elements are made to move.
    await page.addInitScript(() => {
      const { animate } = Element.prototype;
      Element.prototype.animate = function (...given) {
        document.documentElement.dataset.moves = String(Number(document.documentElement.dataset.moves ?? 0) + 1);
        return animate.apply(this, given);
      };
    });
    const opened = new PlaygroundPage(page, new URL(url).origin);
    await page.goto(url);
    await page.waitForFunction(() => document.querySelectorAll("#model option, #problem:not([hidden])").length > 0);
    return opened;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async fill(query: string, documents: string): Promise<void> {
    await this.page.fill("#query", query);
    await this.page.fill("#documents", documents);
  }

  /** Presses the button, and waits for the order. */
  async rank(): Promise<SeenCard[]> {
    await this.page.click("#run");
    return this.ranked();
  }

  async ranked(): Promise<SeenCard[]> {
    await this.page.waitForFunction(() =>
      / in \d.* Best score/.test(document.querySelector("#status")?.textContent ?? ""),
    );
    return this.cards();
  }

  cards(): Promise<SeenCard[]> {
    return this.page.$$eval("#cards > .card", (cards) =>
      cards.map((card) => {
        const read = (selector: string) => card.querySelector(selector)?.textContent ?? "";
        const bar = card.querySelector<HTMLElement>(".bar i");
        return {
          rank: read(".rank"),
          change: read(".change"),
          score: read(".score"),
          text: read(".text"),
          marked: read("mark"),
          bar: Number(bar?.style.getPropertyValue("--share") ?? Number.NaN),
        };
      }),
    );
  }

  text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) => element.textContent ?? "");
  }

  /** How far the page is wider than its window, in pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }

  moves(): Promise<number> {
    return this.page.evaluate(() => Number(document.documentElement.dataset.moves ?? 0));
  }

  /** What axe-core finds wrong, as "rule: where". */
  async accessibility(): Promise<string[]> {
    await this.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    const session = await this.page.context().newCDPSession(this.page);
    const { readFile } = await import("node:fs/promises");
    // Not as a script element, which the page's policy forbids.
    await session.send("Runtime.evaluate", { expression: await readFile(AXE, "utf8") });
    const { result } = await session.send("Runtime.evaluate", {
      expression: `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ": " + target.join(" ") + " " + failureSummary)))`,
      awaitPromise: true,
      returnByValue: true,
    });
    return result.value as string[];
  }
}
