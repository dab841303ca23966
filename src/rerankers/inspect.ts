/** The symbol under which Node's `console.log` looks for a method. Registered globally, so no import from Node is needed. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** Node's `util.inspect`, which it passes to that method. */
export type Inspect = (value: unknown, options: object) => string;

/** Class, model and options of a reranker, for `console.log`. Its models and embeddings are private fields, so no key is shown. */
export function inspectReranker(reranker: object, model: string, options: object, inspect: Inspect): string {
  const settings = Object.entries(reranker).filter(([, value]) => value !== undefined);
  return `${reranker.constructor.name} ${inspect(Object.fromEntries([["model", model], ...settings]), options)}`;
}
