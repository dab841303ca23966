import type { PairJob, TextResult } from "../protocol.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import { encodePrompts } from "../tokenizer/prompt-encoding.js";
import { encodeSequence, maxQueryTokens, pairRoom } from "../tokenizer/sequences.js";
import { WorkerFault } from "../worker-fault.js";
import type { LoadedModel } from "./loaded-model.js";
import { type Item, PASSAGE_OVERLAP, type Work } from "./work.js";

/**
 * Scores pairs of a query and a text.
 *
 * @throws WorkerFault if the job has an instruction and the model has no prompt to put it into.
 */
export function planPairJob(model: LoadedModel, job: PairJob, texts: readonly string[], maxLength: number): Work {
  if (job.instruction !== undefined && !model.prompt) {
    const sentence = `\`instruction\` is not supported by ${model.name}, which reads pairs without a prompt. Remove the option.`;
    throw new WorkerFault({ kind: "option", option: "instruction", value: job.instruction, sentence });
  }
  return {
    items: model.prompt ? encodeInPrompt(model, job, texts, maxLength) : encodeInTemplate(model, job, texts, maxLength),
    read({ values, dims }, row, { encoded, span }) {
      const positive = values[row * 2 + model.positiveLabel]! - values[row * 2 + 1 - model.positiveLabel]!;
      const { truncated, queryTruncated } = encoded;
      return {
        logit: dims.at(-1) === 2 ? positive : values[row]!,
        truncated,
        ...(queryTruncated ? { queryTruncated } : {}),
        ...(span ? { passage: span } : {}),
      };
    },
    combine: better,
  };
}

function passagesOf({ longDocuments, passageLength, passageOverlap = PASSAGE_OVERLAP }: PairJob) {
  return longDocuments === "max-passage" ? { length: passageLength, overlap: passageOverlap } : undefined;
}

function* encodeInPrompt(
  { tokenizer, prompt }: LoadedModel,
  job: PairJob,
  texts: readonly string[],
  maxLength: number,
): Iterable<Item> {
  const instructed = { ...prompt!, instruction: job.instruction ?? prompt!.instruction };
  const encode = encodePrompts(tokenizer, instructed, job.query, maxLength, passagesOf(job));
  for (const [text, document] of texts.entries())
    for (const { encoded, span } of encode(document)) yield { text, encoded, ...(span ? { span } : {}) };
}

function* encodeInTemplate(
  { tokenizer }: LoadedModel,
  job: PairJob,
  texts: readonly string[],
  maxLength: number,
): Iterable<Item> {
  const template = tokenizer.templates.pair;
  const passages = passagesOf(job);
  const query = tokenizer.encodeEnd(job.query, maxQueryTokens(template, maxLength));
  const room = pairRoom(template, maxLength, query.length).document;
  const fits = Math.min(room, passages?.length ?? room);
  const limit = Math.min(room, passages?.length ?? PASSAGE_LENGTH);
  const frame = (ids: readonly number[]) => encodeSequence(template, maxLength, query, ids);
  for (const [text, document] of texts.entries()) {
    const ids = tokenizer.encodeUpTo(document, fits);
    if (!passages || ids.length <= fits) {
      yield { text, encoded: frame(ids) };
      continue;
    }
    const count = (piece: string) => tokenizer.encode(piece).length;
    for (const span of cutPassages(document, limit, Math.floor(limit * passages.overlap), count))
      yield { text, encoded: frame(tokenizer.encode(document.slice(span.start, span.end))), span };
  }
}

/** The result of a text's better passage. */
function better(a: TextResult, b: TextResult): TextResult {
  // A NaN must be reported and not lose to another passage.
  return Number.isNaN(b.logit) || (b.logit ?? 0) > (a.logit ?? 0) ? b : a;
}
