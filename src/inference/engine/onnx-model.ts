import { locateModel } from "#platform/locate-model.js";
import { coreCount, MOST_WORKERS } from "#platform/thread.js";
import { Disposed, InvalidOptionError } from "../../errors.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import { findModel } from "../../models/find.js";
import type { DType, ModelKind } from "../../models/types.js";
import { checkCount, checkNumber, checkOneOf } from "../../options.js";
import type { Job, JobInput, TextResult } from "../protocol.js";
import { Calls } from "./calls.js";
import { Engine, type EngineResult } from "./engine.js";
import type { LocatedModel, LocateOptions } from "./located-model.js";
import { OpenOnce } from "./open-once.js";

/** Options of everything that runs a model on the ONNX engine. */
export interface OnnxOptions {
  /**
   * A bundled or registered model's name, a repository of the Hugging Face hub, or a local folder with the ONNX file, `tokenizer.json` and
   * `config.json`. What is not on this machine is downloaded on first use.
   */
  model?: string | undefined;
  /**
   * Which of a model's files: full precision, or quantised.
   * @default "auto": for registered models what this machine runs fastest without a known loss, else full precision where it is there
   */
  dtype?: DType | undefined;
  /** Branch, tag or commit of the hub. @default the commit that the registry pins, else "main" */
  revision?: string | undefined;
  /** Your use is allowed by the licence of a model that forbids commercial use. @default false */
  acceptLicense?: boolean | undefined;
  /** Folder that models are downloaded to. @default the cache of all Hugging Face tools (`HF_HUB_CACHE`, `HF_HOME`) */
  cacheDir?: string | undefined;
  /** Called while the model is downloaded. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Tokens of one sequence, special ones included, at most. @default the model's own limit */
  maxLength?: number | undefined;
  /** Threads inside one session. @default 1 for files under 100 MB, else all cores */
  threads?: number | undefined;
  /** Sessions side by side, each in a worker of its own. @default as many as cores (4 at most) for files under 100 MB, else 1 */
  workers?: number | undefined;
  /**
   * Padded tokens of one batch, at most. Small is fast: activations stay in the core's cache. It bounds memory too.
   * @default 512; 1, which is one text at a time, for 8-bit files, whose activations are scaled over the whole batch: there a text's score
   * would depend on the texts beside it
   */
  batchTokens?: number | undefined;
  /** Milliseconds without work after which the model's memory is freed; the next call loads it again. @default 0: never */
  idleTimeout?: number | undefined;
}

/** Names of {@link OnnxOptions}. */
export const ONNX_OPTIONS = [
  ...["model", "dtype", "revision", "acceptLicense", "cacheDir", "onProgress"],
  ...["maxLength", "threads", "workers", "batchTokens", "idleTimeout"],
] as const;

/** Files below this many bytes run fastest as several sessions of one thread; above it sessions would cost more memory than they save time. */
const SMALL_FILE = 100e6;

/** Padded tokens of a batch whose activations still fit a core's second-level cache. */
const BATCH_TOKENS = 512;

/** Names of files with dynamic 8-bit quantisation. */
const SCALES_WITH_BATCH = /int8|quant|q8/i;

/** An engine and how many instances use it. With none left its threads have ended, and nobody would end those that it started then. */
interface Shared {
  engine: Engine;
  users: number;
}

/** A model that was found, and the engine that runs it. */
interface Opened {
  key: string;
  located: LocatedModel;
  shared: Shared;
}

const sharedEngines = new Map<string, Shared>();

/** Checks {@link OnnxOptions}. @throws InvalidOptionError */
export function checkOnnxOptions(options: OnnxOptions): void {
  checkOneOf("dtype", options.dtype, ["auto", "fp32", "fp16", "q8", "q4"]);
  checkCount("maxLength", options.maxLength, 8);
  for (const name of ["threads", "workers", "batchTokens"] as const) checkCount(name, options[name]);
  checkNumber("idleTimeout", options.idleTimeout, 0, 2 ** 31 - 1);
}

/** What finding a model takes of its options. */
export function locateOptions(options: OnnxOptions, signal: AbortSignal): LocateOptions {
  const { dtype, revision, acceptLicense, cacheDir, onProgress } = options;
  const given = Object.entries({ dtype, revision, acceptLicense, cacheDir, onProgress, signal });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** One model on the engine. Instances that name the same model and the same threads share sessions and memory. */
export class OnnxModel {
  readonly name: string;
  readonly #kind: ModelKind;
  readonly #options: OnnxOptions;
  readonly #calls = new Calls();
  readonly #opened = new OpenOnce<Opened>((stop) => this.#open(stop), close);

  constructor(kind: ModelKind, name: string, options: OnnxOptions) {
    checkOnnxOptions(options);
    if (findModel(name)?.runtime === "static") {
      const advice =
        "Use `StaticLateInteraction` or `StaticEmbeddings`, or `createScorer` or `createEmbeddings` with this name.";
      throw InvalidOptionError.because(
        "model",
        name,
        `"${name}" is a static model, which does not run on ONNX. ${advice}`,
      );
    }
    this.name = name;
    this.#kind = kind;
    this.#options = options;
  }

  /** Makes everything that one call does stop at the latest when the model is disposed of, so that no later step loads it again. */
  call<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#calls.run(signal, work);
  }

  /** Runs a job; loads the model if it is not loaded. {@link Engine.run} says more. */
  async run(
    job: Job,
    inputs: readonly JobInput[],
    signal?: AbortSignal,
    onResult?: (place: number, result: TextResult) => void,
  ): Promise<EngineResult & { located: LocatedModel }> {
    const { shared, located } = await this.#opened.get(signal);
    if (shared.users === 0) throw new Disposed();
    const limits = {
      maxLength: this.#options.maxLength ?? located.entry?.maxLength,
      batchTokens: this.#options.batchTokens ?? (SCALES_WITH_BATCH.test(located.file) ? 1 : BATCH_TOKENS),
    };
    return { ...(await shared.engine.run({ ...limits, ...job }, inputs, signal, onResult)), located };
  }

  /** The model's files, fetched where they were not there. */
  async located(signal?: AbortSignal): Promise<LocatedModel> {
    return (await this.#opened.get(signal)).located;
  }

  /** Ends this instance's calls and gives up its share; the last one ends the threads. */
  async dispose(): Promise<void> {
    this.#calls.dispose();
    await this.#opened.close();
  }

  async #open(signal: AbortSignal): Promise<Opened> {
    const { threads, workers, idleTimeout } = this.#options;
    const located = await locateModel(this.name, locateOptions(this.#options, signal));
    const small = located.bytes < SMALL_FILE;
    const cores = coreCount();
    const shape = {
      spec: {
        name: this.name,
        folder: located.folder,
        file: located.file,
        kind: this.#kind,
        ...(located.entry?.head ? { head: located.entry.head } : {}),
        ...(located.entry?.prompt ? { prompt: located.entry.prompt } : {}),
        ...(this.#kind === "late-interaction" && located.entry?.lateInteraction
          ? { format: located.entry.lateInteraction }
          : {}),
        threads: threads ?? (small ? 1 : cores),
      },
      workers: workers ?? (small ? Math.max(1, Math.min(MOST_WORKERS, Math.floor(cores / (threads ?? 1)))) : 1),
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

async function close({ key, located, shared }: Opened): Promise<void> {
  located.release?.();
  shared.users -= 1;
  if (shared.users > 0) return;
  sharedEngines.delete(key);
  await shared.engine.dispose();
}
