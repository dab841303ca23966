import type { ModelSpec } from "../protocol.js";
import { WorkerFault } from "../worker-fault.js";
import type { ModelConfig } from "./model-config.js";

/** Pairs of label names in any model's vocabulary, the positive one first. */
const OPPOSITES: readonly (readonly [string, string])[] = [
  ["1", "0"],
  ["label 1", "label 0"],
  ["yes", "no"],
  ["true", "false"],
  ["positive", "negative"],
  ["pos", "neg"],
  ["match", "mismatch"],
  ["good", "bad"],
  ["entailment", "contradiction"],
];

/** What turns a label into its opposite: `not_relevant`, `non-relevant`, `irrelevant`, `unrelated`, `no match`. */
const NEGATIONS = ["not ", "non ", "not", "non", "no ", "un", "ir", "in", "dis"];

/**
 * The index of the label that means "relevant" in a head with two labels.
 *
 * @param names `id2label` of config.json; undefined if it names none.
 * @param chosen The label that the caller named, by name or index.
 * @returns undefined if the names do not show it, or if `chosen` is not one of them.
 */
export function positiveLabel(
  names: Readonly<Record<string, string>> | undefined,
  chosen?: string | number,
): 0 | 1 | undefined {
  const labels = [names?.[0], names?.[1]];
  if (chosen !== undefined) {
    if (chosen === 0 || chosen === 1) return chosen;
    const index = labels.indexOf(String(chosen));
    return index === 0 || index === 1 ? index : undefined;
  }
  if (labels[0] === undefined && labels[1] === undefined) return 1;
  const [first, second] = labels.map(normalize) as [string, string];
  if (isPositive(second, first)) return 1;
  return isPositive(first, second) ? 0 : undefined;
}

function normalize(label: unknown): string {
  return String(label)
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .replace(/^is /, "");
}

/** True if the first label clearly means the opposite of the second and is the positive one. */
function isPositive(label: string, other: string): boolean {
  if (label === other) return false;
  return (
    OPPOSITES.some(([positive, negative]) => positive === label && negative === other) ||
    NEGATIONS.some((negation) => other === negation + label)
  );
}

/**
 * The index of the label that means "relevant", by the registry, the caller or the labels' names.
 *
 * @throws WorkerFault if it is not clear from any of them.
 */
export function readPositiveLabel({ name, head, positiveLabel: chosen }: ModelSpec, { id2label }: ModelConfig): 0 | 1 {
  if (chosen === undefined && head?.type === "two-logits") return head.positive;
  const found = positiveLabel(id2label, chosen);
  if (found !== undefined) return found;
  const names = `"${id2label?.[0] ?? 0}" and "${id2label?.[1] ?? 1}"`;
  const sentence =
    chosen === undefined
      ? `The labels of ${name} are ${names} (id2label of config.json), and it is not clear which one means "relevant". Pass \`positiveLabel\`.`
      : `\`positiveLabel\` must be one of the labels of ${name}, ${names}, or the index 0 or 1.`;
  throw new WorkerFault({ kind: "option", option: "positiveLabel", value: chosen, sentence });
}
