import type { Answer } from "../remote/answer.js";
import { RemoteClient } from "../remote/client.js";
import { connectService, type ServiceOptions } from "../remote/connect-service.js";
import { answeredWrongly, errorMessage } from "../remote/faults.js";
import { clientSettings, type HttpClientOptions } from "../remote/options.js";
import { asRecord, readUsage } from "../remote/scores.js";
import { hintsOf } from "./advice.js";
import { questionId, readKeyedAnswers, readListedAnswers } from "./answers.js";
import type { Decision, Judge } from "./judge.js";
import { type DecisionQuestion, delimit, instructionsFor } from "./question.js";
import { findService } from "./services.js";

/** A request in one of the wire formats, and how to read its answer. */
interface Form {
  body(model: string | undefined, question: DecisionQuestion, query: string, passages: readonly string[]): unknown;
  read(answer: Answer, count: number): Decision[];
}

const FORMS: Readonly<Record<"systemone" | "openai", Form>> = {
  systemone: {
    body: (model, question, query, passages) => ({
      ...(model === undefined ? {} : { model }),
      state: question.passageIn === "state" ? { query, passage: delimit(passages[0] as string) } : { query },
      questions: Object.fromEntries(
        passages.map((passage, index) => [
          questionId(index),
          {
            type: "noul",
            instructions: instructionsFor(question, query, passage),
            ...(question.criteria === null ? {} : { criteria: question.criteria }),
          },
        ]),
      ),
    }),
    read: ({ backend, json }, count) =>
      readKeyedAnswers(backend, asRecord(json).answers, count, asRecord(json).diagnostics),
  },
  openai: {
    body: (model, question, query, passages) => ({
      model,
      input:
        question.passageIn === "state"
          ? `Query:\n${query}\n\nPassage:\n${delimit(passages[0] as string)}`
          : `Query:\n${query}`,
      questions: passages.map((passage, index) => ({
        type: "predicate",
        name: questionId(index),
        instructions: withCriteria(question, instructionsFor(question, query, passage)),
      })),
    }),
    read: ({ backend, json }, count) => readListedAnswers(backend, asRecord(json).answers, count),
  },
};

/** OpenAI's predicates have no field for criteria. They come first, because the passage may be at the end. */
function withCriteria({ criteria }: DecisionQuestion, instructions: string): string {
  if (criteria === null) return instructions;
  return `Answer true when: ${criteria.true}\nAnswer false when: ${criteria.false}\n\n${instructions}`;
}

/** Asks a decision model over HTTP. @throws InvalidOptionError if address, key or model is missing. */
export function httpJudge(
  provider: string,
  options: ServiceOptions & HttpClientOptions,
  question: DecisionQuestion,
): { judge: Judge; client: RemoteClient } {
  const service = findService(provider);
  const { model, ...connection } = connectService(provider, service, options);
  const client = new RemoteClient(connection, { ...clientSettings(provider, options), hints: hintsOf(provider) });
  const form = FORMS[service.form];
  const judge: Judge = {
    name: model === undefined ? provider : `${provider}:${model}`,
    maxPassages: service.maxQuestions,
    maxTokens: service.maxTokens,
    judge: async (query, passages, call) => {
      const answer = await client.post(form.body(model, question, query, passages), call);
      if (asRecord(answer.json).answers === undefined && errorMessage(answer.json) !== "")
        throw answeredWrongly(
          answer,
          `The server answered ${answer.status} with an error: ${answer.excerpt().slice(0, 200)}`,
        );
      return { decisions: form.read(answer, passages.length), usage: readUsage(answer.json) };
    },
  };
  return { judge, client };
}
