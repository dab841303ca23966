import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { OnnxEmbeddings } from "../../embeddings/onnx-embeddings.js";
import { StaticEmbeddings } from "../../embeddings/static-embeddings.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import { listModels } from "../../models/find.js";
import type { ModelKind, ModelRuntime } from "../../models/types.js";
import { OnnxCrossEncoder } from "../../scorers/onnx/onnx-cross-encoder.js";
import { OnnxLateInteraction } from "../../scorers/onnx/onnx-late-interaction.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import { rankForPlayground } from "../shared/playground-rank.js";
import {
  type PlaygroundAnswer,
  type PlaygroundBackend,
  type PlaygroundCall,
  PlaygroundError,
  type PlaygroundModel,
  type PlaygroundRequest,
} from "./backend.js";

type OnDownload = (progress: DownloadProgress) => void;

/** A bundled model, and how it is made ready. Nothing is fetched until it first works. */
interface Offer extends PlaygroundModel {
  scorer?: (onDownload: OnDownload) => RelevanceScorer;
  embeddings?: (onDownload: OnDownload) => EmbeddingsInterface;
}

function bundled(kind: ModelKind, runtime: ModelRuntime) {
  return listModels({ kind, bundled: true }).filter((entry) => entry.runtime === runtime);
}

/** The models that ship with the package, the default of each kind first. */
function offers(): Offer[] {
  const crossEncoders = bundled("cross-encoder", "onnx").map(
    ({ name, languages }): Offer => ({
      id: name,
      kind: "cross-encoder",
      languages,
      scorer: (onDownload) => new OnnxCrossEncoder({ model: name, longDocuments: "max-passage", onDownload }),
    }),
  );
  const late = bundled("late-interaction", "onnx").map(
    ({ name, languages }): Offer => ({
      id: name,
      kind: "late-interaction",
      languages,
      scorer: (onDownload) => new OnnxLateInteraction({ model: name, longDocuments: "max-passage", onDownload }),
    }),
  );
  const embedders = bundled("embedding", "onnx").map(
    ({ name, languages }): Offer => ({
      id: name,
      kind: "embedding",
      languages,
      embeddings: (onDownload) => new OnnxEmbeddings({ model: name, onDownload }),
    }),
  );
  const tables = bundled("embedding", "static").map(
    ({ name, languages }): Offer => ({
      id: name,
      kind: "embedding",
      languages,
      embeddings: () => new StaticEmbeddings(),
    }),
  );
  return [...crossEncoders, ...late, ...tables, ...embedders];
}

/** Scores in the page itself, with the models that ship with the package. */
export class InPageBackend implements PlaygroundBackend {
  readonly privacy = "Models run inside this page: no text leaves it.";
  readonly #offers = offers();
  readonly #scorers = new Map<string, RelevanceScorer>();
  readonly #embeddings = new Map<string, EmbeddingsInterface>();
  #call: PlaygroundCall | undefined;

  async models(): Promise<readonly PlaygroundModel[]> {
    return this.#offers.map(({ id, kind, languages }) => ({ id, kind, ...(languages ? { languages } : {}) }));
  }

  rerank(request: PlaygroundRequest, call: PlaygroundCall): Promise<PlaygroundAnswer> {
    this.#call = call;
    const source = {
      scorer: (id: string) => this.#once(this.#scorers, id, "scorer"),
      embeddings: (id: string) => this.#once(this.#embeddings, id, "embeddings"),
    };
    return rankForPlayground(request, source, call.signal);
  }

  /** The model of an id, made at its first use. */
  #once<T>(made: Map<string, T>, id: string, part: "scorer" | "embeddings"): T {
    const known = made.get(id);
    if (known) return known;
    const make = this.#offers.find((offer) => offer.id === id && offer[part])?.[part] as
      | ((onDownload: OnDownload) => T)
      | undefined;
    if (!make) throw new PlaygroundError("Model not found", `This page has no model "${id}" for that.`);
    const model = make(({ bytes, total }) => this.#report(id, total > 0 ? bytes / total : undefined));
    made.set(id, model);
    return model;
  }

  #report(id: string, fraction: number | undefined): void {
    this.#call?.onProgress?.({ label: `Fetching ${id}`, ...(fraction === undefined ? {} : { fraction }) });
  }
}
