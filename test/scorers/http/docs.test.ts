import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { renderProviderTable } from "../../../scripts/provider-table/render.js";
import { PROVIDERS } from "../../../src/scorers/http/providers/index.js";

const DOCS = readFileSync(new URL("../../../docs/servers.md", import.meta.url), "utf8");

it("has in docs/servers.md the table that scripts/provider-table/update.js makes of the rows", () => {
  expect(DOCS).toContain(renderProviderTable());
});

it.each(Object.entries(PROVIDERS))("names address, key, limit and model of %s in docs/servers.md", (name, provider) => {
  const row = DOCS.split("\n").find((line) => line.split("|")[1]?.trim() === `\`${name}\``);
  const facts = [...(provider.urlVariables ?? []), ...provider.keyVariables, String(provider.limits.maxTexts)];
  for (const fact of [...facts, provider.model ?? "|"]) expect(row).toContain(fact);
});
