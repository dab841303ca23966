import { Tokenizer } from "@huggingface/tokenizers";
import type { ModelConfig } from "./model-config.js";
import { readTemplates, type Templates } from "./post-processor.js";
import { WorkerFault } from "./wire-error.js";

/** Characters a token rarely exceeds; a prefix of this many times the tokens wanted nearly always holds them. */
const CHARACTERS_A_TOKEN = 8;

/** Tokens at the end of a prefix that may come out differently once the text goes on; they are not used. */
const UNSETTLED_TOKENS = 16;

/**
 * Han characters outside the basic plane. BERT's normaliser sets every Han character apart; the tokeniser package looks at UTF-16 units
 * and misses these, so they are set apart before it sees them.
 */
const ASTRAL_HAN = /[\u{20000}-\u{2A6DF}\u{2A700}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

interface TokenizerConfig {
  pad_token?: string | { content: string } | null;
  model_max_length?: number;
}

interface BertNormalizer {
  type: string;
  handle_chinese_chars?: boolean;
}

/** A model's tokenizer: ids without special tokens, and the frames that add them. */
export class ModelTokenizer {
  readonly templates: Templates;
  readonly padId: number;
  readonly #tokenizer: Tokenizer;
  readonly #setsHanApart: boolean;

  /** @throws WorkerFault when the files do not fit each other. */
  constructor(model: string, json: object, tokenizerConfig: TokenizerConfig, config: ModelConfig) {
    const fault = (problem: string, file = "tokenizer.json") => new WorkerFault({ kind: "integrity", model, file, problem });
    try {
      this.#tokenizer = new Tokenizer(json, tokenizerConfig);
    } catch (error) {
      throw fault(`is not a tokenizer that can be read (${error instanceof Error ? error.message : String(error)}).`);
    }
    const { post_processor, normalizer } = json as { post_processor?: unknown; normalizer?: BertNormalizer | null };
    this.#setsHanApart = normalizer?.type === "BertNormalizer" && normalizer.handle_chinese_chars !== false;
    const templates = readTemplates(post_processor);
    if (!templates) throw fault("has no `post_processor` that frames texts with special tokens, as encoders need.");
    this.templates = templates;
    const padToken = typeof tokenizerConfig.pad_token === "string" ? tokenizerConfig.pad_token : tokenizerConfig.pad_token?.content;
    const tokenizerPad = padToken === undefined ? undefined : this.#tokenizer.token_to_id(padToken);
    this.padId = config.pad_token_id ?? tokenizerPad ?? 0;
    const mismatch = findMismatch(this.#tokenizer, templates, tokenizerPad, config);
    if (mismatch) throw fault(`does not belong to this model: ${mismatch}.`);
  }

  /** Token ids of a whole text, without special tokens. */
  encode(text: string): number[] {
    const prepared = this.#setsHanApart ? text.replace(ASTRAL_HAN, " $& ") : text;
    return this.#tokenizer.encode(prepared, { add_special_tokens: false }).ids;
  }

  /**
   * The first tokens of a text. Reads no more of a long text than it must: a megabyte costs what its first page costs.
   *
   * @returns More than `limit` ids when, and only when, the text has more.
   */
  encodeUpTo(text: string, limit: number): number[] {
    for (let characters = (limit + UNSETTLED_TOKENS) * CHARACTERS_A_TOKEN; characters < text.length; characters *= 2) {
      const ids = this.encode(text.slice(0, characters));
      if (ids.length > limit + UNSETTLED_TOKENS) return ids.slice(0, limit + 1);
    }
    return this.encode(text);
  }
}

/** What shows that a tokenizer was made for another model, in words. */
function findMismatch(tokenizer: Tokenizer, templates: Templates, padId: number | undefined, config: ModelConfig): string | undefined {
  const specials = templates.pair.flatMap((part) => ("ids" in part ? part.ids : []));
  const size = config.vocab_size;
  if (size !== undefined) {
    const largest = Math.max(...specials, tokenizer.get_vocab().size - 1);
    if (largest >= size) return `it has ids up to ${largest}, config.json says vocab_size ${size}`;
  }
  const { pad_token_id: configPad } = config;
  if (typeof configPad === "number" && padId !== undefined && padId !== configPad) {
    return `its padding token is ${padId}, config.json says pad_token_id ${configPad}`;
  }
  const [first, last] = [specials[0], specials.at(-1)];
  const starts = [config.cls_token_id, config.bos_token_id].filter((id) => typeof id === "number");
  const ends = [config.sep_token_id, config.eos_token_id].filter((id) => typeof id === "number");
  if (first !== undefined && starts.length > 0 && !starts.includes(first)) {
    return `sequences begin with token ${first}, config.json expects ${starts.join(" or ")}`;
  }
  if (last !== undefined && ends.length > 0 && !ends.includes(last)) {
    return `sequences end with token ${last}, config.json expects ${ends.join(" or ")}`;
  }
  return undefined;
}
