// Raw scores of the bundled models on data sets, computed once and kept in a folder. Shared by default-choice.js and calibration.js.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBeir } from "../dist/evaluation.js";
import { OnnxCrossEncoder, OnnxLateInteraction } from "../dist/onnx.js";
import { StaticEmbeddings, StaticLateInteraction } from "../dist/static.js";

function everydaySources(part) {
  return fileURLToPath(new URL(`../training/everyday/data/${part}.jsonl`, import.meta.url));
}

/**
 * Where each set's lists come from: the judged passages of a question where `judged` is set, else the first `depth` of the run in the
 * folder. A file of `sources` gives each of its questions all passages of the question's source. `from` and `to` select questions by position, and `sample` draws that many of them. `complete` says that all or most
 * candidates were judged, so that an unjudged one need not be taken for irrelevant.
 */
export const SETS = {
  // Development: nothing else may decide a default or fit a curve.
  trecqa_dev: { folder: "trecqa_dev", judged: true, complete: true },
  trecqa_train: { folder: "trecqa_train", split: "train", judged: true, complete: true },
  "MEDIQA 2019, part 1": { folder: "mediqa2019_train1", complete: true },
  "MEDIQA 2019, part 2": { folder: "mediqa2019_train2", complete: true },
  "QED, other questions": { folder: "qed_dev", from: 150, sample: 150 },
  "SciFact, other questions": { folder: "scifact", from: 100, sample: 60, depth: 40 },
  "calibration questions": {
    file: fileURLToPath(new URL("calibration-questions.jsonl", import.meta.url)),
    complete: true,
  },
  "everyday sources, dev": { sources: everydaySources("dev"), complete: true },
  // Test: these report a choice, they never make one.
  "TREC DL 2020": { folder: "trec-dl-2020", split: "full", complete: true },
  "SciFact 100": { folder: "scifact", to: 100 },
  "Cranfield 100": { folder: "cranfield", to: 100 },
  "TREC QA": { folder: "trecqa", complete: true },
  HotpotQA: { folder: "hotpotqa_100" },
  "QED 150": { folder: "qed_dev", to: 150 },
  "everyday sources, test": { sources: everydaySources("test"), complete: true },
  "everyday, same source": { file: "everyday/questions.jsonl", prefix: "same-source:", complete: true },
  "everyday, shared words": { file: "everyday/questions.jsonl", prefix: "shared-words:", complete: true },
};

const DEPTH = 100;
/** Where lists are not complete, the cross-encoder reads the best of `late-en-v1`, as a second stage would, and the first of the run. */
const CROSS_BEST = 20;
const CROSS_FIRST = 10;

/**
 * The lists of a set with the raw scores of every bundled model.
 *
 * @returns One object per question: `documents` and `grades` (undefined where a passage was not judged) in the order of the first stage,
 * `late` (without the query's offset), `pooled`, `cross` (null where it was not read), `static` and `staticCosine` in the same order,
 * `qrels`, and of the query `tokens` and `direction`, the mean unit vector of its tokens by `late-en-v1`. Undefined where the data
 * folder lacks the set.
 */
