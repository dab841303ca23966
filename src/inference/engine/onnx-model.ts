import { locateModel } from "#platform/locate-model.js";
import { coreCount, MAX_DEFAULT_WORKERS } from "#platform/thread.js";
import { callWith, OpenOnce } from "../../abort.js";
import type { Calibration } from "../../calibration.js";
import { Disposed, InvalidOptionError, ModelIntegrityError } from "../../errors.js";
import { findModel } from "../../models/find.js";
import { readStoredCalibration } from "../../models/stored-calibration.js";
import type { ModelEntry, ModelKind } from "../../models/types.js";
import { given } from "../../options.js";
import type { Job, JobInput, RuntimeName } from "../protocol.js";
import { Engine, type EngineResult, type RunOptions } from "./engine.js";
import type { LocatedModel, LocateOptions } from "./located-model.js";
import { modelVersion } from "./model-version.js";
import type { OnnxOptions } from "./onnx-options.js";

/** Size in bytes below which several sessions of one thread are fastest. Above it they would cost more memory than they save time. */
const SMALL_MODEL = 100e6;

/** Padded tokens of a batch whose activations still fit a core's second-level cache. */
const BATCH_TOKENS = 512;

/** File names of models with dynamic 8-bit quantization. */
const SCALES_WITH_BATCH = /int8|quant|q8/i;

/** An engine with its number of users. Without users its threads have ended, and nothing would end those that it started afterwards. */
interface SharedEngine {
  engine: Engine;
  users: number;
}

interface Opened {
  key: string;
  located: LocatedModel;
  shared: SharedEngine;
}

const sharedEngines = new Map<string, SharedEngine>();

/** The options that locating a model depends on. */
export function locateOptions(options: OnnxOptions, signal: AbortSignal): LocateOptions {
  const { dtype, revision, acceptLicense, cacheDir, onProgress } = options;
  return given({ dtype, revision, acceptLicense, cacheDir, onProgress, signal });
}

/** Options of the model, and the one that only cross-encoders have. */
type ModelOptions = OnnxOptions & { positiveLabel?: string | number | undefined };

/** One model on the engine. Instances with the same model and the same thread options share sessions and memory. */
export class OnnxModel {
  readonly name: string;
  /** The model's registry entry, if it has one. */
  readonly entry: ModelEntry | undefined;
  readonly #kind: ModelKind;
  readonly #options: ModelOptions;
  readonly #opened = new OpenOnce<Opened>((stop) => this.#open(stop), close);
  #disposal = new AbortController();
  #storedCalibration: Calibration | undefined;
  #runtime: RuntimeName | undefined;

  /**
   * @param options Checked by the caller, with `ONNX_CHECKS`.
   * @throws InvalidOptionError for the name of a static model.
   */
  constructor(kind: ModelKind, name: string, options: ModelOptions) {
    this.entry = findModel(name);
    if (this.entry?.runtime === "static") {
      const sentence =
        `"${name}" is a static model, which does not run on ONNX. Use \`StaticLateInteraction\` or \`StaticEmbeddings\`, ` +
        "or `createScorer` or `createEmbeddings` with this name.";
      throw InvalidOptionError.because("model", name, sentence);
    }
    this.name = name;
    this.#kind = kind;
    this.#options = options;
  }

  /** The curve in the registry or, once the model has been located, in its `config.json`. */
  get calibration(): Calibration | undefined {
    return this.entry?.calibration ?? this.#storedCalibration;
  }

  /** What ran the model in the last call; undefined before the first one. */
  get runtime(): RuntimeName | undefined {
    return this.#runtime;
  }

  /** Aborts at the next {@link dispose}. Calls of several steps watch it, so that no step loads the model again after a disposal. */
  get disposal(): AbortSignal {
    return this.#disposal.signal;
  }

