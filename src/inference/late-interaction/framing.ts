import { isPyLate, PUNCTUATION } from "../../models/late-interaction.js";
import type { LateInteractionFormat } from "../../models/types.js";
import type { ModelLocation } from "../protocol.js";
import type { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import { countSpecials, type Encoded, encodeSequence, type TemplatePart } from "../tokenizer/sequences.js";
import type { Platform } from "../worker/session.js";

/** The settings under `langchain_rerank` in the `config.json` of this project's models. */
export interface ProjectSettings {
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
 * Reads how a late-interaction model frames texts: from `langchain_rerank` in `config.json`, from PyLate's `config_sentence_transformers.json`
 * or from ColBERT's `artifact.metadata`. Without any of them, nothing is added and all tokens count.
 */
export async function readFormat(
  platform: Platform,
  location: ModelLocation,
  config: object,
): Promise<LateInteractionFormat> {
  const settings = (config as { langchain_rerank?: ProjectSettings }).langchain_rerank;
  if (settings?.kind === "late-interaction") return projectFormat(settings);
  const pylate = (await platform.readJsonIfAny(location, "config_sentence_transformers.json")) as Json | undefined;
  if (pylate && isPyLate(pylate)) return pylateFormat(pylate);
  const colbert = (await platform.readJsonIfAny(location, "artifact.metadata")) as Json | undefined;
  return colbert ? colbertFormat(colbert) : {};
}

function projectFormat(settings: ProjectSettings): LateInteractionFormat {
  return {
    ...text("queryMarker", settings.query_marker),
    ...text("documentMarker", settings.document_marker),
    ...count("queryLength", settings.query_length),
    expandQueries: typeof settings.query_length === "number",
    ...(settings.skip_punctuation ? { skipWords: PUNCTUATION } : {}),
    ...count("pooledWeight", settings.pooled_weight),
  };
}

/** With PyLate's defaults for missing settings. */
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

/** ColBERT always expands queries. */
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

/** What surrounds the texts of one role. */
export interface Frame {
  /** With the role's marker. */
  template: readonly TemplatePart[];
  /** Number of special tokens, the marker included. */
  specials: number;
  /** Maximum number of tokens, if the format names one. */
  length: number | undefined;
}

/** A format with the tokenizer's ids instead of words. */
export interface LateFraming {
  query: Frame;
  document: Frame;
  /** The token that queries are expanded with, if they are. */
  fill: number | undefined;
  attendToFill: boolean;
  /** Tokens of documents that do not count. */
  skipped: ReadonlySet<number>;
  /** Weight of the cosine of the pooled vectors, unless a job sets another. */
  pooledWeight: number;
}

/**
 * Looks up the ids of a format's words.
 *
 * @throws Error if the tokenizer lacks a marker or the mask token.
 */
export function resolveFormat(format: LateInteractionFormat, tokenizer: ModelTokenizer): LateFraming {
  const frame = (marker: string | undefined, length: number | undefined): Frame => {
    const ids = marker === undefined ? [] : [idOf(tokenizer, marker)];
    const template = withMarker(tokenizer.templates.single, ids);
    return { template, specials: countSpecials(template), length };
  };
  // Like PyLate, uses the end-of-text token of a language model that has no mask token.
  const fill = format.expandQueries ? (tokenizer.maskId ?? tokenizer.endId) : undefined;
  if (format.expandQueries && fill === undefined) {
    throw new Error(
      "it has no mask token, which is needed to expand queries. Set `mask_token` in tokenizer_config.json",
    );
  }
  // As in PyLate, a word that is not a token means the unknown token.
  const skipped = (format.skipWords ?? []).map((word) => tokenizer.tokenId(word) ?? tokenizer.unknownId);
  return {
    query: frame(format.queryMarker, format.queryLength),
    document: frame(format.documentMarker, format.documentLength),
    fill,
    attendToFill: format.attendToExpansion ?? false,
    skipped: new Set(skipped.filter((id) => id !== undefined)),
    pooledWeight: format.pooledWeight ?? 0,
  };
}

function idOf(tokenizer: ModelTokenizer, token: string): number {
  const id = tokenizer.tokenId(token);
  if (id === undefined) throw new Error(`it has no token "${token}", which the model's settings add to every text`);
  return id;
}

/** A template with a marker after its first special token, where ColBERT and PyLate put it. */
function withMarker(template: readonly TemplatePart[], marker: readonly number[]): TemplatePart[] {
  if (marker.length === 0) return [...template];
  const [first, ...rest] = template;
  if (!first || !("ids" in first)) return [{ ids: marker, type: 0 }, ...template];
  return [{ ids: [first.ids[0]!, ...marker, ...first.ids.slice(1)], type: first.type }, ...rest];
}

/** Number of tokens of a template before its text. */
export function leadingTokens(template: readonly TemplatePart[]): number {
  const text = template.findIndex((part) => "text" in part);
  return countSpecials(template.slice(0, text));
}

/**
 * Puts the tokens of a query into its template, as far as they fit, and fills up to the length for models that expand queries.
 *
 * @param truncated Whether the tokens are only a part of the query.
 */
export function frameQuery(
  template: readonly TemplatePart[],
  length: number,
  { ids, truncated }: { ids: readonly number[]; truncated: boolean },
  { fill, attendToFill }: LateFraming,
): Encoded {
  const encoded = { ...encodeSequence(template, length, ids), truncated };
  if (fill === undefined) return encoded;
  const missing = Math.max(0, length - encoded.ids.length);
  return {
    ...encoded,
    ids: [...encoded.ids, ...new Array<number>(missing).fill(fill)],
    types: [...encoded.types, ...new Array<number>(missing).fill(0)],
    ...(attendToFill ? {} : { unattended: missing }),
  };
}
