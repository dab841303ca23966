import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.js";
import { PHRASES } from "./phrases.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Quotes the phrases, so it is not checked. */
const EXEMPT = new Set(["test/docs/phrases.ts", "test/docs/phrases.test.ts", "CONTRIBUTING.md"]);
const CHECKED = /\.(?:[cm]?[jt]s|md|html|css|py|sh|ya?ml|toml)$|^\.ci\/run$/;
/** Data, which other people wrote, and licenses. */
const DATA =
  /^examples\/(?:web-search-rerank\/site|data)\/|\/fixtures\/.*\.(?!py$|ts$)\w+$|(?:^|\/)(?:tiny_corpus\.py|LICENSE|NOTICE)/;

function hits(name: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    PHRASES.flatMap(({ pattern, instead }) => {
      const match = pattern.exec(line);
      return match ? [`${name}:${index + 1}: "${match[0].trim()}": write ${instead}`] : [];
    }),
  );
}

const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => CHECKED.test(file) && !DATA.test(file) && !EXEMPT.has(file));

describe("wording", () => {
  it("finds a phrase that the list names", () => {
    expect(hits("x.ts", "/** One number a text. */")).not.toEqual([]);
    expect(hits("x.ts", "held against the reference")).toHaveLength(1);
    expect(hits("x.ts", "/** One number per text. */")).toEqual([]);
  });

  it.each([[], ["rank"], ["models"], ["serve"], ["eval"], ["compare"], ["tune"], ["calibrate"], ["doctor"]])(
    "the help of the command %j contains none of them either",
    async (...command: string[]) => {
      const { stdout } = await runCli([...command, "--help"]);
      expect(stdout).toContain("Usage: ");
      expect(hits("--help", stdout)).toEqual([]);
    },
  );

  it("source, tests and documentation contain none of the phrases that the glossary rejects", () => {
    expect(files.flatMap((file) => hits(file, readFileSync(`${root}/${file}`, "utf8")))).toEqual([]);
  });
});
