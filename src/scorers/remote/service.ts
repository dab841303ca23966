import type { KeyFormat } from "./connection.js";

/** Where a service is, and how to be authorized there. */
export interface Service {
  /** Address of the hosted service; none for servers that people run themselves. */
  baseUrl?: string;
  /** Environment variables with the address. The first one that is set wins. */
  urlVariables?: readonly string[];
  /** Environment variables with the key. The first one that is set wins. */
  keyVariables: readonly string[];
  key?: KeyFormat;
  /** Address for keys that begin with this prefix. */
  keyHosts?: Readonly<Record<string, string>>;
  /** Fixed headers. `{NAME}` is replaced as in {@link Service.path}. */
  headers?: Readonly<Record<string, string>>;
  /** Model that is used if none is named. */
  model?: string;
  /** True where the server needs the name of a model and the table has no default. */
  needsModel?: true;
  /**
   * Path of the endpoint. `{model}` is replaced by the model's name, and `{NAME}` by the environment variable `NAME` or by what `baseUrl`
   * has there; `{A|B}` allows two variables.
   */
  path: string;
  /** Path on hosts whose name ends with the key. Whatever path `baseUrl` has there is replaced. */
  hostPaths?: Readonly<Record<string, string>>;
  /** Characters of a model's name that are written differently in the path. */
  modelInPath?: readonly [from: string, to: string];
  /** True for servers that are started with a prefix such as `/v1`. */
  versionIsPrefix?: true;
  /** Query parameters, unless `baseUrl` has them. */
  parameters?: Readonly<Record<string, string>>;
}
