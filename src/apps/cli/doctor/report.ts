import { isRerankError } from "../../../errors.js";
import { createScorer } from "../../../scorers/create-scorer.js";
import { type CacheReport, describeCache, describeInstalled, type InstalledModel } from "./models.js";
import { describePackages, describeRuntime, type PackageReport, type RuntimeReport } from "./packages.js";
import { describeSystem, type SystemReport } from "./system.js";

/** Something that does not work, or not as well as it could. */
export interface Problem {
  /** Models cannot run because of it. */
  serious: boolean;
  what: string;
  advice: string;
}

/** Everything that `doctor` prints. */
export interface DoctorReport {
  system: SystemReport;
  packages: PackageReport[];
  runtime: RuntimeReport;
  installed: InstalledModel[];
  cache: CacheReport;
  /** Environment variables that change what this package does. Secrets are reported as "set". */
  environment: Record<string, string>;
  /** Result of scoring one text with the model that runs if none is named. */
  probe: { model: string; milliseconds?: number; error?: string };
  problems: Problem[];
}

/** Variables whose values may be printed. */
const PLAIN_VARIABLES = ["HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_HUB_OFFLINE", "NODE_OPTIONS"];
/** Variables that may hold credentials. */
const SECRET_VARIABLES = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

/** Examines the machine. */
export async function examine(): Promise<DoctorReport> {
  const [packages, runtime, installed, cache] = await Promise.all([
    describePackages(),
    describeRuntime(),
    describeInstalled(),
    describeCache(),
  ]);
  const found = { system: describeSystem(), packages, runtime, installed, cache, environment: describeEnvironment() };
  const probe = await probeModel();
  return { ...found, probe, problems: findProblems({ ...found, probe }) };
}

function describeEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): Record<string, string> {
  const set = (names: readonly string[]) =>
    names.flatMap((name) => [name, name.toLowerCase()]).filter((name) => env[name] !== undefined && env[name] !== "");
  return {
    ...Object.fromEntries(set(PLAIN_VARIABLES).map((name) => [name, withoutCredentials(env[name]!)])),
    ...Object.fromEntries(set(SECRET_VARIABLES).map((name) => [name, "set"])),
  };
}

/** Removes `user:password@` from URLs. */
function withoutCredentials(value: string): string {
  return value.replace(/\/\/[^/@\s]*@/g, "//");
}

async function probeModel(): Promise<DoctorReport["probe"]> {
  const scorer = createScorer();
  const started = performance.now();
  try {
    await scorer.score("Does it run?", ["It runs."]);
    return { model: scorer.model!, milliseconds: Math.round(performance.now() - started) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { model: scorer.model!, error: isRerankError(error) ? message : `${(error as Error).name}: ${message}` };
  } finally {
    await scorer.dispose?.();
  }
}

/** What to do where the native library does not load. */
function adviceOnNative({ system, runtime }: Omit<DoctorReport, "problems">, isWasm: boolean): string {
  if (system.libc === "musl") {
    const fact = "This system uses musl (Alpine Linux), which onnxruntime-node does not support.";
    return isWasm
      ? `${fact} An image with glibc, such as node:22-slim, runs models natively.`
      : `${fact} Use an image with glibc, such as node:22-slim, install onnxruntime-web, which runs models in WebAssembly, or use the model static-en-v1, which needs no native code.`;
  }
  if (runtime.version === undefined)
    return "Run `npm install onnxruntime-node --ignore-scripts`. npm leaves it out without an error if its install script cannot download CUDA libraries, for example behind a firewall; --ignore-scripts skips that download.";
  if (runtime.binary === undefined)
    return `The package has no binary for ${system.platform}. If files were deleted to save space, install the package again; otherwise use the model static-en-v1, which needs no native code.`;
  return "Install the package again: `npm install onnxruntime-node --ignore-scripts`.";
}

/** Explains what is wrong in a report. */
export function findProblems(report: Omit<DoctorReport, "problems">): Problem[] {
  const { system, runtime, installed, cache, probe } = report;
  const problems: Problem[] = [];
  const add = (serious: boolean, what: string, advice: string) => problems.push({ serious, what, advice });
  // Without the native library, onnxruntime-web may have run the model.
  const isWasm = !runtime.loads && probe.error === undefined;
  if (!runtime.loads) {
    const what =
      runtime.version === undefined
        ? "onnxruntime-node is not installed"
        : `onnxruntime-node ${runtime.version} is installed but does not load: ${runtime.error}`;
    const consequence = isWasm
      ? "Models run in WebAssembly, which takes three to four times as long."
      : "ONNX models cannot run.";
    add(!isWasm, `${what.replace(/\.?$/, ".")} ${consequence}`, adviceOnNative(report, isWasm));
  } else if (probe.error !== undefined) {
    add(
      true,
      `${probe.model} cannot score: ${probe.error}`,
      `Run \`npx langchain-rerank models check ${probe.model}\`.`,
    );
  }
  for (const model of installed) {
    if (model.damaged) {
      const name = model.package ?? "langchain-rerank";
      const what = `Files of ${model.name} are missing or have the wrong size: ${model.damaged.join(", ")}.`;
      add(true, what, `Install the package again: \`npm install ${name}\`.`);
    } else if (model.bytes === undefined && model.package === undefined) {
      add(true, `The files of ${model.name} are missing.`, "Install langchain-rerank again.");
    }
  }
  for (const { name, partialBytes } of cache.models) {
    if (partialBytes === undefined) continue;
    const advice = `Run \`npx langchain-rerank models download ${name}\` to resume it.`;
    add(false, `The download of ${name} was interrupted.`, advice);
  }
  const sets = system.instructionSets;
  if (system.platform.endsWith("x64") && sets && !sets.includes("avx512_vnni") && !sets.includes("avx_vnni")) {
    const what = "The processor has no VNNI instructions, so 8-bit models run at about a quarter of their usual speed.";
    add(
      false,
      what,
      "Rerank fewer candidates (`topK`), use static-en-v1 as a first stage, or choose a newer machine type.",
    );
  }
  return problems;
}
