import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  DownloadError,
  InvalidOptionError,
  ModelIntegrityError,
  ModelLicenseError,
  ModelNotFoundError,
} from "../../src/errors.js";
import { type DownloadOptions, type DownloadProgress, downloadModel } from "../../src/models.js";
import { answer, breakAfter, sendRange, stallAfter } from "./hub-server.js";
import { useHub } from "./use-hub.js";

const NAME = "someone/tiny-reranker";
const WEIGHTS = pseudoRandom(200_000);
const FILES = {
  "config.json": '{"model_type":"bert"}',
  "tokenizer.json": '{"model":{"type":"WordPiece"}}',
  "tokenizer_config.json": "{}",
  "README.md": "# Tiny",
  "onnx/model.onnx": WEIGHTS,
  "onnx/model_quantized.onnx": pseudoRandom(50_000, 9),
};

const hub = useHub();

function download(name = NAME, options: DownloadOptions = {}) {
  return downloadModel(name, {
    endpoint: hub.server.endpoint,
    cacheDir: hub.cacheDir,
    dtype: "fp32",
    offline: false,
    ...options,
  });
}

describe("downloadModel", () => {
  it("uses the cache layout of other Hugging Face tools", async () => {
    const { commit } = hub.server.publish(NAME, FILES);
    const model = await download();
    const folder = join(hub.cacheDir, "models--someone--tiny-reranker");
    expect(model).toMatchObject({
      name: NAME,
      folder: join(folder, "snapshots", commit),
      file: "onnx/model.onnx",
      precision: "fp32",
      commit,
    });
    expect(readFileSync(join(model.folder, model.file)).equals(WEIGHTS)).toBe(true);
    expect(readFileSync(join(folder, "refs", "main"), "utf8")).toBe(commit);
    const link = join(model.folder, "onnx/model.onnx");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readlinkSync(link)).toBe(join("..", "..", "..", "blobs", sha256(WEIGHTS)));
    expect(readdirSync(join(folder, "blobs")).filter((name) => name.endsWith(".partial"))).toEqual([]);
    expect(existsSync(join(model.folder, "README.md"))).toBe(false);
    expect(existsSync(join(model.folder, "onnx/model_quantized.onnx"))).toBe(false);
    expect(existsSync(join(folder, ".no_exist", commit, "modules.json"))).toBe(true);
  });

  it("opens no connection when the cache holds everything, unless update is set", async () => {
    hub.server.publish(NAME, FILES);
    const first = await download();
    hub.server.reset();
    expect(await download()).toEqual(first);
    expect(hub.server.requests).toEqual([]);
    const next = hub.server.publish(NAME, { ...FILES, "config.json": '{"model_type":"bert","changed":true}' });
    expect((await download(NAME, { update: true })).commit).toBe(next.commit);
    const fetched = hub.server.requests.filter(({ server: which, method }) => which === "cdn" && method === "GET");
    expect(fetched, "the weights are the same blob").toEqual([]);
  });

  it("reports bytes that add up to the total", async () => {
    hub.server.publish(NAME, FILES);
    const seen: DownloadProgress[] = [];
    await download(NAME, { onProgress: (progress) => seen.push(progress) });
    const total = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"].reduce(
      (sum, file) => sum + FILES[file as keyof typeof FILES].length,
      0,
    );
    expect(seen.at(-1)).toMatchObject({ model: NAME, bytes: total, total });
    expect(seen.every(({ bytes }, index) => index === 0 || bytes >= seen[index - 1]!.bytes)).toBe(true);
    expect(seen.some(({ file, fileTotal }) => file === "onnx/model.onnx" && fileTotal === WEIGHTS.length)).toBe(true);
  });

  it("fetches external weights and sentence-transformers modules", async () => {
    hub.server.publish(NAME, {
      ...FILES,
      "onnx/model.onnx_data": pseudoRandom(3000, 3),
      "modules.json": "[]",
      "1_Pooling/config.json": "{}",
      "2_Dense/config.json": "{}",
      "2_Dense/model.safetensors": pseudoRandom(500, 4),
      "2_Dense/pytorch_model.bin": "never",
      "openvino/openvino_model.bin": "never",
    });
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx_data"))).toHaveLength(3000);
    expect(readFileSync(join(folder, "2_Dense/model.safetensors"))).toHaveLength(500);
    expect(existsSync(join(folder, "2_Dense/pytorch_model.bin"))).toBe(false);
  });

  it("completes a snapshot that another tool made", async () => {
    const { commit } = hub.server.publish(NAME, FILES);
    const folder = join(hub.cacheDir, "models--someone--tiny-reranker");
    mkdirSync(join(folder, "blobs"), { recursive: true });
    mkdirSync(join(folder, "snapshots", commit, "onnx"), { recursive: true });
    writeFileSync(join(folder, "blobs", sha256(WEIGHTS)), WEIGHTS);
    symlinkSync(
      join("..", "..", "..", "blobs", sha256(WEIGHTS)),
      join(folder, "snapshots", commit, "onnx", "model.onnx"),
    );
    await download();
    expect(hub.server.requests.filter(({ server: which }) => which === "cdn")).toEqual([]);
  });

  it("uses a snapshot that another tool made when offline", async () => {
    const { commit } = hub.server.publish(NAME, FILES);
    const folder = join(hub.cacheDir, "models--someone--tiny-reranker");
    mkdirSync(join(folder, "refs"), { recursive: true });
    writeFileSync(join(folder, "refs", "main"), commit);
    mkdirSync(join(folder, "snapshots", commit, "onnx"), { recursive: true });
    for (const file of ["config.json", "tokenizer.json", "onnx/model.onnx"] as const) {
      writeFileSync(join(folder, "snapshots", commit, file), FILES[file]);
    }
    await expect(download(NAME, { offline: true })).resolves.toMatchObject({ commit, file: "onnx/model.onnx" });
    expect(hub.server.requests).toEqual([]);
  });

  it("sends the token to the hub but not to the storage that it redirects to", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.token = "hf_secret";
    await download(NAME, { token: "hf_secret" });
    const to = (which: string) =>
      hub.server.requests.filter((request) => request.server === which).map(({ authorization }) => authorization);
    expect(new Set(to("hub"))).toEqual(new Set(["Bearer hf_secret"]));
    expect(new Set(to("cdn"))).toEqual(new Set([undefined]));
  });

  it("follows the redirect of a renamed repository", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.hubFaults.push((request, response) => {
      if (!request.url!.includes("old/name")) return false;
      response.writeHead(307, { location: request.url!.replace("old/name", NAME) });
      response.end();
      return true;
    });
    const model = await download("old/name");
    expect(readFileSync(join(model.folder, "config.json"), "utf8")).toBe(FILES["config.json"]);
  });

  it("downloads once for two concurrent calls", async () => {
    hub.server.publish(NAME, FILES);
    const [first, second] = await Promise.all([download(), download()]);
    expect(first.folder).toBe(second.folder);
    const bodies = hub.server.requests.filter(({ server: which, method }) => which === "cdn" && method === "GET");
    expect(bodies).toHaveLength(1);
  });

  it("takes over the lock of a process that died", async () => {
    hub.server.publish(NAME, FILES);
    const lock = join(hub.cacheDir, ".locks", "models--someone--tiny-reranker", `${sha256(WEIGHTS)}.downloading`);
    mkdirSync(lock, { recursive: true });
    const long = new Date(Date.now() - 60_000);
    const { utimesSync } = await import("node:fs");
    utimesSync(lock, long, long);
    await download();
    expect(existsSync(lock)).toBe(false);
  });
});

