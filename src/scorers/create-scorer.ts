import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { callWith, OpenOnce } from "../abort.js";
import type { Calibration } from "../calibration.js";
import { Disposed, describe, InvalidOptionError, InvalidResponseError } from "../errors.js";
import { modelName } from "../model-name.js";
import { DEFAULT_MODELS, findCalibration, isStaticModel } from "../models/bundled.js";
import { rejectOnnxOptions } from "../models/inapplicable-options.js";
import { callSignal, checkObject, checkTexts } from "../options.js";
import type { OnnxScorerOptions } from "./onnx/open-scorer.js";
import {
  type DisposableScorer,
  LOWEST_SCORE,
  type PartedText,
  type RelevanceScorer,
  type ScoreOptions,
  type ScorerReport,
} from "./relevance-scorer.js";
import { isListwise } from "./remote/listwise.js";
import { checkRemoteModel, createRemoteScorer, explainUnknownProvider, isRemoteModel } from "./remote-model.js";

/** The `model` option of rerankers: a scorer, the name of a model, or nothing for the bundled one. */
export type ModelOption = RelevanceScorer | string | undefined;

/** Options of {@link createScorer}, for models that run on this machine. */
export type CreateScorerOptions = Omit<OnnxScorerOptions, "model">;

/** A scorer and what else has to be released with it. */
export interface OpenedScorer {
  scorer: RelevanceScorer;
  release?: (() => void) | undefined;
}

/**
 * Creates the scorer for a model's name. Nothing is loaded before the first call.
 *
 * - `provider:model`, such as `"cohere:rerank-v3.5"`, is scored by that provider; settings come from the environment.
 * - `"static-en-v1"` is the bundled `StaticLateInteraction`.
 * - Every other name is a local folder, a registered model or a repository of the Hugging Face hub. It becomes an `OnnxLateInteraction` if
 *   the registry or the model's files say so, else an `OnnxCrossEncoder`.
 *
 * @param model Name of the model. @default "late-en-v1", which reads only what can be among the best if a call has `topN`
 * @param options Options of `OnnxCrossEncoder` and `OnnxLateInteraction`.
 * @throws InvalidOptionError when a provider is unknown or lacks an address, a key or a model.
 * @example
 * await using scorer = createScorer("late-en-v1", { longDocuments: "max-passage" });
 * const scores = await scorer.score("how do bees find flowers?", texts);
 */
export function createScorer(model?: string, options: CreateScorerOptions = {}): DisposableScorer {
  checkObject(options);
  if (model === undefined) return new LazyScorer(DEFAULT_MODELS.reranker, (signal) => openOnnx(options, signal));
  if (typeof model !== "string" || model.trim() === "")
    throw new InvalidOptionError("model", model, "the name of a model");
  if (isRemoteModel(model)) {
    const name = checkRemoteModel(model);
    const { instruction, ...rest } = options;
    rejectOnnxOptions(rest, model, "a remote model");
    return new LazyScorer(name, async () => ({ scorer: await createRemoteScorer(model, { instruction }) }));
  }
  if (isStaticModel(model)) {
    const { longDocuments: _, ...rest } = options; // Static models read texts of any length.
    rejectOnnxOptions(rest, model, "a static model");
    return new LazyScorer(model, async () => {
      const { StaticLateInteraction } = await import("langchain-rerank/static");
      return { scorer: new StaticLateInteraction() };
    });
  }
  const problem = explainUnknownProvider(model);
  if (problem !== undefined) throw InvalidOptionError.because("model", model, problem);
  return new LazyScorer(model, (signal) => openOnnx({ ...options, model }, signal));
}

/**
 * Resolves a reranker's `model` option.
 *
 * @returns The scorer, and whether it was created here, so that the reranker has to dispose of it.
 * @throws InvalidOptionError when the option is neither a name nor a scorer.
 */
export function resolveScorer(model: ModelOption, option = "model"): { scorer: RelevanceScorer; owned: boolean } {
  if (model === undefined || (typeof model === "string" && model.trim() !== "")) {
    return { scorer: createScorer(model), owned: true };
  }
  if (isScorerOption(option, model)) return { scorer: model, owned: false };
  throw new InvalidOptionError(option, model, "the name of a model, or an object with a method `score(query, texts)`");
}

/**
 * Whether a value can score texts.
 *
 * @throws InvalidOptionError for a document compressor: a reranker's method `score` takes other arguments.
 */
export function isScorerOption(option: string, value: unknown): value is RelevanceScorer {
  const { score, compressDocuments } = (value ?? {}) as Partial<RelevanceScorer & BaseDocumentCompressor>;
  if (typeof compressDocuments === "function") {
    const sentence = `\`${option}\` cannot be a document compressor. \`firstStage: { fuse: [...] }\` of a HybridReranker can contain one.`;
    throw InvalidOptionError.because(option, value, sentence);
  }
  return typeof score === "function";
}

/** A scorer's name for reports. */
export function scorerName(scorer: RelevanceScorer): string {
  return modelName(scorer);
}

