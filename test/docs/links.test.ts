import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, readPages } from "./pages.js";

const pages = readPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** Why a link leads nowhere, or undefined. */
function problemOf(from: string, target: string): string | undefined {
  if (/^https:\/\//.test(target)) return undefined;
  if (/^[a-z]+:/i.test(target)) return "is neither relative nor https";
  const [file = "", anchor] = target.split("#", 2);
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (path.startsWith("..")) return "leaves the repository";
  if (path.startsWith("docs/api/")) return undefined;
  if (!existsSync(join(ROOT, path))) return "is not there";
  if (anchor === undefined) return undefined;
  const page = byPath.get(path);
  if (!page) return "has an anchor in what is no page";
  return page.anchors.has(anchor) ? undefined : `has no heading for #${anchor}`;
}

describe("the pages", () => {
  it.each(pages.map(({ path, links }) => ({ path, links })))(
    "$path has links that lead somewhere",
    ({ path, links }) => {
      const broken = links.flatMap(({ target, line }) => {
        const problem = problemOf(path, target);
        return problem ? [`${path}:${line}: ${target} ${problem}`] : [];
      });
      expect(broken).toEqual([]);
    },
  );

  it("are all reached from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached) {
      for (const { target } of byPath.get(path)?.links ?? []) {
        if (/^[a-z]+:/i.test(target)) continue;
        const linked = normalize(join(dirname(path), target.split("#", 1)[0]!));
        for (const page of [linked, join(linked, "README.md")]) if (byPath.has(page)) reached.add(page);
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});
