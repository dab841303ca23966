let controller: AbortController | undefined;

/** A signal that aborts on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    const stop = () => controller!.abort(new DOMException("interrupted", "AbortError"));
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  }
  return controller.signal;
}
