import { readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EmbeddingReport } from "../../embeddings/call-options.js";
import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import type { OnnxEmbeddings } from "../../embeddings/onnx-embeddings.js";
import { isRerankError, ModelIntegrityError, ModelNotFoundError } from "../../errors.js";
import type { LocatedModel } from "../../inference/engine/located-model.js";
import { downloadModel } from "../../models/download.js";
import { defaultModel, findModel, getModel } from "../../models/find.js";
import { holdsEmbeddings, holdsLateInteraction } from "../../models/folder-kind.js";
import type { DType, ModelEntry } from "../../models/types.js";
import { given } from "../../options.js";
import { listFolder } from "../../platform/node/folder.js";
import { hashFile } from "../../platform/node/hub/blob.js";
import { installedFolder, locateModel } from "../../platform/node/locate-model.js";
import { createScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { downloadDetail, formatBytes } from "./download-detail.js";
import { interruption } from "./interruption.js";
import { refuseRemote } from "./model-output.js";
import { ProgressBar } from "./terminal/progress-bar.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Options of `models download` and `models check`. */
export interface FetchOptions {
  dtype?: DType;
  revision?: string;
  acceptLicense?: boolean;
  cacheDir?: string;
  update?: boolean;
  json?: boolean;
  verbose?: boolean;
}

/** `models download`: prints the folder. */
export async function download(name: string, options: FetchOptions): Promise<void> {
  refuseRemote(name);
  const bar = new ProgressBar();
  try {
    const { folder } = await downloadModel(name, {
      ...fetchOptions(options),
      ...(options.update ? { update: true } : {}),
      signal: interruption(),
      onProgress: (progress) => bar.update(progress.bytes, progress.total, downloadDetail(progress)),
    });
    bar.end();
    process.stdout.write(`${folder}\n`);
  } finally {
    bar.end();
  }
}

/** One finding of `models check`. */
interface Finding {
  what: string;
  result: "ok" | "failed" | "skipped" | "warning";
  detail: string;
}

/** `models check`: sizes and hashes of the files, then golden scores, or the vectors of an embedding model. Throws the first failure after all findings are printed. */
export async function check(name: string | undefined, options: FetchOptions): Promise<void> {
  const model = name ?? defaultModel().name;
  refuseRemote(model);
  const { folder, file, findings } =
    findModel(model)?.runtime === "static" ? await checkStatic(model, options) : await checkOnnx(model, options);
  if (options.json) process.stdout.write(`${JSON.stringify({ model, folder, file, findings }, null, 2)}\n`);
  else printFindings(model, findings);
  const failed = findings.find(({ result }) => result === "failed");
  if (failed) throw new ModelIntegrityError(model, `${failed.what}: ${failed.detail}`);
}

interface Checked {
  folder: string;
  file: string;
  findings: Finding[];
}

async function checkOnnx(model: string, options: FetchOptions): Promise<Checked> {
  const { folder, file, entry, readText } = await locateWithBar(model, options);
  const isLate = entry ? entry.kind === "late-interaction" : await holdsLateInteraction(readText);
  if (entry ? entry.kind === "embedding" : !isLate && (await holdsEmbeddings(readText))) {
    const files = [...(await checkHashes(folder)), ...(await checkSizes(folder, entry))];
    return { folder, file, findings: [...files, ...(await checkVectors(model, options))] };
  }
  const verify = await readText("golden.json").then(
    () => true,
    () => false,
  );
  const scorer = createScorer(model, { ...fetchOptions(options), verify });
  const findings = [
    ...(await checkHashes(folder)),
    ...(await checkSizes(folder, entry)),
    await checkScores(scorer, verify ? undefined : "none are known for this model"),
  ];
  return { folder, file, findings };
}

async function checkStatic(model: string, options: FetchOptions): Promise<Checked> {
  const entry = getModel(model);
  const folder = installedFolder(entry);
  if (folder === undefined) throw new ModelNotFoundError(model, "its folder is missing. Install the package again.");
  const file = Object.values(entry.files)[0]!.path;
  const scorer = createScorer(model, fetchOptions(options));
  const golden = JSON.parse(await readFile(join(folder, "golden.json"), "utf8")) as GoldenScores;
  const findings = [...(await checkSizes(folder, entry)), await checkScores(scorer, undefined, golden)];
  return { folder, file, findings };
}

/** Files in the cache are named by their hash. For a local folder, the right hashes are unknown. */
async function checkHashes(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of await listFolder(folder)) {
    const blob = await realpath(join(folder, file));
    const expected = basename(blob);
    if (!/^[0-9a-f]{64}$/.test(expected)) continue;
    const found = await hashFile(blob, "sha256");
    const ok = found === expected;
    const detail = ok
      ? `sha256 ${expected.slice(0, 12)}…`
      : `its SHA-256 is ${found} instead of ${expected}. Delete ${blob} and download again.`;
    findings.push({ what: file, result: ok ? "ok" : "failed", detail });
  }
  return findings;
}

