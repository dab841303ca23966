import { isPyLate } from "./late-interaction.js";

/**
 * Whether a model's own files say that it is one for late interaction: `config.json` of a model of this package, what PyLate writes into
 * `config_sentence_transformers.json`, or ColBERT's `artifact.metadata`.
 *
 * @param readText Text of one of the model's files; rejects where there is none.
 */
export async function holdsLateInteraction(readText: (file: string) => Promise<string>): Promise<boolean> {
  const files = ["config.json", "config_sentence_transformers.json", "artifact.metadata"];
  const [config, pylate, colbert] = await Promise.all(files.map((file) => readText(file).then(parse, () => undefined)));
  const own = config?.langchain_rerank as { kind?: unknown } | undefined;
  if (own?.kind !== undefined) return own.kind === "late-interaction";
  return colbert !== undefined || (pylate !== undefined && isPyLate(pylate));
}

/** What is broken says nothing here; whoever loads the model says what is wrong with it. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
