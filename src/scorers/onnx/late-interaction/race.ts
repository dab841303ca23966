import { joinReports } from "../../join-reports.js";
import type { RelevanceScorer, ScorerReport } from "../../relevance-scorer.js";
import type { OnnxLateInteraction } from "../onnx-late-interaction.js";

/** Characters of a beginning, about 60 tokens of English, and of a text up to which it is read whole instead. */
const BEGINNING = 280;
const SHORT = 360;
/** A text stays in the race while its estimate and this many standard errors could still be among the best. */
export const MARGIN = 2;
/** Texts read whole at a time, in multiples of `topN`: few enough to stop early, many enough for all worker threads. */
const WAVE = 1.6;
const SMALLEST_WAVE = 8;

/** What is known about one text: its score without the query's offset, or an estimate of it with its standard error. */
interface Estimate {
  readonly score: number;
  readonly error: number;
  /** Raw scores of the stages that read the text, in order. */
  readonly stages: readonly number[];
}

/** One call of {@link ProgressiveLateInteraction} with `topN`: scores texts in stages, the best ones exactly. */
export class Race {
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

  /** The reports of all calls of `late-en-v1`, joined. */
  get report(): ScorerReport {
    return joinReports(this.#reports);
  }

  /** What `late-en-v1` adds to all its scores of this query, and the static model does not. */
  get queryOffset(): number {
    return this.#reports[0]?.queryOffset ?? 0;
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
      const estimate = estimateFromBeginning(raw[index]! - this.queryOffset, rest, text.length);
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
      this.results.set(text, { score: raw[index]! - this.queryOffset, error: 0, stages: [...stages, raw[index]!] });
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

/** Raw score of `late-en-v1`, by least squares on 15,000 pairs of QED's development questions (benchmark/progressive-estimates.js). */
function estimateFromStatic(score: number) {
  return { score: 0.412 + 0.556 * score, error: 0.052 };
}

/**
 * The same for a text whose beginning was read.
 *
 * @param beginning The raw score of its beginning.
 * @param rest What the rest of the text adds to its static score.
 * @param length Characters of the text. The longer it is, the less its beginning says.
 */
function estimateFromBeginning(beginning: number, rest: number, length: number) {
  const error = 0.011 + 0.0063 * Math.log(length / BEGINNING) + 0.0588 * Math.max(0, rest);
  return { score: 0.0403 + 0.938 * beginning + 0.282 * rest, error };
}

/** The items that meet a condition, and the others. */
function divide<T>(items: readonly T[], condition: (item: T) => boolean): [T[], T[]] {
  return [items.filter(condition), items.filter((item) => !condition(item))];
}

/** Minus infinity if there are fewer than `n`. */
function nthHighest(numbers: readonly number[], n: number): number {
  return numbers.length < n ? Number.NEGATIVE_INFINITY : [...numbers].sort((a, b) => b - a)[n - 1]!;
}

/** Loaded here, so that applications that name a model never load it. */
export async function openStaticModel() {
  const { StaticLateInteraction } = await import("langchain-rerank/static");
  return new StaticLateInteraction();
}
