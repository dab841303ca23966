import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocatedModel } from "../../inference/engine/located-model.js";
import { decodeVectors, encodeVectors } from "../../inference/late-interaction/vector-file.js";
import type { VectorStore } from "../../inference/late-interaction/vector-store.js";
import type { TokenVectors } from "../../inference/protocol.js";
import { hashModelFiles } from "./model-hash.js";

const SUFFIX = ".vectors";

/** Share of the maximum size that a folder has after pruning, so that not every write prunes. */
const PRUNED_SHARE = 0.9;

/**
 * Document vectors in files, one per text, so that the next process need not encode the texts again. Files are written under another name
 * and then renamed, so that no reader sees half of one. Several processes may share a folder.
 */
export class VectorFolder implements VectorStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Size of the folder in bytes, determined at the first write. */
  #bytes: Promise<number> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /**
   * Opens the part of a folder that belongs to one model with certain options. The model is identified by the content of its files, because
   * another model may later be at the same path, and the same model may be at another path.
   */
  static async open(folder: string, maxBytes: number, located: LocatedModel, settings: object): Promise<VectorFolder> {
    const hashes = await hashModelFiles(located);
    const identity = sha256(JSON.stringify([hashes, located.entry?.lateInteraction ?? null, settings]));
    return new VectorFolder(join(folder, identity.slice(0, 32)), maxBytes);
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  async read(text: string): Promise<TokenVectors | "damaged" | undefined> {
    const bytes = await readFile(this.#path(text)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") this.#failure = error;
      return undefined;
    });
    return bytes && (decodeVectors(bytes) ?? "damaged");
  }

  write(text: string, vectors: TokenVectors): void {
    // Nothing waits for writes. They run one after the other so that they do not slow down reads.
    this.#writing = this.#writing.then(() =>
      this.#write(text, vectors).catch((error: Error) => {
        this.#failure = error;
      }),
    );
  }

  settle(): Promise<void> {
    return this.#writing;
  }

  async #write(text: string, vectors: TokenVectors): Promise<void> {
    const path = this.#path(text);
    const part = `${path}.${randomUUID()}.part`;
    const bytes = encodeVectors(vectors);
    await mkdir(this.#folder, { recursive: true });
    try {
      await writeFile(part, bytes);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    this.#bytes ??= this.#files().then((files) => sum(files.map((file) => file.bytes)) - bytes.length);
    const total = (await this.#bytes) + bytes.length;
    this.#bytes = Promise.resolve(total > this.#maxBytes ? await this.#prune() : total);
  }

  /** Deletes the oldest files. Returns the size of the remaining ones in bytes. */
  async #prune(): Promise<number> {
    const files = (await this.#files()).sort((a, b) => a.written - b.written);
    let total = sum(files.map(({ bytes }) => bytes));
    for (const { path, bytes } of files) {
      if (total <= this.#maxBytes * PRUNED_SHARE) break;
      await rm(path, { force: true });
      total -= bytes;
    }
    return total;
  }

  async #files(): Promise<{ path: string; bytes: number; written: number }[]> {
    const names = await readdir(this.#folder);
    const found = names
      .filter((name) => name.endsWith(SUFFIX))
      .map(async (name) => {
        const path = join(this.#folder, name);
        // Another process may have deleted it.
        const file = await stat(path).catch(() => undefined);
        return file && { path, bytes: file.size, written: file.mtimeMs };
      });
    return (await Promise.all(found)).filter((file) => file !== undefined);
  }

  #path(text: string): string {
    return join(this.#folder, sha256(text) + SUFFIX);
  }
}

function sha256(text: string): string {
  // UTF-16, because UTF-8 replaces all lone surrogates by the same character.
  return createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
