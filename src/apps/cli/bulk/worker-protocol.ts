import type { DType } from "../../../models/types.js";

/** What a worker process scores with. */
export interface WorkerSetup {
  corpus: string;
  corpusIndex: string;
  queries: string;
  queriesIndex: string;
  model?: string | undefined;
  options: {
    dtype?: DType;
    longDocuments?: "truncate" | "max-passage";
    instruction?: string;
    acceptLicense?: boolean;
  };
  /** Checked against the model's calibration, which may be known only once the model is loaded. */
  threshold: number | undefined;
  /** Scores with one thread, because there may be a process for each core. */
  singleThread: boolean;
}

/** A query whose documents are to be scored. */
export interface WorkerTask {
  query: string;
  /** IDs with a space between them, which no ID of a run has. A list of strings would grow V8's table of short strings by every ID. */
  documents: string;
}

/** From the parent to a worker: first the setup, then tasks. */
export type ToWorker = { setup: WorkerSetup } | { id: number; task: WorkerTask };

/** From a worker to the parent. */
export type FromWorker =
  | { id: number; scores: number[] }
  | { id: number; error: { message: string; exitCode: number } };
