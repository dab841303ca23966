import type { Received } from "../remote/rerank-server.js";

/** Probability that a test server gives a passage: by its text alone, so that a test sees whether each passage got its answer. */
export function probabilityOf(instructions: string): number {
  const passage = passageOf(instructions);
  return Math.min(0.99, (passage.match(/tea/g)?.length ?? 0) / 4 + 0.01);
}

/** The passage within a question. */
export function passageOf(instructions: string): string {
  return /<passage>\n([\s\S]*)\n<\/passage>/.exec(instructions)?.[1] ?? "";
}

/** An answer as vLLM 0.32 gives it to `POST /v1/systemone` (recorded), with the given probability of the labels. */
export function systemOneAnswer({ body }: Received, labelMass = 0.97) {
  const entries = Object.entries(body.questions as Record<string, { instructions: string }>);
  const answers = entries.map(([id, { instructions }]) => {
    const noul = probabilityOf(instructions.includes("<passage>") ? instructions : body.state.passage);
    return [
      id,
      { type: "noul", noul, probabilities: { true: noul, false: 1 - noul }, confidence: Math.max(noul, 1 - noul) },
    ];
  });
  const diagnostics = entries.map(([id]) => [id, { label_mass: labelMass, argmax_is_label: labelMass > 0.5 }]);
  return {
    id: "decision-5f1d",
    object: "structured_decision",
    created: 1_795_900_000,
    model: body.model ?? "m",
    answers: Object.fromEntries(answers),
    usage: { input_tokens: 90 * entries.length, output_tokens: entries.length },
    diagnostics: Object.fromEntries(diagnostics),
  };
}

/** An answer in the form of OpenAI's `POST /v1/decisions` (openai for Node 7.59). */
export function openAiAnswer({ body }: Received) {
  const questions = body.questions as { name: string; instructions: string }[];
  return {
    model: body.model,
    answers: questions.map(({ name, instructions }) => ({
      type: "predicate",
      name,
      probability: probabilityOf(instructions.includes("<passage>") ? instructions : body.input),
    })),
    usage: {
      input_tokens: 100,
      input_tokens_details: { cache_write_tokens: 0, cached_tokens: 0 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 103,
    },
  };
}
