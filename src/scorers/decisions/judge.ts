import type { Call } from "../remote/client.js";

/** A decision about one passage. */
export interface Decision {
  /** Probability that the answer is yes, 0 to 1; `undefined` if the model refused to answer. */
  probability: number | undefined;
  /** How much of the model's probability was on the possible answers at all, where the server says so. */
  labelMass?: number | undefined;
}

/** The decisions of one request, in the order of its passages. */
export interface Decisions {
  decisions: readonly Decision[];
  usage: Record<string, number>;
}

/** A decision model, reached in one of several ways. */
export interface Judge {
  /** Name for reports. */
  readonly name: string;
  /** Maximum number of passages per request. */
  readonly maxPassages: number;
  readonly maxTokens?: number | undefined;
  /** Judges passages in one request. */
  judge(query: string, passages: readonly string[], call: Call): Promise<Decisions>;
}
