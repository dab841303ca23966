import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import { findModel, listModels } from "../../models/find.js";
import type { ModelEntry } from "../../models/types.js";
import { createScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import {
  type PlaygroundAnswer,
  type PlaygroundBackend,
  type PlaygroundCall,
  PlaygroundError,
  type PlaygroundModel,
  type PlaygroundRequest,
} from "../shared/playground-protocol.js";
import { rankForPlayground } from "../shared/playground-rank.js";

type OnProgress = (progress: DownloadProgress) => void;

/** The bundled models, the default of each kind first. */
function bundledModels(): PlaygroundModel[] {
  const kinds = ["cross-encoder", "late-interaction"] as const;
  const scorers = kinds.flatMap((kind) => {
    return listModels({ kind, bundled: true })
      .filter(({ runtime }) => runtime === "onnx")
      .map(describe(kind));
  });
  const embeddings = listModels({ kind: "embedding", bundled: true }).map(describe("embedding"));
  // The static model is the fastest, so it is offered first.
  const isStatic = ({ id }: PlaygroundModel) => findModel(id)?.runtime === "static";
  return [...scorers, ...embeddings.filter(isStatic), ...embeddings.filter((model) => !isStatic(model))];
}

function describe(kind: PlaygroundModel["kind"]) {
  return ({ name, languages }: ModelEntry): PlaygroundModel => ({ id: name, kind, languages });
}

/** Scores in the page itself, with the models that ship with the package. */
export class InPageBackend implements PlaygroundBackend {
  readonly privacy = "Models run inside this page: no text leaves it.";
  readonly #models = bundledModels();
  readonly #scorers = new Map<string, RelevanceScorer>();
  readonly #embeddings = new Map<string, Promise<EmbeddingsInterface>>();
  #call: PlaygroundCall | undefined;

  async models(): Promise<readonly PlaygroundModel[]> {
    return this.#models;
  }

  rerank(request: PlaygroundRequest, call: PlaygroundCall): Promise<PlaygroundAnswer> {
    this.#call = call;
    const source = {
      scorer: (id: string) =>
        this.#once(this.#scorers, id, ["cross-encoder", "late-interaction"], (onProgress) =>
          createScorer(id, { longDocuments: "max-passage", onProgress }),
        ),
      embeddings: (id: string) =>
        this.#once(this.#embeddings, id, ["embedding"], (onProgress) => createEmbeddings(id, { onProgress })),
    };
    return rankForPlayground(request, source, call.signal);
  }

  /** Creates the model with this id on first use. */
  #once<T>(created: Map<string, T>, id: string, kinds: readonly string[], create: (onProgress: OnProgress) => T): T {
    const known = created.get(id);
    if (known) return known;
    if (!this.#models.some((model) => model.id === id && kinds.includes(model.kind))) {
      throw new PlaygroundError("Model not found", `This page has no model "${id}" for that.`);
    }
    const model = create(({ bytes, total }) => this.#report(id, total > 0 ? bytes / total : undefined));
    created.set(id, model);
    return model;
  }

  #report(id: string, fraction: number | undefined): void {
    this.#call?.onProgress?.({ label: `Fetching ${id}`, ...(fraction === undefined ? {} : { fraction }) });
  }
}
