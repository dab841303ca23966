import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Document } from "@langchain/core/documents";
import { InvalidInputError } from "langchain-rerank";

/**
 * The sections of all Markdown files in a folder.
 * @param {string} folder
 */
export async function readSections(folder) {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".md")).sort();
  if (names.length === 0) throw new InvalidInputError("DOCUMENTS", `there is no Markdown file in ${folder}`);
  const files = names.map(async (source) => splitOnHeadings(await readFile(join(folder, source), "utf8"), source));
  return (await Promise.all(files)).flat();
}

/**
 * One document a section: a heading with all that follows it up to the next one, of whatever level. What stands before the first heading is
 * a section of its own. As plain as it looks: a shell comment at the start of a line counts as a heading.
 *
 * @param {string} markdown
 * @param {string} source
 */
export function splitOnHeadings(markdown, source) {
  const sections = markdown.split(/^(?= {0,3}#{1,6} )/m).map((section) => section.trim());
  return sections.filter(Boolean).map((pageContent) => {
    const heading = /^#+ (.*)/.exec(pageContent)?.[1].trim() ?? "";
    return new Document({ pageContent, metadata: { source, heading } });
  });
}
