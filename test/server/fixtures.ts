import { readFileSync } from "node:fs";
import { vi } from "vitest";
import { type ListenOptions, listen, type RerankServer } from "../../src/apps/server/listen.js";
import { OnnxCrossEncoder, OnnxEmbeddings } from "../../src/onnx.js";
import type { RelevanceScorer } from "../../src/scorers/relevance-scorer.js";

const folder = new URL("../fixtures/tiny-models/", import.meta.url);

interface Golden {
  pairs: [string, string][];
  logits: [number][];
}

/** Pairs with the logits that the reference implementation gives the tiny cross-encoder for them. */
export const golden = JSON.parse(readFileSync(new URL("bert-one-logit/golden.json", folder), "utf8")) as Golden;

export const tinyCrossEncoder = () => new OnnxCrossEncoder({ model: new URL("bert-one-logit", folder).pathname });
export const tinyEmbeddings = () => new OnnxEmbeddings({ model: new URL("bert-encoder", folder).pathname });

/** A scorer of the tests' own, whose calls end when told to. */
export function gatedScorer() {
  const waiting: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const scorer: RelevanceScorer = {
    score: (_, texts, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal) signals.push(signal);
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
        waiting.push(() => resolve(texts.map((text) => text.length)));
      }),
  };
  return { scorer, waiting, signals };
}

export const start = (options: Partial<ListenOptions> & Pick<ListenOptions, "rerankers">): Promise<RerankServer> =>
  listen({ port: 0, ...options });

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field.
export type Answer = { status: number; headers: Headers; body: any };

/** Sends JSON, or a text as it is, and reads the answer's JSON. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Waits until a check passes; long, since machines that run tests may be busy. */
export const soon = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 30_000 });
