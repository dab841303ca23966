import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Packed {
  files: { path: string }[];
}

it("every relative link in a packed Markdown file leads to a packed file or folder", () => {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: ROOT, encoding: "utf8" }),
  ) as [Packed];
  const files = packed.files.map(({ path }) => path);
  const folders = new Set(files.flatMap((path) => ancestors(path)));
  const dead = files
    .filter((path) => path.endsWith(".md"))
    .flatMap((page) =>
      linksOf(readFileSync(`${ROOT}/${page}`, "utf8"))
        .filter((target) => {
          const path = posix.join(posix.dirname(page), target).replace(/\/$/, "");
          return !files.includes(path) && !folders.has(path);
        })
        .map((target) => `${page}: ${target}`),
    );
  expect(dead).toEqual([]);
});

/** Targets of links and pictures that are paths, without their fragments. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~).*?^\1/gms, "");
  return Array.from(prose.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g), ([, target]) => target as string).filter(
    (target) => !/^[a-z]+:/.test(target),
  );
}

function ancestors(path: string): string[] {
  const folder = dirname(path);
  return folder === "." ? ["."] : [folder, ...ancestors(folder)];
}
