import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const dist = new URL("../../../../dist/onnx.js", import.meta.url).href;

/** Scores two texts in a new process; megabytes that became resident since it began. */
async function residentAfterScoring(model: string): Promise<number> {
  const program = `
    const before = process.memoryUsage.rss();
    const { OnnxLateInteraction } = await import(${JSON.stringify(dist)});
    const scorer = new OnnxLateInteraction({ model: ${JSON.stringify(model)}, workers: 1 });
    await scorer.score("what do bees see", ["Bees see ultraviolet light.", "The bank raised its interest rates."]);
    console.log((process.memoryUsage.rss() - before) / 2 ** 20);
    await scorer.dispose();`;
  const cwd = fileURLToPath(new URL("../../../..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { cwd });
  return Number(stdout);
}

// Folding constants when a file is opened leaves its intermediate results behind, some 500 MB per session of these models.
describe("The memory of one session", () => {
  for (const [model, most] of [
    ["late-en-v1", 250],
    ["late-multilingual-v1", 350],
  ] as const) {
    it(`stays under ${most} MB for ${model}, because opening the file unpacks nothing`, async () => {
      expect(await residentAfterScoring(model)).toBeLessThan(most);
    });
  }
});
