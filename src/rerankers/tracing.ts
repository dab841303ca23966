import { CallbackManager, type Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import type { RerankReport } from "./types.js";

/** The trace run of one call; every method is harmless when nobody listens. */
export interface RerankRun {
  end(documents: readonly DocumentInterface[], report: RerankReport): Promise<void>;
  /** The call went on without scores: listeners get a custom event, so that a silent fallback is not one. */
  warn(error: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

const UNOBSERVED: RerankRun = {
  end: async () => {},
  warn: async () => {},
  fail: async () => {},
};

/** Opens a run named after the reranker's class, as a child of whatever run the callbacks belong to. */
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
      // Tracers keep the metadata object that they got at the start; what is known only now has no other way into it.
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
