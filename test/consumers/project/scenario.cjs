/** One application's use of the package, the same for ESM and CommonJS: it is handed what they import. Resolves to what it saw. */

const net = require("node:net");

const FILMS = [
  "Rouen, 1431: churchmen try Joan of Arc for heresy and press her to take back what she says of her visions.",
  "Two jazz musicians who saw gangsters commit murder hide in a women's orchestra, in skirts and wigs.",
  "A soldier in a war against invaders wakes to the same morning each time he is killed, and learns from it.",
  "A stepmother drives a princess into the woods, where seven miners take her in.",
  "A sheriff, a shark scientist and a fisherman put to sea after the animal that empties their town's beaches.",
  "Forty soldiers hold a radio post on a mountain against an attack.",
];
const QUESTION = "Which film has a big fish that eats swimmers?";
const LONG_JOB = 400;

/** Counts what this process asks of the network; nothing should. */
function watchNetwork() {
  const seen = { connections: 0 };
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    seen.connections += 1;
    return connect.apply(this, given);
  };
  return seen;
}

module.exports = async function scenario({ langchain, rerank }) {
  const network = watchNetwork();
  const { Embeddings, Document, BaseTracer, BaseCallbackHandler, RunnablePassthrough } = langchain;
  const { ContextualCompressionRetriever, MemoryVectorStore, awaitAllCallbacks } = langchain;

  /** Counts words by their letters' sum: the same vectors everywhere, with no model. */
  class WordCounts extends Embeddings {
    constructor() {
      super({});
    }

    embedQuery(text) {
      const vector = new Array(32).fill(0);
      for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
        vector[[...word].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % vector.length] += 1;
      }
      return Promise.resolve(vector);
    }

    embedDocuments(texts) {
      return Promise.all(texts.map((text) => this.embedQuery(text)));
    }
  }

  /** Keeps whole runs, as LangSmith's tracer does. */
  class Keeper extends BaseTracer {
    name = "keeper";
    roots = [];

    persistRun(run) {
      this.roots.push(run);
      return Promise.resolve();
    }
  }

  const embeddings = new WordCounts();
  const films = FILMS.map((pageContent, film) => new Document({ pageContent, metadata: { film } }));
  const store = await MemoryVectorStore.fromDocuments(films, embeddings);
  const crossEncoder = new rerank.CrossEncoderReranker({ topN: 3 });

  async function retrieve(baseCompressor) {
    const keeper = new Keeper();
    const started = [];
    const ended = [];
    const handler = BaseCallbackHandler.fromMethods({
      handleChainStart(_chain, _inputs, runId, parentRunId, _tags, metadata, _type, name) {
        started.push({ name: name ?? null, runId, parentRunId: parentRunId ?? null, metadata: { ...metadata } });
      },
      handleChainEnd(outputs, runId) {
        ended.push({ runId, report: outputs.report ?? null });
      },
    });
    const retriever = new ContextualCompressionRetriever({
      baseCompressor,
      baseRetriever: store.asRetriever({ k: 6 }),
    });
    const documents = await retriever.invoke(QUESTION, { callbacks: [keeper, handler] });
    // LangChain tells handlers in the background.
    await awaitAllCallbacks();
    const [root] = keeper.roots;
    const child = root.child_runs.find(({ name }) => name === baseCompressor.constructor.name);
    return {
      documents: documents.map(({ pageContent, metadata }) => ({ pageContent, metadata })),
      roots: keeper.roots.length,
      root: root.id,
      runs: root.child_runs.map(({ name, run_type }) => `${run_type} ${name}`),
      child: child && {
        id: child.id,
        parent: child.parent_run_id,
        query: child.inputs.query,
        given: child.inputs.documents.length,
        returned: child.outputs.documents.length,
        report: child.outputs.report,
        metadata: child.extra.metadata,
        error: child.error ?? null,
      },
      started,
      ended,
    };
  }

  async function failure(work) {
    const began = performance.now();
    try {
      await work;
    } catch (error) {
      return { name: error?.name, message: String(error?.message ?? error), ms: performance.now() - began };
    }
    return null;
  }

  async function chain() {
    const steps = RunnablePassthrough.assign({ documents: crossEncoder.asRunnable() });
    const done = await steps.invoke({ query: QUESTION, documents: films });
    const aborted = new AbortController();
    aborted.abort(new Error("the user left before it began"));
    const controller = new AbortController();
    const reason = new Error("the user left");
    const job = Array.from({ length: LONG_JOB }, (_, i) => new Document({ pageContent: `${i} ${FILMS.join(" ")}` }));
    setTimeout(() => controller.abort(reason), 100);
    const running = new AbortController();
    setTimeout(() => running.abort(reason), 100);
    const [inChain, direct] = await Promise.all([
      failure(steps.invoke({ query: QUESTION, documents: job }, { signal: controller.signal })),
      failure(crossEncoder.rerank(job, QUESTION, { signal: running.signal })),
    ]);
    const before = await failure(steps.invoke({ query: QUESTION, documents: films }, { signal: aborted.signal }));
    const after = await steps.invoke({ query: QUESTION, documents: films });
    return {
      query: done.query,
      films: done.documents.map(({ metadata }) => metadata.film),
      inChain,
      direct,
      before,
      after: after.documents.map(({ metadata }) => metadata.film),
    };
  }

  /** An error from the engine's entry, which the core loads on first use: is it of the class that the core exports? */
  async function missingModel() {
    try {
      await new rerank.CrossEncoderReranker({ model: "./no-such-folder" }).rerank(films, QUESTION);
    } catch (error) {
      return { name: error.name, known: error instanceof rerank.ModelNotFoundError };
    }
    return null;
  }

  const seen = {
    crossEncoder: await retrieve(crossEncoder),
    hybrid: await retrieve(new rerank.HybridReranker({ embeddings, topK: 4, alpha: 0.7, topN: 6, details: true })),
    similarity: await retrieve(new rerank.EmbeddingSimilarityReranker({ embeddings, topN: 2 })),
    chain: await chain(),
    untouched: films.every(({ metadata }) => Object.keys(metadata).join() === "film"),
    badOption: await failure(Promise.resolve().then(() => new rerank.CrossEncoderReranker({ topN: 0 }))),
    missingModel: await missingModel(),
    connections: network.connections,
    exports: Object.fromEntries(
      Object.entries(rerank.subpaths).map(([name, module]) => [name, Object.keys(module).sort()]),
    ),
  };
  await crossEncoder.dispose();
  return seen;
};
