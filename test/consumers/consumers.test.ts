import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { checkTypes, createProject, install, see } from "./commands.js";

interface Retrieved {
  documents: { pageContent: string; metadata: { film: number; sim: number; rerank?: { scores: object } } }[];
  roots: number;
  root: string;
  runs: string[];
  child?: {
    id: string;
    parent: string;
    query: string;
    given: number;
    returned: number;
    report: Record<string, unknown>;
    metadata: Record<string, unknown>;
    error: string | null;
  };
  started: { name: string | null; runId: string; parentRunId: string | null; metadata: Record<string, unknown> }[];
  ended: { runId: string; report: Record<string, unknown> | null }[];
}

interface Failure {
  name: string;
  message: string;
}

interface Seen {
  crossEncoder: Retrieved;
  hybrid: Retrieved;
  similarity: Retrieved;
  chain: {
    query: string;
    films: number[];
    inChain: Failure | null;
    direct: Failure | null;
    before: Failure | null;
    after: number[];
  };
  untouched: boolean;
  badOption: Failure | null;
  missingModel: { name: string; known: boolean } | null;
  connections: number;
  exports: Record<string, string[]>;
}

/** The film about a shark, which the question is about. */
const SHARK = 4;

interface InGraph {
  result: { text: string; sim: number }[];
  kept: { text: string; sim: number }[];
  answer: string;
}

/** The newest and the oldest of both peer ranges, and the newest with what is built on it. */
const STACKS = [
  {
    name: "LangChain 1.4 with LangGraph",
    classic: "@langchain/classic",
    packages: [
      "@langchain/core@1.4.0",
      "@langchain/classic@1.0.50",
      "@langchain/langgraph@1.7.3",
      "langchain@1.5.14",
      "zod@4",
    ],
  },
  {
    name: "LangChain 1",
    classic: "@langchain/classic",
    packages: ["@langchain/core@^1.2.0", "@langchain/classic@^1.0.0"],
  },
  {
    name: "LangChain 1.0.0",
    classic: "@langchain/classic",
    packages: ["@langchain/core@1.0.0", "@langchain/classic@1.0.0"],
  },
  { name: "LangChain 0.3", classic: "langchain", packages: ["@langchain/core@~0.3.58", "langchain@~0.3.0"] },
  { name: "LangChain 0.3.58", classic: "langchain", packages: ["@langchain/core@0.3.58", "langchain@0.3.28"] },
];
const { folder, tarball } = inject("packed");

