import type { Context } from "hono";
import { HttpError, invalidField } from "./http-error.js";

/**
 * Reads a body that must be a JSON object in UTF-8.
 *
 * @throws HttpError 400 for another charset, bytes that are not UTF-8, or no JSON object; 415 for a compressed body.
 */
export async function readBody(context: Context): Promise<object> {
  const encoding = context.req.header("content-encoding")?.trim().toLowerCase();
  if (encoding && encoding !== "identity") {
    const message = `content-encoding: ${encoding} is not supported; send the body uncompressed`;
    throw new HttpError(415, "unsupported_encoding", message, { param: "content-encoding" });
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(context.req.header("content-type") ?? "")?.[1];
  if (charset && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw invalidField("body", `must be UTF-8, not ${charset}`);
  }
  const text = decode(await context.req.arrayBuffer());
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HttpError(400, "invalid_json", "body: must be JSON", { param: "body" });
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalidField("body", "must be a JSON object");
  return body;
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidField("body", "must be UTF-8, but is in another encoding, such as Latin-1 or UTF-16");
  }
}
