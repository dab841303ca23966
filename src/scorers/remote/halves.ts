import { isRequestTooLarge } from "./faults.js";

/**
 * Sends a request for some texts, and if the server refuses it for its size, sends its two halves. A half that is refused too is an error:
 * halving on would only hide a `maxBatchSize` that is far too large.
 *
 * @returns One result for the whole, or two for the halves, in the order of the texts.
 */
export async function wholeOrHalves<T>(
  texts: readonly string[],
  ask: (texts: readonly string[]) => Promise<T>,
): Promise<T[]> {
  try {
    return [await ask(texts)];
  } catch (error) {
    if (texts.length < 2 || !isRequestTooLarge(error)) throw error;
    const middle = Math.ceil(texts.length / 2);
    return [await ask(texts.slice(0, middle)), await ask(texts.slice(middle))];
  }
}

/** The warning about requests that were sent again in halves; none if there were none. */
export function halvedWarning(parts: readonly (readonly unknown[])[]): string[] {
  const halved = parts.filter((part) => part.length > 1).length;
  if (halved === 0) return [];
  return [
    `The server refused ${halved} of ${parts.length} requests for their size; they were sent again in halves. Lower \`maxBatchSize\`.`,
  ];
}
