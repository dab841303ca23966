interface UnigramModel {
  config?: { type?: string };
  tokens_to_ids: Map<string, number>;
  unk_token: string;
  encode(words: string[]): string[];
  tokenize?(word: string): string[];
}

/**
 * Lets a Unigram model of `@huggingface/tokenizers` take words of any length. Its own `encode` passes all tokens of a word as arguments of one
 * call, which a word of some hundred thousand tokens (a line without spaces, of characters that the vocabulary does not know) does not survive.
 * Neighbours that are unknown become one unknown token, as the model would have it next.
 */
export function takeLongWords(tokenizer: { model: unknown }): void {
  const model = tokenizer.model as UnigramModel | null;
  if (model?.config?.type !== "Unigram" || !model.tokenize) return;
  model.encode = (words) => {
    const tokens: string[] = [];
    for (const word of words) {
      for (const piece of model.tokenize!(word)) {
        const token = model.tokens_to_ids.has(piece) ? piece : model.unk_token;
        if (token !== model.unk_token || tokens.at(-1) !== token) tokens.push(token);
      }
    }
    return tokens;
  };
}
