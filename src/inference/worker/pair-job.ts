import { cutSentences } from "../../sentences.js";
import type { PairJob, PartedText, TextResult } from "../protocol.js";
import { cutPassages, PASSAGE_LENGTH } from "../tokenizer/passages.js";
import { encodePrompts } from "../tokenizer/prompt-encoding.js";
import { encodeSequence, maxQueryTokens, pairRoom } from "../tokenizer/sequences.js";
import { WorkerFault } from "../worker-fault.js";
import {
  cutStretches,
  joinParts,
  type PartedItem,
  readParts,
  type Stretch,
  stretchOf,
  tokenizeParts,
  tokensBeforeDocument,
} from "./kept-parts.js";
import type { LoadedModel } from "./loaded-model.js";
import { type Item, PASSAGE_OVERLAP, type Work } from "./work.js";

/**
 * Scores pairs of a query and a text.
 *
 * @throws WorkerFault if the job has an instruction and the model has no prompt to put it into.
 */
export function planPairJob(
  model: LoadedModel,
  job: PairJob,
  texts: readonly (string | PartedText)[],
  maxLength: number,
): Work {
  if (job.instruction !== undefined && !model.prompt) {
    const sentence = `\`instruction\` is not supported by ${model.name}, which reads pairs without a prompt. Remove the option.`;
    throw new WorkerFault({ kind: "option", option: "instruction", value: job.instruction, sentence });
  }
  const prunes = model.info.keepThreshold !== undefined;
  return {
    items: model.prompt ? encodeInPrompt(model, job, texts, maxLength) : encodeInTemplate(model, job, texts, maxLength),
    read({ values, dims, keep }, row, { encoded, span, parts }: PartedItem) {
      const positive = values[row * 2 + model.positiveLabel]! - values[row * 2 + 1 - model.positiveLabel]!;
      const { truncated, queryTruncated } = encoded;
      const width = (keep?.length ?? 0) / (values.length / dims.at(-1)!);
      return {
        logit: dims.at(-1) === 2 ? positive : values[row]!,
        truncated,
        ...(queryTruncated ? { queryTruncated } : {}),
        ...(span ? { passage: span } : {}),
        ...(keep && parts ? { kept: readParts(parts, keep, row * width) } : {}),
      };
    },
    combine,
    known: texts.map((text) =>
      typeof text === "string" || (prunes && text.parts.length > 0) ? undefined : { truncated: false },
    ),
  };
}

function passagesOf({ longDocuments, passageLength, passageOverlap = PASSAGE_OVERLAP }: PairJob) {
  return longDocuments === "max-passage" ? { length: passageLength, overlap: passageOverlap } : undefined;
}

function* encodeInPrompt(
  { tokenizer, prompt }: LoadedModel,
  job: PairJob,
  texts: readonly (string | PartedText)[],
  maxLength: number,
): Iterable<Item> {
  const instructed = { ...prompt!, instruction: job.instruction ?? prompt!.instruction };
  const encode = encodePrompts(tokenizer, instructed, job.query, maxLength, passagesOf(job));
  for (const [text, document] of texts.entries()) {
    if (typeof document !== "string") continue;
    for (const { encoded, span } of encode(document)) yield { text, encoded, ...(span ? { span } : {}) };
  }
}

function* encodeInTemplate(
  { tokenizer, info }: LoadedModel,
  job: PairJob,
  texts: readonly (string | PartedText)[],
  maxLength: number,
): Iterable<PartedItem> {
  const prunes = info.keepThreshold !== undefined;
  const template = tokenizer.templates.pair;
  const passages = passagesOf(job);
  const query = tokenizer.encodeEnd(job.query, maxQueryTokens(template, maxLength));
  const room = pairRoom(template, maxLength, query.length).document;
  const fits = Math.min(room, passages?.length ?? room);
  const limit = Math.min(room, passages?.length ?? PASSAGE_LENGTH);
  const lead = tokensBeforeDocument(template, Math.min(query.length, maxQueryTokens(template, maxLength)));
  const count = (piece: string) => tokenizer.encode(piece).length;
  const frame = (text: string, ids: readonly number[], stretch?: Stretch) => {
    const encoded = encodeSequence(template, maxLength, query, ids);
    if (!stretch) return { encoded };
    const total = Math.min(ids.length, room);
    return { encoded, parts: tokenizeParts(text, stretch, encoded, { lead, total }, count) };
  };
  for (const [text, document] of texts.entries()) {
    if (typeof document !== "string") {
      for (const stretch of prunes ? cutStretches(document, room, count) : []) {
        const { span } = stretch;
        const piece = document.text.slice(span.start, span.end);
        yield { text, ...frame(piece, tokenizer.encodeUpTo(piece, room), stretch), span };
      }
      continue;
    }
    const ids = tokenizer.encodeUpTo(document, fits);
    const sentences = prunes ? cutSentences(document) : undefined;
    if (!passages || ids.length <= fits) {
      const whole = { start: 0, end: document.length };
      yield { text, ...frame(document, ids, sentences && { span: whole, parts: sentences }) };
      continue;
    }
    for (const span of cutPassages(document, limit, Math.floor(limit * passages.overlap), count)) {
      const passage = document.slice(span.start, span.end);
      yield { text, ...frame(passage, tokenizer.encode(passage), sentences && stretchOf(sentences, span)), span };
    }
  }
}

/** The result of a text's better passage, with what is known about the parts of both. */
function combine(a: TextResult, b: TextResult): TextResult {
  // A NaN must be reported and not lose to another passage.
  const better = Number.isNaN(b.logit) || (b.logit ?? 0) > (a.logit ?? 0) ? b : a;
  return { ...better, ...(a.kept && b.kept ? { kept: joinParts(a.kept, b.kept) } : {}) };
}
