import { readFile } from "node:fs/promises";
import { createEmbeddings } from "../../embeddings/create-embeddings.js";
import { DEFAULT_MODELS } from "../../models/bundled.js";
import { findModel } from "../../models/find.js";
import { createScorer } from "../../scorers/create-scorer.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PlaygroundEntry, PlaygroundOptions } from "../server/playground.js";
import type { ServedEmbedder } from "../server/served-model.js";

/** Offered on the page in addition to the served models: it costs next to nothing and makes every reranker possible. */
const BUNDLED_EMBEDDINGS = "static-en-v1";

/**
 * The page, over the models that are served and the bundled embeddings.
 *
 * @param options.compare Offer the bundled late-interaction model too. It is not warmed up: it loads when the page first asks for it.
 */
export async function preparePlayground(
  rerankers: ReadonlyMap<string, RelevanceScorer>,
  embedders: ReadonlyMap<string, ServedEmbedder>,
  { compare }: { compare: boolean },
): Promise<PlaygroundOptions> {
  const offered = new Map(rerankers);
  if (compare) {
    const model = DEFAULT_MODELS.lateInteraction;
    offered.set(model, createScorer(model, { longDocuments: "max-passage" }));
  }
  const models: PlaygroundEntry[] = [
    ...[...offered].map(([id, scorer]) => ({ id, ...describe(scorer.model ?? id, "cross-encoder"), scorer })),
    ...[...embedders].map(([id, embedder]) => ({ id, ...describe(modelName(embedder) ?? id, "embedding"), embedder })),
  ];
  if (!models.some(({ id }) => id === BUNDLED_EMBEDDINGS)) {
    const embedder = await createEmbeddings(BUNDLED_EMBEDDINGS);
    models.push({ id: BUNDLED_EMBEDDINGS, ...describe(BUNDLED_EMBEDDINGS, "embedding"), embedder });
  }
  const html = await readFile(new URL("./playground/index.html", import.meta.url), "utf8");
  return { html, models };
}

/** The facts of the registry about a model. */
function describe<K extends PlaygroundEntry["kind"]>(name: string, kind: K) {
  const entry = findModel(name);
  if (!entry) return { kind };
  const known = kind === "embedding" ? kind : entry.kind;
  return { kind: known, languages: entry.languages };
}

function modelName(embedder: ServedEmbedder): string | undefined {
  return "model" in embedder && typeof embedder.model === "string" ? embedder.model : undefined;
}
