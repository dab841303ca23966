import { terminalOf } from "./terminal.js";

/** Milliseconds after which a bar appears; shorter work shows none. */
const DELAY = 400;
/** Milliseconds between two drawings. */
const EVERY = 80;
/** Columns of the bar. */
const WIDTH = 28;

/** A progress bar on standard error. It is shown only in a terminal and only when work takes a while. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  readonly #interactive: boolean;
  readonly #since = Date.now();
  #drawn = 0;
  #visible = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    this.#interactive = terminalOf(stream).interactive;
  }

  /** @param detail What the numbers mean, in a few words. */
  update(done: number, total: number, detail: string): void {
    const now = Date.now();
    if (!this.#interactive || now - this.#since < DELAY || (now - this.#drawn < EVERY && done < total)) return;
    this.#drawn = now;
    this.#visible = true;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    const line = `${bar} ${String(Math.round(share * 100)).padStart(3)}%  ${detail}`;
    this.#stream.write(`\r\u001b[2K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }

  /** Removes the bar. */
  end(): void {
    if (this.#visible) this.#stream.write("\r\u001b[2K");
    this.#visible = false;
  }
}
