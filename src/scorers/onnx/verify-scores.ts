import { ModelIntegrityError } from "../../errors.js";

/** `golden.json` of a model: what its file must give. */
interface GoldenScores {
  pairs: [query: string, text: string][];
  /** One a pair, before the activation. */
  logits: number[];
  /** Largest difference allowed, in logits. */
  tolerance: number;
}

/**
 * Scores a model's golden pairs and compares.
 *
 * @param readText Text of one of the model's files.
 * @param logitOf Scores one pair with the model at hand.
 * @throws ModelIntegrityError when there are none, or when a logit is off by more than the tolerance.
 */
export async function verifyScores(
  model: string,
  readText: (file: string) => Promise<string>,
  logitOf: (query: string, text: string) => Promise<number>,
): Promise<void> {
  const golden = await readGolden(model, readText);
  for (const [index, [query, text]] of golden.pairs.entries()) {
    const expected = golden.logits[index]!;
    const found = await logitOf(query, text);
    if (!(Math.abs(found - expected) <= golden.tolerance)) {
      throw new ModelIntegrityError(
        model,
        `golden pair ${index} gives the logit ${found.toFixed(4)}, expected ${expected.toFixed(4)} ± ${golden.tolerance}. ` +
          "The file was changed, or this processor computes it differently; use another precision of the model (`dtype`).",
        { file: "golden.json" },
      );
    }
  }
}

async function readGolden(model: string, readText: (file: string) => Promise<string>): Promise<GoldenScores> {
  let text: string;
  try {
    text = await readText("golden.json");
  } catch (cause) {
    throw new ModelIntegrityError(model, "has no golden scores to verify it by; leave `verify` off.", {
      file: "golden.json",
      cause,
    });
  }
  const golden = parse(text);
  if (
    !Array.isArray(golden?.pairs) ||
    golden.pairs.length === 0 ||
    golden.pairs.length !== golden.logits?.length ||
    !(golden.tolerance! >= 0)
  ) {
    throw new ModelIntegrityError(model, "must hold `pairs`, as many `logits`, and a `tolerance`.", {
      file: "golden.json",
    });
  }
  return golden as GoldenScores;
}

/** @returns undefined for what is no JSON. */
function parse(text: string): Partial<GoldenScores> | null | undefined {
  try {
    return JSON.parse(text) as Partial<GoldenScores> | null;
  } catch {
    return undefined;
  }
}
