import { InvalidOptionError, InvalidResponseError } from "../../errors.js";
import type { Activation } from "../http/options.js";

/** The logistic function. */
export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The function that an `activation` stands for, or nothing where scores stay as they are. @throws InvalidOptionError */
export function resolveActivation(activation: Activation | undefined): ((score: number) => number) | undefined {
  if (activation === undefined || activation === "identity") return undefined;
  if (activation === "sigmoid") return sigmoid;
  if (typeof activation === "function") return activation;
  throw new InvalidOptionError("activation", activation, '"identity", "sigmoid" or a function from number to number');
}

/** Applies an activation and refuses what it makes of a score if that is no finite number. @throws InvalidResponseError */
export function activate(backend: string, activation: (score: number) => number, logits: readonly number[]): number[] {
  return logits.map((logit) => {
    const score = activation(logit);
    if (!Number.isFinite(score)) throw new InvalidResponseError(backend, `\`activation\` makes ${score} of ${logit}`);
    return score;
  });
}
