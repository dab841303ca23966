/** An answer that is an error, as thrown by whatever finds it. */
export class HttpError extends Error {
  override name = "HttpError" as const;

  /**
   * @param status HTTP status.
   * @param code Short name for programs, as `invalid_value`.
   * @param message What is wrong and what to do.
   * @param options `param`: the field at fault. `retryAfter`: seconds.
   */
  constructor(
    readonly status: 400 | 401 | 404 | 405 | 413 | 422 | 429 | 500 | 502 | 503,
    readonly code: string,
    message: string,
    readonly options: { param?: string; retryAfter?: number } = {},
  ) {
    super(message);
  }
}

/** A field of the body that cannot be used. */
export function invalidField(param: string, problem: string): HttpError {
  return new HttpError(400, "invalid_value", `${param}: ${problem}`, { param });
}

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  429: "rate_limit_error",
  500: "server_error",
  502: "server_error",
  503: "server_error",
};

/**
 * The JSON of an error: OpenAI's shape, which vLLM, LiteLLM and Infinity share, with Cohere's `message` beside it, so that each client
 * finds the text where it looks.
 */
export function errorBody({ status, code, message, options }: HttpError): object {
  const type = TYPES[status] ?? "invalid_request_error";
  return { error: { message, type, param: options.param ?? null, code }, message };
}
