let controller: AbortController | undefined;

/** Aborted when the user presses Ctrl-C or the process is asked to end; a second Ctrl-C ends it at once. */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    const stop = () => controller!.abort(new DOMException("interrupted", "AbortError"));
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  }
  return controller.signal;
}
