import { calibrateScores } from "../../../calibration.js";
import { titleAndText } from "../../../evaluation/title-and-text.js";
import { isStaticModel } from "../../../models/bundled.js";
import { checkThreshold } from "../../../rerankers/checks.js";
import { callScorer, createScorer } from "../../../scorers/create-scorer.js";
import { blankScore, LOWEST_SCORE, type RelevanceScorer } from "../../../scorers/relevance-scorer.js";
import { isRemoteModel } from "../../../scorers/remote-model.js";
import { CliError, exitCodeOf } from "../failure.js";
import { JsonlIndex } from "./jsonl-index.js";
import { keepHeapSmall } from "./keep-heap-small.js";
import type { FromWorker, ToWorker, WorkerSetup, WorkerTask } from "./worker-protocol.js";

function send(message: FromWorker): void {
  // Without a callback, an answer to a parent that was killed would be an error event, before `disconnect` comes.
  process.send?.(message, () => {});
}

function describe(error: unknown): { message: string; exitCode: number } {
  const message = error instanceof Error ? error.message : String(error);
  return { message, exitCode: exitCodeOf(error) };
}

/** Scores the queries that a process is given. */
class Worker {
  readonly #setup: WorkerSetup;
  readonly #scorer: RelevanceScorer;
  #files: { queries: JsonlIndex; corpus: JsonlIndex } | undefined;

  /** Loads the model. The files are opened with the first query: until then, the parent may still be writing their indexes. */
  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    const { model, options, singleThread } = setup;
    const hasThreads = model === undefined || !(isRemoteModel(model) || isStaticModel(model));
    const threads = singleThread && hasThreads ? ({ workers: false, threads: 1 } as const) : {};
    this.#scorer = createScorer(model, { ...options, ...threads });
    // What goes wrong is reported by the first query, which tries again.
    this.#scorer.load?.().catch(() => {});
  }

  /**
   * The scores that rerankers write to `sim`: probabilities if the model has a calibration. Blank documents are not given to the model and
   * get the lowest score.
   */
  async score({ query, documents }: WorkerTask): Promise<number[]> {
    const { queries, corpus } = this.#open();
    const { text } = read(queries, query);
    if (text.trim() === "") throw new CliError(`the query "${query}" is blank.`);
    const texts = documents.split(" ").map((id) => titleAndText(read(corpus, id)));
    const filled = texts.flatMap((each, index) => (each.trim() === "" ? [] : [index]));
    const { scores: given, report } = await callScorer(this.#scorer, {
      query: text,
      texts: filled.map((index) => texts[index]!),
    });
    // Whether the model has a calibration may be known only now.
    const { calibration, lowestScore = LOWEST_SCORE } = this.#scorer;
    if (calibration) checkThreshold(this.#setup.threshold);
    const calibrated = calibrateScores(this.#scorer, given, report);
    const scores = new Array<number>(texts.length).fill(blankScore(calibration ? 0 : lowestScore, calibrated));
    filled.forEach((index, position) => {
      scores[index] = calibrated[position]!;
    });
    return scores;
  }

  #open() {
    const { queries, queriesIndex, corpus, corpusIndex } = this.#setup;
    this.#files ??= { queries: new JsonlIndex(queries, queriesIndex), corpus: new JsonlIndex(corpus, corpusIndex) };
    return this.#files;
  }
}

function read(index: JsonlIndex, id: string) {
  const row = index.read(id);
  if (!row) throw new CliError(`"${id}" is not in ${index.path}.`);
  return row;
}

// Scores queries one by one until the parent goes away.
keepHeapSmall();
let worker: Worker | undefined;
process.on("message", (message: ToWorker) => {
  if ("setup" in message) {
    worker = new Worker(message.setup);
    return;
  }
  const { id, task } = message;
  worker!.score(task).then(
    (scores) => send({ id, scores }),
    (error: unknown) => send({ id, error: describe(error) }),
  );
});
process.on("disconnect", () => process.exit());
// Ctrl-C reaches every process of the terminal; the parent decides.
process.on("SIGINT", () => {});