/** Scores of some texts by one scorer, before they become details and a report. */
export interface ScorerResult {
  /** One finite number per text. */
  readonly scores: readonly number[];
  readonly report: ScorerReport;
  /** Wall-clock time of the call. */
  readonly milliseconds: number;
}

/**
 * Calls a scorer, checks its answer and collects its report.
 *
 * @throws InvalidResponseError unless there is one finite score per text, and as many raw scores where the scorer reports them.
 */
export async function callScorer(
  scorer: RelevanceScorer,
  { query, texts, signal }: { query: string; texts: readonly string[]; signal?: AbortSignal | undefined },
  topN?: number,
): Promise<ScorerResult> {
  let report: ScorerReport = {};
  const started = performance.now();
  const onReport = (each: ScorerReport) => {
    report = each;
  };
  const scores = await scorer.score(query, texts, { ...(signal && { signal }), onReport, ...(topN && { topN }) });
  const milliseconds = performance.now() - started;
  const name = scorerName(scorer);
  checkScores(name, scores, texts.length);
  // A probability of 0 has no finite logit, so that only the count is checked.
  if (report.raw && report.raw.length !== texts.length) checkScores(name, report.raw, texts.length);
  return { scores, report, milliseconds };
}

/** The raw scores of a result, which are its scores if the scorer reported nothing else. */
export function rawScores({ scores, report }: Pick<ScorerResult, "scores" | "report">): readonly number[] {
  return report.raw ?? scores;
}

/** @throws InvalidResponseError unless there is one finite number per text. */
export function checkScores(backend: string, scores: readonly number[], count: number): void {
  if (!Array.isArray(scores) || scores.length !== count) {
    const found = Array.isArray(scores) ? scores.length : "no";
    throw new InvalidResponseError(backend, `${count} texts were sent, but ${found} scores came back.`);
  }
  const bad = scores.findIndex((score) => typeof score !== "number" || !Number.isFinite(score));
  if (bad >= 0)
    throw new InvalidResponseError(
      backend,
      `the score of text ${bad} is ${describe(scores[bad])}, not a finite number.`,
    );
}

/** The package's own name keeps one copy of the engine, whichever module format the application uses. */
async function openOnnx(options: OnnxScorerOptions, signal: AbortSignal): Promise<OpenedScorer> {
  const { openOnnxScorer } = await import("langchain-rerank/onnx");
  return openOnnxScorer(options, signal);
}

/** A scorer that is opened at the first call, so that creating a reranker loads nothing. */
class LazyScorer implements DisposableScorer {
  readonly #name: string;
  #disposal = new AbortController();
  readonly #opened: OpenOnce<OpenedScorer>;
  #scorer: RelevanceScorer | undefined;

  constructor(name: string, open: (signal: AbortSignal) => Promise<OpenedScorer>) {
    this.#name = name;
    this.#opened = new OpenOnce(
      async (signal) => {
        const opened = await open(signal);
        this.#scorer = opened.scorer;
        return opened;
      },
      async ({ scorer, release }) => {
        await scorer.dispose?.();
        release?.();
      },
    );
  }

  get model(): string {
    return this.#scorer?.model ?? this.#name;
  }

  /** Until the model is known, 0: named models apply an activation that maps to 0 to 1. */
  get lowestScore(): number {
    return this.#scorer ? (this.#scorer.lowestScore ?? LOWEST_SCORE) : 0;
  }

  /** Known before the model has been loaded for bundled models. */
  get calibration(): Calibration | undefined {
    return this.#scorer ? this.#scorer.calibration : findCalibration(this.#name);
  }

  /** Unknown before the model has been loaded. */
  get languages(): readonly string[] | undefined {
    return this.#scorer?.languages;
  }

  async modelVersion(options: { signal?: AbortSignal } = {}): Promise<string | undefined> {
    return this.#call(callSignal(options), (scorer, stop) => scorer.modelVersion?.({ signal: stop }));
  }

  /** Loads the model. */
  async load(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#call(callSignal(options), (scorer, stop) => scorer.load?.({ signal: stop }));
  }

  /** Known from the name, so that a cascade can refuse a listwise model before any work. */
  get scoresHoldWithinRequest(): boolean {
    return this.#scorer?.scoresHoldWithinRequest ?? isListwise(this.#name);
  }

  get readsLessForTopN(): boolean | undefined {
    return this.#scorer?.readsLessForTopN;
  }

  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkTexts(texts);
    if (texts.length === 0) return [];
    return this.#call(callSignal(options), (scorer, signal) => scorer.score(query, texts, { ...options, signal }));
  }

  async scoreParts(query: string, texts: readonly PartedText[], signal?: AbortSignal) {
    return this.#call(signal, (scorer, stop) => scorer.scoreParts?.(query, texts, stop));
  }

  /** Opens the scorer and uses it until it is disposed of. */
  async #call<T>(
    signal: AbortSignal | undefined,
    use: (scorer: RelevanceScorer, signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    return callWith([signal, this.#disposal.signal], async (stop) => use((await this.#opened.get(stop)).scorer, stop));
  }

  /** Frees the model and ends the calls in progress. The next call loads the model again. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Disposed());
    this.#disposal = new AbortController();
    await this.#opened.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
