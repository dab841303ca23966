import * as core from "langchain-rerank";
import * as onnx from "langchain-rerank/onnx";
import { StaticEmbeddings } from "langchain-rerank/static";

/** Counts what a page can do while something runs: turns of the event loop, and pictures drawn. */
async function watch<T>(work: Promise<T>): Promise<{ result: T; timers: number; frames: number }> {
  let running = true;
  let timers = 0;
  let frames = 0;
  const frame = () => {
    frames += 1;
    if (running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const timer = setInterval(() => {
    timers += 1;
  }, 5);
  try {
    return { result: await work, timers, frames };
  } finally {
    running = false;
    clearInterval(timer);
  }
}

/** Name and message of what a promise rejects with. */
async function caught(work: Promise<unknown>): Promise<{ name: string; message: string; own: boolean } | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message, own: error instanceof core.RerankError };
  }
}

/** What the tests reach in the page. */
export const parts = { ...core, ...onnx, StaticEmbeddings, watch, caught };

(globalThis as { rerank?: typeof parts }).rerank = parts;
