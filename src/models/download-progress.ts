/** State of a download. Bytes that an earlier try left count from the start. */
export interface DownloadProgress {
  model: string;
  /** The file in transfer. */
  file: string;
  fileBytes: number;
  fileTotal: number;
  /** Bytes of all files of this download. */
  bytes: number;
  total: number;
}

/** Adds up the bytes of several files for the caller. */
export class Progress {
  readonly #done: number[];
  readonly #sizes: number[];

  constructor(
    readonly model: string,
    metadata: readonly { size?: number | undefined }[],
    readonly listener: ((progress: DownloadProgress) => void) | undefined,
  ) {
    this.#sizes = metadata.map(({ size }) => size ?? 0);
    this.#done = metadata.map(() => 0);
  }

  update(index: number, file: string, bytes: number): void {
    if (this.#done[index] === bytes && bytes > 0) return;
    this.#done[index] = bytes;
    this.#sizes[index] = Math.max(this.#sizes[index]!, bytes);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    this.listener?.({
      model: this.model,
      file,
      fileBytes: bytes,
      fileTotal: this.#sizes[index]!,
      bytes: sum(this.#done),
      total: sum(this.#sizes),
    });
  }
}
