import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "./pages.js";

it("the chart shows the numbers of the table; if not, run node scripts/draw-quality-and-time.js", () => {
  const drawn = execFileSync(process.execPath, [join(ROOT, "scripts/draw-quality-and-time.js"), "--print"], {
    encoding: "utf8",
  });
  expect(drawn).toMatch(/<circle class="point" cx="\d/);
  expect(drawn).not.toContain("NaN");
  expect(readFileSync(join(ROOT, "docs/images/quality-and-time.svg"), "utf8")).toBe(drawn);
});
