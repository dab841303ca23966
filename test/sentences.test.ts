import { expect, it } from "vitest";
import { cutSentences } from "../src/sentences.js";

const cut = (text: string) => cutSentences(text).map(({ start, end }) => text.slice(start, end));

it.each([
  ["Am 8. Februar 2007 kam er. Dann ging er.", ["Am 8. Februar 2007 kam er.", "Dann ging er."]],
  ["Das war im 19. Jahrhundert. Es endete.", ["Das war im 19. Jahrhundert.", "Es endete."]],
  ["Sie nahm viel mit (z. B. Brot und Käse). Gut.", ["Sie nahm viel mit (z. B. Brot und Käse).", "Gut."]],
  ["Es kostete 30 Mio. GBP im Jahr. Das war viel.", ["Es kostete 30 Mio. GBP im Jahr.", "Das war viel."]],
  ["Jones et al. 1998 say so. See No. 5.", ["Jones et al. 1998 say so.", "See No. 5."]],
  ["Vive en EE. UU. desde 2001. El Sr. Costa también.", ["Vive en EE. UU. desde 2001.", "El Sr. Costa también."]],
])("keeps dates and abbreviations of several languages together: %s", (text, sentences) => {
  expect(cut(text)).toEqual(sentences);
});

it.each([
  ["He scored 24. Then he left.", ["He scored 24.", "Then he left."]],
  ["It ended in 2018. January was cold.", ["It ended in 2018.", "January was cold."]],
  ["Er zählte bis 18.\nJanuar ist ein Monat.", ["Er zählte bis 18.", "Januar ist ein Monat."]],
])("still ends sentences after numbers: %s", (text, sentences) => {
  expect(cut(text)).toEqual(sentences);
});
