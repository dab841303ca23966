import { detectScript } from "../../language.js";
import type { PlaygroundModel } from "../shared/playground-protocol.js";

/** Number of characters that are looked at. */
const SAMPLE = 4000;

const NAMES = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

/** A warning that a model was not trained on the script of a text. */
export interface LanguageNotice {
  /** One or two sentences. */
  message: string;
  /** The id of a model on offer that reads the text and can replace the chosen one. */
  alternative: string | undefined;
}

/**
 * Looks at the query and at the documents separately: a short query would be lost among long documents.
 *
 * @param chosen The models that would score.
 * @param offered All models on the page.
 * @returns `undefined` when every chosen model reads both, or when its languages are unknown.
 */
export function languageNotice(
  texts: { query: string; documents: string },
  chosen: readonly PlaygroundModel[],
  offered: readonly PlaygroundModel[],
): LanguageNotice | undefined {
  const queryScript = detectScript(texts.query.slice(0, SAMPLE));
  const documentsScript = detectScript(texts.documents.slice(0, SAMPLE));
  for (const script of [queryScript, documentsScript]) {
    if (!script) continue;
    const reads = ({ languages }: PlaygroundModel) =>
      languages?.some((code) => code === "multilingual" || script.codes.includes(code));
    const model = chosen.find((each) => each.languages && !reads(each));
    if (!model) continue;
    const both = queryScript?.name === documentsScript?.name;
    const where = both ? "query and documents" : script === queryScript ? "the query" : "the documents";
    const known = model.languages!.map((code) => NAMES.of(code) ?? code).join(", ");
    const alternative = offered.find((each) => reads(each) && isEmbedding(each) === isEmbedding(model))?.id;
    const advice = alternative ? `${alternative} reads it.` : `Start the server with a model that reads it: ${SERVE}.`;
    return {
      message: `${model.id} was made for ${known}; its scores for ${script.name} text (${where}) mean little. ${advice}`,
      alternative,
    };
  }
  return undefined;
}

const SERVE = "langchain-rerank serve --model late-multilingual-v1";

function isEmbedding({ kind }: PlaygroundModel): boolean {
  return kind === "embedding";
}
