interface UnigramModel {
  tokens_to_ids: Map<string, number>;
  unk_token: string;
  encode(words: string[]): string[];
  tokenize?(word: string): string[];
}

/**
 * Lets a Unigram model of `@huggingface/tokenizers` accept words of any length. Its `encode` passes all tokens of a word as arguments of
 * one call, which overflows the stack for words of some hundred thousand tokens (a line without spaces, of characters outside the
 * vocabulary). Adjacent unknown tokens become one, as the model does it in its next step.
 */
export function acceptLongWords(tokenizer: { model: unknown }): void {
  const model = tokenizer.model as UnigramModel;
  if (!model.tokenize) return;
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