describe("an interrupted transfer", () => {
  it.each([0, 1, 65_535, 65_536, 199_999])("goes on at byte %i and ends with the right file", async (bytes) => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(breakAfter(bytes, WEIGHTS));
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
    const ranges = hub.server.requests.filter(({ server: which }) => which === "cdn").map(({ range }) => range);
    expect(ranges).toEqual([undefined, bytes === 0 ? undefined : `bytes=${bytes}-`]);
  });

  it("is resumed by a later call after an abort", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(stallAfter(120_000, WEIGHTS));
    const controller = new AbortController();
    const call = download(NAME, {
      signal: controller.signal,
      onProgress: ({ file, fileBytes }) => {
        if (file === "onnx/model.onnx" && fileBytes >= 120_000) controller.abort(new Error("enough"));
      },
    });
    await expect(call).rejects.toThrow("enough");
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
    expect(hub.server.requests.at(-1)!.range).toBe("bytes=120000-");
  });

  it("starts over if the server does not support ranges", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(breakAfter(1000, WEIGHTS), (request, response) => {
      delete request.headers.range;
      sendRange(WEIGHTS, request, response);
      return true;
    });
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
  });

  it("discards a partial file that belongs to another file", async () => {
    const partial = leavePartial(Buffer.alloc(4096, 7));
    hub.server.publish(NAME, FILES);
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
    expect(existsSync(partial)).toBe(false);
  });

  it("starts over if the partial file is too long and the server answers 416", async () => {
    leavePartial(WEIGHTS.subarray(0, 5000));
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(answer(416, 1));
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
  });

  it("asks for a new URL when a signed one has expired", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(answer(403, 1));
    const { folder } = await download();
    expect(readFileSync(join(folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
  });

  it("retries while the server fails", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(answer(503, 2));
    hub.server.hubFaults.push(answer(429, 1, { "retry-after": "0.05" }));
    await expect(download()).resolves.toBeDefined();
  });
});

