import { existsSync } from "node:fs";
import { link as hardLink, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/**
 * One repository in the cache that all Hugging Face tools share:
 *
 * ```
 * models--org--name/blobs/<etag>                the bytes, once
 *                  /snapshots/<commit>/<path>   links to them
 *                  /refs/<branch>               the commit that a branch pointed to
 *                  /.no_exist/<commit>/<path>   files that do not exist at that commit
 * .locks/models--org--name/                     locks of downloads in progress
 * ```
 */
export class RepositoryCache {
  readonly folder: string;
  readonly locks: string;

  constructor(cacheDir: string, repository: string) {
    const name = `models--${repository.replaceAll("/", "--")}`;
    this.folder = join(cacheDir, name);
    this.locks = join(cacheDir, ".locks", name);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  blob(etag: string): string {
    return join(this.folder, "blobs", etag);
  }

  /** The commit that a branch pointed to when the hub was last asked. */
  async readRef(branch: string): Promise<string | undefined> {
    const commit = await readFile(join(this.folder, "refs", branch), "utf8").catch(() => "");
    return commit.trim() || undefined;
  }

  async writeRef(branch: string, commit: string): Promise<void> {
    const path = join(this.folder, "refs", branch);
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, commit);
    await rename(temporary, path);
  }

  /** Whether the complete file exists. A link whose blob was removed does not count. */
  has(commit: string, path: string): boolean {
    return existsSync(join(this.snapshot(commit), path));
  }

  isKnownAbsent(commit: string, path: string): boolean {
    return existsSync(join(this.folder, ".no_exist", commit, path));
  }

  async markAbsent(commit: string, path: string): Promise<void> {
    const marker = join(this.folder, ".no_exist", commit, path);
    await mkdir(dirname(marker), { recursive: true });
    await writeFile(marker, "");
  }

  /** Makes a blob visible under its path: as a symbolic link or, on file systems without them, as a hard link. */
  async link(etag: string, commit: string, path: string): Promise<void> {
    const target = join(this.snapshot(commit), path);
    const blob = this.blob(etag);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { force: true });
    try {
      await symlink(relative(dirname(target), blob), target);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST" && (await stat(target).catch(() => undefined))) return;
      if (code !== "EPERM" && code !== "ENOSYS" && code !== "ENOTSUP") throw error;
      await hardLink(blob, target);
    }
  }
}