  /**
   * Runs a job, and loads the model first if necessary.
   *
   * @returns One result per input, in the order of the inputs.
   * @throws Disposed when the instance is disposed of meanwhile. Rejects with the signal's reason when it aborts.
   */
  async run(
    job: Job,
    inputs: readonly JobInput[],
    { signal, onResult }: RunOptions = {},
  ): Promise<EngineResult & { located: LocatedModel }> {
    return callWith([signal, this.disposal], async (stop) => {
      const { shared, located } = await this.#opened.get(stop);
      if (shared.users === 0) throw new Disposed();
      const limits = {
        maxLength: this.#options.maxLength ?? located.entry?.maxLength,
        batchTokens: located.entry?.oneTextAtATime
          ? 1
          : (this.#options.batchTokens ?? (SCALES_WITH_BATCH.test(located.file) ? 1 : BATCH_TOKENS)),
      };
      const result = await shared.engine.run({ ...limits, ...job }, inputs, { signal: stop, onResult });
      this.#runtime = result.info?.runtime ?? this.#runtime;
      return { ...result, located };
    });
  }

  /** The model's files, downloaded if necessary. */
  async located(signal?: AbortSignal): Promise<LocatedModel> {
    return (await this.#opened.get(signal)).located;
  }

  /** Changes with the model's content; see {@link modelVersion}. */
  async version(signal?: AbortSignal): Promise<string> {
    return callWith([signal, this.disposal], async (stop) => modelVersion(await this.located(stop), this.calibration));
  }

  /** Ends this instance's calls and releases its share of the engine; the last instance to do so ends the threads. */
  async dispose(): Promise<void> {
    this.#disposal.abort(new Disposed());
    this.#disposal = new AbortController();
    await this.#opened.close();
  }

  async #open(signal: AbortSignal): Promise<Opened> {
    const { threads, workers, idleTimeout, positiveLabel, runtime } = this.#options;
    refuseOtherKind(this.name, this.#kind, this.entry?.kind);
    const located = await locateModel(this.name, locateOptions(this.#options, signal));
    if (!located.entry) this.#storedCalibration = await readStoredCalibration(this.name, located.readText);
    const small = located.bytes < SMALL_MODEL;
    const cores = coreCount();
    const shape = {
      spec: {
        name: this.name,
        folder: located.folder,
        file: located.file,
        kind: this.#kind,
        positiveLabel,
        head: located.entry?.head,
        prompt: located.entry?.prompt,
        format: this.#kind === "late-interaction" ? located.entry?.lateInteraction : undefined,
        threads: threads ?? (small ? 1 : cores),
        wanted: runtime,
      },
      workers:
        workers === false
          ? 0
          : (workers ?? (small ? Math.max(1, Math.min(MAX_DEFAULT_WORKERS, Math.floor(cores / (threads ?? 1)))) : 1)),
      idleTimeout: idleTimeout ?? 0,
    };
    const key = JSON.stringify(shape);
    const { fetched } = located;
    const options = fetched ? { ...shape, spec: { ...shape.spec, fetched } } : shape;
    const shared = sharedEngines.get(key) ?? { engine: new Engine(options), users: 0 };
    shared.users += 1;
    sharedEngines.set(key, shared);
    return { key, located, shared };
  }
}

/** Registered models are refused before a download of up to gigabytes, instead of when their output turns out to be of another kind. */
function refuseOtherKind(name: string, wanted: ModelKind, kind: ModelKind | undefined): void {
  if (wanted === "cross-encoder" && kind === "embedding") {
    const problem =
      "it is an embedding model, not a cross-encoder. Pass it to `OnnxEmbeddings`, for `EmbeddingSimilarityReranker`, or to `OnnxLateInteraction`.";
    throw new ModelIntegrityError(name, problem);
  }
  if (wanted === "embedding" && kind === "cross-encoder") {
    const problem = "it is a cross-encoder, not an embedding model. Pass it to `CrossEncoderReranker`.";
    throw new ModelIntegrityError(name, problem);
  }
}

async function close({ key, located, shared }: Opened): Promise<void> {
  located.release?.();
  shared.users -= 1;
  if (shared.users > 0) return;
  sharedEngines.delete(key);
  await shared.engine.dispose();
}
