/** Something about a service that its user has to mend; the message is all that needs to be shown. */
export class ServiceError extends Error {
  name = "ServiceError";
}

/**
 * A service that an example is configured to use does not answer. The message names it, the variable that says where it is and the command that
 * starts one.
 *
 * @example
 * throw new MissingServiceError({ service: "Qdrant", variable: "QDRANT_URL", address, start: "docker run -p 6333:6333 qdrant/qdrant" });
 */
export class MissingServiceError extends ServiceError {
  /**
   * @param {object} missing
   * @param {string} missing.service
   * @param {string} missing.variable
   * @param {string} missing.start
   * @param {string} [missing.address] where it does not answer; without it the variable is not set
   * @param {string} [missing.problem] what is wrong, where it is something else
   * @param {unknown} [missing.cause]
   */
  constructor({ service, variable, start, address, problem, cause }) {
    const absent = address ? `does not answer at ${address}${reason(cause)}` : `is needed and ${variable} is not set`;
    const where = problem ?? absent;
    super(`${service} ${where}. Set ${variable} to the address of one that runs; start one with: ${start}`, { cause });
    this.name = "MissingServiceError";
  }
}

/**
 * The innermost cause in brackets: fetch says "fetch failed" and keeps what happened inside.
 * @param {unknown} cause
 */
export function reason(cause) {
  let inner = cause;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return "";
  const code = "code" in inner && typeof inner.code === "string" ? inner.code : inner.message;
  return ` (${code})`;
}

/** A service answers, and does not take the key. */
export class RefusedKeyError extends ServiceError {
  /** @param {{ service: string, keyVariable: string, address: string, status: number }} refused */
  constructor({ service, keyVariable, address, status }) {
    const given = process.env[keyVariable] ? "another" : "one";
    super(`${service} at ${address} wants ${given} key (HTTP ${status}). Set ${keyVariable} to it`);
    this.name = "RefusedKeyError";
  }
}

/**
 * Asks an HTTP service whether it is there, so that a missing service is reported immediately and by name, instead of after a client's retries.
 *
 * @param {object} service
 * @param {string} service.service its name
 * @param {string} service.variable the variable that says where it is
 * @param {string} service.start the command that starts one
 * @param {string} service.address
 * @param {string} [service.path] what to ask for
 * @param {Record<string, string>} [service.headers]
 * @param {string} [service.keyVariable] the variable that holds its key
 * @throws {MissingServiceError} when nothing answers within five seconds
 * @throws {RefusedKeyError} when it answers 401 or 403
 */
export async function requireService({ path = "/", headers = {}, keyVariable, ...service }) {
  const status = await ask(new URL(path, service.address), headers).catch((cause) => {
    throw new MissingServiceError({ ...service, cause });
  });
  if (keyVariable && (status === 401 || status === 403)) throw new RefusedKeyError({ ...service, keyVariable, status });
}

/**
 * @param {URL} url
 * @param {Record<string, string>} headers
 */
async function ask(url, headers) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
  await response.body?.cancel();
  return response.status;
}
