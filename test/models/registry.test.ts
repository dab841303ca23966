import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REGISTRY } from "../../src/models/registry/index.js";
import { type ModelEntry, type ModelFile, speedClass } from "../../src/models/types.js";

const FAMILIES = [
  ...["bert", "roberta", "xlm-roberta", "modernbert", "deberta-v2", "jina-bert", "nomic-bert", "qwen3", "static"],
];
const LICENSES = ["Apache-2.0", "MIT", "CC-BY-NC-4.0"];
const KEYS = new Set([
  ...["name", "aliases", "kind", "also", "runtime", "family", "description", "bundled", "package", "repository"],
  ...[
    "revision",
    "files",
    "pinned",
    "lossy",
    "oneTextAtATime",
    "parameters",
    "languages",
    "calibration",
    "maxLength",
    "license",
    "commercial",
  ],
  ...["head", "activation", "prompt", "pooling", "queryPrefix", "documentPrefix", "dimensions", "lateInteraction"],
  ...["metrics", "source"],
]);

/** Describes everything that is wrong with an entry. */
function problems(entry: ModelEntry): string[] {
  const found: string[] = [];
  const must = (condition: boolean, what: string) => {
    if (!condition) found.push(what);
  };
  for (const key of Object.keys(entry)) must(KEYS.has(key), `unknown key ${key}`);
  must(entry.repository ? /^[\w.-]+\/[\w.-]+$/.test(entry.name) : /^[\w.-]+$/.test(entry.name), "name");
  const sources = [entry.bundled, entry.package, entry.repository].filter((source) => source !== undefined);
  must(sources.length === 1, "either bundled, a package or a repository");
  must(entry.revision === undefined || /^[0-9a-f]{40}$/.test(entry.revision), "revision is a full commit hash");
  must(FAMILIES.includes(entry.family), "family");
  must((entry.runtime === "static") === (entry.family === "static"), "runtime agrees with family");
  must(LICENSES.includes(entry.license), "license");
  must(entry.commercial === !entry.license.includes("NC"), "commercial agrees with the license");
  must(/^[^\n]{10,120}$/.test(entry.description), "description is one short line");
  must(entry.parameters > 0 && entry.parameters < 10_000, "parameters in millions");
  const { maxLength } = entry;
  const limited = maxLength !== undefined && Number.isInteger(maxLength) && maxLength >= 128 && maxLength <= 40_960;
  must(entry.runtime === "static" ? maxLength === undefined : limited, "maxLength");
  must(
    entry.languages.length > 0 && entry.languages.every((code) => /^([a-z]{2}|multilingual)$/.test(code)),
    "languages",
  );
  must(["card", "unverified"].includes(entry.source), "source");
  const weights = entry.runtime === "static" ? ".safetensors" : ".onnx";
  for (const [precision, file] of Object.entries(entry.files)) {
    must(["fp32", "fp16", "q8", "q4"].includes(precision), `precision ${precision}`);
    must(file.path.endsWith(weights), `${file.path} ends in ${weights}`);
    found.push(...fileProblems(file));
  }
  for (const file of entry.pinned ?? []) found.push(...fileProblems(file));
  for (const { benchmark, measure, value, from } of entry.metrics ?? []) {
    must(Number.isFinite(value) && value > 0 && value <= 100, `metric on ${benchmark}`);
    must(from.length > 5 && measure.length > 2, `metric on ${benchmark} names its source`);
  }
  return [...found, ...kindProblems(entry)];
}

function fileProblems(file: ModelFile): string[] {
  const paths = [file.path, ...(file.external ?? [])];
  return [
    paths.every((path) => /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.includes("..")) ? "" : `path ${file.path}`,
    file.sha256 === undefined || /^[0-9a-f]{64}$/.test(file.sha256) ? "" : `sha256 of ${file.path}`,
    file.bytes === undefined || (Number.isInteger(file.bytes) && file.bytes > 0) ? "" : `bytes of ${file.path}`,
  ].filter(Boolean);
}

