import { InvalidOptionError } from "../../../errors.js";
import { ONNX_CHECKS, type OnnxOptions, PASSAGE_CHECKS } from "../../../inference/engine/onnx-options.js";
import { type Checks, checkOptions, expecting, flag, integer, number } from "../../../options.js";

/** Options of the cache of document vectors. */
export interface VectorCacheOptions {
  /**
   * Maximum number of bytes in memory. The least recently used vectors are removed first.
   * @default 268435456 (256 MiB): about 8,000 passages of 250 tokens with 128 numbers each
   */
  maxBytes?: number | undefined;
  /** Also store vectors in this folder, for other processes. @default none */
  folder?: string | undefined;
  /** Maximum number of bytes of one model's files in the folder. The oldest are removed first. @default 1073741824 (1 GiB) */
  maxFolderBytes?: number | undefined;
}

/** Options of `OnnxLateInteraction`. */
export interface OnnxLateInteractionOptions extends OnnxOptions {
  /**
   * How to score texts that exceed the limit: `"truncate"` compares their beginning, `"max-passage"` compares overlapping passages and reports
   * the span of the best one.
   * @default "truncate"
   */
  longDocuments?: "truncate" | "max-passage" | undefined;
  /** Maximum number of tokens of a passage. @default 256, for texts that exceed the model's limit */
  passageLength?: number | undefined;
  /** Fraction of a passage that the next one repeats, between 0 and 0.9. @default 0.25 */
  passageOverlap?: number | undefined;
  /**
   * Maximum number of tokens of a query, special tokens included. Models that expand queries expand them to this length.
   * @default the length that the model was trained with (32 for most ColBERT models), else the model's limit
   */
  queryLength?: number | undefined;
  /**
   * Weight of the cosine of the pooled vectors in a score, between 0 and 1; MaxSim has the rest. For models whose graph also outputs pooled
   * vectors. 0 means MaxSim only.
   * @default the value with which the model was best in evaluations: 0.2 for `late-en-v1`, 0 for ColBERT models
   */
  pooledWeight?: number | undefined;
  /**
   * Report, as `spans` of each text, the word that matches each word of the query best, with the cosine of the two. Takes a second look at
   * each text, without another pass through the model where the vectors are cached.
   * @default false
   */
  wordMatches?: boolean | undefined;
  /** Cache of document vectors for further queries. `false` turns it off. @default 256 MiB of memory, no folder */
  cache?: VectorCacheOptions | false | undefined;
  /** Score the model's golden pairs first, and throw a `ModelIntegrityError` if they differ by more than their tolerance. @default false */
  verify?: boolean | undefined;
}

const CACHE_CHECKS: Checks<VectorCacheOptions> = {
  maxBytes: number(0, Number.MAX_SAFE_INTEGER),
  folder: expecting("the path of a folder", (value) => typeof value === "string" && value.trim() !== ""),
  maxFolderBytes: number(0, Number.MAX_SAFE_INTEGER),
};

/** Checks of {@link OnnxLateInteractionOptions}. */
export const LATE_INTERACTION_CHECKS: Checks<OnnxLateInteractionOptions> = {
  ...ONNX_CHECKS,
  ...PASSAGE_CHECKS,
  queryLength: integer(8),
  pooledWeight: number(0, 1),
  wordMatches: flag,
  cache(option, value) {
    if (value === false) return;
    if (typeof value !== "object" || value === null)
      throw new InvalidOptionError(option, value, "false, or an object with `maxBytes` and `folder`");
    checkOptions(value, CACHE_CHECKS, option, `${option}.`);
  },
  verify: flag,
};
