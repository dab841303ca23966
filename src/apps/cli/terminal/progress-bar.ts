import { terminalOf } from "./terminal.js";

/** Work that ends sooner shows no bar. */
const DELAY = 400;
const EVERY = 80;
const WIDTH = 28;

/** A bar on standard error, shown only where someone watches and only once work takes a while. */
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

  /** @param detail What the numbers mean, short. */
  update(done: number, total: number, detail: string): void {
    const now = Date.now();
    if (!this.#interactive || now - this.#since < DELAY || (now - this.#drawn < EVERY && done < total)) return;
    this.#drawn = now;
    this.#visible = true;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    const line = `${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${detail}`;
    this.#stream.write(`\r\u001b[2K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#visible) this.#stream.write("\r\u001b[2K");
    this.#visible = false;
  }
}
