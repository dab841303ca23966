// The bundled model behind the AI SDK's `rerank`, in both versions of its interface; prints what came back.
import { rerank } from "ai";
import { createRerankingModel } from "langchain-rerank/ai-sdk";

const documents = [
  "The bank raised its interest rates twice this year.",
  "Bees see ultraviolet light, which guides them to nectar.",
  "Trains to the coast leave every hour.",
];

const seen = {};
for (const specificationVersion of ["v3", "v4"]) {
  const model = createRerankingModel({ specificationVersion });
  try {
    const { ranking, rerankedDocuments, response } = await rerank({
      model,
      query: "what do bees see",
      documents,
      topN: 2,
    });
    seen[specificationVersion] = { ranking, rerankedDocuments, model: response.modelId };
  } finally {
    await model.dispose();
  }
}
const abort = new AbortController();
abort.abort(new Error("the user left"));
const model = createRerankingModel({ specificationVersion: "v4" });
seen.abort = await rerank({ model, query: "q", documents, abortSignal: abort.signal }).catch(({ message }) => message);
await model.dispose();
process.stdout.write(JSON.stringify(seen));