/** Compares the weights of a bundled or packaged model with their registered size. */
async function checkSizes(folder: string, entry: ModelEntry | undefined): Promise<Finding[]> {
  if (!entry || entry.repository) return [];
  const findings = Object.values(entry.files).map(async ({ path, external = [], bytes }): Promise<Finding> => {
    const sizes = await Promise.all([path, ...external].map((file) => fileSize(join(folder, file))));
    const size = sizes.reduce((sum, each) => sum + each, 0);
    if (size === bytes) return { what: path, result: "ok", detail: formatBytes(size) };
    return {
      what: path,
      result: "failed",
      detail: `it has ${size} bytes instead of ${bytes}. Install the package again.`,
    };
  });
  return Promise.all(findings);
}

/** 0 if there is no such file. */
async function fileSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Scores that a model's authors computed. */
interface GoldenScores {
  pairs: [query: string, text: string][];
  scores: number[];
  tolerance: number;
}

/**
 * Scores a pair, so that the scorer verifies itself if it can, and the golden pairs, if they are given.
 *
 * @param skipped Why nothing can be compared, if so.
 */
async function checkScores(scorer: RelevanceScorer, skipped?: string, golden?: GoldenScores): Promise<Finding> {
  const what = "golden scores";
  const signal = interruption();
  try {
    for (const [index, [query, text]] of (golden?.pairs ?? [["probe", "probe"]]).entries()) {
      const [score] = await scorer.score(query, [text], { signal });
      const expected = golden?.scores[index] ?? score!;
      if (Math.abs(score! - expected) <= (golden?.tolerance ?? 0)) continue;
      const detail = `pair ${index} has the score ${score} instead of ${expected}. Install the package again.`;
      return { what, result: "failed", detail };
    }
    if (skipped !== undefined) return { what, result: "skipped", detail: skipped };
    return { what, result: "ok", detail: "within the model's tolerance" };
  } catch (error) {
    // Compared by name because the error may come from another copy of the package's code.
    if (!isRerankError(error) || error.name !== "ModelIntegrityError") throw error;
    return { what, result: "failed", detail: error.message };
  } finally {
    await scorer.dispose?.();
  }
}

/** Embeds a query, and passes on what its embeddings warn of or ask for. */
async function checkVectors(model: string, options: FetchOptions): Promise<Finding[]> {
  const embeddings = (await createEmbeddings(model, fetchOptions(options))) as OnnxEmbeddings;
  let warnings: readonly string[] = [];
  const onReport = (report: EmbeddingReport) => {
    warnings = report.warnings ?? [];
  };
  try {
    const vector = await embeddings.embedQuery("probe", { signal: interruption(), onReport });
    const found: Finding = { what: "vectors", result: "ok", detail: `${vector.length} dimensions` };
    return [found, ...warnings.map((detail): Finding => ({ what: "prefixes", result: "warning", detail }))];
  } catch (error) {
    // Settings that the caller has to choose are no fault of the files.
    if (!isRerankError(error) || error.name !== "InvalidOptionError") throw error;
    return [{ what: "vectors", result: "warning", detail: error.message }];
  } finally {
    await embeddings.dispose();
  }
}

const MARKS = {
  ok: ["green", "ok     "],
  failed: ["red", "FAILED "],
  skipped: ["yellow", "skipped"],
  warning: ["yellow", "warning"],
} as const;

function printFindings(model: string, findings: readonly Finding[]): void {
  const terminal = terminalOf(process.stdout);
  process.stdout.write(`${paint(terminal, "bold", model)}\n`);
  for (const { what, result, detail } of findings) {
    const [style, mark] = MARKS[result];
    process.stdout.write(`${paint(terminal, style, mark)} ${what}: ${detail}\n`);
  }
}

/** Finds a model's files, and shows the progress if they have to be downloaded. */
export async function locateWithBar(model: string, options: FetchOptions): Promise<LocatedModel> {
  const bar = new ProgressBar();
  const located = locateModel(model, {
    ...fetchOptions(options),
    signal: interruption(),
    onProgress: (progress) => bar.update(progress.bytes, progress.total, downloadDetail(progress)),
  });
  return located.finally(() => bar.end());
}

/** The options that finding a model depends on. */
function fetchOptions({ dtype, revision, acceptLicense, cacheDir }: FetchOptions) {
  return given({ dtype, revision, acceptLicense, cacheDir });
}