describe("the error of a failed download", () => {
  it("suggests the three nearest names for an unknown model", async () => {
    const error = await failure(download("xenova/ms-marco-minilm-l-6-v3"));
    expect(error).toBeInstanceOf(ModelNotFoundError);
    expect((error as ModelNotFoundError).suggestions).toHaveLength(3);
    expect((error as ModelNotFoundError).suggestions[0]).toBe("Xenova/ms-marco-MiniLM-L-6-v2");
    expect(await failure(download("no slash"))).toBeInstanceOf(ModelNotFoundError);
    expect(await failure(download("../../etc/passwd"))).toBeInstanceOf(ModelNotFoundError);
  });

  it.each([
    [401, undefined, /401.*private, gated or does not exist.*HF_TOKEN/],
    [401, "hf_old", /rejects the access token \(401\)/],
    [403, "hf_some", /403.*Accept its terms at http/],
    [410, undefined, /removed from the hub \(410\)/],
  ])("says what to do about status %i with the token %s", async (status, token, message) => {
    hub.server.publish(NAME, FILES);
    hub.server.hubFaults.push(answer(status));
    const error = await failure(download(NAME, token ? { token } : {}));
    expect(error).toBeInstanceOf(DownloadError);
    expect(error).toMatchObject({ status, model: NAME, message: expect.stringMatching(message) });
    expect(error.message).not.toContain("hf_");
  });

  it("names the file whose status is 404", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.hubFaults.push((request, response) =>
      request.url!.endsWith("tokenizer.json") ? answer(404)(request, response) : false,
    );
    const error = await failure(download());
    expect(error).toMatchObject({ name: "DownloadError", status: 404, file: "tokenizer.json" });
  });

  it("reports status 416 from the first byte", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(answer(416));
    expect(await failure(download())).toMatchObject({
      name: "DownloadError",
      status: 416,
      message: expect.stringContaining("416"),
    });
  });

  it("keeps what has arrived when the server fails until the last attempt", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.cdnFaults.push(breakAfter(1000, WEIGHTS), answer(502));
    const error = await failure(download());
    expect(error).toMatchObject({
      name: "DownloadError",
      status: 502,
      message: expect.stringMatching(/try again later.*kept/),
    });
    expect(readFileSync(partialPath())).toHaveLength(1000);
  });

  it("reports that the network cannot be reached", async () => {
    const error = await failure(download(NAME, { endpoint: "http://127.0.0.1:9" }));
    expect(error).toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/cannot be reached.*HF_ENDPOINT/),
    });
  });

  it("says that a proxy asks for credentials, and does not ask again", async () => {
    hub.server.publish(NAME, FILES);
    for (const server of ["hubFaults", "cdnFaults"] as const) {
      hub.server.reset();
      hub.server[server].push(answer(407, 1));
      const error = await failure(download());
      expect(error).toMatchObject({
        name: "DownloadError",
        status: 407,
        message: expect.stringMatching(/HTTP 407\. A proxy on the way asks for credentials.*NO_PROXY/),
      });
    }
  });

  it("uses only the cache in offline mode", async () => {
    hub.server.publish(NAME, FILES);
    const error = await failure(download(NAME, { offline: true }));
    expect(error).toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/offline mode is on.*HF_HUB_OFFLINE/),
    });
    expect(hub.server.requests).toEqual([]);
    await download();
    await expect(download(NAME, { offline: true })).resolves.toBeDefined();
  });

  it("suggests registered names in offline mode, except for a registered name", async () => {
    for (const [wrong, meant] of [
      ["xenova/ms-marco-minilm-l-6-v3", "Xenova/ms-marco-MiniLM-L-6-v2"],
      ["langchain-rerank/rerank-en-v9", "rerank-en-v1"],
      ["cross-encoder/etin-reranker-17m-v1", "cross-encoder/ettin-reranker-17m-v1"],
    ] as const) {
      const error = await failure(download(wrong, { offline: true }));
      expect(error).toMatchObject({
        name: "DownloadError",
        message: expect.stringContaining(`offline mode is on`),
        suggestions: { 0: meant, length: 3 },
      });
      expect((error as DownloadError).message).toContain(
        `No registered model has this name. Did you mean "${meant}", `,
      );
    }
    const known = await failure(download("Xenova/ms-marco-MiniLM-L-6-v2", { offline: true }));
    expect(known).toMatchObject({ name: "DownloadError", suggestions: [] });
    expect((known as DownloadError).message).not.toContain("Did you mean");
    expect(hub.server.requests).toEqual([]);
  });

  it("rejects a file with a changed byte and deletes it", async () => {
    hub.server.publish(NAME, FILES);
    const changed = Buffer.from(WEIGHTS);
    changed[100_000]! ^= 1;
    hub.server.cdnFaults.push((request, response) => {
      sendRange(changed, request, response);
      return true;
    });
    const error = await failure(download());
    expect(error).toBeInstanceOf(ModelIntegrityError);
    expect(error).toMatchObject({ file: "onnx/model.onnx", message: expect.stringContaining(sha256(WEIGHTS)) });
    expect(existsSync(partialPath())).toBe(false);
    expect(existsSync(partialPath().replace(".partial", ""))).toBe(false);
  });

  it("rejects a small file with a changed byte", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.hubFaults.push((request, response) => {
      if (request.method !== "GET" || !request.url!.endsWith("/config.json")) return false;
      sendRange(Buffer.from('{"model_type":"BERT"}'), request, response);
      return true;
    });
    expect(await failure(download())).toMatchObject({ name: "ModelIntegrityError", file: "config.json" });
  });

  it("rejects a file with another hash than the registry pins", async () => {
    hub.server.publish("Xenova/all-MiniLM-L6-v2", FILES);
    const error = await failure(download("sentence-transformers/all-MiniLM-L6-v2", { dtype: "q8" }));
    expect(error).toMatchObject({ name: "ModelIntegrityError", file: "tokenizer.json" });
  });

  it("reports a full disk", async () => {
    hub.server.publish(NAME, FILES);
    const partial = partialPath();
    mkdirSync(join(partial, ".."), { recursive: true });
    symlinkSync("/dev/full", partial);
    const error = await failure(download());
    expect(error).toMatchObject({
      name: "DownloadError",
      file: "onnx/model.onnx",
      message: expect.stringMatching(/disk is full.*HF_HOME/),
    });
  });

  it("reports a disk that is too small before the first byte", async () => {
    hub.server.publish(NAME, FILES);
    hub.server.hubFaults.push((request, response) => {
      if (!request.url!.endsWith(".onnx")) return false;
      response.writeHead(302, {
        "x-linked-etag": sha256(WEIGHTS),
        "x-linked-size": "1e18",
        location: "http://127.0.0.1:9/",
      });
      response.end();
      return true;
    });
    expect(await failure(download())).toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/MB are needed, but only .* MB are free/),
    });
  });

  it("reports a cache that is not writable", async () => {
    hub.server.publish(NAME, FILES);
    writeFileSync(join(hub.cacheDir, "file"), "");
    const error = await failure(download(NAME, { cacheDir: join(hub.cacheDir, "file", "hub") }));
    expect(error).toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/cannot store it in .*HF_HOME/),
    });
    if (process.getuid?.() !== 0) {
      chmodSync(hub.cacheDir, 0o500);
      expect(await failure(download())).toMatchObject({
        name: "DownloadError",
        message: expect.stringContaining("EACCES"),
      });
      chmodSync(hub.cacheDir, 0o700);
    }
  });

  it("reports a server that is not a hub", async () => {
    hub.server.hubFaults.push((_, response) => {
      response.end("<html>welcome</html>");
      return true;
    });
    expect(await failure(download())).toMatchObject({
      name: "DownloadError",
      message: expect.stringContaining("is not a Hugging Face hub"),
    });
  });

  it("says which required files a repository lacks", async () => {
    hub.server.publish("someone/pytorch-only", {
      "config.json": "{}",
      "tokenizer.json": "{}",
      "model.safetensors": "x",
    });
    expect(await failure(download("someone/pytorch-only"))).toMatchObject({
      message: expect.stringContaining("no ONNX file"),
    });
    hub.server.publish("someone/no-tokenizer", { "config.json": "{}", "onnx/model.onnx": "x" });
    expect(await failure(download("someone/no-tokenizer"))).toMatchObject({
      message: expect.stringContaining("no tokenizer.json"),
    });
    hub.server.publish(NAME, FILES);
    expect(await failure(download(NAME, { dtype: "q4" }))).toMatchObject({
      name: "ModelNotFoundError",
      message: expect.stringContaining("There are onnx/model.onnx, onnx/model_quantized.onnx"),
    });
  });

  it("ignores file names that lead out of the folder", async () => {
    hub.server.publish(NAME, {
      ...FILES,
      "2_Dense/../../../../evil/config.json": "{}",
      "../1_Pooling/config.json": "{}",
    });
    const { folder } = await download();
    expect(existsSync(join(folder, "../1_Pooling/config.json"))).toBe(false);
  });

  it("requires acceptLicense for a non-commercial model", async () => {
    const name = "jinaai/jina-reranker-v2-base-multilingual";
    hub.server.publish(name, FILES);
    expect(await failure(download(name))).toBeInstanceOf(ModelLicenseError);
    expect(hub.server.requests).toEqual([]);
    await expect(download(name, { acceptLicense: true })).resolves.toMatchObject({ file: "onnx/model.onnx" });
  });

  it("rejects invalid options", async () => {
    expect(await failure(download(NAME, { dtype: "fp8" as "q8" }))).toBeInstanceOf(InvalidOptionError);
    expect(await failure(download(NAME, { endpoint: "not a url" }))).toBeInstanceOf(InvalidOptionError);
  });
});

function partialPath(): string {
  return join(hub.cacheDir, "models--someone--tiny-reranker", "blobs", `${sha256(WEIGHTS)}.partial`);
}

function leavePartial(content: Buffer): string {
  mkdirSync(join(partialPath(), ".."), { recursive: true });
  writeFileSync(partialPath(), content);
  return partialPath();
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function pseudoRandom(length: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    buffer[i] = state >> 16;
  }
  return buffer;
}

async function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => {
      throw new Error("expected a failure");
    },
    (error) => error,
  );
}
