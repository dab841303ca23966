import { Document } from "@langchain/core/documents";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { readable } from "./readable.js";

/**
 * Pages as passages, each with the page's address and title and the offset in its readable text where it starts.
 *
 * @param {import("./fetch-pages.js").Page[]} pages
 * @param {{ chunkSize?: number, chunkOverlap?: number }} [options] in characters; default 400 and 0
 * @returns {Promise<{ passages: Document[], unreadable: import("./fetch-pages.js").Skipped[] }>}
 */
export async function passagesOf(pages, { chunkSize = 400, chunkOverlap = 0 } = {}) {
  const splitter = new RecursiveCharacterTextSplitter({ chunkSize, chunkOverlap });
  const passages = [];
  const unreadable = [];
  for (const { html, url, title } of pages) {
    const article = readable(html);
    if (!article) {
      unreadable.push({ url, title, reason: "no readable text in it" });
      continue;
    }
    let from = 0;
    for (const pageContent of await splitter.splitText(article.text)) {
      const offset = article.text.indexOf(pageContent, from);
      if (offset < 0) throw new Error(`the splitter changed the text of ${url}`);
      const metadata = { url, title: article.title || title, offset };
      passages.push(new Document({ id: `${url}#${offset}`, pageContent, metadata }));
      from = offset + 1;
    }
  }
  return { passages, unreadable };
}
