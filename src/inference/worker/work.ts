import type { TextResult } from "../protocol.js";
import type { Encoded } from "../tokenizer/sequences.js";
import type { BatchOutput } from "./graph-head.js";

/** A sequence to run, and the text that it belongs to. */
export interface Item {
  /** Index of the text among the inputs. */
  text: number;
  encoded: Encoded;
  /** The passage of the text, if it is not the whole text. */
  span?: { start: number; end: number };
}

/** How one kind of job turns texts into sequences, and outputs into results. */
export interface Work {
  /** The sequences, encoded as they are taken: a long text has thousands, and a cancellation must not wait for all of them. */
  items: Iterable<Item>;
  /** The result of an item, from row `row` of a batch's output. */
  read(output: BatchOutput, row: number, item: Item): TextResult;
  /** Merges the results of two passages of one text. */
  combine(a: TextResult, b: TextResult): TextResult;
  /** Results of the inputs that need no pass through the model, by index. */
  known?: readonly (TextResult | undefined)[];
}

/** Share of a passage that the next one repeats, so that an answer at the edge of one is whole in the other. */
export const PASSAGE_OVERLAP = 0.25;
