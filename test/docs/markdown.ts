/** A fenced block of a page. */
export interface CodeBlock {
  /** Path of the page, relative to the repository's root. */
  page: string;
  /** The language after the fence, in lower case; empty where there is none. */
  language: string;
  code: string;
  /** Line of the page, from 1, on which the first line of the code stands. */
  line: number;
  /** What a comment right above the fence says: `<!-- check: … -->`; undefined without one. */
  directive: string | undefined;
}

/** A link or an image of a page. */
export interface Link {
  target: string;
  line: number;
}

/** A page, taken apart. */
export interface Page {
  path: string;
  blocks: CodeBlock[];
  links: Link[];
  /** Anchors that links may point at, as GitHub forms them. */
  anchors: Set<string>;
  headings: string[];
}

const FENCE = /^( *)(`{3,}|~{3,})\s*([\w+-]*)/;
const DIRECTIVE = /^\s*<!--\s*check:\s*(.*?)\s*-->\s*$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*$/;
const LINK = /!?\[(?:[^[\]]|\[[^\]]*\])*\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const HTML_TARGET = /<(?:a|img|source|picture)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"/g;
const HTML_ANCHOR = /<a\b[^>]*?\b(?:id|name)="([^"]+)"/g;

/** Reads Markdown as GitHub shows it, as far as these pages go: fences, headings, links, and HTML's links. */
export function parsePage(path: string, text: string): Page {
  const page: Page = { path, blocks: [], links: [], anchors: new Set(), headings: [] };
  const lines = text.split(/\r?\n/);
  let directive: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const fence = FENCE.exec(line);
    if (fence) {
      const end = closingFence(lines, index + 1, fence[2]!, path);
      const indent = new RegExp(`^ {0,${fence[1]!.length}}`);
      const code = lines.slice(index + 1, end).map((each) => each.replace(indent, ""));
      page.blocks.push({
        page: path,
        language: fence[3]!.toLowerCase(),
        code: code.join("\n"),
        line: index + 2,
        directive,
      });
      directive = undefined;
      index = end;
      continue;
    }
    const comment = DIRECTIVE.exec(line);
    if (directive !== undefined && (comment || line.trim() !== ""))
      throw new Error(`${path}:${index}: a check without a block`);
    if (comment) directive = comment[1]!;
    else readLine(line, index + 1, page);
  }
  if (directive !== undefined) throw new Error(`${path}: a check without a block at the end`);
  return page;
}

function closingFence(lines: readonly string[], from: number, fence: string, path: string): number {
  const end = lines.findIndex((line, index) => index >= from && line.trim() === fence);
  if (end < 0) throw new Error(`${path}:${from}: the fence is not closed`);
  return end;
}

function readLine(line: string, number: number, page: Page): void {
  const heading = HEADING.exec(line);
  if (heading) {
    page.headings.push(heading[1]!);
    page.anchors.add(uniqueAnchor(heading[1]!, page.anchors));
  }
  for (const [, name] of line.matchAll(HTML_ANCHOR)) page.anchors.add(name!);
  const prose = line.replace(/`[^`]*`/g, (code) => " ".repeat(code.length));
  for (const pattern of [LINK, HTML_TARGET]) {
    for (const [, target] of prose.matchAll(pattern)) page.links.push({ target: target!, line: number });
  }
}

/** GitHub's anchor of a heading: lower case, without punctuation, spaces as hyphens, and a number where it is there already. */
function uniqueAnchor(heading: string, taken: ReadonlySet<string>): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]*>/g, "");
  const anchor = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replace(/ /g, "-");
  let unique = anchor;
  for (let count = 1; taken.has(unique); count++) unique = `${anchor}-${count}`;
  return unique;
}
