/** Progress of a download. Bytes from an earlier, interrupted attempt are included from the start. */
export interface DownloadProgress {
  /** Name of the model. */
  model: string;
  /** Path of the file that is being transferred. */
  file: string;
  /** Bytes of that file so far. */
  fileBytes: number;
  /** Size of that file in bytes. */
  fileTotal: number;
  /** Bytes of all files so far. */
  bytes: number;
  /** Size of all files in bytes. */
  total: number;
}

/** Sums the progress of several files. */
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
