/**
 * Lets other tasks of the event loop run. Browsers have no `setImmediate`; `setTimeout` waits at least a millisecond, which is longer than
 * scoring a few dozen texts takes.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
