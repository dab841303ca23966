import { CrossEncoderReranker, InvalidInputError, InvalidOptionError, isRerankError } from "langchain-rerank";

// Local models need Node; on the edge use HttpCrossEncoder, as in ../../../../edge-worker.
export const runtime = "nodejs";

// One for the process: the model is loaded by the first request and stays. It runs in threads of its own, so that pages are served meanwhile.
const reranker = new CrossEncoderReranker({ topN: 3, timeout: 10_000 });

/** POST { "query": "…", "documents": [{ "pageContent": "…", "metadata": { … } }, …], "topN": 3 } */
export async function POST(request: Request): Promise<Response> {
  const body = await request.json().catch(() => undefined);
  if (!body) return Response.json({ error: "the body is no JSON" }, { status: 400 });
  const { query, documents, topN } = body;
  try {
    return Response.json(await reranker.rerank(documents, query, { topN, signal: request.signal }));
  } catch (error) {
    if (!isRerankError(error)) throw error;
    const theirs = error instanceof InvalidInputError || error instanceof InvalidOptionError;
    if (!theirs) console.error(`${error.name}: ${error.message}`);
    return Response.json({ error: theirs ? error.message : error.name }, { status: theirs ? 400 : 503 });
  }
}
