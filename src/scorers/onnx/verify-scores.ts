import { ModelIntegrityError } from "../../errors.js";

/** `golden.json` of a model: the scores that its file must give. */
interface GoldenScores {
  pairs: [query: string, text: string][];
  /** One logit per pair. */
  logits: number[];
  /** Largest allowed difference between logits. */
  tolerance: number;
}

/**
 * Scores a model's golden pairs and compares the logits with the expected ones.
 *
 * @param readText Reads one of the model's files.
 * @param logitOf Scores one pair with the model.
 * @throws ModelIntegrityError if there are no golden pairs, or if a logit differs by more than the tolerance.
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
        `the logit of golden pair ${index} is ${found.toFixed(4)}, but it should be ${expected.toFixed(4)} ± ${golden.tolerance}. ` +
          "Either the file was changed, or this processor computes it differently. Try another precision (`dtype`).",
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
    throw new ModelIntegrityError(model, "it has no golden scores. Leave `verify` off.", {
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
    throw new ModelIntegrityError(model, "it must contain `pairs`, as many `logits`, and a `tolerance`.", {
      file: "golden.json",
    });
  }
  return golden as GoldenScores;
}

/** @returns undefined if the text is not JSON. */
function parse(text: string): Partial<GoldenScores> | null | undefined {
  try {
    return JSON.parse(text) as Partial<GoldenScores> | null;
  } catch {
    return undefined;
  }
}
