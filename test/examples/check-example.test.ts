import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { load } from "./load.js";

interface Result {
  check: string;
  status: "passed" | "failed" | "skipped";
  reason?: string;
}

const { checkExample } = await load<{ checkExample(example: object): Promise<Result[]> }>(
  "lib/runner/check-example.js",
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "example-"));
  return () => rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  delete process.env.SERVICE_URL;
});

/** An example that is this program. */
function example(program: string, more: object): object {
  const file = join(folder, "example.mjs");
  writeFileSync(file, program);
  return { name: "example", file, checks: {}, ...more };
}

const statuses = (results: Result[]) => Object.fromEntries(results.map(({ check, status }) => [check, status]));
const isThree = ({ count }: { count: number }) => {
  if (count !== 3) throw new Error(`${count} is not 3`);
};

it("distinguishes checks that pass from those that fail, and continues after a failure", async () => {
  const checks = {
    "three of them": isThree,
    "four of them": () => {
      throw new Error("there are three");
    },
    later: isThree,
  };
  const results = await checkExample(example("console.log(JSON.stringify({ count: 3 }))", { checks }));
  expect(statuses(results)).toEqual({
    runs: "passed",
    "three of them": "passed",
    "four of them": "failed",
    later: "passed",
  });
  expect(results[2]?.reason).toBe("there are three");
});

it("fails with what an example that ends badly says", async () => {
  const results = await checkExample(
    example('console.error("no such service"); process.exit(3)', { checks: { never: isThree } }),
  );
  expect(statuses(results)).toEqual({ runs: "failed" });
  expect(results[0]?.reason).toContain("no such service");
});

it("unsets services, sets variables, and starts and stops what the example talks to", async () => {
  process.env.SERVICE_URL = "http://real";
  const steps: string[] = [];
  const program =
    "const { SERVICE_URL, EXTRA, STARTED } = process.env; console.log(JSON.stringify([SERVICE_URL ?? null, EXTRA, STARTED]))";
  let seen: unknown;
  await checkExample(
    example(program, {
      services: ["SERVICE_URL"],
      env: { EXTRA: "extra" },
      start: async () => ({ env: { STARTED: "here" }, stop: () => steps.push("stopped") }),
      checks: {
        saw: (outcome: unknown) => {
          seen = outcome;
          steps.push("checked");
        },
      },
    }),
  );
  expect(seen).toEqual([null, "extra", "here"]);
  expect(steps).toEqual(["checked", "stopped"]);
});

it("skips with the reason, without running anything", async () => {
  const results = await checkExample(
    example("process.exit(1)", { skip: () => "no Python here", checks: { one: isThree } }),
  );
  expect(results).toMatchObject([{ check: "one", status: "skipped", reason: "no Python here" }]);
});

const failing = (line: string) => `if (process.argv.includes("bad")) { ${line} } else console.log("{}");`;
const says = [/Qdrant/, /QDRANT_URL/];

it.each([
  ["one line that says it", 'console.error("Qdrant: set QDRANT_URL"); process.exitCode = 1', "passed"],
  ["a line that leaves the variable out", 'console.error("no Qdrant"); process.exitCode = 1', "failed"],
  ["a stack trace", 'throw new Error("Qdrant: set QDRANT_URL")', "failed"],
  ["success", 'console.error("Qdrant: set QDRANT_URL")', "failed"],
])("judges how an example fails: %s", async (_, line, status) => {
  const results = await checkExample(example(failing(line), { failures: { "bad argument": { args: ["bad"], says } } }));
  expect(statuses(results)).toEqual({ runs: "passed", "bad argument": status });
});
