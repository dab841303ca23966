/** Loaded into the main thread and every worker: counts calls of each function, and answers a broadcast with the counts since the last. */
import { Session } from "node:inspector";
import { isMainThread } from "node:worker_threads";

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });

/** Calls since the last time, as `{ url, offset }` of each function that ran. */
export function takeCalls() {
  let calls = [];
  session.post("Profiler.takePreciseCoverage", (error, result) => {
    if (error) throw error;
    calls = result.result.flatMap(({ url, functions }) =>
      functions
        // The first function of a script is its top level, which runs on import.
        .filter(({ ranges: [range] }) => range.count > 0 && range.startOffset > 0)
        .map(({ ranges: [range] }) => ({ url, offset: range.startOffset })),
    );
  });
  return calls;
}

if (!isMainThread) {
  const channel = new BroadcastChannel("query-path");
  channel.onmessage = ({ data }) => {
    if (data === "take") channel.postMessage(takeCalls());
  };
  channel.unref();
}