function kindProblems(entry: ModelEntry): string[] {
  const { head, activation, prompt, pooling, dimensions, lateInteraction, runtime } = entry;
  const wrong = {
    "cross-encoder": !head || !activation || pooling !== undefined || lateInteraction !== undefined,
    "late-interaction": (runtime === "onnx") !== Boolean(lateInteraction) || !dimensions || head !== undefined,
    embedding: !pooling || !dimensions || head !== undefined || lateInteraction !== undefined,
  }[entry.kind];
  const promptWrong =
    (entry.family === "qwen3" && entry.kind === "cross-encoder") !== (prompt !== undefined) ||
    (prompt !== undefined && !["{instruction}", "{query}", "{document}"].every((slot) => prompt.body.includes(slot)));
  return [wrong ? `fields of a ${entry.kind}` : "", promptWrong ? "prompt" : ""].filter(Boolean);
}

describe("registry", () => {
  it.each(REGISTRY.map((entry) => [entry.name, entry] as const))("has a valid entry for %s", (_, entry) => {
    expect(problems(entry)).toEqual([]);
  });

  it("contains each name and alias once", () => {
    const names = REGISTRY.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]).map((name) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("would not accept an invalid entry", () => {
    const good = REGISTRY.find((entry) => entry.kind === "embedding")!;
    const { pooling: _, ...rest } = good;
    expect(problems(rest)).toContain("fields of a embedding");
    expect(problems({ ...good, revision: "main" })).toContain("revision is a full commit hash");
    expect(problems({ ...good, license: "CC-BY-NC-4.0" })).toContain("commercial agrees with the license");
    expect(problems({ ...good, files: { q8: { path: "../model.onnx" } } })).toContain("path ../model.onnx");
    expect(problems({ ...good, files: { q8: { path: "model.onnx", sha256: "abc" } } })).toContain(
      "sha256 of model.onnx",
    );
  });

  it.each(REGISTRY.filter((entry) => !entry.repository).map((entry) => [entry.name, entry] as const))(
    "has the files of %s in this repository, with the registered sizes",
    (name, entry) => {
      const path = entry.bundled ? `models/${name}` : entry.package!.replace("langchain-rerank-", "packages/");
      const folder = new URL(`../../${path}/`, import.meta.url);
      const settings = entry.runtime === "onnx" ? ["tokenizer.json", "config.json"] : [];
      const files = [
        ...settings,
        ...Object.values(entry.files).flatMap(({ path, external = [] }) => [path, ...external]),
      ];
      expect(files.filter((file) => !existsSync(new URL(file, folder)))).toEqual([]);
      for (const { path, external = [], bytes } of Object.values(entry.files)) {
        const sizes = [path, ...external].map((each) => statSync(new URL(each, folder)).size);
        expect(bytes).toBe(sizes.reduce((sum, size) => sum + size));
      }
    },
  );

  it("covers the rerankers that FastEmbed supports", () => {
    const fastembed = [
      "Xenova/ms-marco-MiniLM-L-6-v2",
      "Xenova/ms-marco-MiniLM-L-12-v2",
      "BAAI/bge-reranker-base",
      "jinaai/jina-reranker-v1-tiny-en",
      "jinaai/jina-reranker-v1-turbo-en",
      "jinaai/jina-reranker-v2-base-multilingual",
    ];
    const names = REGISTRY.map((entry) => entry.name);
    expect(fastembed.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("derives speed classes from the number of parameters", () => {
    expect(speedClass({ parameters: 4.4 })).toBe("very fast");
    expect(speedClass({ parameters: 33 })).toBe("fast");
    expect(speedClass({ parameters: 150 })).toBe("medium");
    expect(speedClass({ parameters: 278 })).toBe("slow");
    expect(speedClass({ parameters: 596 })).toBe("very slow");
    expect(speedClass({ parameters: 500, runtime: "static" })).toBe("very fast");
  });
});

describe("docs/local-models.md", () => {
  const guide = readFileSync(new URL("../../docs/local-models.md", import.meta.url), "utf8");

  it.each(REGISTRY.filter((entry) => !entry.bundled).map((entry) => [entry.name, entry] as const))(
    "lists the registered facts of %s",
    (name, entry) => {
      const row = guide.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
      const cells = row?.split("|").map((cell) => cell.trim());
      expect(cells?.slice(2, 6)).toEqual([
        `${entry.parameters} M`,
        speedClass(entry),
        entry.languages.join(", "),
        String(entry.maxLength),
      ]);
      expect(cells?.[6]).toBe(entry.commercial ? entry.license : `${entry.license} (no commercial use)`);
      expect(cells?.[7]).toBe(entry.source === "card" ? "" : "unverified");
    },
  );
});
