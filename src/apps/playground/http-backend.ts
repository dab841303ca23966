import {
  type PlaygroundAnswer,
  type PlaygroundBackend,
  type PlaygroundCall,
  PlaygroundError,
  type PlaygroundModel,
  type PlaygroundRequest,
} from "../shared/playground-protocol.js";

/** Name under which the key is stored until the tab is closed. It is never part of a link. */
const KEY = "langchain-rerank-key";

/** The server that the page came from. Addresses are relative, so that it works behind a proxy that adds a path. */
export class HttpBackend implements PlaygroundBackend {
  readonly privacy = "Texts go to the server that this page came from, and nowhere else.";

  setKey(key: string): void {
    sessionStorage.setItem(KEY, key);
  }

  async models({ signal }: PlaygroundCall): Promise<readonly PlaygroundModel[]> {
    const body = await this.#ask<{ models: PlaygroundModel[] }>("playground/models", { signal });
    return body.models;
  }

  rerank(request: PlaygroundRequest, { signal }: PlaygroundCall): Promise<PlaygroundAnswer> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(request);
    return this.#ask<PlaygroundAnswer>("playground/rerank", { method: "POST", headers, body, signal });
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = new Headers(init.headers);
    const key = sessionStorage.getItem(KEY);
    if (key) headers.set("authorization", `Bearer ${key}`);
    const response = await fetch(path, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw init.signal.reason;
      throw new PlaygroundError("Server not reached", "The server does not answer. Is it still running?", {
        cause: error,
      });
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    throw failure(response, answer);
  }
}

function failure(response: Response, answer: unknown): PlaygroundError {
  const { error } = (answer ?? {}) as { error?: { code?: unknown; message?: unknown } };
  const code = typeof error?.code === "string" ? error.code.replaceAll("_", " ") : `HTTP ${response.status}`;
  const wait = response.headers.get("retry-after");
  const message = typeof error?.message === "string" ? error.message : "The server's answer cannot be read.";
  return new PlaygroundError(
    code.charAt(0).toUpperCase() + code.slice(1),
    wait ? `${message} Try again in ${wait} s.` : message,
    { needsKey: response.status === 401 },
  );
}
