import { InvalidResponseError } from "../../errors.js";
import type { Answer } from "../remote/answer.js";
import { answeredWrongly, errorMessage } from "../remote/faults.js";
import type { RerankTemplate } from "./template.js";

interface TokenLogProbability {
  token: string;
  logprob: number;
}

/**
 * Reads logit(yes) − logit(no) for the first token of the answer. The denominator of the softmax cancels out in the difference.
 *
 * The server lists the 20 most likely tokens. A label that is not among them gets the log-probability of the last one, which is the most
 * that it can have: the difference is then a bound that is too close to 0 and has the right sign.
 *
 * @throws BackendError if the answer has no log-probabilities. InvalidResponseError if it lists neither label, or values that are not
 * numbers.
 */
export function readLogit(answer: Answer, template: Pick<RerankTemplate, "yes" | "no">): number {
  const tokens = readTokens(answer);
  const find = (label: string) => tokens.find(({ token }) => token === label)?.logprob;
  const yes = find(template.yes);
  const no = find(template.no);
  if (yes === undefined && no === undefined) {
    const said = tokens.slice(0, 3).map(({ token }) => JSON.stringify(token));
    throw new InvalidResponseError(
      answer.backend,
      `neither "${template.yes}" nor "${template.no}" is among the most likely tokens (${said.join(", ")}, …). ` +
        "Is the model a yes/no reranker, and is `template` right for it?",
    );
  }
  const least = Math.min(...tokens.map(({ logprob }) => logprob));
  return (yes ?? least) - (no ?? least);
}

function readTokens(answer: Answer): readonly TokenLogProbability[] {
  const body = answer.json as { error?: unknown; logprobs?: readonly { top_logprobs?: readonly unknown[] }[] } | null;
  if (body?.error !== undefined)
    throw answeredWrongly(answer, `The server answered with an error: ${errorMessage(body)}`);
  const tokens = body?.logprobs?.[0]?.top_logprobs;
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw answeredWrongly(
      answer,
      "The answer has no log-probabilities. They need Ollama 0.12.11 or later (`ollama --version`) and a local model: cloud models return none.",
    );
  }
  for (const entry of tokens as Partial<TokenLogProbability>[]) {
    if (typeof entry?.token !== "string" || !Number.isFinite(entry.logprob)) {
      throw new InvalidResponseError(answer.backend, "a log-probability is not a number");
    }
  }
  return tokens;
}
