import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Dataset, type Run, writeRun } from "../../evaluation.js";
import { CliError, EXIT } from "./failure.js";

/** Characters of a file's name that come from its system: at most 240 bytes in UTF-8, and file systems allow 255. */
const LONGEST_NAME = 80;

/**
 * Finds out whether runs over a data set can be written in TREC format, before hours of work instead of afterwards.
 *
 * @throws CliError naming an id with white space.
 */
export function checkRunIds({ queries, corpus, run }: Dataset): void {
  const documents = run ? [...run.values()].flatMap((scores) => [...scores.keys()]) : [...corpus.keys()];
  const bad = [...queries.keys(), ...documents].find((id) => /\s/.test(id));
  if (bad === undefined) return;
  const problem = `a TREC run cannot store the id ${JSON.stringify(bad)}, which contains white space. Leave the option out, or rename the id in the data.`;
  throw new CliError(`--runs: ${problem}`, EXIT.usage);
}

/** Writes each system's run to a file of its own. */
export async function writeRuns(folder: string, runs: ReadonlyMap<string, Run>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tags = tagsOf([...runs.keys()]);
  for (const [name, run] of runs) {
    const tag = tags.get(name)!;
    await writeRun(join(folder, `${tag}.trec`), run, { tag });
  }
}

/**
 * The name of each system's file and tag: letters and digits of any language, and a number where two would be the same, also on file systems
 * that ignore case.
 */
export function tagsOf(names: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const plain = name
        .normalize("NFC")
        .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "_")
        .slice(-LONGEST_NAME);
      let tag = plain;
      for (let number = 2; taken.has(tag.toLowerCase()); number++) tag = `${plain}-${number}`;
      taken.add(tag.toLowerCase());
      return [name, tag];
    }),
  );
}
