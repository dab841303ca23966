import type { ToWorker } from "../protocol.js";

/** A worker thread as the engine sees it, the same for Node and browsers. */
export interface Thread {
  post(message: ToWorker): void;
  /** Whether the thread keeps the process alive. */
  hold(alive: boolean): void;
  terminate(): Promise<void>;
}
