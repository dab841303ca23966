import { describe, expect, it } from "vitest";
import { commandProblems } from "./commands.js";
import { type CodeBlock, parsePage } from "./markdown.js";
import { modulesOf } from "./modules.js";
import { samePrint } from "./run-blocks.js";
import { typeCheck } from "./type-check.js";

const fence = (language: string, code: string, check = "") =>
  `${check && `<!-- check: ${check} -->\n`}\`\`\`${language}\n${code}\n\`\`\`\n`;

const shell = (code: string): CodeBlock => ({ page: "docs/x.md", language: "sh", code, line: 1, directive: undefined });

describe("the checks of pages find", () => {
  it("wrong types, at the line of the page, through what is continued and given", () => {
    const text = [
      "# Page",
      fence(
        "ts",
        'import { CrossEncoderReranker } from "langchain-rerank";\n\nconst reranker = new CrossEncoderReranker();',
      ),
      fence(
        "ts",
        "reranker.compressDocuments(documents, query);\nreranker.compress(documents);",
        "continues; given documents, query",
      ),
      fence("ts", "new CrossEncoderReranker();"),
    ].join("\n");
    const problems = [...typeCheck(modulesOf(parsePage("docs/x.md", text))).values()];
    expect(problems.map((each) => each.length)).toEqual([0, 1, 1]);
    expect(problems[1]![0]).toMatch(/^docs\/x\.md:11: Property 'compress' does not exist/);
    expect(problems[2]![0]).toMatch(/Cannot find name 'CrossEncoderReranker'/);
  }, 240_000);

  it.each([
    ["npx langchain-rerank rank -q tea --top-n 3 notes.md | head -1", []],
    ["npx langchain-rerank eval", ["missing required argument"]],
    ["HF_HUB_OFFLINE=1 npx langchain-rerank serve --prot 9000 # typo", ["unknown option '--prot'"]],
    ["langchain-rerank frobnicate", ["unknown command"]],
    ["npm install && npm run nothing", ['no script "nothing"']],
    ["node scripts/nothing.js && node scripts/sum-test-reports.js .", ["no file scripts/nothing.js"]],
  ])("in `%s` %j", async (code, expected) => {
    const problems = await commandProblems(shell(code));
    expect(problems).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(problems[index]).toContain(part);
  });

  it("checks that stand above no block, and unknown ones", () => {
    expect(() => parsePage("x.md", "<!-- check: run -->\n\nText.")).toThrow(/without a block/);
    expect(() => modulesOf(parsePage("x.md", fence("ts", "1;", "runn")))).toThrow(/"runn" is no check/);
  });

  it("reports other words and other numbers in the output", () => {
    expect(samePrint("sim 0.981  a\n", "sim 0.97 a")).toBe(true);
    expect(samePrint("sim 0.9", "sim 0.5")).toBe(false);
    expect(samePrint("sim 0.9 b", "sim 0.9 a")).toBe(false);
  });

  it("anchors as GitHub forms them", () => {
    const { anchors } = parsePage("x.md", "# `rank`, and more\n## Two: a/b\n## Two: a/b\n");
    expect([...anchors]).toEqual(["rank-and-more", "two-ab", "two-ab-1"]);
  });
});
