import { isPyLate } from "./late-interaction.js";

/**
 * Whether a model's files describe a late-interaction model: `config.json` of a model of this package, PyLate's
 * `config_sentence_transformers.json`, or ColBERT's `artifact.metadata`.
 *
 * @param readText Reads one of the model's files; rejects if it does not exist.
 */
export async function holdsLateInteraction(readText: (file: string) => Promise<string>): Promise<boolean> {
  const files = ["config.json", "config_sentence_transformers.json", "artifact.metadata"];
  const [config, pylate, colbert] = await Promise.all(files.map((file) => readText(file).then(parse, () => undefined)));
  const ours = config?.langchain_rerank as { kind?: unknown } | undefined;
  if (ours?.kind !== undefined) return ours.kind === "late-interaction";
  return colbert !== undefined || (pylate !== undefined && isPyLate(pylate));
}

/**
 * Whether a model's files describe a bi-encoder: the pooling of sentence-transformers, or an architecture without a head.
 *
 * @param readText Reads one of the model's files; rejects if it does not exist.
 */
export async function holdsEmbeddings(readText: (file: string) => Promise<string>): Promise<boolean> {
  const files = ["1_Pooling/config.json", "config.json"];
  const [pooling, config] = await Promise.all(files.map((file) => readText(file).then(parse, () => undefined)));
  const architectures = config?.architectures;
  const isBare = Array.isArray(architectures) && architectures.some((each) => /Model$/.test(String(each)));
  return pooling !== undefined || isBare;
}

/** Broken files are ignored here; loading the model reports them. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
