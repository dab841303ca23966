import { Tokenizer } from "@huggingface/tokenizers";
import { isDecoder, type ModelConfig } from "../formats/model-config.js";
import { WorkerFault } from "../worker-fault.js";
import { type BertNormalizerConfig, bertNormalizer } from "./normalizers/bert.js";
import { precompiledNormalizer } from "./normalizers/precompiled.js";
import { readTemplates, type Templates } from "./sequences.js";
import { acceptLongWords } from "./unigram-words.js";

/** Characters per token that text rarely exceeds: a part of a text that is this many times longer nearly always has enough tokens. */
const CHARACTERS_PER_TOKEN = 8;

/** Tokens next to a cut that may differ from those of the whole text; they are not used. */
const UNSETTLED_TOKENS = 16;

/** No special tokens. */
const UNFRAMED: Templates = {
  single: [{ text: "A", type: 0 }],
  pair: [
    { text: "A", type: 0 },
    { text: "B", type: 0 },
  ],
};

type TokenName = string | { content: string } | null | undefined;

interface TokenizerConfig {
  pad_token?: TokenName;
  cls_token?: TokenName;
  mask_token?: TokenName;
  unk_token?: TokenName;
  bos_token?: TokenName;
  sep_token?: TokenName;
  eos_token?: TokenName;
  /** Special tokens by id. */
  added_tokens_decoder?: Record<string, { content: string }>;
  model_max_length?: number;
}

/** A model's tokenizer: ids without special tokens, and the templates that add them. */
export class ModelTokenizer {
  readonly templates: Templates;
  readonly padId: number;
  readonly maskId: number | undefined;
  readonly unknownId: number | undefined;
  /** The token that ends a language model's text. */
  readonly endId: number | undefined;
  readonly #tokenizer: Tokenizer;

