import { existsSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/**
 * One repository in the cache that all Hugging Face tools share:
 *
 * ```
 * models--org--name/blobs/<etag>                the bytes, once
 *                  /snapshots/<commit>/<path>   links to them
 *                  /refs/<branch>               the commit that a branch stood at
 *                  /.no_exist/<commit>/<path>   files known not to exist at that commit
 * .locks/models--org--name/                     who is downloading what
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

  /** Commit of a branch as it was last seen. */
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

  /** True when the file is there with all its bytes; a link whose blob was removed is not. */
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

  /** Makes a blob visible under its path. File systems without links get a second name for the same bytes, or a copy of the link's place. */
  async place(etag: string, commit: string, path: string): Promise<void> {
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
      await link(blob, target);
    }
  }
}
