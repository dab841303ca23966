import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const FOLDER = fileURLToPath(new URL("../../examples/localai-litellm", import.meta.url));
const read = (file: string) => parse(readFileSync(join(FOLDER, file), "utf8"));

/** The name that the example asks for when RERANK_MODEL is not set. */
const MODEL = /RERANK_MODEL \|\| "([^"]+)"/.exec(readFileSync(join(FOLDER, "localai-litellm.js"), "utf8"))?.[1];

describe("the configuration in the LocalAI example", () => {
  it("names one model throughout", () => {
    const { name, backend } = read("config/localai-reranker.yaml") as { name: string; backend: string };
    const { model_list } = read("config/litellm.yaml") as {
      model_list: { model_name: string; litellm_params: { model: string } }[];
    };
    expect([name, backend]).toEqual([MODEL, "rerankers"]);
    expect(model_list).toHaveLength(1);
    expect(model_list[0]?.model_name).toBe(MODEL);
    expect(model_list[0]?.litellm_params.model).toBe(`hosted_vllm/${MODEL}`);
  });

  it("passes through on a path that LiteLLM does not own, to the service that compose starts, on files that are there", () => {
    const { general_settings } = read("config/litellm.yaml") as {
      general_settings: { pass_through_endpoints: { path: string; target: string }[] };
    };
    expect(general_settings.pass_through_endpoints).toMatchObject([
      { path: "/local/v1/rerank", target: "http://localai:8080/v1/rerank" },
    ]);
    const { services } = read("compose.yaml") as { services: Record<string, { volumes: string[]; ports: string[] }> };
    expect(Object.keys(services)).toEqual(["localai", "litellm"]);
    const files = Object.values(services).flatMap(({ volumes }) => volumes.filter((volume) => volume.startsWith("./")));
    expect(files).toHaveLength(2);
    for (const file of files)
      expect(existsSync(resolve(dirname(join(FOLDER, "compose.yaml")), file.split(":")[0]!))).toBe(true);
    // On loopback: neither service asks for a key by itself.
    for (const { ports } of Object.values(services)) expect(ports[0]).toMatch(/^127\.0\.0\.1:/);
  });
});
