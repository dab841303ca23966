import { TransientFault } from "./faults.js";
import { reason } from "./request.js";
import type { HubSettings } from "./settings.js";

/** The body's bytes; a transfer that stalls or breaks off is a transient fault. */
export async function* chunks(
  body: ReadableStream<Uint8Array>,
  settings: HubSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await read(reader, settings.stallTimeout, signal);
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stallTimeout: number,
  signal: AbortSignal | undefined,
) {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransientFault(`no byte came for ${stallTimeout / 1000} s`)), stallTimeout);
    stop = () => reject(signal!.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([reader.read(), interrupted]);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TransientFault
      ? error
      : new TransientFault(`the transfer broke off (${reason(error)})`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop!);
  }
}
