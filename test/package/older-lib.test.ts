import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { built } from "../support/built.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENTRIES = ["index", "onnx", "http", "ollama", "ai-sdk", "decisions", "static", "models", "evaluation"];

built("index.d.ts");

/** As in a program whose `lib` is older than `Symbol.asyncDispose`, without the types of Node. */
const program = ts.createProgram(
  ENTRIES.map((name) => `${ROOT}dist/${name}.d.ts`),
  {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    paths: { "langchain-rerank/*": [`${ROOT}dist/*.d.ts`] },
  },
);
const checker = program.getTypeChecker();

/** Functions and classes of an entry, with the type that they return or create. */
function* results(name: string): Generator<[string, ts.Type]> {
  const source = program.getSourceFile(`${ROOT}dist/${name}.d.ts`)!;
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source)!)) {
    const type = checker.getTypeOfSymbol(symbol);
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      const result = signature.getReturnType();
      const [promised] = result.symbol?.name === "Promise" ? checker.getTypeArguments(result as ts.TypeReference) : [];
      yield [symbol.name, promised ?? result];
    }
  }
}

describe("with an older `lib`, `skipLibCheck` and no types of Node", () => {
  it.each(ENTRIES)("no function or class of %s has the type any", (name) => {
    const found = [...results(name)];
    expect(found).not.toEqual([]);
    const lost = found.filter(([, type]) => (type.flags & ts.TypeFlags.Any) !== 0).map(([symbol]) => symbol);
    expect(lost).toEqual([]);
  });

  it("scorers and embeddings by name keep their methods", () => {
    const types = new Map(results("index"));
    for (const [name, methods] of [
      ["createScorer", ["score", "scoreParts", "modelVersion", "load", "dispose"]],
      ["createEmbeddings", ["embedQuery", "embedDocuments", "modelVersion", "dispose"]],
    ] as const)
      expect(
        types
          .get(name)!
          .getProperties()
          .map((property) => property.name),
      ).toEqual(expect.arrayContaining([...methods]));
  });
});
