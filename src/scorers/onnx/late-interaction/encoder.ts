import type { OnnxModel } from "../../../inference/engine/onnx-model.js";
import type { JobInput, JobStats, LateJob, TextResult, TokenVectors } from "../../../inference/protocol.js";
import { findModel } from "../../../models/find.js";
import type { TextSpan } from "../../../text-span.js";
import { type OnnxLateInteractionOptions, passageOptions } from "./options.js";

/** An encoded query and the statistics of encoding it. */
export interface EncodedQuery {
  vectors: TokenVectors;
  stats: JobStats;
}

/** Encodes queries and documents with one model and one set of options. */
export class LateEncoder {
  readonly #model: OnnxModel;
  readonly #options: OnnxLateInteractionOptions;

  constructor(model: OnnxModel, options: OnnxLateInteractionOptions) {
    this.#model = model;
    this.#options = options;
  }

  /** Whether long texts are cut into passages, whose vectors are others than those of the whole text. */
  get cutsPassages(): boolean {
    return this.#options.longDocuments === "max-passage";
  }

  async query(query: string, signal: AbortSignal): Promise<EncodedQuery> {
    const { results, stats } = await this.#run({ role: "query", keep: true }, [query], signal);
    return { vectors: results[0]!.vectors!, stats };
  }

  /** Where the tokens of a query's parts are among its vectors. */
  async queryRows(
    query: string,
    parts: readonly TextSpan[],
    signal: AbortSignal,
  ): Promise<NonNullable<TextResult["rows"]>> {
    const { results } = await this.#run({ role: "query", keep: false }, [{ text: query, parts }], signal);
    return results[0]!.rows!;
  }

  /** Compares documents with a query. Texts are encoded first; with `keep`, `onResult` receives their vectors. */
  documents(
    what: Pick<LateJob, "query" | "queryRows" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (index: number, result: TextResult) => void,
  ) {
    return this.#run({ role: "document", ...what }, inputs, signal, onResult);
  }

  #run(
    what: Pick<LateJob, "role" | "query" | "queryRows" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (index: number, result: TextResult) => void,
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
