import type { Pooling } from "../../models/types.js";
import type { VectorJob } from "../protocol.js";
import { countSpecials, encodeSequence, queryTokens } from "../tokenizer/sequences.js";
import { WorkerFault } from "../worker-fault.js";
import type { LoadedModel } from "./loaded-model.js";
import { normalizeVector, POOLINGS } from "./pooling.js";
import type { Item, Work } from "./work.js";

/**
 * Embeds texts.
 *
 * @throws WorkerFault if neither the job nor the model's files say which prefix or pooling the model needs.
 */
export function planVectorJob(model: LoadedModel, job: VectorJob, texts: readonly string[], maxLength: number): Work {
  return {
    items: encode(model, job.role, choosePrefix(model, job), texts, maxLength),
    read({ values, dims }, row, { encoded }) {
      const dimension = dims.at(-1)!;
      // Without a dimension for tokens, the graph has pooled the vectors itself.
      const isPooled = dims.length === 2;
      const rowStart = row * (isPooled ? dimension : dims[1]! * dimension);
      const pool = POOLINGS[isPooled ? "cls" : choosePooling(model, job)];
      const pooled = pool(values, rowStart, encoded.ids.length, dimension);
      const vector = (model.modules?.steps ?? []).reduce((input, step) => step(input), pooled);
      const { truncated, ids } = encoded;
      return {
        vector: job.normalize ? normalizeVector(vector) : vector,
        truncated,
        tokens: ids.length,
        ...(lacksPrefix(model, job) ? { lacksPrefix: true } : {}),
      };
    },
    combine: (_, last) => last,
  };
}

function choosePrefix({ name, embedding: settings }: LoadedModel, { role, prefix }: VectorJob): string {
  const embedding = settings!;
  const named = role === "query" ? embedding.queryPrefix : embedding.documentPrefix;
  if (prefix === undefined && named === undefined && role === "query" && embedding.needsQueryPrefix) {
    const sentence =
      `The architecture of ${name} is that of instruction-tuned embedding models, whose queries need a prefix, and its files name none. ` +
      'Pass `queryPrefix`, as its model card describes it, or "" for none.';
    throw new WorkerFault({ kind: "option", option: "queryPrefix", value: undefined, sentence });
  }
  return prefix ?? named ?? "";
}

/** Whether the model's name says that it was trained with prefixes, and a query has none. */
function lacksPrefix({ embedding }: LoadedModel, { role, prefix }: VectorJob): boolean {
  return role === "query" && (prefix ?? embedding!.queryPrefix) === undefined && embedding!.expectsPrefixes;
}

function choosePooling({ name, embedding }: LoadedModel, { pooling }: VectorJob): Pooling {
  const chosen = pooling ?? embedding!.pooling;
  if (chosen) return chosen;
  const sentence =
    `Neither the files of ${name} nor its architecture say how to combine token vectors. ` +
    'Pass `pooling`: "mean", "cls" or "last", as its model card describes it.';
  throw new WorkerFault({ kind: "option", option: "pooling", value: undefined, sentence });
}

function* encode(
  { tokenizer }: LoadedModel,
  role: VectorJob["role"],
  prefix: string,
  texts: readonly string[],
  maxLength: number,
): Iterable<Item> {
  const template = tokenizer.templates.single;
  const room = maxLength - countSpecials(template);
  for (const [text, content] of texts.entries()) {
    if (role === "query") {
      const { ids, truncated } = queryTokens(tokenizer, prefix, content, room);
      yield { text, encoded: { ...encodeSequence(template, maxLength, ids), truncated } };
    } else yield { text, encoded: encodeSequence(template, maxLength, tokenizer.encodeUpTo(prefix + content, room)) };
  }
}
