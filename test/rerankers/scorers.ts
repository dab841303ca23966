import { Document } from "@langchain/core/documents";
import type { RelevanceScorer, ScoreOptions } from "../../src/index.js";

/** Scores a text by the number at its end, and records queries and texts. */
export class EndNumber implements RelevanceScorer {
  readonly model = "end-number";
  readonly asked: string[] = [];
  readonly queries: string[] = [];
  signal: AbortSignal | undefined;

  async score(query: string, texts: readonly string[], options?: ScoreOptions): Promise<number[]> {
    this.queries.push(query);
    this.asked.push(...texts);
    this.signal = options?.signal;
    return texts.map((text) => Number(/-?[\d.]+$/.exec(text)?.[0] ?? 0));
  }
}

/** A scorer that returns any response, even one that its type forbids. */
export function answering(answer: unknown, extra: Partial<RelevanceScorer> = {}): RelevanceScorer {
  return { model: "answering", ...extra, score: async () => answer as number[] };
}

/** A scorer that never responds and ignores its signal. `started` settles when it is called. */
export function deaf(): RelevanceScorer & { started: Promise<void> } {
  let begin = () => {};
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return {
    model: "deaf",
    started,
    score: () => {
      begin();
      return new Promise(() => {});
    },
  };
}

/** Documents that end in the numbers, with their index in the id. */
export function numbered(values: readonly (number | string)[], metadata: Record<string, unknown> = {}): Document[] {
  return values.map(
    (value, i) => new Document({ pageContent: `text ${value}`, id: `d${i}`, metadata: { ...metadata } }),
  );
}

export const ids = (documents: readonly { id?: string | undefined }[]) => documents.map(({ id }) => id);
export const sims = (documents: readonly { metadata: Record<string, unknown> }[]) =>
  documents.map(({ metadata }) => metadata.sim);

/** Freezes a value and everything it refers to, so that every write throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const key of Reflect.ownKeys(value)) deepFreeze((value as Record<PropertyKey, unknown>)[key]);
  }
  return value;
}
