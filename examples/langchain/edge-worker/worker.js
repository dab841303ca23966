// @ts-check
/**
 * A worker for Cloudflare and other runtimes with `fetch` and without Node: reranks what it is sent through a rerank server or service.
 *
 *   POST { "query": "…", "documents": [{ "pageContent": "…", "metadata": { … } }, …], "topN": 3 }
 */
import { CrossEncoderReranker, InvalidInputError, InvalidOptionError, isRerankError } from "langchain-rerank";
import { HttpCrossEncoder } from "langchain-rerank/http";

/** @typedef {{ RERANK_URL?: string, RERANK_MODEL?: string, RERANK_API_KEY: string }} Env */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    if (request.method !== "POST") return answer(200, { usage: "POST query, documents and topN as JSON" });
    const body = await request.json().catch(() => undefined);
    if (!body) return answer(400, { error: "the body is no JSON" });
    const model = new HttpCrossEncoder({
      provider: "cohere",
      apiKey: env.RERANK_API_KEY,
      ...(env.RERANK_URL ? { baseUrl: env.RERANK_URL } : {}),
      ...(env.RERANK_MODEL ? { model: env.RERANK_MODEL } : {}),
    });
    const reranker = new CrossEncoderReranker({ model, topN: 3, timeout: 10_000 });
    const { query, documents, topN } = body;
    try {
      return answer(200, await reranker.rerank(documents, query, { topN, signal: request.signal }));
    } catch (error) {
      if (!isRerankError(error)) throw error;
      // What the caller sent is the caller's to know; what the rerank server said is for the log.
      const theirs = error instanceof InvalidInputError || error instanceof InvalidOptionError;
      if (!theirs) console.error(`${error.name}: ${error.message}`);
      return theirs ? answer(400, { error: error.message }) : answer(502, { error: error.name });
    }
  },
};

/**
 * @param {number} status
 * @param {unknown} body
 */
function answer(status, body) {
  return Response.json(body, { status });
}
