import { HttpError } from "./http-error.js";
import type { RerankServerOptions } from "./options.js";
import type { ServedReranker } from "./rerank-work.js";
import type { ServedEmbedder } from "./served-model.js";

/** Finds the model that a request means. */
export class ServedModels {
  readonly #rerankers: RerankServerOptions["rerankers"];
  readonly #embedders: ReadonlyMap<string, ServedEmbedder>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #whole: ReadonlySet<string>;

  constructor({ rerankers, embedders, aliases, whole }: RerankServerOptions) {
    this.#rerankers = rerankers;
    this.#embedders = embedders ?? new Map();
    this.#aliases = aliases ?? new Map();
    this.#whole = whole ?? new Set();
  }

  /** Every name that clients may use. */
  get names(): string[] {
    return [...this.#rerankers.keys(), ...this.#embedders.keys(), ...this.#aliases.keys()];
  }

  /** @throws HttpError 404 naming the models that are served. */
  reranker(name: string | undefined): ServedReranker {
    const [found, scorer] = this.#pick(this.#rerankers, this.#embedders, name, "reranker");
    return { name: found, scorer, whole: this.#whole.has(found) };
  }

  /** @throws HttpError 404 naming the models that are served. */
  embedder(name: string | undefined): [string, ServedEmbedder] {
    return this.#pick(this.#embedders, this.#rerankers, name, "embedding model", "; start it with --embeddings NAME");
  }

  /** The model of that name; the first when none is named; the only one under any name that is not another model's. */
  #pick<T>(
    models: ReadonlyMap<string, T>,
    others: ReadonlyMap<string, unknown>,
    asked: string | undefined,
    kind: string,
    advice = "",
  ): [string, T] {
    const [first] = models;
    const name = this.#aliases.get(asked ?? "") ?? asked;
    if (!first) throw notFound(`this server has no ${kind}${advice}`);
    if (name === undefined || name === "") return first;
    const model = models.get(name);
    if (model !== undefined) return [name, model];
    if (models.size === 1 && !others.has(name)) return first;
    const known = [...models.keys()].map((key) => `"${key}"`).join(", ");
    throw notFound(`no ${kind} has the name "${name}"; there are ${known}`);
  }
}

function notFound(problem: string): HttpError {
  return new HttpError(404, "model_not_found", `model: ${problem}`, { param: "model" });
}
