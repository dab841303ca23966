import { createHash } from "node:crypto";

/** Hashes of the page's inline scripts or styles, as a Content-Security-Policy lists them. */
function hashes(html: string, element: RegExp): string {
  return Array.from(html.matchAll(element), ([, code]) => {
    return `'sha256-${createHash("sha256")
      .update(code as string)
      .digest("base64")}'`;
  }).join(" ");
}

/**
 * Headers of the playground page: only its inline scripts and styles run, they can reach this server only, and no other site can
 * frame it.
 */
export function pageHeaders(html: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src ${hashes(html, /<script type="module">([\s\S]*?)<\/script>/g)}`,
    `style-src ${hashes(html, /<style>([\s\S]*?)<\/style>/g)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "cache-control": "no-cache",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    vary: "accept",
  };
}
