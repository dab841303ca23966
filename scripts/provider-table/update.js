// Writes the table of providers into docs/servers.md: node scripts/provider-table/update.js
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("render.ts", import.meta.url));
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const { renderProviderTable, replaceTable } = await import(`data:text/javascript;base64,${source}`);

const page = new URL("../../docs/servers.md", import.meta.url);
await writeFile(page, replaceTable(await readFile(page, "utf8"), renderProviderTable()));
