import { Disposed } from "../../errors.js";

/** The calls of one instance that are under way. */
export class Calls {
  readonly #open = new Set<AbortController>();

  /** Runs a call with a signal that follows the caller's, and aborts when the instance is disposed of. */
  async run<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    caller?.throwIfAborted();
    const controller = new AbortController();
    const forward = () => controller.abort(caller!.reason);
    caller?.addEventListener("abort", forward, { once: true });
    this.#open.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      caller?.removeEventListener("abort", forward);
      this.#open.delete(controller);
    }
  }

  /** Ends them all, wherever they stand: nothing that they have yet to do may open anew what is being closed. */
  dispose(): void {
    for (const controller of this.#open) controller.abort(new Disposed());
  }
}
