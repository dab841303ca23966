import { InvalidInputError } from "../../errors.js";
import { nodeFsPromises, nodePath } from "../../node-modules.js";

/** Paths of a data set's files. */
interface BeirFiles {
  corpus: string;
  queries: string;
  qrels: string;
  run: string | undefined;
}

const TEXT_ENDING = /\.(jsonl|ndjson|json|csv|tsv)(\.gz)?$/;
const TABLE_ENDING = /\.(tsv|jsonl|ndjson|json|csv|qrels|trec|txt)(\.gz)?$/;
const RUN_ENDING = /\.(trec|run)(\.gz)?$/;

/**
 * Finds the files of a BEIR folder.
 *
 * @throws InvalidInputError when one is missing, or when there is a choice that `split` or `run` must make.
 */
export async function findBeirFiles(
  folder: string,
  { split, run }: { split?: string; run?: string },
): Promise<BeirFiles> {
  const { join } = await nodePath();
  const names = await list(folder);
  // A single file next to the corpus, where there is no folder of splits.
  const single = names.find((name) => TABLE_ENDING.test(name) && name.replace(TABLE_ENDING, "") === "qrels");
  const isSingle = single !== undefined && split === undefined && !names.includes("qrels");
  return {
    ...(await findTextFiles(folder, names, isSingle ? [] : ["qrels"])),
    qrels: isSingle ? join(folder, single) : await chooseQrels(join(folder, "qrels"), split),
    run: await chooseRun(folder, names, run),
  };
}

/**
 * Finds the files of a BEIR folder that contain texts.
 *
 * @throws InvalidInputError when they, or other names that are needed, are missing.
 */
export async function findTextFiles(
  folder: string,
  names?: readonly string[],
  alsoNeeded: readonly string[] = [],
): Promise<Pick<BeirFiles, "corpus" | "queries">> {
  const { join } = await nodePath();
  const found = names ?? (await list(folder));
  const find = (stem: string) => found.find((name) => TEXT_ENDING.test(name) && name.replace(TEXT_ENDING, "") === stem);
  const [corpus, queries] = [find("corpus"), find("queries")];
  const missing = [
    ...(corpus ? [] : ["corpus.jsonl"]),
    ...(queries ? [] : ["queries.jsonl"]),
    ...alsoNeeded.filter((name) => !found.includes(name)),
  ];
  if (!corpus || !queries || missing.length > 0) throw notBeir(folder, missing, found);
  return { corpus: join(folder, corpus), queries: join(folder, queries) };
}

function notBeir(folder: string, missing: readonly string[], names: readonly string[]): InvalidInputError {
  // Data sets of the Hugging Face hub have folders of this name with Parquet files.
  const isParquet = names.includes("corpus") || names.some((name) => name.endsWith(".parquet"));
  const advice = isParquet ? " Parquet files are not read; Python's `datasets` writes JSON lines with `to_json`." : "";
  const found = names.slice(0, 8).join(", ") + (names.length > 8 ? `, … (${names.length} in all)` : "");
  return new InvalidInputError(
    folder,
    `this is not a BEIR folder: it has no ${missing.join(", no ")}. Found: ${found || "nothing"}. Needed: corpus.jsonl and ` +
      "queries.jsonl (one object with `_id` and `text` per line; .json, .csv and .tsv work too) and qrels/<split>.tsv (a header, then " +
      `query id, document id and grade, separated by tabs; .jsonl and .csv work too).${advice}`,
  );
}

async function chooseQrels(folder: string, split: string | undefined): Promise<string> {
  const { join } = await nodePath();
  const files = (await list(folder)).filter((name) => TABLE_ENDING.test(name));
  const splits = [...new Set(files.map((name) => name.replace(TABLE_ENDING, "")))];
  const chosen = split ?? (splits.includes("test") ? "test" : splits.length === 1 ? splits[0]! : undefined);
  const matching = files.filter((name) => name.replace(TABLE_ENDING, "") === chosen);
  if (matching.length === 1) return join(folder, matching[0]!);
  if (matching.length > 1) {
    throw new InvalidInputError(
      folder,
      `It has several files for the split "${chosen}": ${matching.join(", ")}. Keep one.`,
    );
  }
  const found = splits.join(", ") || "none";
  const problem = split === undefined ? "It is not clear which split to read." : `There is no split "${split}".`;
  throw new InvalidInputError(folder, `${problem} Splits found: ${found}. Pass one as \`split\`.`);
}

async function chooseRun(
  folder: string,
  names: readonly string[],
  run: string | undefined,
): Promise<string | undefined> {
  const { join, isAbsolute } = await nodePath();
  if (run !== undefined) {
    const { access } = await nodeFsPromises();
    const inside = isAbsolute(run) ? run : join(folder, run);
    return access(inside).then(
      () => inside,
      () => run,
    );
  }
  const runs = names.filter((name) => RUN_ENDING.test(name));
  if (runs.length > 1) {
    throw new InvalidInputError(folder, `It has several runs: ${runs.join(", ")}. Pass one as \`run\`.`);
  }
  return runs[0] && join(folder, runs[0]);
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await (await nodeFsPromises()).readdir(folder)).sort();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem =
      code === "ENOENT"
        ? "there is no such folder. Pass one in BEIR's layout, with corpus.jsonl, queries.jsonl and qrels/test.tsv."
        : `could not read the folder: ${message}.`;
    throw new InvalidInputError(folder, problem, { cause });
  }
}
