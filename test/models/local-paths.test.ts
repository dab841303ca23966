import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locateModel } from "../../src/platform/node/locate-model.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "local-paths-"));
  folder = join(home, "models", "mine");
  cpSync(TINY, folder, { recursive: true });
  vi.stubEnv("HOME", home);
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  vi.stubEnv("HF_HUB_CACHE", join(home, "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const rename = (from: string, to: string) => {
  cpSync(join(folder, from), join(folder, to));
  rmSync(join(folder, from));
};

describe("the path of a local model", () => {
  it("may be absolute, relative, a file: URL or start with ~", async () => {
    const names = [folder, `./${relative(".", folder)}`, pathToFileURL(folder).href, "~/models/mine"];
    for (const name of [...names, `${folder}/`, `${pathToFileURL(folder).href}/`]) {
      const located = await locateModel(name);
      expect(located).toMatchObject({ name, file: "onnx/model.onnx" });
      expect(JSON.parse(await located.readText("config.json"))).toHaveProperty("model_type", "bert");
    }
  });

  it("may be a file: URL with escaped characters", async () => {
    const odd = join(home, "my models #1 ä");
    cpSync(folder, odd, { recursive: true });
    await expect(locateModel(pathToFileURL(odd).href)).resolves.toMatchObject({ folder: odd });
  });

  it("rejects the file: URL of another host", async () => {
    await expect(locateModel("file://server/model")).rejects.toMatchObject({
      name: "ModelNotFoundError",
      message: expect.stringContaining("file:///absolute/path"),
    });
  });

  it("may lead to one of several ONNX files, in the folder or in its onnx folder", async () => {
    rename("onnx/model.onnx", "onnx/model_O3.onnx");
    cpSync(join(folder, "onnx/model_O3.onnx"), join(folder, "onnx/model_quantized.onnx"));
    cpSync(join(folder, "onnx/model_O3.onnx"), join(folder, "own name.onnx"));
    for (const file of ["onnx/model_O3.onnx", "onnx/model_quantized.onnx", "own name.onnx"]) {
      const expected = { folder, file, bytes: expect.any(Number) };
      await expect(locateModel(join(folder, file))).resolves.toMatchObject(expected);
      await expect(locateModel(`~/models/mine/${file}`)).resolves.toMatchObject(expected);
      await expect(locateModel(pathToFileURL(join(folder, file)).href)).resolves.toMatchObject(expected);
    }
    await expect(locateModel(folder)).resolves.toMatchObject({ file: "onnx/model_O3.onnx" });
    const dtype = "q8";
    await expect(locateModel(join(folder, "own name.onnx"), { dtype })).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "dtype",
    });
  });

  it("is found by its folder onnx, and a file of another format is named as such", async () => {
    await expect(locateModel(join(home, "models/mine/onnx"))).resolves.toMatchObject({ file: "onnx/model.onnx" });
    const gguf = join(home, "models/model.gguf");
    writeFileSync(gguf, "GGUF");
    await expect(locateModel(gguf)).rejects.toThrow(/is a file, but not an ONNX file.*llama\.cpp/);
    rmSync(gguf);
  });

  it("suggests a similar path when there is none", async () => {
    for (const name of [
      join(home, "models", "mina"),
      "~/models/mina",
      `./${relative(".", join(home, "models/mina"))}`,
    ]) {
      await expect(locateModel(name)).rejects.toMatchObject({
        name: "ModelNotFoundError",
        message: expect.stringMatching(/no such file or folder\. Did you mean ".*models\/mine"\?/),
      });
    }
    await expect(locateModel(join(folder, "onnx/modell.onnx"))).rejects.toThrow(/Did you mean ".*onnx\/model\.onnx"\?/);
    await expect(locateModel(join(folder, "other"))).rejects.toThrow(/contains .*config\.json/);
    await expect(locateModel(join(home, "no/such"))).rejects.toThrow(/There is no folder .*\/no either/);
  });

  it("is suggested for a name without ./ that cannot be downloaded", async () => {
    const before = process.cwd();
    process.chdir(home);
    try {
      await expect(locateModel("models/mine")).resolves.toMatchObject({ file: "onnx/model.onnx" });
      await expect(locateModel("models/mein")).rejects.toMatchObject({
        name: "DownloadError",
        message: expect.stringContaining('There is no local folder of this name either. Did you mean "./models/mine"?'),
      });
      await expect(locateModel("models/my-reranker")).rejects.toThrow(
        /There is no local folder models\/my-reranker either\. The folder \S+models contains mine\.$/,
      );
      await expect(locateModel("elsewhere/my-reranker")).rejects.toThrow('start its path with "./"');
      // Registered names need no such advice.
      await expect(locateModel("BAAI/bge-reranker-base")).rejects.not.toThrow("local folder");
    } finally {
      process.chdir(before);
    }
  });
});

describe("the files of a local model", () => {
  const POINTER =
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 133093490\n";

  it.each(["onnx/model.onnx", "tokenizer.json", "config.json", "tokenizer_config.json", "onnx/model.onnx_data"])(
    "are rejected if %s is a Git LFS pointer",
    async (file) => {
      writeFileSync(join(folder, file), POINTER);
      await expect(locateModel(folder)).rejects.toMatchObject({
        name: "ModelIntegrityError",
        file,
        message: expect.stringMatching(/Git LFS pointer, not the file itself \(133093490 bytes\).*`git lfs pull`/),
      });
    },
  );

  it("are rejected without tokenizer.json, with the way to make one", async () => {
    rmSync(join(folder, "tokenizer.json"));
    await expect(locateModel(folder)).rejects.toThrow(
      /tokenizer\.json.*AutoTokenizer\.from_pretrained\(.*\)\.save_pretrained\(/,
    );
    writeFileSync(join(folder, "spiece.model"), "");
    await expect(locateModel(folder)).rejects.toThrow(/only spiece\.model/);
  });

  it("are rejected without config.json or without any ONNX file", async () => {
    const bare = join(home, "bare");
    mkdirSync(bare);
    await expect(locateModel(bare)).rejects.toThrow(/no ONNX file/);
    cpSync(join(folder, "onnx/model.onnx"), join(bare, "model.onnx"));
    await expect(locateModel(bare)).rejects.toThrow(/no config\.json and no tokenizer\.json/);
    cpSync(join(folder, "tokenizer.json"), join(bare, "tokenizer.json"));
    await expect(locateModel(bare)).rejects.toThrow(/no config\.json\. Copy that file/);
  });
});
