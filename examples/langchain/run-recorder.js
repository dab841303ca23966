// @ts-check
import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import { BaseTracer } from "@langchain/core/tracers/base";

/** @typedef {import("@langchain/core/tracers/base").Run} Run */

/** A tracer that records every run. With `LANGSMITH_TRACING=true` LangSmith gets the same runs, without a line of code. */
export class RunRecorder extends BaseTracer {
  name = "run-recorder";
  /** @type {Run[]} */
  roots = [];

  /** @param {Run} run */
  async persistRun(run) {
    this.roots.push(run);
  }

  /** Every run, parents before their children. What a reranker did is in its run's metadata. */
  async runs() {
    // LangChain tells tracers in the background.
    await awaitAllCallbacks();
    return this.roots.flatMap((run) => flatten(run, 0));
  }
}

/**
 * @param {Run} run
 * @param {number} depth
 * @returns {{ depth: number, type: string, name: string, report?: { model: string, documents: number, returned: number } }[]}
 */
function flatten(run, depth) {
  const { model, documents, returned } = run.extra?.metadata ?? {};
  const report = returned === undefined ? {} : { report: { model, documents, returned } };
  return [
    { depth, type: run.run_type, name: run.name, ...report },
    ...run.child_runs.flatMap((child) => flatten(child, depth + 1)),
  ];
}
