import type { PlaygroundState } from "../settings.js";
import { readState } from "./read-state.js";

/** Begins every fragment; the number changes when older pages could not read newer links. */
const PREFIX = "p1=";

/** Maximum number of bytes that a link may unpack to: far above what fits an address, far below what harms a page. */
const MOST_BYTES = 8 * 2 ** 20;

/** A link's fragment is not one that this page made, or is damaged. */
export class FragmentError extends Error {
  override name = "FragmentError" as const;
}

/**
 * The state as the part of an address after `#`, which browsers never send: JSON, deflated (RFC 1951), in base64url (RFC 4648).
 *
 * @example location.hash = await encodeFragment(state); // "#p1=q1YqLE0tqlSyUipJTVTSUSpJrSgB…"
 */
export async function encodeFragment(state: PlaygroundState): Promise<string> {
  const packed = await pipe(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw"));
  return PREFIX + toBase64Url(packed);
}

/**
 * Reads what {@link encodeFragment} wrote.
 *
 * @param fragment With or without `#`.
 * @throws FragmentError for everything else: other prefixes, damaged or cut links, fields of wrong types, links that unpack to too much.
 */
export async function decodeFragment(fragment: string): Promise<PlaygroundState> {
  const text = fragment.replace(/^#/, "");
  if (!text.startsWith(PREFIX)) throw new FragmentError("it was not made by this page.");
  const packed = fromBase64Url(text.slice(PREFIX.length));
  let state: unknown;
  try {
    const bytes = await pipe(packed, new DecompressionStream("deflate-raw"));
    state = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (error instanceof FragmentError) throw error;
    throw new FragmentError("it is cut off or damaged.", { cause: error });
  }
  const problem = readState(state);
  if (typeof problem === "string") throw new FragmentError(problem);
  return problem;
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream) {
  const writer = through.writable.getWriter();
  // Whatever fails here fails the reading side too, which reports it.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = through.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_BYTES) {
      reader.cancel().catch(() => {});
      throw new FragmentError(`it unpacks to more than ${MOST_BYTES / 2 ** 20} MiB.`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes that one call of `String.fromCharCode` takes as arguments without overflowing the stack. */
const CHUNK = 0x8000;

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text)) throw new FragmentError("it is cut off or damaged.");
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch (error) {
    throw new FragmentError("it is cut off or damaged.", { cause: error });
  }
}
