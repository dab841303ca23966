import { expect, it } from "vitest";
import * as core from "../../src/index.js";
import { readPages } from "./pages.js";

it("docs/troubleshooting.md has an entry for every named error, and for no other", () => {
  const named = Object.values(core)
    .filter(
      (each): each is typeof core.RerankError =>
        typeof each === "function" && each.prototype instanceof core.RerankError,
    )
    .map(({ name }) => name);
  const page = readPages().find(({ path }) => path === "docs/troubleshooting.md");
  const entries = page?.headings.filter((heading) => heading.endsWith("Error")) ?? [];
  expect(entries.sort()).toEqual(named.sort());
});
