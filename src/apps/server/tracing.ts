import type { HonoRequest } from "hono";

type OpenTelemetry = typeof import("@opentelemetry/api");

/** Makes one span per request, as a child of the span that the client's `traceparent` header names. */
export interface Tracer {
  trace<T>(request: HonoRequest, texts: number, task: () => Promise<T>): Promise<T>;
}

/** Spans through `@opentelemetry/api` where it is installed; without it, or without an SDK, tracing costs nothing. */
export async function createTracer(): Promise<Tracer> {
  const api = await import("@opentelemetry/api").catch(() => undefined);
  return api ? openTelemetryTracer(api) : { trace: (_request, _texts, task) => task() };
}

function openTelemetryTracer({ context, propagation, trace, SpanKind, SpanStatusCode }: OpenTelemetry): Tracer {
  const tracer = trace.getTracer("langchain-rerank");
  return {
    trace: (request, texts, task) => {
      const parent = propagation.extract(context.active(), request.header());
      const attributes = { "http.request.method": request.method, "http.route": request.path, "rerank.texts": texts };
      const options = { kind: SpanKind.SERVER, attributes };
      return tracer.startActiveSpan(`${request.method} ${request.path}`, options, parent, async (span) => {
        try {
          return await task();
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
  };
}
