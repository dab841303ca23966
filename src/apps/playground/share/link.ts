import { PlaygroundError } from "../../shared/playground-protocol.js";
import type { PlaygroundState } from "../settings.js";
import { decodeFragment, encodeFragment } from "./fragment.js";

/** Number of characters from which the page says that a link is long: some programs cut addresses. */
const LONG = 8000;

/** The state in the address of the page. @throws FragmentError */
export function readLink(): Promise<PlaygroundState> {
  return decodeFragment(location.hash);
}

/**
 * Puts the state into the page's address, and copies the address to the clipboard.
 *
 * @returns A sentence for the status line.
 * @throws PlaygroundError when the browser denies the page the clipboard; the address holds the link anyway.
 */
export async function copyLink(state: PlaygroundState): Promise<string> {
  const fragment = await encodeFragment(state);
  // Does not fire `hashchange`: the page shows that state already.
  history.replaceState(null, "", `#${fragment}`);
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (error) {
    const message = "The browser does not let the page use the clipboard; copy the link from the address bar.";
    throw new PlaygroundError("Not copied", message, { cause: error });
  }
  const { length } = location.href;
  const size = length > LONG ? ` It is long (${length.toLocaleString("en")} characters): some programs cut links.` : "";
  return `Link copied. Query, documents and settings are in the link itself; no server keeps them.${size}`;
}
