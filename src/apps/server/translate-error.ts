import { BackendError, InvalidInputError, InvalidResponseError, RerankTimeoutError } from "../../errors.js";
import { HttpError } from "./http-error.js";

/** The error that a client sees: what it can act on, and nothing about the inside of the server. */
export function translateError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof InvalidInputError)
    return new HttpError(400, "invalid_value", error.message, { param: error.input });
  if (error instanceof RerankTimeoutError) {
    return new HttpError(503, "timeout", `no answer within ${error.timeout} ms; send fewer or shorter documents`, {
      retryAfter: 1,
    });
  }
  if (error instanceof BackendError || error instanceof InvalidResponseError) {
    return new HttpError(503, "model_failed", "the model could not score; the server's log says why", {
      retryAfter: 1,
    });
  }
  return new HttpError(500, "internal_error", "something went wrong inside the server; its log says what");
}
