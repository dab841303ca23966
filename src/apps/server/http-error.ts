/** An answer that is an error. */
export class HttpError extends Error {
  override name = "HttpError" as const;

  /**
   * @param status HTTP status.
   * @param code Short name for programs, such as `invalid_value`.
   * @param message What is wrong and what to do.
   * @param options `param`: the field at fault. `retryAfter`: seconds after which the client may try again.
   */
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 429 | 500 | 503,
    readonly code: string,
    message: string,
    readonly options: { param?: string; retryAfter?: number } = {},
  ) {
    super(message);
  }
}

/** The error for a field or header that cannot be used. */
export function invalidField(param: string, problem: string): HttpError {
  return new HttpError(400, "invalid_value", `${param}: ${problem}`, { param });
}

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
  500: "server_error",
  503: "server_error",
};

/**
 * The JSON of an error: OpenAI's shape, which vLLM, LiteLLM and Infinity share, together with Cohere's `message`, so that each client
 * finds the text where it looks.
 */
export function errorBody({ status, code, message, options }: HttpError): object {
  const type = TYPES[status] ?? "invalid_request_error";
  return { error: { message, type, param: options.param ?? null, code }, message };
}
