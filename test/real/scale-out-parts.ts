import type { HttpCrossEncoder } from "../../src/http.js";

/** A program that spreads requests over replicas; `examples/scale-out/routers.js`. */
export interface Router {
  url: string;
  provider: "cohere" | "litellm";
  apiKey?: string;
  stop(): Promise<void>;
}

/** `examples/scale-out/replicas.js`. */
export interface Replica {
  readonly url: string;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<number | null | undefined>;
}

/** `examples/scale-out/ray.js`. */
export interface RayServe {
  url(name: string): string;
  replicas(name: string): number[];
  stop(): Promise<void>;
}

interface Parts {
  createClient(
    server: Pick<Router, "url" | "provider" | "apiKey">,
    maxConcurrency?: number,
  ): { model: Pick<HttpCrossEncoder, "score"> };
  freePorts(count: number): Promise<number[]>;
  Replica: new (port: number, args: readonly string[], cli: string) => Replica;
  ROUTERS: Record<string, (port: number, replicaPorts: readonly number[]) => Promise<Router>>;
  startRay(port: number, applications: readonly { name: string; model: string; replicas: number }[]): Promise<RayServe>;
  startPatiently<T>(start: () => Promise<T>): Promise<T>;
}

const FILES = ["client", "processes", "replicas", "routers", "ray"];

/** The parts of the scale-out example, which are JavaScript. Call it after `installExamples`, since they import the package by its name. */
export async function loadScaleOut(): Promise<Parts> {
  const modules = await Promise.all(
    FILES.map((file) => import(new URL(`../../examples/scale-out/${file}.js`, import.meta.url).href)),
  );
  return Object.assign({}, ...modules) as Parts;
}
