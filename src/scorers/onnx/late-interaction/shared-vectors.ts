import { SharedTask } from "../../../abort.js";
import { Disposed } from "../../../errors.js";
import type { LocatedModel } from "../../../inference/engine/located-model.js";
import type { VectorStore } from "../../../inference/late-interaction/vector-store.js";
import type { TokenVectors } from "../../../inference/protocol.js";
import type { VectorCacheOptions } from "./options.js";

const MAX_BYTES = 256 * 2 ** 20;
const MAX_FOLDER_BYTES = 2 ** 30;

/** Number of queries whose vectors are cached, mostly for concurrent calls with the same query. */
const QUERIES = 16;

/** Estimated bytes of an entry besides its vectors and text: objects and the map's slot. */
const OVERHEAD = 300;

/**
 * Document vectors by text, limited in bytes. The least recently used are removed first.
 *
 * The text itself is the key: it takes a few percent of the size of its vectors, needs no hash, and cannot collide.
 */
class VectorCache {
  readonly #maxBytes: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, TokenVectors>();
  #bytes = 0;

  /** @param maxBytes Maximum size of vectors, texts and overhead together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Unlike {@link get}, does not count as a use. */
  has(text: string): boolean {
    return this.#entries.has(text);
  }

  get(text: string): TokenVectors | undefined {
    const found = this.#entries.get(text);
    if (!found) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, found);
    return found;
  }

  /** Adds vectors, unless they alone exceed the limit. */
  set(text: string, vectors: TokenVectors): void {
    this.#delete(text);
    const bytes = bytesOf(text, vectors);
    if (bytes > this.#maxBytes) return;
    this.#entries.set(text, vectors);
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest);
    }
  }

  #delete(text: string): void {
    const found = this.#entries.get(text);
    if (!found) return;
    this.#entries.delete(text);
    this.#bytes -= bytesOf(text, found);
  }
}

function bytesOf(text: string, { passages }: TokenVectors): number {
  // Engines store a string of Latin-1 characters with one byte per character, and every other string with two.
  const perCharacter = /[^\0-\xff]/.test(text) ? 2 : 1;
  return passages.reduce(
    (sum, { values, pooled }) => sum + values.byteLength + (pooled?.byteLength ?? 0),
    OVERHEAD + perCharacter * text.length,
  );
}

/** A text that a call is encoding, so that other calls wait for it instead of encoding it again. */
interface Encoding {
  /** Resolves to undefined if the call that encodes the text gives up. */
  readonly vectors: Promise<TokenVectors | undefined>;
  readonly settle: (vectors: TokenVectors | undefined) => void;
}

/** The result of one lookup. */
export interface Found {
  vectors: TokenVectors | undefined;
  /** True if the vectors come from the folder, not from memory. */
  stored: boolean;
  /** True if the folder has a damaged file for this text. */
  damaged: boolean;
}

/** The document vectors of one model with one set of options, shared by all instances with the same model and options. */
export class SharedVectors {
  readonly #cache: VectorCache | undefined;
  readonly #store: VectorStore | undefined;
  readonly #underWay = new Map<string, Encoding>();
  readonly #queries = new Map<string, SharedTask<unknown>>();

  private constructor(cache: VectorCache | undefined, store: VectorStore | undefined) {
    this.#cache = cache;
    this.#store = store;
  }

  /** @param settings Everything except the model that document vectors depend on. */
  static async open(
    options: VectorCacheOptions | false,
    located: LocatedModel,
    settings: object,
  ): Promise<SharedVectors> {
    if (options === false) return new SharedVectors(undefined, undefined);
    const { maxBytes = MAX_BYTES, folder, maxFolderBytes = MAX_FOLDER_BYTES } = options;
    const cache = new VectorCache(maxBytes);
    if (folder === undefined) return new SharedVectors(cache, undefined);
    // Its code loads only here: nothing else of late interaction touches a disk.
    const { VectorFolder } = await import("#platform/vector-folder.js");
    return new SharedVectors(cache, await VectorFolder.open(folder, maxFolderBytes, located, settings));
  }

  /** Whether document vectors are cached. */
  get caches(): boolean {
    return this.#cache !== undefined;
  }

  /** Bytes in memory now. */
  get bytes(): number {
    return this.#cache?.bytes ?? 0;
  }

  /** The last error of the folder. */
  get failure(): Error | undefined {
    return this.#store?.failure;
  }

  /** Whether the vectors of a text are in memory. */
  holds(text: string): boolean {
    return this.#cache?.has(text) ?? false;
  }

  async find(text: string): Promise<Found> {
    const cached = this.#cache?.get(text);
    if (cached || !this.#store) return { vectors: cached, stored: false, damaged: false };
    const read = await this.#store.read(text);
    if (read === undefined || read === "damaged")
      return { vectors: undefined, stored: false, damaged: read === "damaged" };
    this.#cache?.set(text, read);
    return { vectors: read, stored: true, damaged: false };
  }

  /**
   * The vectors of a text if they are in memory, or a promise of them if another call is encoding the text, which resolves to undefined if that
   * call gives up. Undefined: the caller has to encode the text, then to call {@link add} or {@link giveUp}.
   */
  claim(text: string): TokenVectors | Promise<TokenVectors | undefined> | undefined {
    const known = this.#cache?.get(text) ?? this.#underWay.get(text)?.vectors;
    // Without a cache the workers do not send vectors back, so there is nothing to share.
    if (known || !this.#cache) return known;
    let settle: Encoding["settle"];
    const vectors = new Promise<TokenVectors | undefined>((resolve) => {
      settle = resolve;
    });
    this.#underWay.set(text, { vectors, settle: settle! });
    return undefined;
  }

  /** Caches the vectors of a claimed text and passes them to the calls that wait for it. */
  add(text: string, vectors: TokenVectors): void {
    this.#cache?.set(text, vectors);
    this.#store?.write(text, vectors);
    this.#settle(text, vectors);
  }

  /** Leaves a claimed text to the calls that wait for it. */
  giveUp(text: string): void {
    this.#settle(text);
  }

  #settle(text: string, vectors?: TokenVectors): void {
    this.#underWay.get(text)?.settle(vectors);
    this.#underWay.delete(text);
  }

  /** Encodes a query once for all calls that need it at about the same time. */
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
      // The instance that was encoding it has been disposed of; this one has not.
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

  /** Resolves when all vectors have been written to the folder. */
  async settle(): Promise<void> {
    await this.#store?.settle();
  }
}

interface Share {
  vectors: Promise<SharedVectors>;
  users: number;
}

const shares = new Map<string, Share>();

/** Shares vectors among all instances with the same key. The last instance to leave frees them. */
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
