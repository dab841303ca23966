import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { CrossEncoderReranker } from "langchain-rerank";
import { HttpCrossEncoder } from "langchain-rerank/http";

/** @type {AsyncLocalStorage<string>} */
const requestId = new AsyncLocalStorage();

/**
 * The client of one replica, of any router in front of many, and of other servers: `baseUrl` and `provider` are all that differs.
 *
 * @param {Pick<import("./routers.js").Router, "url" | "provider" | "apiKey">} server
 * @param {number} [maxConcurrency] requests of this process at a time
 */
export function createClient({ url, provider, apiKey }, maxConcurrency = 8) {
  const model = new HttpCrossEncoder({
    provider,
    baseUrl: url,
    ...(apiKey ? { apiKey } : {}),
    model: "reranker",
    maxConcurrency,
    // Waits as long as Retry-After says, or with growing pauses; a connection that broke is tried again as well.
    retries: 6,
    timeout: 60_000,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-request-id", requestId.getStore() ?? randomUUID());
      return fetch(input, { ...init, headers });
    },
  });
  return {
    model,
    reranker: new CrossEncoderReranker({ model, topN: 3 }),
    /**
     * Gives all requests that a task sends the same ID, retries included. Router and replicas log it.
     *
     * @template T
     * @param {string} id
     * @param {() => Promise<T>} task
     */
    withRequestId: (id, task) => requestId.run(id, task),
  };
}
