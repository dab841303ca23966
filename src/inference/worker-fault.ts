import { BackendError, MissingDependencyError, ModelIntegrityError, type RerankError } from "../errors.js";
import type { WireError } from "./protocol.js";

/** A fault that is to reach the caller as one of the named errors. Thrown inside the worker. */
export class WorkerFault extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.kind);
    this.wire = wire;
  }
}

/** The wire form of whatever was thrown. */
export function toWire(error: unknown): WireError {
  if (error instanceof WorkerFault) return error.wire;
  return { kind: "other", problem: error instanceof Error ? error.message : String(error) };
}

/** The named error that a wire form stands for. */
export function fromWire(error: WireError): RerankError {
  switch (error.kind) {
    case "integrity":
      return new ModelIntegrityError(error.model, error.problem, error.file === undefined ? {} : { file: error.file });
    case "missing":
      return new MissingDependencyError(error.dependency, error.purpose, {
        cause: error.cause,
        // Its install script fetches CUDA libraries, which fails behind many firewalls; npm then drops an optional dependency in silence.
        install: `npm install ${error.dependency} --ignore-scripts`,
      });
    case "other":
      return new BackendError("onnx worker", error.problem);
  }
}
