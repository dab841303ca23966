// Takes the pictures of docs/images: the playground at desk and phone width, and the evaluation report. Needs a Chromium and the built
// package: npm run screenshots
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "dist", "cli.js");
const images = join(root, "docs", "images");

/** Pictures above this many bytes would weigh on everybody who clones the repository. */
const MOST_BYTES = 200_000;

const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"],
];

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const found = process.env.CHROMIUM_PATH ?? folders.flatMap((f) => names.map((n) => join(f, n))).find(existsSync);
  if (found) return found;
  throw new Error("No Chromium here: install Debian's package `chromium`, or set CHROMIUM_PATH.");
}

/** Starts `serve` with the bundled model. */
async function serve() {
  const child = spawn(process.execPath, [cli, "serve", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (part) => {
      printed += part;
      const found = /Serving .* on (http:\S+)/.exec(printed)?.[1];
      if (found) resolve(found);
    });
    child.on("exit", () => reject(new Error(printed)));
  });
  return { url, stop: () => child.kill() };
}

async function take(browser, name, options, prepare) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const path = join(images, name);
  await prepare(page);
  await page.screenshot({ path });
  await context.close();
  const { size } = await stat(path);
  console.log(`docs/images/${name}: ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) throw new Error(`${name} has ${size} bytes; at most ${MOST_BYTES} are wanted`);
}

/** Ranks the first example, and waits for the marks. */
function rank(url, before = async () => {}) {
  return async (page) => {
    await page.goto(url);
    await page.waitForSelector("#model option", { state: "attached" });
    await before(page);
    await page.click("#run");
    await page.waitForSelector(".card mark");
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => document.activeElement?.blur());
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  };
}

const folder = await mkdtemp(join(tmpdir(), "screenshots-"));
const browser = await chromium.launch({ executablePath: findChromium(), args: FLAGS });
const server = await serve();
try {
  await mkdir(images, { recursive: true });
  const hybrid = (page) => page.check("input[value=hybrid]", { force: true });
  await take(
    browser,
    "playground-desktop.png",
    { viewport: { width: 1280, height: 920 }, reducedMotion: "reduce" },
    rank(server.url, hybrid),
  );
  await take(
    browser,
    "playground-phone.png",
    {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      deviceScaleFactor: 1.5,
      colorScheme: "dark",
      reducedMotion: "reduce",
    },
    rank(server.url),
  );
  const report = join(folder, "report.html");
  await promisify(execFile)(process.execPath, [cli, "eval", "examples/data/bicycle", "--html", report], { cwd: root });
  await take(browser, "evaluation-report.png", { viewport: { width: 1280, height: 1000 } }, async (page) => {
    await page.goto(`file://${report}`);
  });
} finally {
  server.stop();
  await browser.close();
  await rm(folder, { recursive: true });
}
