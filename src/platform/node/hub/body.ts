import { raceAbort, startCall } from "../../../abort.js";
import { TransientFault } from "./faults.js";
import { reason } from "./request.js";
import type { HubSettings } from "./settings.js";

/** The bytes of a response. A transfer that stalls or breaks off is a transient fault. */
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

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, timeout: number, signal: AbortSignal | undefined) {
  const onTimeout = () => new TransientFault(`no byte arrived for ${timeout / 1000} s`);
  const call = startCall({ signals: [signal], timeout, onTimeout });
  try {
    return await raceAbort(call.signal, reader.read());
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof TransientFault
      ? error
      : new TransientFault(`the transfer broke off (${reason(error)})`, { cause: error });
  } finally {
    call.release();
  }
}
