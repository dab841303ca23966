import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { HttpError } from "./http-error.js";

/** Names of this machine that no other machine's DNS record can take over. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** True for a host name or address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.includes(":") && !host.startsWith("[") ? `[${host}]` : host.toLowerCase());
}

/**
 * Refuses requests whose `Host` is neither this machine nor on the list. A web page of another origin could otherwise reach a server on a
 * loopback address after its DNS name was changed to 127.0.0.1 (DNS rebinding).
 */
export function checkHost(allowed: readonly string[]): MiddlewareHandler {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return async (context, next) => {
    const host = hostName(context);
    if (!isLoopback(host) && !names.has(host)) {
      const message = `the host "${host}" is not allowed; start the server with --allowed-host ${host} to allow it`;
      throw new HttpError(403, "host_not_allowed", message, { param: "host" });
    }
    await next();
  };
}

/** Without port, brackets kept: `localhost`, `[::1]`. */
function hostName(context: Context): string {
  const host = context.req.header("host") ?? new URL(context.req.url).host;
  return host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
}

/** Refuses requests without the key. Digests are compared, so that the time taken says nothing about the key. */
export function requireKey(key: string): MiddlewareHandler {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(key);
  return async (context, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (!timingSafeEqual(digest(bearer ?? context.req.header("x-api-key") ?? ""), expected)) {
      throw new HttpError(401, "invalid_api_key", "send the server's key as `Authorization: Bearer KEY`");
    }
    await next();
  };
}

/** The path without doubled and trailing slashes: clients join a base URL and a path in every possible way. */
export function cleanPath(request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
}
