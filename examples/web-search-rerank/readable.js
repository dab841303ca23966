import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";

const BLOCKS = new Set(
  "ADDRESS ARTICLE ASIDE BLOCKQUOTE BR DD DIV DL DT FIGCAPTION FIGURE H1 H2 H3 H4 H5 H6 HR LI MAIN OL P PRE SECTION TABLE TD TH TR UL".split(
    " ",
  ),
);

/** Readability does not remove an advertisement inside an article. */
const ADVERTISEMENTS = '.ad, .ads, [class*="advert"]';

/** Less than this is a cookie banner or an empty shell, no article. */
const FEWEST_LETTERS = 100;

/**
 * The part of a page that a person would read, without menus, advertisements and footers: Mozilla's Readability, the code behind Firefox's reader view.
 *
 * @param {string} html
 * @returns {{ title: string, text: string } | undefined} blocks of text, a blank line between them; nothing when there is nothing to read
 */
export function readable(html) {
  // HTML may leave <html> and <body> out; linkedom, unlike a browser, does not put them in.
  const { document } = parseHTML(/<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`);
  for (const advertisement of document.querySelectorAll(ADVERTISEMENTS)) advertisement.remove();
  const article = new Readability(/** @type {any} */ (document), {
    charThreshold: FEWEST_LETTERS,
    serializer: blocksOf,
  }).parse();
  const text = article?.content?.trim() ?? "";
  return text.length < FEWEST_LETTERS ? undefined : { title: article?.title?.trim() ?? "", text };
}

/**
 * Readability's own `textContent` runs paragraphs together, and a splitter cuts best between them.
 * @param {Node} root
 */
function blocksOf(root) {
  let text = "";
  const visit = (/** @type {Node} */ node) => {
    if (node.nodeType === 3) text += node.nodeValue?.replaceAll(/\s+/g, " ") ?? "";
    const isBlock = BLOCKS.has(node.nodeName.toUpperCase());
    if (isBlock) text += "\n\n";
    for (const child of node.childNodes) visit(child);
    if (isBlock) text += "\n\n";
  };
  visit(root);
  return text.replaceAll(/ *\n\s*/g, "\n\n");
}
