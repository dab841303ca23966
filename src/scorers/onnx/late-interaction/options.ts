import { InvalidOptionError } from "../../../errors.js";
import { ONNX_CHECKS, type OnnxOptions } from "../../../inference/engine/onnx-model.js";
import { checkCount, checkKnown, checkNumber, checkOneOf } from "../../../options.js";
import type { VectorCacheOptions } from "./shared-vectors.js";

/** Options of `OnnxLateInteraction`. */
export interface OnnxLateInteractionOptions extends OnnxOptions {
  /**
   * What happens to texts that do not fit: `"truncate"` compares their beginning, `"max-passage"` compares overlapping passages and keeps
   * the best, with its span.
   * @default "truncate"
   */
  longDocuments?: "truncate" | "max-passage" | undefined;
  /** Tokens of the document that one passage holds, at most. @default 256, for texts that do not fit the model */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats, 0 to 0.9. @default 0.25 */
  passageOverlap?: number | undefined;
  /**
   * Tokens of a query, special ones included, at most; models that fill queries up do so to this length.
   * @default what the model was trained with (32 for most of ColBERT's kind), else what it can read
   */
  queryLength?: number | undefined;
  /**
   * Share, 0 to 1, of the cosine of the texts' pooled vectors in a score; the rest is MaxSim's. For models whose graph has an output for whole
   * texts beside the one for tokens; 0 leaves MaxSim alone.
   * @default what the model was measured best with: 0.2 for the bundled one, 0 for models of ColBERT's kind
   */
  pooledWeight?: number | undefined;
  /** How documents' token vectors are kept for the next query. `false`: not at all. @default 256 MiB of memory, no folder */
  cache?: VectorCacheOptions | false | undefined;
  /** Score the model's golden pairs first, and refuse it when they are off by more than their tolerance. @default false */
  verify?: boolean | undefined;
}

/** @throws InvalidOptionError */
export function checkLateInteractionOptions(options: OnnxLateInteractionOptions): void {
  const own = ["longDocuments", "passageLength", "passageOverlap", "queryLength", "pooledWeight", "cache", "verify"];
  checkKnown(options, [...Object.keys(ONNX_CHECKS), ...own], "OnnxLateInteraction");
  checkOneOf("longDocuments", options.longDocuments, ["truncate", "max-passage"]);
  checkCount("passageLength", options.passageLength, 8);
  checkNumber("passageOverlap", options.passageOverlap, 0, 0.9);
  checkCount("queryLength", options.queryLength, 8);
  checkNumber("pooledWeight", options.pooledWeight, 0, 1);
  checkCache(options.cache);
}

/** How long documents are read. */
export function passageOptions({
  longDocuments = "truncate",
  passageLength,
  passageOverlap,
}: OnnxLateInteractionOptions) {
  return { longDocuments, passageLength, passageOverlap };
}

function checkCache(cache: VectorCacheOptions | false | undefined): void {
  if (cache === undefined || cache === false) return;
  if (typeof cache !== "object" || cache === null)
    throw new InvalidOptionError("cache", cache, "false, or an object with `maxBytes` and `folder`");
  checkKnown(cache, ["maxBytes", "folder", "maxFolderBytes"], "cache");
  checkNumber("cache.maxBytes", cache.maxBytes, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("cache.maxFolderBytes", cache.maxFolderBytes, 0, Number.MAX_SAFE_INTEGER);
  if (cache.folder !== undefined && (typeof cache.folder !== "string" || cache.folder.trim() === ""))
    throw new InvalidOptionError("cache.folder", cache.folder, "a folder's path");
}
