import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HubServer, sendRange } from "./hub-server.js";

const NAME = "someone/tiny-reranker";
const WEIGHTS = randomBytes(1_500_000);

let server: HubServer;
let work: string;
let cacheDir: string;
let program: string;

beforeAll(async () => {
  server = await HubServer.start();
  server.publish(NAME, { "config.json": "{}", "tokenizer.json": "{}", "onnx/model.onnx": WEIGHTS });
  work = mkdtempSync(join(tmpdir(), "hub-processes-"));
  program = join(work, "download.mjs");
  const models = fileURLToPath(new URL("../../src/models.ts", import.meta.url));
  await build({
    stdin: {
      contents: `import { downloadModel } from ${JSON.stringify(models)};
        const { folder, file } = await downloadModel(${JSON.stringify(NAME)}, { onProgress: ({ bytes }) => process.send?.(bytes) });
        console.log(folder + "/" + file);`,
      resolveDir: work,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(work, { recursive: true, force: true });
});
beforeEach(() => {
  server.reset();
  // A real network delivers in pieces. Without them, there would be no moment in which to kill the process.
  server.cdnFaults.push((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= WEIGHTS.length) return sendRange(WEIGHTS, request, response) === undefined;
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": WEIGHTS.length - start,
      ...(start > 0 ? { "content-range": `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}` } : {}),
    });
    let at = start;
    const drip = () => {
      if (response.destroyed) return;
      const next = Math.min(at + 50_000, WEIGHTS.length);
      response.write(WEIGHTS.subarray(at, next));
      at = next;
      if (at < WEIGHTS.length) setTimeout(drip, 10);
      else response.end();
    };
    drip();
    return true;
  });
  cacheDir = mkdtempSync(join(tmpdir(), "hub-cache-"));
});
afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

/** Runs the program and kills it as soon as it has reported this many bytes. */
function run(killAt = Number.POSITIVE_INFINITY): Promise<{ killed: boolean; output: string; errors: string }> {
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, HF_ENDPOINT: server.endpoint, HF_HUB_CACHE: cacheDir, HF_HUB_OFFLINE: "" },
  });
  let output = "";
  let errors = "";
  child.stdout!.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    errors += chunk;
  });
  child.on("message", (bytes) => {
    if ((bytes as number) >= killAt) child.kill("SIGKILL");
  });
  return new Promise((done) =>
    child.on("close", (_, signal) => done({ killed: signal === "SIGKILL", output, errors })),
  );
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("processes that share a cache", () => {
  it("complete a download that is killed repeatedly", async () => {
    for (const killAt of [1, 300_000, 700_000, 1_400_000]) {
      expect((await run(killAt)).killed).toBe(true);
      const weights = (readdirSync(cacheDir, { recursive: true }) as string[]).filter((path) => path.endsWith(".onnx"));
      expect(weights, "no half file is ever visible").toEqual([]);
    }
    const { output, errors } = await run();
    expect(errors).toBe("");
    expect(sha256(readFileSync(output.trim()))).toBe(sha256(WEIGHTS));
    const sent = server.requests
      .filter(({ server: which }) => which === "cdn")
      .map(({ range }) => Number(/\d+/.exec(range ?? "0")?.[0]));
    expect(sent.at(-1), "the last one had most of it already").toBeGreaterThan(700_000);
  });

  it("download the weights once when two start at once", async () => {
    const [first, second] = await Promise.all([run(), run()]);
    expect([first.errors, second.errors]).toEqual(["", ""]);
    expect(first.output).toBe(second.output);
    expect(sha256(readFileSync(first.output.trim()))).toBe(sha256(WEIGHTS));
    expect(server.requests.filter(({ server: which }) => which === "cdn")).toHaveLength(1);
  });

  it("resume the download of a killed process", async () => {
    const killed = run(400_000);
    await new Promise((resume) => setTimeout(resume, 100));
    const [first, second] = await Promise.all([killed, run()]);
    expect(first.killed).toBe(true);
    expect(second.errors).toBe("");
    expect(statSync(second.output.trim()).size).toBe(WEIGHTS.length);
    expect(sha256(readFileSync(second.output.trim()))).toBe(sha256(WEIGHTS));
  });
});
