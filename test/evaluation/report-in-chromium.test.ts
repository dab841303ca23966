import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { renderReport, tuneStages } from "../../src/evaluation.js";
import { madeDataset, madeStages } from "./made-data.js";

const chromium = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync("which", [name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** Shows the report in frames of several widths and prints what each of them shows. */
const PROBE = (widths: readonly number[]) => `<!doctype html><body>${widths
  .map((width) => `<iframe src="report.html" style="width:${width}px;height:900px;border:0"></iframe>`)
  .join("")}<pre></pre><script>
onload = () => { document.querySelector("pre").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map((frame) => {
  const page = frame.contentDocument;
  const seen = (element) => element.getBoundingClientRect().width > 0;
  return {
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    images: [...page.querySelectorAll("[role=img]")].filter(seen).length,
    unnamed: [...page.querySelectorAll("[role=img],[role=region]")].filter((each) => !each.getAttribute("aria-label")).length,
    focusable: [...page.querySelectorAll("a,summary,[tabindex]")].filter(seen).length,
    ink: frame.contentWindow.getComputedStyle(page.querySelector("svg text")).fill,
  };
})); };
</script>`;

describe.skipIf(!chromium)("the report in Chromium", () => {
  it("does not scroll sideways, shows each figure once, and uses the page's colors", async () => {
    const data = await madeDataset();
    const tuned = tuneStages(madeStages(data), data.qrels, { onWarning: () => {}, permutations: 1000 });
    const seconds = new Map(tuned.references.map(({ name, seconds }) => [name, { mean: seconds }]));
    const folder = await mkdtemp(join(tmpdir(), "report-"));
    try {
      await writeFile(
        join(folder, "report.html"),
        await renderReport({ comparison: tuned.comparison, seconds, tuned }),
      );
      await writeFile(join(folder, "probe.html"), PROBE([320, 390, 1200]));
      const flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--allow-file-access-from-files",
        "--virtual-time-budget=5000",
        "--window-size=2200,1000",
      ];
      const { stdout } = await promisify(execFile)(chromium!, [...flags, "--dump-dom", `file://${folder}/probe.html`], {
        maxBuffer: 1e8,
      });
      const found = JSON.parse(/<pre>(\[.*?\])<\/pre>/.exec(stdout)![1]!) as Record<string, number | string>[];
      expect(found).toHaveLength(3);
      for (const frame of found) {
        expect(frame).toMatchObject({ overflow: 0, images: 4, unnamed: 0 });
        expect(frame.focusable).toBeGreaterThan(8);
        expect(frame.ink).toMatch(/^rgb\((?!1, 2, )/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
