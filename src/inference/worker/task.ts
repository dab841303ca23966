import type { Job, JobInput, TextResult } from "../protocol.js";
import type { Encoded } from "../tokenizer/pair-encoding.js";
import type { BatchOutput } from "./heads.js";
import type { LoadedModel } from "./loaded-model.js";

/** A sequence to run, and the text that it is of. */
export interface Item {
  /** Place of the text among the inputs. */
  text: number;
  encoded: Encoded;
  span?: { start: number; end: number };
}

/** How a kind of job turns texts into sequences, and outputs into results. */
export interface Task<J extends Job> {
  encode(model: LoadedModel, job: J, inputs: readonly JobInput[], maxLength: number): Item[];
  /** What row `row` of an output says of its item. */
  read(model: LoadedModel, job: J, output: BatchOutput, row: number, item: Item): TextResult;
  /** What two passages of one text say together. */
  combine(a: TextResult, b: TextResult): TextResult;
  /** The result of an input that needs no pass through the model. */
  known?(model: LoadedModel, job: J, input: JobInput): TextResult | undefined;
}

/** A quarter of a passage is shared with the one before, so that an answer cut by one edge stands whole in the next. */
export const OVERLAP = 0.25;

/** Inputs of the jobs that know texts alone. */
export function textsOf(inputs: readonly JobInput[]): readonly string[] {
  return inputs.filter((input): input is string => typeof input === "string");
}
