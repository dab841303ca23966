import { InvalidOptionError } from "../../errors.js";
import { callModel } from "../remote/call-model.js";
import { libraryKeys } from "../remote/environment.js";
import { toFault } from "../remote/provider-fault.js";
import { createRedact } from "../remote/redact.js";
import { asRecord, readUsage } from "../remote/scores.js";
import { questionId, readKeyedAnswers } from "./answers.js";
import type { Judge } from "./judge.js";
import { type DecisionQuestion, delimit, instructionsFor } from "./question.js";

/**
 * The part of LangChain's `BaseDecisionModel` (`@langchain/core` 1.4 and later) that this package needs. It is recognized by its members,
 * so that older versions of `@langchain/core` can be installed.
 */
export interface LangChainDecisionModel {
  /** Name of the model, for reports. */
  readonly model: string;
  /** Name of the provider, for errors. */
  readonly _provider: string;
  /** Answers the questions of one request; only decision models have it, which distinguishes them from other models. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of LangChain's request and response, which older versions do not have.
  _classify(...args: any[]): Promise<unknown>;
  /** Answers the questions of one request, with tracing; this package calls it. */
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  invoke(input: any, options?: any): Promise<unknown>;
}

/** The part of the Vercel AI SDK's `DecisionModelV4` (AI SDK 7) that this package needs. */
export interface AiSdkDecisionModel {
  /** `"v4"` in AI SDK 7. */
  readonly specificationVersion: string;
  /** Name of the provider, for errors. */
  readonly provider: string;
  /** Name of the model, for reports. */
  readonly modelId: string;
  /** Kinds of questions that the model answers; yes/no questions must be among them. */
  readonly supportedQuestionTypes: readonly string[];
  /** Answers the questions of one request. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of the AI SDK's options, which older versions do not have.
  doDecide(options: any): PromiseLike<unknown>;
}

/** A decision model of another library. */
export type DecisionModel = LangChainDecisionModel | AiSdkDecisionModel;

/** True if a value is a decision model of LangChain. */
export function isLangChainModel(value: unknown): value is LangChainDecisionModel {
  const model = value as Partial<LangChainDecisionModel> | null;
  return typeof model?._classify === "function" && typeof model._provider === "string";
}

/** True if a value is a decision model of the AI SDK. */
export function isAiSdkModel(value: unknown): value is AiSdkDecisionModel {
  return typeof (value as Partial<AiSdkDecisionModel> | null)?.doDecide === "function";
}

/** Passages per request of a model object. The limits behind it are unknown; this is the lowest known one. */
const MAX_PASSAGES = 64;

/** Asks a model object of another library. @throws InvalidOptionError if the model cannot answer yes/no questions. */
export function modelJudge(model: DecisionModel, question: DecisionQuestion): Judge {
  const ask = isLangChainModel(model) ? askLangChain(model, question) : askAiSdk(model, question);
  const name = isLangChainModel(model) ? `${model._provider}:${model.model}` : `${model.provider}:${model.modelId}`;
  const redact = createRedact(libraryKeys());
  return {
    name,
    maxPassages: MAX_PASSAGES,
    judge: async (query, passages, call) => {
      const response = await call.attempt(() =>
        callModel(
          call.signal,
          () => ask(query, passages, call.signal),
          (error) => toFault(name, error, redact),
        ),
      );
      const { answers, usage, usage_metadata } = asRecord(response);
      return {
        decisions: readKeyedAnswers(name, answers, passages.length),
        usage: { ...readUsage({ usage }), ...readUsage({ usage: usage_metadata }) },
      };
    },
  };
}

type Ask = (query: string, passages: readonly string[], signal: AbortSignal) => PromiseLike<unknown>;

const stateOf = ({ passageIn }: DecisionQuestion, query: string, passages: readonly string[]) =>
  passageIn === "state" ? { query, passage: delimit(passages[0] as string) } : { query };

function questionsOf(type: string, question: DecisionQuestion, query: string, passages: readonly string[]) {
  const criteria = question.criteria === null ? {} : { criteria: question.criteria };
  const entries = passages.map((passage, index) => {
    const instructions = instructionsFor(question, query, passage);
    return [questionId(index), { type, instructions, ...criteria }];
  });
  return Object.fromEntries(entries);
}

// `invoke` and not `_classify`, so that LangChain validates and traces the call.
const askLangChain =
  (model: LangChainDecisionModel, question: DecisionQuestion): Ask =>
  (query, passages, signal) =>
    model.invoke(
      {
        state: stateOf(question, query, passages),
        questions: questionsOf("noul", question, query, passages),
      },
      { signal },
    );

function askAiSdk(model: AiSdkDecisionModel, question: DecisionQuestion): Ask {
  if (!model.supportedQuestionTypes.includes("boolean")) {
    const types = model.supportedQuestionTypes.join(", ");
    const problem = `The model ${model.provider}:${model.modelId} answers only questions of type ${types}; scoring needs "boolean".`;
    throw InvalidOptionError.because("model", model.modelId, problem);
  }
  return (query, passages, signal) =>
    model.doDecide({
      state: [{ type: "json", value: stateOf(question, query, passages) }],
      questions: questionsOf("boolean", question, query, passages),
      abortSignal: signal,
    });
}
