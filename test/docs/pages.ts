import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Page, parsePage } from "./markdown.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders with pages for users; `docs/api` is generated and has checks of its own. */
const FOLDERS = ["docs", "examples", "models", "packages", "benchmark"];
const LEFT_OUT = new Set(["node_modules", "dist", ".next", "api", "data"]);

/** Every page that users read: README.md, CONTRIBUTING.md with its glossary, and what lies in the folders above. */
export function readPages(): Page[] {
  const paths = ["README.md", "CONTRIBUTING.md", ...FOLDERS.flatMap(pagesIn)];
  return paths.map((path) => parsePage(path, readFileSync(join(ROOT, path), "utf8")));
}

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : pagesIn(path);
    // Other Markdown of the examples is data that they read.
    const isPage = folder.startsWith("examples") ? entry.name === "README.md" : entry.name.endsWith(".md");
    return isPage ? [path] : [];
  });
}
