import { existsSync, readFileSync } from "node:fs";

const FIXTURES = new URL("./fixtures/", import.meta.url);
const QED = new URL("../../../shared/data/qed_dev/", import.meta.url);

/** A folder or file of the tiny models. */
export const fixture = (path: string): string => new URL(path, FIXTURES).pathname;

/** Pairs with the logit that the reference implementation gives. */
export function expectedPairs(model: string): { query: string; document: string; logit: number }[] {
  return JSON.parse(readFileSync(fixture(`${model}/expected.json`), "utf8")).pairs;
}

/** A real question with the passages that a first stage found for it, best first. */
export interface Candidates {
  query: string;
  documents: string[];
}

/** Why {@link realQueries} cannot be called, if so. */
export const noRealQueries = existsSync(QED) ? undefined : "no folder ../shared/data/qed_dev beside the checkout";

/** Questions of QED (Natural Questions) with the first passages of BM25. */
export function realQueries(count: number, depth: number): Candidates[] {
  const read = (name: string) => readFileSync(new URL(name, QED), "utf8").trim().split("\n");
  const parse = (line: string) => JSON.parse(line) as { _id: string; text: string };
  const texts = new Map(
    read("corpus.jsonl")
      .map(parse)
      .map(({ _id, text }) => [_id, text]),
  );
  const found = new Map<string, string[]>();
  for (const line of read("bm25.top100.trec")) {
    const [query = "", , document = ""] = line.split(" ");
    found.set(query, [...(found.get(query) ?? []), document]);
  }
  return read("queries.jsonl")
    .map(parse)
    .filter(({ _id }) => (found.get(_id)?.length ?? 0) >= depth)
    .slice(0, count)
    .map(({ _id, text }) => ({
      query: text,
      documents: (found.get(_id) ?? []).slice(0, depth).map((id) => texts.get(id) ?? ""),
    }));
}
