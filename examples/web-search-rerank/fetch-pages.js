/**
 * @typedef {import("./search.js").SearchResult} SearchResult
 * @typedef {SearchResult & { html: string }} Page
 * @typedef {SearchResult & { reason: string }} Skipped
 */

/**
 * Fetches pages side by side. A page that hangs, is too large, is no HTML or answers with an error is left out with the reason, and holds
 * nobody up for longer than `timeout`.
 *
 * @param {SearchResult[]} results
 * @param {object} [limits]
 * @param {number} [limits.concurrency] pages in transfer at once; default 6
 * @param {number} [limits.timeout] milliseconds for one page, its body included; default 5000
 * @param {number} [limits.maxBytes] default 2 MB
 * @param {AbortSignal} [limits.signal] stops all of it
 * @returns {Promise<{ pages: Page[], skipped: Skipped[] }>} pages in the order of the results
 */
export async function fetchPages(results, { concurrency = 6, timeout = 5000, maxBytes = 2e6, signal } = {}) {
  /** @type {(Page | Skipped)[]} */
  const fetched = new Array(results.length);
  let next = 0;
  const worker = async () => {
    while (next < results.length) {
      const index = next++;
      const result = results[index];
      try {
        fetched[index] = { ...result, html: await fetchHtml(result.url, timeout, maxBytes, signal) };
      } catch (error) {
        signal?.throwIfAborted();
        fetched[index] = { ...result, reason: reasonOf(error, timeout) };
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    pages: fetched.filter((page) => "html" in page),
    skipped: fetched.filter((page) => "reason" in page),
  };
}

/**
 * @param {string} url
 * @param {number} timeout
 * @param {number} maxBytes
 * @param {AbortSignal | undefined} signal
 */
async function fetchHtml(url, timeout, maxBytes, signal) {
  const limit = AbortSignal.timeout(timeout);
  const response = await fetch(url, {
    headers: { accept: "text/html", "user-agent": "Mozilla/5.0 (compatible; langchain-rerank example)" },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  const type = response.headers.get("content-type") ?? "";
  const refuse = async (/** @type {string} */ reason) => {
    await response.body?.cancel();
    throw new Error(reason);
  };
  if (!response.ok) await refuse(`HTTP ${response.status}`);
  if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(type))
    await refuse(`${type || "a file of no type"} is no web page`);
  const chunks = [];
  let bytes = 0;
  const body = /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (response.body ?? []));
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest of the transfer.
    if (bytes > maxBytes) throw new Error(`more than ${maxBytes / 1000} kB`);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), type);
}

/**
 * Text in the encoding that the header names, else the page itself, else UTF-8.
 * @param {Buffer} bytes
 * @param {string} contentType
 */
function decode(bytes, contentType) {
  const declared = /charset=["']?([\w-]+)/i;
  const head = bytes.subarray(0, 1024).toString("latin1");
  const encoding = (declared.exec(contentType) ?? declared.exec(head))?.[1] ?? "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * @param {unknown} error
 * @param {number} timeout
 */
function reasonOf(error, timeout) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no whole answer within ${timeout / 1000} s`;
  const cause = error.cause instanceof Error && "code" in error.cause ? ` (${error.cause.code})` : "";
  return `${error.message}${cause}`;
}