describe.each(STACKS)("an application on $name", ({ name, classic, packages }) => {
  const project = join(folder, name.replaceAll(" ", "-"));

  beforeAll(async () => {
    await createProject(project, classic);
    await install(project, [tarball, ...packages, "@types/node@20"]);
  });

  describe.each([
    ["ESM", "esm.mjs"],
    ["CommonJS", "commonjs.cjs"],
  ])("in %s", (_, program) => {
    let seen: Seen;

    beforeAll(async () => {
      seen = await see<Seen>(project, program);
    });

    it("gets the bundled model's order from a ContextualCompressionRetriever, without a network", () => {
      const { documents } = seen.crossEncoder;
      expect(documents).toHaveLength(3);
      expect(documents[0]!.metadata.film).toBe(SHARK);
      const sims = documents.map(({ metadata }) => metadata.sim);
      expect(sims).toEqual([...sims].sort((a, b) => b - a));
      for (const sim of sims) expect(sim > 0 && sim < 1).toBe(true);
      expect(seen.connections).toBe(0);
    });

    it("sees the rerank as a child run with what it did in its metadata", () => {
      const { child, root, roots, runs, started, ended } = seen.crossEncoder;
      expect(roots).toBe(1);
      expect(runs).toEqual(["retriever VectorStoreRetriever", "chain CrossEncoderReranker"]);
      expect(child).toMatchObject({ parent: root, given: 6, returned: 3, error: null });
      expect(child!.metadata).toMatchObject({
        model: expect.stringMatching(/^late-en/),
        documents: 6,
        batches: expect.any(Number),
        tokens: expect.any(Number),
        truncated: 0,
        milliseconds: { total: expect.any(Number), tokenize: expect.any(Number), inference: expect.any(Number) },
      });
      expect(child!.report).toEqual(child!.metadata);
      expect(started).toEqual([
        {
          name: "CrossEncoderReranker",
          runId: child!.id,
          parentRunId: root,
          metadata: expect.objectContaining({ model: expect.any(String), documents: 6 }),
        },
      ]);
      expect(ended).toEqual([{ runId: child!.id, report: child!.report }]);
    });

    it("blends embeddings and the model in a HybridReranker, unseen documents last", () => {
      const { documents, child, runs } = seen.hybrid;
      expect(documents[0]!.metadata.film).toBe(SHARK);
      const scores = documents.map(({ metadata }) => Object.keys(metadata.rerank!.scores).join());
      expect(scores).toEqual([...new Array(4).fill("first,cross"), "first", "first"]);
      const sims = documents.map(({ metadata }) => metadata.sim);
      expect(sims).toEqual([...sims].sort((a, b) => b - a));
      expect(runs).toContain("chain HybridReranker");
      expect(child!.metadata).toMatchObject({ documents: 6, reranked: 4 });
    });

    it("compares embeddings alone", () => {
      expect(seen.similarity.documents).toHaveLength(2);
      expect(seen.similarity.child!.metadata).toMatchObject({ model: "WordCounts", documents: 6, returned: 2 });
    });

    it("takes a reranker as a step of a chain, whose signal stops it", () => {
      const { chain } = seen;
      expect(chain.query).toBe("Which film has a big fish that eats swimmers?");
      expect(chain.films).toEqual(seen.crossEncoder.documents.map(({ metadata }) => metadata.film));
      // LangChain 0.3 rejects with an error of its own, 1.x with the signal's reason; the reranker itself always with the reason.
      expect(chain.inChain?.message).toMatch(/^(the user left|Aborted)$/);
      expect(chain.before?.message).toMatch(/^(the user left before it began|Aborted)$/);
      expect(chain.direct?.message).toBe("the user left");
      expect(chain.after).toEqual(chain.films);
    });

    it("leaves its documents unchanged, and reports an invalid option by name", () => {
      expect(seen.untouched).toBe(true);
      expect(seen.badOption).toMatchObject({ name: "InvalidOptionError", message: expect.stringContaining("topN") });
    });

    it("gets errors of the classes that it imported, also from the engine", () => {
      expect(seen.missingModel).toEqual({ name: "ModelNotFoundError", known: true });
    });

    it("finds the other subpaths", () => {
      expect(seen.exports["ai-sdk"]).toEqual(["AiSdkCrossEncoder", "createRerankingModel"]);
      expect(seen.exports.decisions).toEqual(["DecisionScorer"]);
      expect(seen.exports.evaluation).toEqual(expect.arrayContaining(["compareRuns", "evaluate", "tune"]));
      expect(seen.exports.http).toEqual(["HttpCrossEncoder"]);
      expect(seen.exports.models).toEqual(expect.arrayContaining(["downloadModel", "getModel", "listModels"]));
      expect(seen.exports.ollama).toContain("OllamaCrossEncoder");
      expect(seen.exports.onnx).toEqual(expect.arrayContaining(["OnnxCrossEncoder", "OnnxEmbeddings"]));
      expect(seen.exports.static).toEqual(["StaticEmbeddings", "StaticLateInteraction", "configureBrowser"]);
    });
  });

  it.runIf(packages.some((each) => each.startsWith("@langchain/langgraph")))(
    "reranks in a node of a graph, whose checkpoint keeps the scores, and in a tool",
    async () => {
      const { result, kept, answer } = await see<InGraph>(project, "langgraph.mjs");
      expect(result.map(({ text }) => text)[0]).toMatch(/^Bees/);
      expect(result).toHaveLength(2);
      expect(kept).toEqual(result);
      expect(answer).toBe(result[0]!.text);
    },
  );

  it.each(["nodenext", "bundler"] as const)("has its types checked with %s resolution", async (resolution) => {
    expect(await checkTypes(project, "types.ts", resolution)).toBe("");
  });

  it("has its types checked in CommonJS with nodenext resolution", async () => {
    expect(await checkTypes(project, "types-commonjs.cts", "nodenext")).toBe("");
  });
});
