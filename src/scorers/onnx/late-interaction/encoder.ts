import type { OnnxModel } from "../../../inference/engine/onnx-model.js";
import type { JobInput, JobStats, LateJob, TextResult, TokenVectors } from "../../../inference/protocol.js";
import { findModel } from "../../../models/find.js";
import { type OnnxLateInteractionOptions, passageOptions } from "./options.js";

/** A query that was encoded, and what that cost. */
export interface EncodedQuery {
  vectors: TokenVectors;
  stats: JobStats;
}

/** A model with the options that say how it reads queries and documents. */
export class LateEncoder {
  readonly #model: OnnxModel;
  readonly #options: OnnxLateInteractionOptions;

  constructor(model: OnnxModel, options: OnnxLateInteractionOptions) {
    this.#model = model;
    this.#options = options;
  }

  async query(query: string, signal: AbortSignal): Promise<EncodedQuery> {
    const { results, stats } = await this.#run({ role: "query", keep: true }, [query], signal);
    return { vectors: results[0]!.vectors!, stats };
  }

  /** Compares documents with a query, encoding those that are texts; with `keep` their vectors come back through `onResult`. */
  documents(
    what: Pick<LateJob, "query" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (place: number, result: TextResult) => void,
  ) {
    return this.#run({ role: "document", ...what }, inputs, signal, onResult);
  }

  #run(
    what: Pick<LateJob, "role" | "query" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (place: number, result: TextResult) => void,
  ) {
    const entry = findModel(this.#model.name);
    const { maxLength, queryLength, pooledWeight } = this.#options;
    const isQuery = what.role === "query";
    const prefix = (isQuery ? entry?.queryPrefix : entry?.documentPrefix) ?? "";
    const job = {
      task: "late" as const,
      prefix,
      length: isQuery ? queryLength : maxLength,
      pooledWeight,
      ...passageOptions(this.#options),
      ...what,
    };
    return this.#model.run(job, inputs, { signal, onResult });
  }
}
