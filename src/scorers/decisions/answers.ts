import { InvalidResponseError } from "../../errors.js";
import { asRecord } from "../remote/scores.js";
import type { Decision } from "./judge.js";

/** Identifier of a passage's question. */
export const questionId = (index: number): string => `p${index}`;

/** Fields in which the different forms have the probability of yes. */
const PROBABILITIES = ["noul", "probability"];

/**
 * Reads one answer in any form: `{noul}` of System One and LangChain, `{probability}` of OpenAI and the AI SDK, or a refusal.
 *
 * @throws InvalidResponseError if the answer is missing, of another type, or not a probability.
 */
function readAnswer(backend: string, answer: unknown, index: number, labelMass?: unknown): Decision {
  if (answer === undefined || answer === null)
    throw new InvalidResponseError(backend, `it has no answer for passage ${index}`);
  const fields = asRecord(answer);
  if (fields.type === "refusal") return { probability: undefined };
  const key = PROBABILITIES.find((name) => fields[name] !== undefined);
  const value = key === undefined ? undefined : fields[key];
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    const shown =
      value === undefined ? `an answer of type ${String(fields.type)}` : JSON.stringify(value)?.slice(0, 40);
    throw new InvalidResponseError(backend, `passage ${index} has ${shown} instead of a probability between 0 and 1`);
  }
  return { probability: value, labelMass: typeof labelMass === "number" ? labelMass : undefined };
}

/** Reads answers that are keyed by {@link questionId}. @throws InvalidResponseError unless every passage has one. */
export function readKeyedAnswers(
  backend: string,
  answers: unknown,
  count: number,
  diagnostics: unknown = undefined,
): Decision[] {
  if (typeof answers !== "object" || answers === null) throw new InvalidResponseError(backend, "it has no answers");
  return Array.from({ length: count }, (_, index) => {
    const id = questionId(index);
    const answer = Object.hasOwn(answers, id) ? asRecord(answers)[id] : undefined;
    return readAnswer(backend, answer, index, asRecord(asRecord(diagnostics)[id]).label_mass);
  });
}

/** Reads a list of answers in the order of the questions. @throws InvalidResponseError for a wrong number or a wrong name. */
export function readListedAnswers(backend: string, answers: unknown, count: number): Decision[] {
  if (!Array.isArray(answers)) throw new InvalidResponseError(backend, "it has no list of answers");
  if (answers.length !== count)
    throw new InvalidResponseError(backend, `it has ${answers.length} answers for ${count} passages`);
  return answers.map((answer: unknown, index) => {
    const { name } = asRecord(answer);
    if (name !== undefined && name !== null && name !== questionId(index))
      throw new InvalidResponseError(backend, `answer ${index} has the name ${JSON.stringify(name)?.slice(0, 40)}`);
    return readAnswer(backend, answer, index);
  });
}
