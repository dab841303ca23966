import { checkQuery } from "../../options.js";
import { joinReports } from "../join-reports.js";
import type { RelevanceScorer, ScoreOptions, ScorerReport } from "../relevance-scorer.js";
import type { OnnxLateInteractionOptions } from "./late-interaction/options.js";
import { OnnxLateInteraction } from "./onnx-late-interaction.js";

/** Below this many distinct texts, or twice `topN`, all texts are read: there is too little to save. */
const FEWEST_TEXTS = 20;
/** Characters of a beginning, about 60 tokens of English, and of a text up to which it is read whole instead. */
const BEGINNING = 280;
const SHORT = 360;
/** A text stays in the race while its estimate and this many standard errors could still be among the best. */
const MARGIN = 2;
/** Texts read whole at a time, in multiples of `topN`: few enough to stop early, many enough for all worker threads. */
const WAVE = 1.6;
const SMALLEST_WAVE = 8;

/** What is known about one text: its raw score by the model, or an estimate of it with its standard error. */
interface Estimate {
  readonly score: number;
  readonly error: number;
  /** Raw scores of the stages that read the text, in order. */
  readonly stages: readonly number[];
}

/**
 * `late-en-v1` with a head start: what runs when no model is named. If the caller needs only the best `topN` texts, the static model scores all
 * of them, `late-en-v1` reads the beginnings of those that can still be among the best, and then the whole of those that can be after that,
 * most promising first, until no other can. The best `topN` have the scores of `late-en-v1`. The others have low estimates, which depend
 * on nothing but the text itself and the stages that read it. Without `topN`, `late-en-v1` reads everything.
 *
 * @internal `createScorer()` and rerankers without a model are the public way.
 */
export class ProgressiveLateInteraction implements RelevanceScorer {
  readonly readsLessForTopN = true;
  readonly #late: OnnxLateInteraction;

  /** @param late Replaces the scorer that the options describe. */
  constructor(options: Omit<OnnxLateInteractionOptions, "model">, late = new OnnxLateInteraction(options)) {
    this.#late = late;
  }

  get model() {
    return this.#late.model;
  }

  get calibration() {
    return this.#late.calibration;
  }

  get languages() {
    return this.#late.languages;
  }

  get lowestScore() {
    return this.#late.lowestScore;
  }

