const BRAND = Symbol.for("langchain-rerank.error");

/**
 * Base class of every error that this package throws on purpose. The one exception is an abort, which rejects with the signal's
 * reason.
 *
 * @example
 * try { await reranker.rerank(documents, query); }
 * catch (error) { if (isRerankError(error)) console.error(error.name, error.message); else throw error; }
 */
export class RerankError extends Error {
  override name: string = "RerankError";
  /** @internal Marks the errors of every copy of this package. */
  readonly [BRAND] = true;
}

/**
 * Whether a value is a {@link RerankError} from any copy of this package (ESM and CommonJS side by side, duplicates in `node_modules`).
 * @example if (isRerankError(error)) console.error(error.name, error.message);
 */
export function isRerankError(error: unknown): error is RerankError {
  return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** The input of a call cannot be scored, for example a blank query or something that is not a LangChain document. */
export class InvalidInputError extends RerankError {
  override name = "InvalidInputError" as const;
  /** The argument at fault, with its index where it is one of many: `query`, `documents[3].pageContent`. */
  readonly input: string;

  constructor(input: string, problem: string, options?: ErrorOptions) {
    super(`Invalid ${input}: ${problem}`, options);
    this.input = input;
  }
}

/** Marks the options of an {@link InvalidOptionError} whose third argument is the whole message. */
const WHOLE_MESSAGE = Symbol("whole message");

/** Options that hold a secret. Their values appear neither in the message nor in `value`. */
const SECRET_OPTION =
  /(^|\.)(api[_-]?key|(\w+[_-])?token|authToken|accessToken|secret|password|authorization)$|^headers\b/i;

/** Printed in place of a secret. */
const HIDDEN = "[hidden]";

/** An option has a value that is not allowed. Constructors throw it before any work is done. */
export class InvalidOptionError extends RerankError {
  override name = "InvalidOptionError" as const;
  /** Name of the option, with its path where it is nested: `topN`, `cascade[1].topK`. */
  readonly option: string;
  /** The value that was passed; `"[hidden]"` for options that hold a secret. */
  readonly value: unknown;
  /** What would have been allowed. */
  readonly allowed: string;

  /**
   * @param expected What would have been allowed, as a noun phrase: "a positive integer".
   * @example new InvalidOptionError("topN", 0, "a positive integer").message
   * // "Invalid `topN`: expected a positive integer, got 0."
   */
  constructor(option: string, value: unknown, expected: string, options?: ErrorOptions) {
    const shown = value !== undefined && SECRET_OPTION.test(option) ? HIDDEN : value;
    const sentence = (options as { [WHOLE_MESSAGE]?: true } | undefined)?.[WHOLE_MESSAGE];
    super(sentence ? expected : `Invalid \`${option}\`: expected ${expected}, got ${describe(shown)}.`, options);
    this.option = option;
    this.value = shown;
    this.allowed = expected;
  }

  /**
   * For a rule that is more than a set of values, such as one between two options.
   *
   * @param sentence The whole message.
   * @example InvalidOptionError.because("topK", 3, "`topK` cannot be combined with `cascade`. Set it on each stage.")
   */
  static because(option: string, value: unknown, sentence: string, options?: ErrorOptions): InvalidOptionError {
    return new InvalidOptionError(option, value, sentence, { ...options, [WHOLE_MESSAGE]: true } as ErrorOptions);
  }
}

/** An optional package is needed but could not be loaded. */
export class MissingDependencyError extends RerankError {
  override name = "MissingDependencyError" as const;
  /** Name of the package. */
  readonly dependency: string;
  /** Shell command that installs it. */
  readonly install: string;

  /** @param options.reason Why the package may be missing, as a sentence. */
  constructor(dependency: string, purpose: string, options?: ErrorOptions & { install?: string; reason?: string }) {
    const install = options?.install ?? `npm install ${dependency}`;
    const reason = options?.reason === undefined ? "" : ` ${options.reason}`;
    super(
      `${purpose} requires the package \`${dependency}\`, which could not be loaded.${reason} Install it: ${install}`,
      options,
    );
    this.dependency = dependency;
    this.install = install;
  }
}

/** There is no model of that name or at that path. */
export class ModelNotFoundError extends RerankError {
  override name = "ModelNotFoundError" as const;
  readonly model: string;
  /** Names similar to the requested one, most similar first. */
  readonly suggestions: readonly string[];

  constructor(model: string, problem: string, options?: ErrorOptions & { suggestions?: readonly string[] }) {
    const suggestions = options?.suggestions ?? [];
    super(`Model "${model}" was not found: ${problem}${didYouMean(suggestions)}`, options);
    this.model = model;
    this.suggestions = suggestions;
  }
}

/** A model's files exist but are damaged, of another kind of model, or compute wrong scores. */
export class ModelIntegrityError extends RerankError {
  override name = "ModelIntegrityError" as const;
  readonly model: string;
  /** The file at fault, where there is one. */
  readonly file: string | undefined;

  constructor(model: string, problem: string, options?: ErrorOptions & { file?: string }) {
    super(`Model "${model}"${options?.file ? ` (${options.file})` : ""} cannot be used: ${problem}`, options);
    this.model = model;
    this.file = options?.file;
  }
}

/** A model whose license forbids commercial use was requested without `acceptLicense: true`. */
export class ModelLicenseError extends RerankError {
  override name = "ModelLicenseError" as const;
  readonly model: string;
  /** SPDX identifier, for example `CC-BY-NC-4.0`. */
  readonly license: string;

  constructor(model: string, license: string, options?: ErrorOptions) {
    super(
      `Model "${model}" is licensed ${license}, which does not allow commercial use. ` +
        "Pass `acceptLicense: true` if the license allows your use, or choose another model.",
      options,
    );
    this.model = model;
    this.license = license;
  }
}

/** A model file could not be downloaded. */
export class DownloadError extends RerankError {
  override name = "DownloadError" as const;
  readonly model: string;
  /** The file that could not be downloaded, where the failure was about one. */
  readonly file: string | undefined;
  /** HTTP status, where the hub responded. */
  readonly status: number | undefined;
  /** Names similar to the requested one, most similar first, where the hub could not be asked whether the model exists. */
  readonly suggestions: readonly string[];

  constructor(
    model: string,
    problem: string,
    options?: ErrorOptions & { file?: string; status?: number; suggestions?: readonly string[] },
  ) {
    const suggestions = options?.suggestions ?? [];
    const file = options?.file ? `${options.file} of ` : "";
    super(`Could not download ${file}"${model}": ${problem}${didYouMean(suggestions)}`, options);
    this.model = model;
    this.file = options?.file;
    this.status = options?.status;
    this.suggestions = suggestions;
  }
}

/** Optional fields of a {@link BackendError}. */
export interface BackendErrorOptions extends ErrorOptions {
  status?: number;
  body?: string;
  requestId?: string;
}

/** The backend that computes the scores failed: a server returned an error or nothing at all, or a worker thread died. Never contains an API key. */
export class BackendError extends RerankError {
  override name = "BackendError" as const;
  /** Name of the backend: `cohere`, `onnx worker`, … */
  readonly backend: string;
  /** HTTP status, where there was a response. */
  readonly status: number | undefined;
  /** The first 500 characters of the response body. */
  readonly body: string | undefined;
  /** The ID by which the server's logs know the request, where it sent one. */
  readonly requestId: string | undefined;

  constructor(backend: string, problem: string, options?: BackendErrorOptions) {
    super(`${backend} failed: ${problem}`, options);
    this.backend = backend;
    this.status = options?.status;
    this.body = options?.body?.slice(0, 500);
    this.requestId = options?.requestId;
  }
}

/** A response cannot be the scores of the texts that were sent: it has the wrong length, a repeated index, or NaN. */
export class InvalidResponseError extends RerankError {
  override name = "InvalidResponseError" as const;
  /** Name of the backend, as in {@link BackendError}. */
  readonly backend: string;

  constructor(backend: string, problem: string, options?: ErrorOptions) {
    super(`Invalid response from ${backend}: ${problem}`, options);
    this.backend = backend;
  }
}

/** A call took longer than its `timeout`. */
export class RerankTimeoutError extends RerankError {
  override name = "RerankTimeoutError" as const;
  /** The limit in milliseconds. */
  readonly timeout: number;

  constructor(timeout: number, options?: ErrorOptions) {
    super(
      `Reranking timed out after ${timeout} ms. Raise \`timeout\`, score fewer documents, or use a faster model.`,
      options,
    );
    this.timeout = timeout;
  }
}

function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? ` Did you mean ${names.map((name) => `"${name}"`).join(", ")}?` : "";
}

/** A value for a message: short, strings in quotes, and never the contents of an object. */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? "Object"})`;
}

/** Rejects the calls of something that is disposed of while they run. A separate class, so that other code can distinguish it from a fault. */
export class Disposed extends BackendError {
  constructor(backend = "onnx worker") {
    super(backend, "it was disposed of during a call. Await all calls before `dispose()`.");
  }
}
