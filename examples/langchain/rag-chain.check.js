// @ts-check
import assert from "node:assert/strict";

/** @typedef {Awaited<ReturnType<typeof import("./rag-chain.js").main>>} Outcome */

export const services = ["OLLAMA_CHAT_MODEL"];

export const checks = {
  "the answer is streamed in many pieces, after four documents": (/** @type {Outcome} */ { pieces, documents }) => {
    assert.ok(pieces > 10, `${pieces} pieces`);
    assert.equal(documents, 4);
  },
  "each citation leads to a note, its title and its score": (/** @type {Outcome} */ { citations }) => {
    assert.deepEqual(
      citations.map(({ number }) => number),
      [1, 2],
    );
    assert.equal(citations[0]?.source, "lamp-flicker");
    for (const { sim, title } of citations) {
      assert.ok(sim > 0 && sim < 1);
      assert.ok(title.length > 0);
    }
    assert.ok(citations[0]?.sim > citations[1]?.sim);
  },
};

export const failures = {
  "a chat model that Ollama does not serve is reported in one line": {
    env: (/** @type {{ closedPort: number }} */ { closedPort }) => ({
      OLLAMA_CHAT_MODEL: "qwen3:4b",
      OLLAMA_BASE_URL: `http://127.0.0.1:${closedPort}`,
    }),
    says: [/Ollama/, /OLLAMA_BASE_URL/, /ollama serve/],
  },
};
