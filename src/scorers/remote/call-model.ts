import { raceAbort } from "../../abort.js";
import type { Attempt, Fault } from "../../retry.js";

/**
 * Calls a model object of another library once. The model may ignore its signal.
 *
 * @returns The result, or the fault that its error was converted to.
 * @throws The signal's reason.
 */
export async function callModel<T>(
  signal: AbortSignal,
  call: () => PromiseLike<T>,
  toFault: (error: unknown) => Fault,
): Promise<Attempt<T>> {
  try {
    return { value: await raceAbort(signal, Promise.resolve(call())) };
  } catch (error) {
    signal.throwIfAborted();
    return { fault: toFault(error) };
  }
}