  /** @throws WorkerFault if the files contradict each other. */
  constructor(model: string, json: object, tokenizerConfig: TokenizerConfig, config: ModelConfig) {
    const fault = (problem: string, file = "tokenizer.json") =>
      new WorkerFault({ kind: "integrity", model, file, problem });
    try {
      this.#tokenizer = new Tokenizer(json, tokenizerConfig);
      useExactNormalizers(this.#tokenizer);
      if ((json as { model?: { type?: string } }).model?.type === "Unigram") acceptLongWords(this.#tokenizer);
    } catch (error) {
      throw fault(`it cannot be read as a tokenizer (${error instanceof Error ? error.message : String(error)}).`);
    }
    const framed = readTemplates((json as { post_processor?: unknown }).post_processor);
    const templates = framed ?? (isDecoder(config) ? UNFRAMED : undefined);
    if (!templates) throw fault("it has no `post_processor` that adds special tokens, which encoders need.");
    this.templates = templates;
    const tokenizerPad = tokenId(this.#tokenizer, tokenizerConfig.pad_token);
    this.padId = config.pad_token_id ?? tokenizerPad ?? 0;
    this.maskId = tokenId(this.#tokenizer, tokenizerConfig.mask_token);
    this.unknownId = tokenId(this.#tokenizer, tokenizerConfig.unk_token);
    this.endId = tokenId(this.#tokenizer, tokenizerConfig.eos_token);
    const mismatch = findMismatch(this.#tokenizer, templates, tokenizerConfig, config);
    if (mismatch) throw fault(`it does not belong to this model: ${mismatch}.`);
  }

  /** Token ids of a whole text, without special tokens. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** Id of a token by its spelling in the vocabulary; undefined if there is none. */
  tokenId(token: string): number | undefined {
    return tokenId(this.#tokenizer, token);
  }

  /** Id of a text that is a single token; undefined if it is not. */
  idOf(text: string): number | undefined {
    const ids = this.encode(text);
    return ids.length === 1 ? ids[0] : undefined;
  }

  /**
   * The first tokens of a text. Reads no more of a long text than necessary: a megabyte costs no more than its first page.
   *
   * @returns More than `limit` ids if, and only if, the text has more.
   */
  encodeUpTo(text: string, limit: number): number[] {
    for (let length = charactersOf(limit); length < text.length; length *= 4) {
      const ids = this.encode(text.slice(0, length));
      if (ids.length > limit + UNSETTLED_TOKENS) return ids.slice(0, limit + 1);
    }
    return this.encode(text);
  }

  /** The last tokens of a text, like {@link encodeUpTo} from the end. */
  encodeEnd(text: string, limit: number): number[] {
    for (let length = charactersOf(limit); length < text.length; length *= 4) {
      const ids = this.encode(text.slice(-length));
      if (ids.length > limit + UNSETTLED_TOKENS) return ids.slice(-(limit + 1));
    }
    return this.encode(text);
  }
}

function charactersOf(tokens: number): number {
  return (tokens + UNSETTLED_TOKENS) * CHARACTERS_PER_TOKEN;
}

/** Id of a special token by its name in `tokenizer_config.json`. */
function tokenId(tokenizer: Tokenizer, name: TokenName): number | undefined {
  const token = typeof name === "string" ? name : name?.content;
  return token === undefined ? undefined : tokenizer.token_to_id(token);
}

function sameToken(a: TokenName, b: TokenName): boolean {
  const spelling = (name: TokenName) => (typeof name === "string" ? name : name?.content);
  return spelling(a) !== undefined && spelling(a) === spelling(b);
}

/** Embedding tables are padded to round sizes, but a vocabulary below this share of the table belongs to another model. */
const LEAST_SHARE = 0.5;

/** The evidence, if any, that a tokenizer was made for another model. */
function findMismatch(
  tokenizer: Tokenizer,
  templates: Templates,
  named: TokenizerConfig,
  config: ModelConfig,
): string | undefined {
  const specials = templates.pair.flatMap((part) => ("ids" in part ? part.ids : []));
  const { vocab_size: size, pad_token_id: configPad } = config;
  if (size !== undefined) {
    const words = tokenizer.get_vocab().size;
    const largest = Math.max(...specials, words - 1);
    if (largest >= size) return `it has ids up to ${largest}, but config.json says vocab_size ${size}`;
    if (words < size * LEAST_SHARE) return `it has ${words} tokens, but config.json says vocab_size ${size}`;
  }
  // PyLate saves tokenizers that pad with the mask token, together with configurations that do not.
  const masks = sameToken(named.pad_token, named.mask_token);
  const pad = masks ? undefined : tokenId(tokenizer, named.pad_token);
  if (typeof configPad === "number" && pad !== undefined && pad !== configPad) {
    return `its padding token is ${pad}, but config.json says pad_token_id ${configPad}`;
  }
  for (const [id, { content }] of Object.entries(named.added_tokens_decoder ?? {})) {
    const found = tokenizer.token_to_id(content);
    if (found !== undefined && found !== Number(id))
      return `its token ${content} is ${found}, but tokenizer_config.json says ${id}`;
  }
  const ends = [
    { what: "begin", id: specials[0], tokens: ["cls_token", "bos_token"] as const },
    { what: "end", id: specials.at(-1), tokens: ["sep_token", "eos_token"] as const },
  ];
  for (const { what, id, tokens } of ends) {
    if (id === undefined) continue;
    const inConfig = tokens.map((token) => config[`${token}_id`]).filter((other) => typeof other === "number");
    if (inConfig.length > 0 && !inConfig.includes(id))
      return `sequences ${what} with token ${id}, but config.json expects ${inConfig.join(" or ")}`;
    // Decoders name the token that ends their answers, which need not end a text. The names of encoders are reliable.
    if (!named[tokens[0]]) continue;
    const names = tokens.map((token) => named[token]).filter((name) => name !== undefined && name !== null);
    if (!names.some((name) => tokenId(tokenizer, name) === id)) {
      const expected = names.map((name) => (typeof name === "string" ? name : name.content)).join(" or ");
      return `sequences ${what} with token ${id}, but tokenizer_config.json expects ${expected}`;
    }
  }
  return undefined;
}

/** A normalizer of `@huggingface/tokenizers`: a function that is also an object. */
interface TextNormalizer {
  (text: string): string;
  normalize(text: string): string;
  config: { type: string };
  /** The parts of a sequence, in order. */
  normalizers?: (TextNormalizer | null)[];
}

/** Normalizers of `tokenizer.json` that `@huggingface/tokenizers` only approximates. These do exactly what the reference does. */
const EXACT: Record<string, (config: object) => ((text: string) => string) | undefined> = {
  BertNormalizer: (config) => bertNormalizer(config as BertNormalizerConfig),
  Precompiled: (config) => {
    const { precompiled_charsmap: map } = config as { precompiled_charsmap?: string | null };
    return map ? precompiledNormalizer(map) : undefined;
  },
};

/** Replaces a tokenizer's normalizers that differ from the reference, also those inside a sequence. */
function useExactNormalizers(tokenizer: { normalizer: unknown }): void {
  if (tokenizer.normalizer) tokenizer.normalizer = exact(tokenizer.normalizer as TextNormalizer);
}

function exact(normalizer: TextNormalizer): TextNormalizer {
  if (normalizer.normalizers) {
    normalizer.normalizers = normalizer.normalizers.map((part) => part && exact(part));
    return normalizer;
  }
  const apply = EXACT[normalizer.config.type]?.(normalizer.config);
  return apply ? Object.assign(apply, { normalize: apply, config: normalizer.config }) : normalizer;
}
