import { Tokenizer } from "@huggingface/tokenizers";
import { takeLongWords } from "./long-words.js";
import { isDecoder, type ModelConfig } from "./model-config.js";
import { useExactNormalizers } from "./normalizers/exact-normalizers.js";
import { readTemplates, type Templates } from "./post-processor.js";
import { WorkerFault } from "./wire-error.js";

/** Characters a token rarely exceeds; a prefix of this many times the tokens wanted nearly always holds them. */
const CHARACTERS_A_TOKEN = 8;

/** Tokens at the end of a prefix that may come out differently once the text goes on; they are not used. */
const UNSETTLED_TOKENS = 16;

/** Texts as they are. */
const UNFRAMED: Templates = {
  single: [{ text: "A", type: 0 }],
  pair: [
    { text: "A", type: 0 },
    { text: "B", type: 0 },
  ],
};

interface TokenizerConfig {
  pad_token?: string | { content: string } | null;
  model_max_length?: number;
}

/** A model's tokenizer: ids without special tokens, and the frames that add them. */
export class ModelTokenizer {
  readonly templates: Templates;
  readonly padId: number;
  readonly #tokenizer: Tokenizer;

  /** @throws WorkerFault when the files do not fit each other. */
  constructor(model: string, json: object, tokenizerConfig: TokenizerConfig, config: ModelConfig) {
    const fault = (problem: string, file = "tokenizer.json") =>
      new WorkerFault({ kind: "integrity", model, file, problem });
    try {
      this.#tokenizer = new Tokenizer(json, tokenizerConfig);
      useExactNormalizers(this.#tokenizer);
      takeLongWords(this.#tokenizer);
    } catch (error) {
      throw fault(`is not a tokenizer that can be read (${error instanceof Error ? error.message : String(error)}).`);
    }
    const framed = readTemplates((json as { post_processor?: unknown }).post_processor);
    const templates = framed ?? (isDecoder(config) ? UNFRAMED : undefined);
    if (!templates) throw fault("has no `post_processor` that frames texts with special tokens, as encoders need.");
    this.templates = templates;
    const padToken =
      typeof tokenizerConfig.pad_token === "string" ? tokenizerConfig.pad_token : tokenizerConfig.pad_token?.content;
    const tokenizerPad = padToken === undefined ? undefined : this.#tokenizer.token_to_id(padToken);
    this.padId = config.pad_token_id ?? tokenizerPad ?? 0;
    const mismatch = findMismatch(this.#tokenizer, templates, tokenizerPad, config);
    if (mismatch) throw fault(`does not belong to this model: ${mismatch}.`);
  }

  /** Token ids of a whole text, without special tokens. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** Id of a text that is a single token; undefined where it is none or several. */
  idOf(text: string): number | undefined {
    const ids = this.encode(text);
    return ids.length === 1 ? ids[0] : undefined;
  }

  /**
   * The first tokens of a text. Reads no more of a long text than it must: a megabyte costs what its first page costs.
   *
   * @returns More than `limit` ids when, and only when, the text has more.
   */
  encodeUpTo(text: string, limit: number): number[] {
    for (let characters = (limit + UNSETTLED_TOKENS) * CHARACTERS_A_TOKEN; characters < text.length; characters *= 4) {
      const ids = this.encode(text.slice(0, characters));
      if (ids.length > limit + UNSETTLED_TOKENS) return ids.slice(0, limit + 1);
    }
    return this.encode(text);
  }
}

/** What shows that a tokenizer was made for another model, in words. */
function findMismatch(
  tokenizer: Tokenizer,
  templates: Templates,
  padId: number | undefined,
  config: ModelConfig,
): string | undefined {
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
