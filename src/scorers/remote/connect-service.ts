import { type Connection, connect, readHeaders } from "./connection.js";
import type { Service } from "./service.js";
import { type ServiceChoice, settleService } from "./settle-service.js";

/** The options that a connection to a service is made from. */
export interface ServiceOptions extends ServiceChoice {
  headers?: HeadersInit | undefined;
}

/**
 * Settles model, address and key of a service from options and environment, and connects to it.
 *
 * @throws InvalidOptionError that names what is missing and the environment variable that it can come from, or a header that cannot be sent.
 */
export function connectService(
  name: string,
  service: Service,
  options: ServiceOptions,
): Connection & { model: string | undefined } {
  const authorized = new Headers(readHeaders(options.headers)).has(service.key?.header ?? "authorization");
  const { model, baseUrl, apiKey, path, headers } = settleService(name, service, options, authorized);
  const connection = connect(
    name,
    baseUrl,
    { ...options, apiKey },
    (address) => {
      for (const [key, value] of Object.entries(service.parameters ?? {}))
        if (!address.searchParams.has(key)) address.searchParams.set(key, value);
      return path;
    },
    headers,
    service.key,
  );
  return { ...connection, model };
}
