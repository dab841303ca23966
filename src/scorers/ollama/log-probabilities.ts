import { BackendError, InvalidResponseError } from "../../errors.js";
import { type Answer, errorMessage } from "../remote/exchange.js";
import type { RerankTemplate } from "./template.js";

interface TokenLogProbability {
  token: string;
  logprob: number;
}

/**
 * logit(yes) − logit(no) of the first token that the model would say; the softmax's denominator drops out of the difference.
 *
 * The server lists the 20 likeliest tokens. A label that is not among them is taken to be as likely as the last of them, the most that it
 * can be: the difference is then a bound that errs towards 0 and keeps the sign.
 *
 * @throws BackendError when there are no log-probabilities. InvalidResponseError when neither label is listed, or they are no numbers.
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
      `neither "${template.yes}" nor "${template.no}" is among its likeliest tokens (${said.join(", ")}, …). ` +
        "Is the model a yes/no reranker, and does `template` fit it?",
    );
  }
  const least = Math.min(...tokens.map(({ logprob }) => logprob));
  return (yes ?? least) - (no ?? least);
}

function readTokens(answer: Answer): readonly TokenLogProbability[] {
  const body = answer.json as { error?: unknown; logprobs?: readonly { top_logprobs?: readonly unknown[] }[] } | null;
  if (body?.error !== undefined) throw failed(answer, `the server answered with an error: ${errorMessage(body)}`);
  const tokens = body?.logprobs?.[0]?.top_logprobs;
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw failed(
      answer,
      "the answer has no log-probabilities. They need Ollama 0.12.11 or later (`ollama --version`) and a model that runs on this machine: cloud models give none.",
    );
  }
  for (const entry of tokens as Partial<TokenLogProbability>[]) {
    if (typeof entry?.token !== "string" || !Number.isFinite(entry.logprob)) {
      throw new InvalidResponseError(answer.backend, "a log-probability is no number");
    }
  }
  return tokens;
}

function failed({ backend, status, excerpt, requestId, redact }: Answer, problem: string): BackendError {
  return new BackendError(backend, redact(problem), {
    status,
    body: excerpt,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