export async function rawScores(data, name, cache) {
  const lists = await readLists(data, SETS[name]);
  if (!lists) return undefined;
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${name.replaceAll(/[^\w]+/g, "-")}.jsonl`);
  const known = new Map(existsSync(file) ? readLines(file).map((line) => [line.id, line]) : []);
  const rows = [];
  for (const list of lists) {
    if (list.texts.length === 0) continue;
    let scores = known.get(list.id);
    if (!scores) {
      scores = { id: list.id, ...(await scoreList(list, SETS[name])) };
      appendFileSync(file, `${JSON.stringify(scores)}\n`);
    }
    const { texts: _texts, ...rest } = list;
    rows.push({ ...rest, ...scores });
  }
  return rows;
}

/** Frees the models. */
export async function disposeScorers() {
  await Promise.all(Object.values(await (scorers ?? {})).map((scorer) => scorer.dispose?.()));
}

export async function readLists(
  data,
  { folder, file, sources, prefix = "", split, judged, from, to, sample, depth = DEPTH },
) {
  if (file || sources) {
    const path = sources ?? (file.startsWith("/") ? file : join(data, file));
    if (!existsSync(path)) return undefined;
    return readLines(path)
      .flatMap((line) => (sources ? askedOf(line) : [line]))
      .map((line, index) => ({ id: String(index), relevant: 0, lang: "en", ...line }))
      .filter(({ id, lang }) => lang === "en" && id.startsWith(prefix))
      .map(({ id, query, passages, relevant }) => ({
        id,
        query,
        documents: passages.map((_, index) => String(index)),
        grades: passages.map((_, index) => (index === relevant ? 1 : 0)),
        qrels: new Map([[String(relevant), 1]]),
        texts: passages,
      }));
  }
  if (!existsSync(join(data, folder))) return undefined;
  const set = await readBeir(join(data, folder), { ...(split && { split }), onWarning: () => {} });
  const ids = draw([...set.queries.keys()].slice(from, to), sample);
  return ids.map((id) => {
    const qrels = set.qrels.get(id);
    const run = [...(set.run?.get(id) ?? [])].sort((a, b) => b[1] - a[1]).map(([document]) => document);
    const documents = judged ? [...qrels.keys()] : run.slice(0, depth);
    const texts = documents.map((document) => {
      const { title, text } = set.corpus.get(document);
      return title ? `${title}\n${text}` : text;
    });
    return {
      id,
      query: set.queries.get(id),
      documents,
      grades: documents.map((each) => qrels.get(each)),
      qrels,
      texts,
    };
  });
}

function askedOf({ passages, questions }) {
  return questions.map(({ text, answer }) => ({ query: text, passages, relevant: answer }));
}

let scorers;

async function scoreList({ query, texts }, { complete }) {
  scorers ??= {
    late: new OnnxLateInteraction({ model: "late-en-v1", cache: { maxBytes: 2 ** 31 } }),
    // The share of the pooled cosine does not change what is cached, so that the texts are encoded once for both.
    pooled: new OnnxLateInteraction({ model: "late-en-v1", cache: { maxBytes: 2 ** 31 }, pooledWeight: 1 }),
    cross: new OnnxCrossEncoder({ model: "rerank-en-v1" }),
    static: new StaticLateInteraction(),
    embeddings: new StaticEmbeddings(),
  };
  const late = await raw(scorers.late, query, texts);
  const pooled = await raw(scorers.pooled, query, texts);
  const best = texts.map((_, index) => index).sort((a, b) => late[b] - late[a]);
  const read = best.filter((index, rank) => complete || rank < CROSS_BEST || index < CROSS_FIRST);
  const logits = await raw(
    scorers.cross,
    query,
    read.map((index) => texts[index]),
  );
  const cross = new Array(texts.length).fill(null);
  for (const [place, index] of read.entries()) cross[index] = logits[place];
  const [vectors, question] = [
    await scorers.embeddings.embedDocuments(texts),
    await scorers.embeddings.embedQuery(query),
  ];
  const staticCosine = vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * question[i], 0));
  const features = await scorers.late.queryFeatures(query);
  return { late, pooled, cross, static: await raw(scorers.static, query, texts), staticCosine, ...features };
}

/** Raw scores of these texts without the query's offset. */
export async function raw(scorer, query, texts) {
  let report;
  await scorer.score(query, texts, {
    onReport: (each) => {
      report = each;
    },
  });
  return report.raw.map((score) => score - (report.queryOffset ?? 0));
}

function readLines(file) {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** The same questions on every machine: a linear congruential generator with a fixed seed. */
function draw(ids, count) {
  if (count === undefined) return ids;
  let state = 7;
  const random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return ids
    .map((id) => [random(), id])
    .sort((a, b) => a[0] - b[0])
    .slice(0, count)
    .map(([, id]) => id);
}
