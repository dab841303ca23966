import assert from "node:assert/strict";

export const services = ["MILVUS_URI", "EMBEDDINGS", "RERANKER", "OLLAMA_CHAT_MODEL", "QUESTION", "DOCUMENTS"];

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "twelve sections, ten candidates by falling cosine, three kept by falling sim": ({ sections, candidates, best }) => {
    assert.deepEqual([sections, candidates.length, best.length], [12, 10, 3]);
    assertFalling(candidates, "score", [-1, 1]);
    assertFalling(best, "sim", [0, 1]);
  },
  "the section that answers comes first, out of the candidates": ({ candidates, best }) => {
    assert.equal(best[0].heading, "Where are loans recorded?");
    for (const { heading, firstRank } of best) assert.equal(candidates[firstRank - 1].heading, heading);
  },
  "says plainly that models and store are the bundled ones": ({ used, answer }) => {
    assert.match(used.embeddings, /bundled/);
    assert.match(used.reranker, /bundled/);
    assert.match(used.store, /memory.*MILVUS_URI/);
    assert.equal(answer, undefined);
  },
  "without a chat model there is the prompt, with the three sections and the question": ({
    question,
    best,
    messages,
  }) => {
    const { role, content } = messages.at(-1);
    assert.equal(role, "user");
    assert.ok(content.endsWith(`Question: ${question}`));
    let from = 0;
    for (const [index, { heading }] of best.entries()) {
      const position = content.indexOf(heading, from);
      assert.ok(position > content.indexOf(`[${index + 1}] `, from), heading);
      from = position;
    }
  },
};

/**
 * @param {Record<string, any>[]} rows
 * @param {string} key
 * @param {[number, number]} range
 */
function assertFalling(rows, key, [lowest, highest]) {
  const values = rows.map((row) => Number(row[key]));
  const sorted = values.toSorted((a, b) => b - a);
  assert.deepEqual(values, sorted);
  assert.ok(values.every((value) => value >= lowest && value <= highest));
}

/** @param {{ closedPort: number }} given */
const closed = ({ closedPort }) => `127.0.0.1:${closedPort}`;
const noOllama = [/Ollama does not answer at http:\/\/127\.0\.0\.1:\d+/, /OLLAMA_HOST/, /ollama serve/];

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a Milvus that is not there": {
    env: (given) => ({ MILVUS_URI: `http://${closed(given)}` }),
    says: [/Milvus does not answer at http:\/\/127\.0\.0\.1:\d+/, /MILVUS_URI/, /milvus-lite\.sh/],
  },
  "an Ollama that is not there, for embeddings": {
    env: (given) => ({ EMBEDDINGS: "ollama:qwen3-embedding:0.6b", OLLAMA_HOST: closed(given) }),
    says: noOllama,
  },
  "an Ollama that is not there, for the reranker": {
    env: (given) => ({ RERANKER: "ollama:dengcao/Qwen3-Reranker-0.6B:Q8_0", OLLAMA_HOST: closed(given) }),
    says: noOllama,
  },
  "an Ollama that is not there, for the answer": {
    env: (given) => ({ OLLAMA_CHAT_MODEL: "qwen3:0.6b", OLLAMA_HOST: closed(given) }),
    says: noOllama,
  },
  "a vLLM that is not there": {
    env: (given) => ({ RERANKER: "vllm:Qwen/Qwen3-Reranker-0.6B", VLLM_BASE_URL: `http://${closed(given)}` }),
    says: [/vLLM does not answer/, /VLLM_BASE_URL/, /vllm serve/],
  },
  "a rerank server without an address": { env: { RERANKER: "tei:", TEI_BASE_URL: "" }, says: [/TEI_BASE_URL/] },
  "a folder without documents": {
    env: { DOCUMENTS: "./nowhere" },
    says: [/DOCUMENTS/, /no Markdown file in \.\/nowhere/],
  },
};
