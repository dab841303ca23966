import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { parsePage } from "../docs/markdown.js";
import { install, run } from "./commands.js";

const { folder, tarball, size, files } = inject("packed");
const project = join(folder, "bare");
const installed = (path: string) => readFile(join(project, "node_modules/langchain-rerank", path), "utf8");

beforeAll(async () => {
  await run("mkdir", [project], folder);
  await install(project, [tarball]);
});

describe("the tarball", () => {
  it("is small enough to install everywhere", () => {
    process.stdout.write(`packed: ${(size / 1e6).toFixed(1)} MB, ${files.length} files\n`);
    expect(size).toBeLessThan(45e6);
  });

  it("holds what users need and nothing that they do not", () => {
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "package.json", "dist/cli.js"]),
    );
    const allowed =
      /^(dist|models|examples)\/|^docs\/[\w-]+\.md$|^docs\/images\/[\w-]+\.(svg|png)$|^(LICENSE|NOTICE|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|package\.json|benchmark\/README\.md|packages\/multilingual\/README\.md)$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
  });

  it("holds every file that its pages link to", async () => {
    const pages = files.filter((path) => path === "README.md" || /^(docs|benchmark)\/.*\.md$/.test(path));
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/README.md", "docs/troubleshooting.md"]));
    const dead = await Promise.all(
      pages.map(async (path) => {
        const { links } = parsePage(path, await installed(path));
        const targets = links.filter(({ target }) => !/^([a-z]+:|#)/i.test(target));
        const paths = targets.map(({ target }) => normalize(join(dirname(path), target.split("#", 1)[0]!)));
        return paths.filter((target) => !files.includes(target) && !files.includes(`${target}/README.md`));
      }),
    );
    expect(dead.flat()).toEqual([]);
  });

  it("holds no file of an earlier build: each is reached from package.json", async () => {
    const built = files.filter((path) => path.startsWith("dist/"));
    const reached = new Set(["package.json"]);
    for (const path of reached) {
      const text = await installed(path);
      for (const other of built) {
        const name = other.slice("dist/".length);
        // Declarations name each other by the file that they describe.
        const runtime = name.replace(/\.d\.ts$/, ".js").replace(/\.d\.cts$/, ".cjs");
        const declaration = /\.d\.c?ts$/;
        const named = declaration.test(name) && declaration.test(path) ? runtime : name;
        if (text.includes(`/${named}"`)) reached.add(other);
      }
    }
    expect(built.filter((path) => !reached.has(path))).toEqual([]);
  });

  it("runs its command", async () => {
    expect(await run("npx", ["--no-install", "langchain-rerank", "--help"], project)).toContain("rank");
    const { version } = JSON.parse(await installed("package.json")) as { version: string };
    expect((await run("npx", ["--no-install", "langchain-rerank", "--version"], project)).trim()).toBe(version);
  });

  it("installs peer dependencies automatically, and the optional runtime", async () => {
    const listed = JSON.parse(await run("npm", ["ls", "--all", "--json"], project)) as {
      dependencies: Record<string, { dependencies: Record<string, unknown> }>;
      problems?: string[];
    };
    expect(listed.problems).toBeUndefined();
    expect(Object.keys(listed.dependencies["langchain-rerank"]!.dependencies)).toEqual(
      expect.arrayContaining(["@langchain/core", "onnxruntime-node"]),
    );
  });
});
