import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HubServer } from "../models/hub-server.js";
import { ModelCopy } from "../scorers/onnx/model-copy.js";
import { built } from "../support/built.js";
import { runCli } from "./run-cli.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit/", import.meta.url));

const TINY_ENCODER = fileURLToPath(new URL("../fixtures/tiny-models/bert-encoder", import.meta.url));

describe("the commands models list and models info", () => {
  it("prints a table with name, kind, size, languages, license, speed and unverified facts", async () => {
    const { code, stdout, stderr } = await runCli(["models", "list"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [header, first] = stdout.split("\n");
    expect(header!.trim().split(/\s{2,}/)).toEqual(["name", "kind", "size", "languages", "license", "speed", "facts"]);
    expect(first).toMatch(/^late-en-\S+ .*bundled/);
    expect(stdout).toMatch(/Xenova\/ms-marco-MiniLM-L-6-v2 +cross-encoder +23 MB +en +Apache-2\.0 +fast/);
    expect(stdout).toMatch(/static-en-v1 +late-interaction, embedding +bundled +en +Apache-2\.0 +very fast/);
    expect(stdout).toMatch(/jinaai\/jina-colbert-v2 .*CC-BY-NC-4\.0 \(non-commercial\) .*unverified/);
    expect(stdout).not.toContain("\u001b");
  });

  it("explains names that are none of a registered model: providers, paths and addresses, without far-fetched advice", async () => {
    for (const command of ["info", "check", "download"]) {
      const remote = await runCli(["models", command, "cohere:rerank-v3.5"]);
      expect(remote).toMatchObject({ code: 2, stderr: expect.stringContaining("runs at a provider") });
    }
    for (const path of ["./m/ce", TINY]) {
      const { code, stderr } = await runCli(["models", "info", path]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`models check ${path}`) });
    }
    const address = await runCli(["rank", "-q", "q", "-m", "http://localhost:8080/v1/rerank"], { input: "text" });
    expect(address).toMatchObject({ code: 1, stderr: expect.stringContaining("TEI_BASE_URL") });
    const unlike = await runCli(["models", "info", "qqqqqqqqqqqqqqqqqqqq"]);
    expect(unlike.stderr).toMatch(/no registered model has this name\. .*models list` show those that exist\.\n?$/);
  });

  it("filters the list and prints it as JSON", async () => {
    const { stdout } = await runCli([
      "models",
      "list",
      "--kind",
      "cross-encoder",
      "--language",
      "ja",
      "--commercial",
      "--max-parameters",
      "50",
      "--json",
    ]);
    const entries = JSON.parse(stdout) as { name: string; languages: string[]; speed: string }[];
    expect(entries.map(({ name }) => name)).toContain("hotchpotch/japanese-reranker-xsmall-v2");
    expect(entries.every(({ languages }) => languages.includes("ja") || languages.includes("multilingual"))).toBe(true);
    expect(entries[0]).toHaveProperty("speed");
    const none = await runCli(["models", "list", "--language", "xx", "--max-parameters", "1"]);
    expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining("No registered model matches") });
  });

  it("describes a model by name or alias, and suggests names for an unknown one", async () => {
    const info = await runCli(["models", "info", "cross-encoder/ms-marco-MiniLM-L6-v2"]);
    expect(info.stdout).toContain("Xenova/ms-marco-MiniLM-L-6-v2");
    expect(info.stdout).toContain("TREC DL 2019, nDCG@10: 74.3");
    expect(info.stdout).toContain("hash pinned");
    expect(JSON.parse((await runCli(["models", "info", "rerank-en-v1", "--json"])).stdout)).toMatchObject({
      bundled: true,
      runtime: "onnx",
    });
    const bundledStatic = await runCli(["models", "info", "static-en-v1"]);
    expect(bundledStatic.stdout).toMatch(/length +no limit/);
    expect(bundledStatic.stdout).toMatch(/q8 +model\.safetensors \(5\.9 MB\)/);
    const unknown = await runCli(["models", "info", "bge-reranker-bass"]);
    expect(unknown).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining('Did you mean "BAAI/bge-reranker-base"'),
    });
  });
});

describe("the commands models download and models check", () => {
  let server: HubServer;
  let cache: string;
  const env = () => ({ HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "" });

  beforeAll(async () => {
    server = await HubServer.start();
    server.publishFolder("someone/tiny", TINY);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "cli-models-"));
    return () => rmSync(cache, { recursive: true, force: true });
  });

  it("prints only the folder on standard output", async () => {
    const { code, stdout, stderr } = await runCli(["models", "download", "someone/tiny"], { env: env() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(stdout.trim())).toEqual(expect.arrayContaining(["config.json", "tokenizer.json", "onnx"]));
    const ranked = await runCli(["rank", "-q", "q", "--json", "--model", "someone/tiny"], {
      env: { ...env(), HF_HUB_OFFLINE: "1" },
      input: "a text",
    });
    expect(ranked).toMatchObject({ code: 0, stderr: "" });
  });

  it("explains why a model cannot be downloaded", async () => {
    expect(await runCli(["models", "download", "someone/else"], { env: env() })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("404"),
    });
    const license = await runCli(["models", "download", "jinaai/jina-colbert-v2"], { env: env() });
    expect(license).toMatchObject({ code: 1, stderr: expect.stringContaining("CC-BY-NC-4.0") });
    const bundled = await runCli(["models", "download", "rerank-en-v1"], { env: env() });
    expect(bundled).toMatchObject({ code: 2, stderr: expect.stringContaining("ships with the package") });
    const packaged = await runCli(["models", "download", "late-multilingual-v1"], { env: env() });
    expect(packaged).toMatchObject({ code: 2, stderr: expect.stringContaining("npm install langchain-rerank-multi") });
    const info = await runCli(["models", "info", "late-multilingual-v1"], { env: env() });
    expect(info.stdout).toMatch(/npm package +langchain-rerank-multilingual/);
  });

  it("checks the bundled models, the static one included", async () => {
    for (const name of ["static-en-v1", "rerank-en-v1"]) {
      const { code, stdout, stderr } = await runCli(["models", "check", name]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/ok +(onnx\/model_int8\.onnx|model\.safetensors): \d/);
      expect(stdout).toMatch(/ok +golden scores: within the model's tolerance/);
    }
    const option = await runCli(["models", "check", "static-en-v1", "--dtype", "q8"]);
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining("`dtype` has no effect") });
  });

  it("checks an embedding model by its vectors, and warns of prefixes that are missing", async () => {
    const plain = await runCli(["models", "check", TINY_ENCODER]);
    expect(plain).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/ok +vectors: 32 dimensions\n$/),
    });
    using e5 = new ModelCopy("bert-encoder").edit("config.json", { _name_or_path: "intfloat/e5-small-v2" });
    const warned = await runCli(["models", "check", e5.folder]);
    expect(warned).toMatchObject({ code: 0, stdout: expect.stringMatching(/warning +prefixes: .*`queryPrefix`/) });
    const decoder = await runCli(["models", "check", TINY_ENCODER.replace("bert-encoder", "qwen3-embedding")]);
    expect(decoder).toMatchObject({ code: 0, stdout: expect.stringMatching(/warning +vectors: .*`queryPrefix`/) });
  });

  it("detects a changed byte in the cache", async () => {
    const { stdout } = await runCli(["models", "download", "someone/tiny"], { env: env() });
    const whole = await runCli(["models", "check", "someone/tiny"], { env: env() });
    expect(whole).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/ok +onnx\/model\.onnx: sha256/),
    });
    expect(whole.stdout).toMatch(/skipped golden scores: none are known/);
    const blob = realpathSync(join(stdout.trim(), "onnx/model.onnx"));
    const bytes = readFileSync(blob);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(blob, bytes);
    const broken = await runCli(["models", "check", "someone/tiny", "--json"], { env: env() });
    expect(broken.code).toBe(1);
    expect(JSON.parse(broken.stdout).findings[0]).toMatchObject({ what: "onnx/model.onnx", result: "failed" });
    expect(broken.stderr).toMatch(/its SHA-256 is [0-9a-f]{64} instead of/);
  });

  it("ends with exit code 130 after an interrupt and keeps what has arrived", async () => {
    const weights = readFileSync(join(TINY, "onnx/model.onnx"));
    let arrived: () => void = () => {};
    const started = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    server.cdnFaults.push((_, response) => {
      response.writeHead(200, { "content-length": weights.length });
      response.write(weights.subarray(0, 5000));
      arrived();
      return true;
    });
    const { spawn } = await import("node:child_process");
    const cli = built("cli.js");
    const child = spawn(process.execPath, [cli, "models", "download", "someone/tiny"], {
      env: { ...process.env, ...env() },
    });
    await started;
    await new Promise((resume) => setTimeout(resume, 100));
    child.kill("SIGINT");
    const code = await new Promise((done) => child.on("close", done));
    server.cdnFaults = [];
    expect(code).toBe(130);
    const partial = (readdirSync(cache, { recursive: true }) as string[]).find((path) => path.endsWith(".partial"));
    expect(statSync(join(cache, partial!)).size).toBe(5000);
    expect(await runCli(["models", "download", "someone/tiny"], { env: env() })).toMatchObject({ code: 0 });
    expect(server.requests.at(-1)!.range).toBe("bytes=5000-");
  });
});
