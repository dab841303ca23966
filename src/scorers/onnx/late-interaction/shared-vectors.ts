import { Disposed } from "../../../errors.js";
import type { LocatedModel } from "../../../inference/engine/located-model.js";
import type { VectorStore } from "../../../inference/late-interaction/vector-store.js";
import type { TokenVectors } from "../../../inference/protocol.js";
import { SharedTask } from "../../../open-once.js";
import { openVectorStore } from "./open-vector-store.js";
import { UnderWay } from "./under-way.js";
import { VectorCache } from "./vector-cache.js";

/** Options of the cache of documents' token vectors. */
export interface VectorCacheOptions {
  /**
   * Bytes of memory that vectors may take, at most. What was used longest ago goes first.
   * @default 268435456 (256 MiB): some 4,000 passages of 250 tokens with 128 numbers each
   */
  maxBytes?: number | undefined;
  /** Keep vectors in this folder too, so that the next process starts with them. @default none */
  folder?: string | undefined;
  /** Bytes that one model's files in the folder may take. What was written longest ago goes first. @default 1073741824 (1 GiB) */
  maxFolderBytes?: number | undefined;
}

const MAX_BYTES = 256 * 2 ** 20;
const MAX_FOLDER_BYTES = 2 ** 30;

/** Queries whose vectors are kept: those that calls under way have in common, and a few more. */
const QUERIES = 16;

/** What became of one lookup. */
export interface Found {
  vectors: TokenVectors | undefined;
  /** From the folder, not from memory. */
  stored: boolean;
  /** The folder held something for this text that was not whole. */
  damaged: boolean;
}

/** The token vectors of one model with one set of options, shared by all instances that name both alike. */
export class SharedVectors {
  readonly #cache: VectorCache | undefined;
  readonly #store: VectorStore | undefined;
  readonly #underWay = new UnderWay();
  readonly #queries = new Map<string, SharedTask<unknown>>();

  private constructor(cache: VectorCache | undefined, store: VectorStore | undefined) {
    this.#cache = cache;
    this.#store = store;
  }

  /** @param settings Everything besides the model that a document's vectors depend on. */
  static async open(
    options: VectorCacheOptions | false,
    located: LocatedModel,
    settings: object,
  ): Promise<SharedVectors> {
    if (options === false) return new SharedVectors(undefined, undefined);
    const { maxBytes = MAX_BYTES, folder, maxFolderBytes = MAX_FOLDER_BYTES } = options;
    const store = folder === undefined ? undefined : await openVectorStore(folder, maxFolderBytes, located, settings);
    return new SharedVectors(new VectorCache(maxBytes), store);
  }

  /** Whether documents' vectors are kept at all. */
  get keeps(): boolean {
    return this.#cache !== undefined;
  }

  /** Bytes that are held in memory now. */
  get bytes(): number {
    return this.#cache?.bytes ?? 0;
  }

  /** The last thing that went wrong with the folder. */
  get failure(): Error | undefined {
    return this.#store?.failure;
  }

  async find(text: string): Promise<Found> {
    const kept = this.#cache?.get(text);
    if (kept || !this.#store) return { vectors: kept, stored: false, damaged: false };
    const read = await this.#store.read(text);
    if (read === undefined || read === "damaged")
      return { vectors: undefined, stored: false, damaged: read === "damaged" };
    this.#cache?.set(text, read);
    return { vectors: read, stored: true, damaged: false };
  }

  /**
   * A text's vectors if they are in memory by now, or will be because another call encodes it; undefined from that if it gives up. Undefined at
   * once: it is the caller's to encode, and to {@link keep} or {@link giveUp}.
   */
  claim(text: string): TokenVectors | Promise<TokenVectors | undefined> | undefined {
    // What is not kept is not sent back by the threads either, so that there is nothing to share.
    if (!this.#cache) return undefined;
    return this.#cache.get(text) ?? this.#underWay.claim(text);
  }

  /** Keeps the vectors of a text that was claimed, and hands them to those who wait. */
  keep(text: string, vectors: TokenVectors): void {
    this.#cache?.set(text, vectors);
    this.#store?.write(text, vectors);
    this.#underWay.settle(text, vectors);
  }

  /** Leaves a claimed text to those who wait. */
  giveUp(text: string): void {
    this.#underWay.settle(text);
  }

  /** Encodes a query once for all calls that ask for it at the same time, or soon after one another. */
  async query<T>(query: string, encode: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const known = this.#queries.get(query) as SharedTask<T> | undefined;
    const others = known?.abandoned ? undefined : known;
    const task = others ?? this.#start(query, encode);
    this.#queries.delete(query);
    this.#queries.set(query, task);
    for (const oldest of this.#queries.keys()) {
      if (this.#queries.size <= QUERIES) break;
      this.#queries.delete(oldest);
    }
    try {
      return await task.join(signal);
    } catch (error) {
      // The instance that encoded it was disposed of; this one was not.
      if (others && error instanceof Disposed && !signal.aborted) return this.query(query, encode, signal);
      throw error;
    }
  }

  #start<T>(query: string, encode: (signal: AbortSignal) => Promise<T>): SharedTask<T> {
    const started = new SharedTask(encode);
    started.result.catch(() => {
      if (this.#queries.get(query) === started) this.#queries.delete(query);
    });
    return started;
  }

  /** Resolves when what goes to the folder is there. */
  async settle(): Promise<void> {
    await this.#store?.settle();
  }
}

interface Share {
  vectors: Promise<SharedVectors>;
  users: number;
}

const shares = new Map<string, Share>();

/** An instance's share of the vectors that others of the same key have too. The last one to leave frees them. */
export async function shareVectors(
  key: string,
  open: () => Promise<SharedVectors>,
): Promise<{ vectors: SharedVectors; leave(): Promise<void> }> {
  const share = shares.get(key) ?? { vectors: open(), users: 0 };
  shares.set(key, share);
  share.users += 1;
  const leave = async () => {
    share.users -= 1;
    if (share.users === 0 && shares.get(key) === share) shares.delete(key);
    await (await share.vectors).settle();
  };
  try {
    return { vectors: await share.vectors, leave };
  } catch (error) {
    if (shares.get(key) === share) shares.delete(key);
    throw error;
  }
}
