import { isPyLate, PUNCTUATION } from "../../models/late-interaction.js";
import type { LateInteractionFormat } from "../../models/types.js";
import type { ModelLocation } from "../protocol.js";
import type { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import type { Platform } from "../worker/session.js";

/** What `config.json` of a model of this package says under `langchain_rerank`. */
export interface OwnSettings {
  kind?: string;
  output?: string;
  query_marker?: string | null;
  document_marker?: string | null;
  query_length?: number | null;
  skip_punctuation?: boolean;
  pooled_output?: string;
  pooled_weight?: number;
}

type Json = Record<string, unknown>;

/**
 * How a late-interaction model wants texts framed, by its own files: `langchain_rerank` in `config.json`, what PyLate writes into
 * `config_sentence_transformers.json`, or ColBERT's `artifact.metadata`. Where none of them is there, nothing is added and every token counts.
 */
export async function readFormat(
  platform: Platform,
  place: ModelLocation,
  config: object,
): Promise<LateInteractionFormat> {
  const own = (config as { langchain_rerank?: OwnSettings }).langchain_rerank;
  if (own?.kind === "late-interaction") return ownFormat(own);
  const pylate = (await platform.readJsonIfAny(place, "config_sentence_transformers.json")) as Json | undefined;
  if (pylate && isPyLate(pylate)) return pylateFormat(pylate);
  const colbert = (await platform.readJsonIfAny(place, "artifact.metadata")) as Json | undefined;
  return colbert ? colbertFormat(colbert) : {};
}

function ownFormat(own: OwnSettings): LateInteractionFormat {
  return {
    ...text("queryMarker", own.query_marker),
    ...text("documentMarker", own.document_marker),
    ...count("queryLength", own.query_length),
    expandQueries: typeof own.query_length === "number",
    ...(own.skip_punctuation ? { skipWords: PUNCTUATION } : {}),
    ...count("pooledWeight", own.pooled_weight),
  };
}

/** PyLate's defaults stand in for what a file leaves out. */
function pylateFormat(settings: Json): LateInteractionFormat {
  const words = settings.skiplist_words;
  return {
    ...text("queryMarker", settings.query_prefix ?? "[Q] "),
    ...text("documentMarker", settings.document_prefix ?? "[D] "),
    queryLength: 32,
    ...count("queryLength", settings.query_length),
    documentLength: 180,
    ...count("documentLength", settings.document_length),
    expandQueries: settings.do_query_expansion !== false,
    attendToExpansion: settings.do_query_expansion !== false && settings.attend_to_expansion_tokens === true,
    skipWords: Array.isArray(words) ? words.filter((word): word is string => typeof word === "string") : PUNCTUATION,
  };
}

/** ColBERT always fills queries up. */
function colbertFormat(settings: Json): LateInteractionFormat {
  return {
    ...text("queryMarker", settings.query_token_id ?? "[unused0]"),
    ...text("documentMarker", settings.doc_token_id ?? "[unused1]"),
    queryLength: 32,
    ...count("queryLength", settings.query_maxlen),
    ...count("documentLength", settings.doc_maxlen),
    expandQueries: true,
    attendToExpansion: settings.attend_to_mask_tokens === true,
    ...(settings.mask_punctuation === false ? {} : { skipWords: PUNCTUATION }),
  };
}

function text<K extends string>(name: K, value: unknown): { [P in K]?: string } {
  return (typeof value === "string" && value !== "" ? { [name]: value } : {}) as { [P in K]?: string };
}

function count<K extends string>(name: K, value: unknown): { [P in K]?: number } {
  return (typeof value === "number" && value > 0 ? { [name]: value } : {}) as { [P in K]?: number };
}

/** A format in the tokenizer's own numbers. */
export interface LateFraming {
  queryMarker: readonly number[];
  documentMarker: readonly number[];
  queryLength: number | undefined;
  documentLength: number | undefined;
  /** Token that fills queries up; undefined where they are not. */
  fill: number | undefined;
  attendToFill: boolean;
  /** Tokens of documents that do not count. */
  skipped: ReadonlySet<number>;
  /** Share of the cosine of the pooled vectors, unless a job says otherwise. */
  pooledWeight: number;
}

/**
 * Looks a format's words up.
 *
 * @throws Error naming a marker or mask token that the tokenizer does not have.
 */
export function resolveFormat(format: LateInteractionFormat, tokenizer: ModelTokenizer): LateFraming {
  const marker = (token: string | undefined) => (token === undefined ? [] : [idOf(tokenizer, token)]);
  // PyLate falls back on a language model's end of text where there is no mask token.
  const fill = format.expandQueries ? (tokenizer.maskId ?? tokenizer.endId) : undefined;
  if (format.expandQueries && fill === undefined) {
    throw new Error(
      "it has no mask token, which queries are to be filled up with (`mask_token` of tokenizer_config.json)",
    );
  }
  // As in PyLate: a word that is no token stands for the unknown token.
  const skipped = (format.skipWords ?? []).map((word) => tokenizer.tokenId(word) ?? tokenizer.unknownId);
  return {
    queryMarker: marker(format.queryMarker),
    documentMarker: marker(format.documentMarker),
    queryLength: format.queryLength,
    documentLength: format.documentLength,
    fill,
    attendToFill: format.attendToExpansion ?? false,
    skipped: new Set(skipped.filter((id) => id !== undefined)),
    pooledWeight: format.pooledWeight ?? 0,
  };
}

function idOf(tokenizer: ModelTokenizer, token: string): number {
  const id = tokenizer.tokenId(token);
  if (id === undefined) throw new Error(`it has no token "${token}", which the model's settings put into every text`);
  return id;
}
