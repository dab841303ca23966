import { realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { isRerankError, ModelIntegrityError } from "../../errors.js";
import { downloadModel } from "../../models/download.js";
import { defaultModel } from "../../models/find.js";
import type { DType } from "../../models/types.js";
import { listFolder } from "../../platform/node/folder.js";
import { hashFile } from "../../platform/node/hub/blob.js";
import { createScorer } from "../../scorers/create-scorer.js";
import { downloadDetail } from "./download-detail.js";
import { interruption } from "./interruption.js";
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
  result: "ok" | "failed" | "skipped";
  detail: string;
}

/** `models check`: hashes of the files, then golden scores. Throws the first failure after all findings are printed. */
export async function check(name: string | undefined, options: FetchOptions): Promise<void> {
  const bar = new ProgressBar();
  const model = name ?? defaultModel().name;
  const { locateModel } = await import("#platform/locate-model.js");
  const located = await locateModel(model, {
    ...fetchOptions(options),
    signal: interruption(),
    onProgress: (progress) => bar.update(progress.bytes, progress.total, downloadDetail(progress)),
  }).finally(() => bar.end());
  const findings = [...(await checkHashes(located.folder)), await checkScores(model, options)];
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ model, folder: located.folder, file: located.file, findings }, null, 2)}\n`,
    );
  else printFindings(model, findings);
  const failed = findings.find(({ result }) => result === "failed");
  if (failed) throw new ModelIntegrityError(model, `${failed.what}: ${failed.detail}`);
}

/** Files of the cache are named by their hash; a local folder says nothing of what its files should be. */
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
      : `its SHA-256 is ${found}, ${expected} was expected. Delete ${blob} and download again.`;
    findings.push({ what: file, result: ok ? "ok" : "failed", detail });
  }
  return findings;
}

async function checkScores(model: string, options: FetchOptions): Promise<Finding> {
  const what = "golden scores";
  const { dtype, revision, acceptLicense, cacheDir } = options;
  const scorer = createScorer(model, { dtype, revision, acceptLicense, cacheDir, verify: true });
  try {
    await scorer.score("probe", ["probe"], { signal: interruption() });
    return { what, result: "ok", detail: "within the model's tolerance" };
  } catch (error) {
    // By name: the error may come from another copy of the package's code.
    if (!isRerankError(error) || error.name !== "ModelIntegrityError") throw error;
    const none = /no golden scores/.test(error.message);
    return {
      what,
      result: none ? "skipped" : "failed",
      detail: none ? "none are known for this model" : error.message,
    };
  } finally {
    await scorer.dispose?.();
  }
}

const MARKS = { ok: ["green", "ok     "], failed: ["red", "FAILED "], skipped: ["yellow", "skipped"] } as const;

function printFindings(model: string, findings: readonly Finding[]): void {
  const terminal = terminalOf(process.stdout);
  process.stdout.write(`${paint(terminal, "bold", model)}\n`);
  for (const { what, result, detail } of findings) {
    const [style, mark] = MARKS[result];
    process.stdout.write(`${paint(terminal, style, mark)} ${what}: ${detail}\n`);
  }
}

function fetchOptions({ dtype, revision, acceptLicense, cacheDir }: FetchOptions) {
  const given = Object.entries({ dtype, revision, acceptLicense, cacheDir }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Pick<FetchOptions, "dtype" | "revision" | "acceptLicense" | "cacheDir">;
}
