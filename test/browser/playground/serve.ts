import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const CLI = new URL("../../../dist/cli.js", import.meta.url).pathname;

/** A `langchain-rerank serve` of its own process, as users start it. */
export class ServeCommand {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** @throws Error with what the command printed, when it ends in place of serving. */
  static async start(args: readonly string[] = [], environment: Record<string, string> = {}): Promise<ServeCommand> {
    const child = spawn(process.execPath, [CLI, "serve", "--port", "0", ...args], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let printed = "";
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr.on("data", (part) => {
        printed += part;
        const found = /Serving .* on (http:\S+)/.exec(printed)?.[1];
        if (found) resolve(found);
      });
      child.on("exit", () => reject(new Error(printed)));
    });
    return new ServeCommand(child, url);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}