  async load(options?: { signal?: AbortSignal }): Promise<void> {
    await Promise.all([this.#late.load(options), openStaticModel().then((model) => model.load())]);
  }

  /** Like {@link OnnxLateInteraction.scoreParts}: parts are scored in the context of a text that is read whole. */
  scoreParts(...call: Parameters<OnnxLateInteraction["scoreParts"]>) {
    return this.#late.scoreParts(...call);
  }

  async dispose(): Promise<void> {
    await this.#late.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Scores texts like {@link OnnxLateInteraction.score}, the best `topN` exactly. */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkQuery(query);
    const { topN, signal, onReport } = options;
    const distinct = [...new Set(texts.filter((text) => text.trim() !== ""))];
    if (topN === undefined || distinct.length < Math.max(FEWEST_TEXTS, 2 * topN))
      return this.#late.score(query, texts, options);
    const race = new Race(this.#late, query, distinct, signal);
    await race.run(topN);
    const found = texts.map((text) => race.results.get(text) ?? { score: -1, error: 0, stages: [] });
    const raw = found.map(({ score, error }) => score - MARGIN * error);
    onReport?.({
      ...race.report,
      model: this.model,
      raw,
      truncated: texts.map((text) => race.truncated.has(text)),
      stages: race.counts,
      stageScores: found.map(({ stages }) => stages),
    });
    return raw.map((score) => Math.min(1, Math.max(0, score)));
  }
}

/** Loaded here, so that applications that name a model never load it. */
async function openStaticModel() {
  const { StaticLateInteraction } = await import("langchain-rerank/static");
  return new StaticLateInteraction();
}

/** One call. */
class Race {
  readonly results = new Map<string, Estimate>();
  /** Texts that were read whole and are longer than the model reads. */
  readonly truncated = new Set<string>();
  /** Number of texts that each stage read. */
  readonly counts = { "static-en-v1": 0, beginnings: 0, whole: 0 };
  readonly #late: OnnxLateInteraction;
  readonly #query: string;
  readonly #texts: readonly string[];
  readonly #signal: AbortSignal | undefined;
  readonly #reports: ScorerReport[] = [];

  constructor(late: OnnxLateInteraction, query: string, texts: readonly string[], signal: AbortSignal | undefined) {
    this.#late = late;
    this.#query = query;
    this.#texts = texts;
    this.#signal = signal;
  }

  get report(): ScorerReport {
    return joinReports(this.#reports);
  }

  async run(topN: number): Promise<void> {
    const beginnings = await this.#readStatically();
    const known = await this.#late.knownTexts(this.#texts);
    const wave = Math.max(SMALLEST_WAVE, Math.ceil(WAVE * topN));
    let out = [...this.#texts];
    const estimates = out.map((text) => this.results.get(text)!.score);
    let bar = nthHighest(estimates, topN);
    for (;;) {
      const [left, others] = divide(out, (text) => known.has(text) || this.#reach(text) > bar);
      const [long, short] = divide(left, (text) => beginnings.has(text) && !known.has(text));
      await this.#readWhole(short);
      await this.#readBeginnings(long, beginnings);
      const promising = long.sort((a, b) => this.#reach(b) - this.#reach(a));
      for (let from = 0; from < promising.length; from += wave) {
        const lowest = nthHighest(this.#wholeScores(), topN);
        await this.#readWhole(promising.slice(from, from + wave).filter((text) => this.#reach(text) > lowest));
      }
      // The best may be lower than their static scores promised; then others have a chance too.
      const lowest = nthHighest(this.#wholeScores(), topN);
      out = others;
      if (lowest >= bar || !out.some((text) => this.#reach(text) > lowest)) return;
      bar = lowest;
    }
  }

  /** The highest score that a text may still get. */
  #reach(text: string): number {
    const { score, error } = this.results.get(text)!;
    return score + MARGIN * error;
  }

  #wholeScores(): number[] {
    return [...this.results.values()].flatMap(({ score, error }) => (error === 0 ? [score] : []));
  }

  /** Scores all texts and, for the next stage, the beginnings of the longer ones. */
  async #readStatically(): Promise<Map<string, { text: string; static: number }>> {
    const long = this.#texts.filter((text) => text.length > SHORT);
    const cut = long.map(beginningOf);
    const raw = await this.#score(await openStaticModel(), [...this.#texts, ...cut]);
    for (const [index, text] of this.#texts.entries())
      this.results.set(text, { ...estimateFromStatic(raw[index]!), stages: [raw[index]!] });
    this.counts["static-en-v1"] = this.#texts.length;
    const offset = this.#texts.length;
    return new Map(long.map((text, index) => [text, { text: cut[index]!, static: raw[offset + index]! }]));
  }

  async #readBeginnings(
    texts: readonly string[],
    beginnings: ReadonlyMap<string, { text: string; static: number }>,
  ): Promise<void> {
    if (texts.length === 0) return;
    const raw = await this.#score(
      this.#late,
      texts.map((text) => beginnings.get(text)!.text),
    );
    for (const [index, text] of texts.entries()) {
      const { stages } = this.results.get(text)!;
      const rest = stages[0]! - beginnings.get(text)!.static;
      const estimate = estimateFromBeginning(raw[index]!, rest, text.length);
      this.results.set(text, { ...estimate, stages: [...stages, raw[index]!] });
    }
    this.counts.beginnings += texts.length;
  }

  async #readWhole(texts: readonly string[]): Promise<void> {
    if (texts.length === 0) return;
    const raw = await this.#score(this.#late, texts);
    const { truncated } = this.#reports.at(-1)!;
    for (const [index, text] of texts.entries()) {
      const { stages } = this.results.get(text)!;
      this.results.set(text, { score: raw[index]!, error: 0, stages: [...stages, raw[index]!] });
      if (truncated?.[index]) this.truncated.add(text);
    }
    this.counts.whole += texts.length;
  }

  /** Raw scores. */
  async #score(scorer: RelevanceScorer, texts: readonly string[]): Promise<readonly number[]> {
    let raw: readonly number[] = [];
    const onReport = (report: ScorerReport) => {
      raw = report.raw!;
      // The tokens of the static model are looked up, not computed.
      if (scorer === this.#late) this.#reports.push(report);
    };
    await scorer.score(this.#query, texts, { ...(this.#signal && { signal: this.#signal }), onReport });
    return raw;
  }
}

/** The first words of a text; where it has none for long, as in Chinese, its first characters. */
function beginningOf(text: string): string {
  const end = text.lastIndexOf(" ", BEGINNING);
  return text.slice(0, end > BEGINNING / 2 ? end : BEGINNING);
}

/** Raw score of `late-en-v1`, by least squares on 15,000 pairs of QED's development questions (benchmark/progressive.js). */
function estimateFromStatic(score: number) {
  return { score: 0.406 + 0.566 * score, error: 0.051 };
}

/**
 * The same for a text whose beginning was read.
 *
 * @param beginning The raw score of its beginning.
 * @param rest What the rest of the text adds to its static score.
 * @param length Characters of the text. The longer it is, the less its beginning says.
 */
function estimateFromBeginning(beginning: number, rest: number, length: number) {
  const error = 0.0119 + 0.0054 * Math.log(length / BEGINNING) + 0.0625 * Math.max(0, rest);
  return { score: 0.0374 + 0.941 * beginning + 0.253 * rest, error };
}

/** The items that meet a condition, and the others. */
function divide<T>(items: readonly T[], condition: (item: T) => boolean): [T[], T[]] {
  return [items.filter(condition), items.filter((item) => !condition(item))];
}

/** Minus infinity if there are fewer than `n`. */
function nthHighest(numbers: readonly number[], n: number): number {
  return numbers.length < n ? Number.NEGATIVE_INFINITY : [...numbers].sort((a, b) => b - a)[n - 1]!;
}
