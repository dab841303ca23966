import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import type { Rolldown } from "tsdown";
import { playgroundExamples } from "./playground-examples.js";

const source = (name: string) => fileURLToPath(new URL(`../../src/apps/playground/${name}`, import.meta.url));

/**
 * Renders the playground as one HTML file: puts a bundled script, the style sheet and the example data into its `index.html`.
 *
 * @param script The bundled and minified page script.
 */
export async function renderPlaygroundPage(script: string): Promise<string> {
  const [html, css, examples] = await Promise.all([
    readFile(source("index.html"), "utf8"),
    readFile(source("style.css"), "utf8"),
    playgroundExamples(),
  ]);
  const style = (await transform(css, { loader: "css", minify: true })).code.trim();
  const parts: Readonly<Record<string, string>> = {
    STYLE: style,
    // Nothing inside a script element may look like its end tag.
    EXAMPLES: JSON.stringify(examples).replaceAll("<", "\\u003c"),
    SCRIPT: script.trim().replaceAll("</script", "<\\/script"),
  };
  return html
    .replace(/^\s+/gm, "")
    .replace(/(?:\/\*|")%(STYLE|EXAMPLES|SCRIPT)%(?:\*\/|")/g, (_, name: string) => parts[name] as string);
}

/** Replaces the bundled entry by one HTML file that contains it. */
export function playgroundPage(fileName: string): Rolldown.Plugin {
  return {
    name: "playground-page",
    async generateBundle(_, bundle) {
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type !== "chunk" || !chunk.isEntry) continue;
        this.emitFile({ type: "asset", fileName, source: await renderPlaygroundPage(chunk.code) });
        delete bundle[name];
      }
    },
  };
}
