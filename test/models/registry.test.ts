import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REGISTRY } from "../../src/models/registry/index.js";
import { type ModelEntry, type ModelFile, speedClass } from "../../src/models/types.js";

const FAMILIES = ["bert", "roberta", "xlm-roberta", "modernbert", "deberta-v2", "jina-bert", "nomic-bert", "qwen3"];
const LICENSES = ["Apache-2.0", "MIT", "CC-BY-NC-4.0"];
const KEYS = new Set([
  ...[
    "name",
    "aliases",
    "kind",
    "also",
    "family",
    "description",
    "bundled",
    "package",
    "repository",
    "revision",
    "files",
    "pinned",
    "lossy",
    "parameters",
  ],
  ...[
    "languages",
    "maxLength",
    "license",
    "commercial",
    "head",
    "activation",
    "prompt",
    "pooling",
    "queryPrefix",
    "documentPrefix",
  ],
  ...["dimensions", "lateInteraction", "figures", "source"],
]);

/** Everything that is wrong with an entry, in words. */
function faults(entry: ModelEntry): string[] {
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
  must(LICENSES.includes(entry.license), "licence");
  must(entry.commercial === !entry.license.includes("NC"), "commercial agrees with the licence");
  must(/^[^\n]{10,160}$/.test(entry.description), "description is one short line");
  must(entry.parameters > 0 && entry.parameters < 10_000, "parameters in millions");
  must(Number.isInteger(entry.maxLength) && entry.maxLength >= 128 && entry.maxLength <= 40_960, "maxLength");
  must(
    entry.languages.length > 0 && entry.languages.every((code) => /^([a-z]{2}|multilingual)$/.test(code)),
    "languages",
  );
  must(["card", "unverified"].includes(entry.source), "source");
  for (const [precision, file] of Object.entries(entry.files)) {
    must(["fp32", "fp16", "q8", "q4"].includes(precision), `precision ${precision}`);
    must(file.path.endsWith(".onnx"), `${file.path} is an ONNX file`);
    found.push(...fileFaults(file));
  }
  for (const file of entry.pinned ?? []) found.push(...fileFaults(file));
  for (const figure of entry.figures ?? []) {
    must(Number.isFinite(figure.value) && figure.value > 0 && figure.value <= 100, `figure ${figure.benchmark}`);
    must(figure.from.length > 5 && figure.measure.length > 2, `figure ${figure.benchmark} says where it is from`);
  }
  return [...found, ...kindFaults(entry)];
}

function fileFaults(file: ModelFile): string[] {
  const paths = [file.path, ...(file.external ?? [])];
  return [
    paths.every((path) => /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.includes("..")) ? "" : `path ${file.path}`,
    file.sha256 === undefined || /^[0-9a-f]{64}$/.test(file.sha256) ? "" : `sha256 of ${file.path}`,
    file.bytes === undefined || (Number.isInteger(file.bytes) && file.bytes > 0) ? "" : `bytes of ${file.path}`,
  ].filter(Boolean);
}

function kindFaults(entry: ModelEntry): string[] {
  const { head, activation, prompt, pooling, dimensions, lateInteraction } = entry;
  const wrong = {
    "cross-encoder": !head || !activation || pooling !== undefined || lateInteraction !== undefined,
    "late-interaction": !lateInteraction || !dimensions || head !== undefined,
    embedding: !pooling || !dimensions || head !== undefined || lateInteraction !== undefined,
  }[entry.kind];
  const promptWrong =
    (entry.family === "qwen3" && entry.kind === "cross-encoder") !== (prompt !== undefined) ||
    (prompt !== undefined && !["{instruction}", "{query}", "{document}"].every((slot) => prompt.body.includes(slot)));
  return [wrong ? `fields of a ${entry.kind}` : "", promptWrong ? "prompt" : ""].filter(Boolean);
}

describe("registry", () => {
  it.each(REGISTRY.map((entry) => [entry.name, entry] as const))("%s follows the schema", (_, entry) => {
    expect(faults(entry)).toEqual([]);
  });

  it("has no name or alias twice", () => {
    const names = REGISTRY.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]).map((name) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("finds faults where there are some", () => {
    const good = REGISTRY.find((entry) => entry.kind === "embedding")!;
    const { pooling: _, ...rest } = good;
    expect(faults(rest)).toContain("fields of a embedding");
    expect(faults({ ...good, revision: "main" })).toContain("revision is a full commit hash");
    expect(faults({ ...good, license: "CC-BY-NC-4.0" })).toContain("commercial agrees with the licence");
    expect(faults({ ...good, files: { q8: { path: "../model.onnx" } } })).toContain("path ../model.onnx");
    expect(faults({ ...good, files: { q8: { path: "model.onnx", sha256: "abc" } } })).toContain("sha256 of model.onnx");
  });

  it.each(REGISTRY.filter((entry) => !entry.repository).map((entry) => [entry.name, entry] as const))(
    "%s ships with a package",
    (_, entry) => {
      const place = entry.bundled
        ? `models/${entry.bundled}`
        : entry.package!.replace("langchain-rerank-", "packages/");
      const folder = new URL(`../../${place}/`, import.meta.url);
      const files = ["tokenizer.json", "config.json", ...Object.values(entry.files).map((file) => file.path)];
      expect(files.filter((file) => !existsSync(new URL(file, folder)))).toEqual([]);
      for (const { path, bytes } of Object.values(entry.files))
        expect(bytes).toBe(statSync(new URL(path, folder)).size);
    },
  );

  it("covers the models that people know from elsewhere", () => {
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

  it("sorts models into speed classes by size", () => {
    expect(speedClass({ parameters: 4.4 })).toBe("very fast");
    expect(speedClass({ parameters: 33 })).toBe("fast");
    expect(speedClass({ parameters: 150 })).toBe("medium");
    expect(speedClass({ parameters: 278 })).toBe("slow");
    expect(speedClass({ parameters: 596 })).toBe("very slow");
  });
});

describe("docs/local-models.md", () => {
  const guide = readFileSync(new URL("../../docs/local-models.md", import.meta.url), "utf8");

  it.each(REGISTRY.filter((entry) => !entry.bundled).map((entry) => [entry.name, entry] as const))(
    "lists %s as it is registered",
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
      expect(cells?.[7]).toBe(entry.source === "card" ? "" : "not verified");
    },
  );
});
