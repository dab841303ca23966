import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RerankServer } from "../../src/apps/server/listen.js";
import type { RelevanceScorer } from "../../src/scorers/relevance-scorer.js";
import { post, start } from "./fixtures.js";

const exporter = new InMemorySpanExporter();
let server: RerankServer;
let spanInScorer: string | undefined;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const scorer: RelevanceScorer = {
    score: async (query, texts) => {
      if (query === "fail") throw new Error("broken");
      spanInScorer = trace.getActiveSpan()?.spanContext().spanId;
      return texts.map((text) => text.length);
    },
  };
  server = await start({ rerankers: new Map([["length", scorer]]) });
});
afterAll(async () => {
  await server.close();
  trace.disable();
  propagation.disable();
  context.disable();
});

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

it("makes a span that continues the caller's trace and is active while the model scores", async () => {
  exporter.reset();
  const headers = { traceparent: `00-${TRACE}-${PARENT}-01` };
  expect((await post(`${server.url}/v1/rerank`, { query: "q", documents: ["a", "b"] }, headers)).status).toBe(200);
  const [span] = exporter.getFinishedSpans();
  expect(span).toMatchObject({
    name: "POST /v1/rerank",
    kind: SpanKind.SERVER,
    parentSpanContext: { traceId: TRACE, spanId: PARENT },
    attributes: { "http.request.method": "POST", "http.route": "/v1/rerank", "rerank.texts": 2 },
  });
  expect(span!.spanContext()).toMatchObject({ traceId: TRACE, spanId: spanInScorer });
});

it("marks the span of a request that failed", async () => {
  exporter.reset();
  expect((await post(`${server.url}/v1/rerank`, { query: "fail", documents: ["a"] })).status).toBe(500);
  expect(exporter.getFinishedSpans()).toMatchObject([{ status: { code: SpanStatusCode.ERROR } }]);
});
