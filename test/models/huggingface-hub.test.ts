import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { downloadModel } from "../../src/models.js";
import { HubServer } from "./hub-server.js";

/** A Python with the package `huggingface_hub`, whose cache this package shares. */
const PYTHON = process.env.PYTHON ?? "python3";
const NAME = "someone/tiny-reranker";

function hasHub(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import huggingface_hub"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs Python without blocking, because the server that Python talks to is in this process. */
function python(code: string, env: Record<string, string>): Promise<string> {
  const child = spawn(PYTHON, ["-c", code], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((done) => child.on("close", () => done(output.trim())));
}

describe.skipIf(!hasHub())("the cache of Python's huggingface_hub (skipped: set PYTHON to one that has it)", () => {
  let server: HubServer;
  let cacheDir: string;

  beforeAll(async () => {
    server = await HubServer.start();
    server.publish(NAME, {
      "config.json": "{}",
      "tokenizer.json": '{"a":1}',
      "onnx/model.onnx": Buffer.alloc(300_000, 7),
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.reset();
    cacheDir = mkdtempSync(join(tmpdir(), "hub-cache-"));
    return () => rmSync(cacheDir, { recursive: true, force: true });
  });

  it("contains what this package downloaded", async () => {
    const { folder } = await downloadModel(NAME, { endpoint: server.endpoint, cacheDir, offline: false });
    const code = `
import huggingface_hub as hub
print(hub.snapshot_download("${NAME}", cache_dir="${cacheDir}", local_files_only=True))
found = hub.scan_cache_dir("${cacheDir}")
print(len(found.warnings), found.size_on_disk, hub.try_to_load_from_cache("${NAME}", "modules.json", cache_dir="${cacheDir}") is hub.file_download._CACHED_NO_EXIST)`;
    expect(await python(code, { HF_HUB_OFFLINE: "1" })).toBe(`${folder}\n0 300009 True`);
  });

  it("saves this package a download", async () => {
    const code = `
import huggingface_hub as hub
for file in ["config.json", "tokenizer.json", "onnx/model.onnx"]:
    hub.hf_hub_download("${NAME}", file, cache_dir="${cacheDir}")`;
    await python(code, { HF_ENDPOINT: server.endpoint, HF_HUB_DISABLE_XET: "1", HF_HUB_OFFLINE: "" });
    server.reset();
    await downloadModel(NAME, { endpoint: server.endpoint, cacheDir, offline: false });
    expect(server.requests.map(({ method, server: which }) => `${method} ${which}`)).toEqual(["GET hub"]);
  });
});
