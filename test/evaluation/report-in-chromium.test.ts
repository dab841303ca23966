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
  const overlaps = [...page.querySelectorAll("figure svg")].filter(seen).flatMap((svg) => {
    const texts = [...svg.querySelectorAll("text")].filter((each) => seen(each) && each.textContent !== "" && each.getAttribute("opacity") !== "0");
    const boxes = texts.map((each) => [each.textContent, each.getBoundingClientRect()]);
    return boxes.flatMap(([a, box], i) => boxes.slice(i + 1).flatMap(([b, other]) => {
      const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      return width > 1 && height > 3 ? [a + " / " + b] : [];
    }));
  });
  const columns = [...page.querySelectorAll("th[scope=col]")].filter((each) => /^p, /.test(each.textContent));
  return {
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    images: [...page.querySelectorAll("[role=img]")].filter(seen).length,
    unnamed: [...page.querySelectorAll("[role=img],[role=region]")].filter((each) => !each.getAttribute("aria-label")).length,
    focusable: [...page.querySelectorAll("a,summary,[tabindex]")].filter(seen).length,
    overlaps,
    pRight: Math.max(...columns.map((each) => each.getBoundingClientRect().right)),
    pTop: Math.min(...columns.map((each) => each.getBoundingClientRect().bottom)),
    ink: frame.contentWindow.getComputedStyle(page.querySelector("svg text")).fill,
  };
})); };
</script>`;

describe.skipIf(!chromium)("the report in Chromium", () => {
  it("does not scroll sideways, shows each figure once without overlapping labels, and has p-values on the first screen of a desktop", async () => {
    const data = await madeDataset();
    const tuned = tuneStages(madeStages(data), data.qrels, { onWarning: () => {}, permutations: 1000 });
    const seconds = new Map(tuned.references.map(({ name, seconds }) => [name, { mean: seconds }]));
    const folder = await mkdtemp(join(tmpdir(), "report-"));
    try {
      await writeFile(
        join(folder, "report.html"),
        await renderReport({ comparison: tuned.comparison, seconds, tuned }),
      );
      await writeFile(join(folder, "probe.html"), PROBE([320, 390, 1280]));
      const flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--allow-file-access-from-files",
        "--virtual-time-budget=5000",
        "--window-size=2400,1000",
      ];
      const { stdout } = await promisify(execFile)(chromium!, [...flags, "--dump-dom", `file://${folder}/probe.html`], {
        maxBuffer: 1e8,
      });
      const found = JSON.parse(/<pre>(\[.*?\])<\/pre>/.exec(stdout)![1]!) as Record<string, unknown>[];
      expect(found).toHaveLength(3);
      for (const frame of found) {
        expect(frame).toMatchObject({ overflow: 0, images: 4, unnamed: 0, overlaps: [] });
        expect(frame.focusable).toBeGreaterThan(8);
        expect(frame.ink).toMatch(/^rgb\((?!1, 2, )/);
      }
      expect(found[2]!.pRight).toBeLessThan(1280);
      expect(found[2]!.pTop).toBeLessThan(800);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
