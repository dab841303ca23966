import { CallbackManager, type Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import type { RerankReport, ScoredReport } from "./types.js";

/** The trace run of one call. Its methods do nothing if there are no listeners. */
export interface RerankRun {
  end(documents: readonly DocumentInterface[], report: RerankReport): Promise<void>;
  /** The call returns documents without scores: sends listeners a custom event, so that the fallback is visible. */
  warn(error: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

const UNOBSERVED: RerankRun = {
  end: async () => {},
  warn: async () => {},
  fail: async () => {},
};

/** Starts a run named after the reranker's class, as a child of the run that the callbacks belong to. */
export async function startRun(
  callbacks: Callbacks | undefined,
  name: string,
  inputs: { query: string; documents: readonly DocumentInterface[] },
  metadata: Record<string, unknown>,
): Promise<RerankRun> {
  const manager = CallbackManager.configure(callbacks, undefined, undefined, undefined, undefined, metadata);
  if (!manager) return UNOBSERVED;
  const serialized = { lc: 1, type: "not_implemented" as const, id: ["langchain-rerank", name] };
  const run = await manager.handleChainStart(serialized, inputs, undefined, undefined, undefined, undefined, name);
  return {
    async end(documents, report) {
      // Tracers keep the metadata object they got at the start, and there is no other way to add to it later.
      if (manager.metadata) Object.assign(manager.metadata, report);
      await run.handleChainEnd({ documents, report });
    },
    async warn(error) {
      const message = error instanceof Error ? error.message : String(error);
      await run.getChild().handleCustomEvent?.("rerank_fallback", { reranker: name, error: message }, run.runId);
    },
    fail: (error) => run.handleChainError(error),
  };
}

/**
 * The report of a call.
 *
 * @param started When the call began, of `performance.now()`.
 * @param known What is known beyond the defaults.
 */
export function makeReport(
  model: string,
  started: number,
  documents: number,
  returned: number,
  known: ScoredReport,
): RerankReport {
  return {
    model,
    documents,
    returned,
    scored: 0,
    truncated: 0,
    ...known,
    milliseconds: { ...known.milliseconds, total: performance.now() - started },
  };
}
