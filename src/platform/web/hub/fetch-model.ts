import { DownloadError, ModelNotFoundError } from "../../../errors.js";
import { REQUIRED_FILES, selectFiles } from "../../../models/file-set.js";
import { nearestModels } from "../../../models/find.js";
import { chooseWeights, noWeights } from "../../../models/precision.js";
import type { DType, ModelEntry } from "../../../models/types.js";
import { absolute, browserSettings } from "../browser-settings.js";
import { type FetchOptions, fetchFiles, fetchJson, type WebFile } from "./fetch-files.js";

/** A model of the hub, in memory. */
export interface HubModel {
  address: string;
  file: string;
  files: Record<string, Blob>;
}

/** A repository's answer about itself. */
interface Listing {
  sha?: unknown;
  siblings?: { rfilename?: unknown }[];
}

/**
 * Fetches a public model of the Hugging Face hub into the page; the browser keeps it for the next visit.
 *
 * @throws ModelNotFoundError DownloadError ModelIntegrityError
 */
export async function fetchFromHub(
  name: string,
  repository: string,
  revision: string,
  { dtype, entry, ...options }: FetchOptions & { dtype: DType; entry: ModelEntry | undefined },
): Promise<HubModel> {
  const hub = absolute(browserSettings().hubUrl ?? "https://huggingface.co").href.replace(/\/+$/, "");
  const { commit, files } = await list(name, hub, repository, revision, options);
  const weights = chooseWeights(files, dtype, entry);
  if (!weights) throw new ModelNotFoundError(name, noWeights(files, dtype));
  const missing = REQUIRED_FILES.filter((file) => !files.includes(file));
  if (missing.length > 0) {
    throw new ModelNotFoundError(name, `its repository has no ${missing.join(" and no ")}, so it cannot be run here.`);
  }
  const address = `${hub}/${repository}/resolve/${commit}/`;
  const pinned = entry?.revision === commit ? [...Object.values(entry.files), ...(entry.pinned ?? [])] : [];
  const wanted = selectFiles(files, weights.path, entry).present.map(
    (path): WebFile => ({
      path,
      url: address + path.split("/").map(encodeURIComponent).join("/"),
      sha256: pinned.find((file) => file.path === path)?.sha256,
    }),
  );
  return { address, file: weights.path, files: await fetchFiles(name, wanted, { ...options, keep: true }) };
}

async function list(name: string, hub: string, repository: string, revision: string, options: FetchOptions) {
  const url = `${hub}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const listing = await fetchJson(name, url, { ...options, keep: true }).catch((error: unknown) => {
    const status = error instanceof DownloadError ? error.status : undefined;
    if (status === 401 || status === 403) return undefined;
    throw error;
  });
  if (listing === undefined) {
    const problem = `${hub} has no public repository of this name; others cannot be read by a page.`;
    throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
  }
  const { sha, siblings } = listing as Listing;
  const files = siblings?.map(({ rfilename }) => rfilename).filter((file) => typeof file === "string");
  if (typeof sha !== "string" || !files) {
    throw new DownloadError(
      name,
      `${hub} is no Hugging Face hub: its answer names no commit and files. Check \`hubUrl\`.`,
    );
  }
  return { commit: sha, files };
}
