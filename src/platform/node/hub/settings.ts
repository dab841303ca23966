import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { InvalidOptionError } from "../../../errors.js";

/** How to reach the hub. Defaults come from the environment variables that other Hugging Face tools read. */
export interface HubOptions {
  /**
   * Folder of the cache.
   * @default `HF_HUB_CACHE`, else `HF_HOME`/hub, else `~/.cache/huggingface/hub`
   */
  cacheDir?: string | undefined;
  /**
   * URL of the hub or of a mirror.
   * @default `HF_ENDPOINT`, else `https://huggingface.co`
   */
  endpoint?: string | undefined;
  /**
   * Access token for private and gated repositories. It is sent to the endpoint only, never to servers that it redirects to.
   * @default `HF_TOKEN`, else the file that `hf auth login` writes
   */
  token?: string | undefined;
  /**
   * Uses the cache only and opens no connection.
   * @default `HF_HUB_OFFLINE`
   */
  offline?: boolean | undefined;
}

/** {@link HubOptions} with every default filled in. */
export interface HubSettings {
  cacheDir: string;
  endpoint: string;
  token: string | undefined;
  offline: boolean;
  /** Milliseconds to wait for the headers of a response. */
  answerTimeout: number;
  /** Milliseconds without a byte after which a transfer is considered broken. */
  stallTimeout: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Fills in the defaults. @throws InvalidOptionError when the endpoint is not a URL. */
export async function hubSettings(options: HubOptions = {}, env: Environment = process.env): Promise<HubSettings> {
  const home = env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "huggingface");
  const endpoint = (options.endpoint ?? env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(endpoint))
    throw new InvalidOptionError("endpoint", endpoint, "an absolute URL, such as https://huggingface.co");
  return {
    cacheDir: options.cacheDir ?? env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE ?? join(home, "hub"),
    endpoint,
    token: options.token ?? (await environmentToken(home, env)),
    offline: options.offline ?? (isSet(env.HF_HUB_OFFLINE) || isSet(env.TRANSFORMERS_OFFLINE)),
    answerTimeout: seconds(env.HF_HUB_ETAG_TIMEOUT, 15),
    stallTimeout: seconds(env.HF_HUB_DOWNLOAD_TIMEOUT, 30),
  };
}

async function environmentToken(home: string, env: Environment): Promise<string | undefined> {
  const given = env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN;
  const token = given ?? (await readFile(env.HF_TOKEN_PATH ?? join(home, "token"), "utf8").catch(() => ""));
  return token.trim() || undefined;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && /^(1|on|yes|true)$/i.test(value.trim());
}

function seconds(value: string | undefined, fallback: number): number {
  const parsed = Number(value);
  return (value !== undefined && Number.isFinite(parsed) && parsed > 0 ? parsed : fallback) * 1000;
}
