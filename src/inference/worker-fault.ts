import {
  BackendError,
  InvalidOptionError,
  MissingDependencyError,
  ModelIntegrityError,
  type RerankError,
} from "../errors.js";

/** An error in a message between threads, where classes do not survive. */
export type WireError =
  | { kind: "integrity"; model: string; problem: string; file?: string }
  | { kind: "option"; option: string; value: unknown; sentence: string }
  | { kind: "missing"; dependency: string; purpose: string; cause: string }
  | { kind: "other"; problem: string };

/** A fault in the worker that the caller receives as one of the named errors. */
export class WorkerFault extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.kind);
    this.wire = wire;
  }
}

/** The form in which an error travels between threads. */
export function toWire(error: unknown): WireError {
  if (error instanceof WorkerFault) return error.wire;
  return { kind: "other", problem: error instanceof Error ? error.message : String(error) };
}

/** The named error for the caller. */
export function fromWire(error: WireError): RerankError {
  switch (error.kind) {
    case "integrity":
      return new ModelIntegrityError(error.model, error.problem, error.file === undefined ? {} : { file: error.file });
    case "option":
      return InvalidOptionError.because(error.option, error.value, error.sentence);
    case "missing":
      return new MissingDependencyError(error.dependency, error.purpose, {
        cause: error.cause,
        reason: missingReason(error.dependency, error.cause),
        install: `npm install ${error.dependency} --ignore-scripts`,
      });
    case "other":
      return new BackendError("onnx worker", error.problem);
  }
}

/** The reason why a runtime could not be loaded, as a sentence. */
function missingReason(dependency: string, cause: string): string {
  if (dependency !== "onnxruntime-node") return `The reason: ${cause}.`;
  if (/^Cannot find (module|package)/.test(cause)) {
    return "npm leaves it out without an error if its install script cannot download CUDA libraries, for example behind a firewall.";
  }
  return (
    `It is installed, but its native binary does not load here: ${cause}. \`npx langchain-rerank doctor\` says more; ` +
    "Alpine Linux and other systems without glibc cannot run it. `npm install onnxruntime-web` adds a runtime in WebAssembly, which runs everywhere."
  );
}
