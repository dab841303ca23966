import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ModelConfig } from "../../src/inference/formats/model-config.js";
import { ModelTokenizer } from "../../src/inference/tokenizer/model-tokenizer.js";

const ROOT = fileURLToPath(new URL("../fixtures/tiny-models/", import.meta.url));
const PACKAGES = "../../../packages/";
const read = (path: string) => JSON.parse(readFileSync(ROOT + path, "utf8"));
const STRINGS: string[] = read("hard-strings.json");
const FAMILIES = readdirSync(ROOT).filter((name) => existsSync(`${ROOT}${name}/hard-ids.json`));

describe("token ids of 500 hard strings", () => {
  it("are tested for every tokenizer family of the registry", () => {
    expect(FAMILIES).toEqual(
      expect.arrayContaining([
        "bert-one-logit",
        "roberta",
        "xlm-roberta",
        "deberta-v2",
        "modernbert",
        "nomic-bert",
        "qwen3-causal",
      ]),
    );
    expect(STRINGS).toHaveLength(500);
  });

  it.each([
    ...FAMILIES.map((family) => [family, `${family}/hard-ids.json`]),
    // Computed by tokenizers 0.23 from the package's file.
    [`${PACKAGES}multilingual`, "../multilingual-hard-ids.json"],
  ])("are those of the Python library for %s", (family, ids) => {
    const config: ModelConfig = read(`${family}/config.json`);
    const tokenizer = new ModelTokenizer(
      family,
      read(`${family}/tokenizer.json`),
      read(`${family}/tokenizer_config.json`),
      config,
    );
    const expected: number[][] = read(ids!);
    const wrong = STRINGS.filter(
      (text, index) => JSON.stringify(tokenizer.encode(text)) !== JSON.stringify(expected[index]),
    );
    expect(wrong).toEqual([]);
  });
});
