import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROVIDERS } from "../../../src/scorers/http/providers.js";

const DOCS = readFileSync(new URL("../../../docs/servers.md", import.meta.url), "utf8");

test.each(Object.entries(PROVIDERS))("docs/servers.md has %s as the code has it", (name, provider) => {
  const row = DOCS.split("\n").find((line) => line.startsWith("|") && line.split("|")[1]?.includes(`\`${name}\``));
  const facts = [
    ...(provider.urlVariables ?? []),
    ...provider.keyVariables,
    String(provider.maxTexts),
    provider.model ?? "|",
  ];
  for (const fact of facts) expect(row).toContain(fact);
});
