import { InvalidOptionError } from "../../errors.js";
import { HIDDEN } from "./redact.js";

/** A key, or a function that returns the current one. The function is called for each request, so it should cache. */
export type ApiKey = string | (() => string | Promise<string>);

/** Headers cannot hold other characters, and the error of the runtime for them would show the key. */
export function checkKey(key: unknown): string {
  if (typeof key === "string" && /^[\x21-\x7e]+$/.test(key)) return key;
  const shown = key === undefined ? undefined : HIDDEN;
  throw new InvalidOptionError("apiKey", shown, "visible ASCII characters without spaces or line breaks");
}
