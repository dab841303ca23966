const BRAND = Symbol.for("langchain-rerank.error");

/**
 * Root of every error that this package throws on purpose. An abort is the one exception: it rejects with the signal's own
 * reason.
 *
 * @example
 * try { await reranker.rerank(documents, query); }
 * catch (error) { if (isRerankError(error)) console.error(error.name, error.message); else throw error; }
 */
export class RerankError extends Error {
  override name: string = "RerankError";
  /** @internal Tells the errors of every copy of this package. */
  readonly [BRAND] = true;
}

/** True for a {@link RerankError} of any copy of this package (ESM and CommonJS side by side, duplicates in `node_modules`). */
export function isRerankError(error: unknown): error is RerankError {
  return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** What was passed to a call cannot be scored: a blank query, a document that is no document. */
export class InvalidInputError extends RerankError {
  override name = "InvalidInputError" as const;
  /** The argument at fault, with its position where it is one of many: `query`, `documents[3].pageContent`. */
  readonly input: string;

  constructor(input: string, problem: string, options?: ErrorOptions) {
    super(`${input}: ${problem}`, options);
    this.input = input;
  }
}

/** An option is not one that is allowed. Thrown by constructors, before any work. */
export class InvalidOptionError extends RerankError {
  override name = "InvalidOptionError" as const;
  readonly option: string;
  readonly value: unknown;
  readonly allowed: string;

  constructor(option: string, value: unknown, allowed: string, options?: ErrorOptions) {
    super(`Option \`${option}\` is ${describe(value)}; allowed: ${allowed}.`, options);
    this.option = option;
    this.value = value;
    this.allowed = allowed;
  }
}

/** An optional package is needed and is not installed. */
export class MissingDependencyError extends RerankError {
  override name = "MissingDependencyError" as const;
  readonly dependency: string;
  /** The shell command that installs it. */
  readonly install: string;

  constructor(dependency: string, purpose: string, options?: ErrorOptions & { install?: string }) {
    const install = options?.install ?? `npm install ${dependency}`;
    super(`${purpose} needs the package \`${dependency}\`, which could not be loaded. Install it: ${install}`, options);
    this.dependency = dependency;
    this.install = install;
  }
}

/** No model of that name or at that path. */
export class ModelNotFoundError extends RerankError {
  override name = "ModelNotFoundError" as const;
  readonly model: string;
  /** Names that are close to the one asked for, nearest first. */
  readonly suggestions: readonly string[];

  constructor(model: string, problem: string, options?: ErrorOptions & { suggestions?: readonly string[] }) {
    const suggestions = options?.suggestions ?? [];
    super(`Model "${model}": ${problem}${didYouMean(suggestions)}`, options);
    this.model = model;
    this.suggestions = suggestions;
  }
}

/** A model's files are there but are not what they should be: broken, of another kind, or with scores that are off. */
export class ModelIntegrityError extends RerankError {
  override name = "ModelIntegrityError" as const;
  readonly model: string;
  /** The file at fault, where one is. */
  readonly file: string | undefined;

  constructor(model: string, problem: string, options?: ErrorOptions & { file?: string }) {
    super(`Model "${model}"${options?.file ? `, file ${options.file}` : ""}: ${problem}`, options);
    this.model = model;
    this.file = options?.file;
  }
}

/** A model whose licence forbids commercial use was asked for without `acceptLicense: true`. */
export class ModelLicenseError extends RerankError {
  override name = "ModelLicenseError" as const;
  readonly model: string;
  /** SPDX identifier, as `CC-BY-NC-4.0`. */
  readonly license: string;

  constructor(model: string, license: string, options?: ErrorOptions) {
    super(
      `Model "${model}" is licensed ${license}, which does not allow commercial use. ` +
        "Pass `acceptLicense: true` if your use is allowed, or choose another model.",
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
  readonly file: string | undefined;
  /** HTTP status, where the hub answered. */
  readonly status: number | undefined;
  /** Names that are close to the one asked for, nearest first, where nobody could be asked whether that one exists. */
  readonly suggestions: readonly string[];

  constructor(
    model: string,
    problem: string,
    options?: ErrorOptions & { file?: string; status?: number; suggestions?: readonly string[] },
  ) {
    const suggestions = options?.suggestions ?? [];
    const file = options?.file ? `, file ${options.file}` : "";
    super(`Download of "${model}"${file}: ${problem}${didYouMean(suggestions)}`, options);
    this.model = model;
    this.file = options?.file;
    this.status = options?.status;
    this.suggestions = suggestions;
  }
}

/** Optional facts of a {@link BackendError}. */
export interface BackendErrorOptions extends ErrorOptions {
  status?: number;
  body?: string;
  requestId?: string;
}

/** What computes the scores failed: a server answered with an error or not at all, a worker thread died. Never holds a key. */
export class BackendError extends RerankError {
  override name = "BackendError" as const;
  /** Which backend: `cohere`, `onnx worker`, … */
  readonly backend: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The first 500 characters of the answer's body. */
  readonly body: string | undefined;
  readonly requestId: string | undefined;

  constructor(backend: string, problem: string, options?: BackendErrorOptions) {
    super(`${backend}: ${problem}`, options);
    this.backend = backend;
    this.status = options?.status;
    this.body = options?.body?.slice(0, 500);
    this.requestId = options?.requestId;
  }
}

/** A backend answered with something that cannot be scores for what was sent: a wrong count, a doubled index, a NaN. */
export class InvalidResponseError extends RerankError {
  override name = "InvalidResponseError" as const;
  readonly backend: string;

  constructor(backend: string, problem: string, options?: ErrorOptions) {
    super(`${backend} gave an answer that cannot be used: ${problem}`, options);
    this.backend = backend;
  }
}

/** The call took longer than its `timeout`. */
export class RerankTimeoutError extends RerankError {
  override name = "RerankTimeoutError" as const;
  /** The limit that was passed, in milliseconds. */
  readonly timeout: number;

  constructor(timeout: number, options?: ErrorOptions) {
    super(
      `Reranking took longer than the timeout of ${timeout} ms. Raise \`timeout\`, score fewer documents, or use a faster model.`,
      options,
    );
    this.timeout = timeout;
  }
}

function didYouMean(names: readonly string[]): string {
  return names.length > 0 ? ` Did you mean ${names.map((name) => `"${name}"`).join(", ")}?` : "";
}

/** A value as it should stand in a message: short, quoted, never an object's insides. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : `an object (${value.constructor?.name ?? "Object"})`;
}
